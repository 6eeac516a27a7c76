"""The gateway's reads of carts and variants: complete or an error."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from clients.errors import Broken, Throttled
from clients.money import Money
from clients.storefront.client import Storefront, StorefrontAccess
from clients.storefront.goods import cart_contents, shop_currency, sold_variants
from clients.storefront.sold import CartAddress

SHIRT = {
    "id": "gid://shopify/ProductVariant/1",
    "sku": "PFUL-4012",
    "title": "M",
    "image": None,
    "price": {"amount": "27.0", "currencyCode": "USD"},
    "product": {"id": "gid://shopify/Product/1", "title": "Shirt", "vendor": "Printful_DS", "tags": ["new"]},
}


def storefront(*answers: Any) -> tuple[Storefront, list[Any]]:
    """A Storefront that gives these answers in turn, and what it was asked."""
    asked: list[Any] = []
    coming = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content)["variables"])
        return httpx.Response(200, json=next(coming))

    return Storefront(
        httpx.MockTransport(answer), StorefrontAccess("https://shop.example/graphql"), deadline_s=5
    ), asked


def page(lines: int, *, cursor: str | None, addresses: Any = (), country: str | None = None) -> Any:
    return {
        "data": {
            "cart": {
                "cost": {"subtotalAmount": {"amount": "54.0", "currencyCode": "USD"}},
                "buyerIdentity": {"countryCode": country},
                "delivery": {"addresses": list(addresses)},
                "lines": {
                    "pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor},
                    "nodes": [{"quantity": 2, "merchandise": SHIRT}] * lines,
                },
            }
        }
    }


async def test_a_large_cart_is_read_to_its_end() -> None:
    client, asked = storefront(page(250, cursor="c"), page(3, cursor=None))
    cart = await cart_contents(client, "gid://shopify/Cart/1", buyer_ip=None)

    assert cart is not None
    assert len(cart.lines) == 253
    assert [each["after"] for each in asked] == [None, "c"]
    assert cart.subtotal == Money(Decimal("54.0"), "USD")


@pytest.mark.parametrize(
    ("addresses", "country", "expected"),
    [
        ((), None, None),
        ((), "LV", CartAddress("LV")),
        (({"address": {"countryCode": "US", "provinceCode": "TX"}},), "LV", CartAddress("US", "TX")),
        (({"address": {}},), "LV", CartAddress("LV")),
    ],
)
async def test_a_cart_goes_to_its_address_or_at_least_to_a_country(
    addresses: Any, country: str | None, expected: CartAddress | None
) -> None:
    client, _ = storefront(page(1, cursor=None, addresses=addresses, country=country))
    cart = await cart_contents(client, "c", buyer_ip=None)

    assert cart is not None
    assert cart.address == expected


async def test_an_unknown_cart_is_absent() -> None:
    client, _ = storefront({"data": {"cart": None}})

    assert await cart_contents(client, "c", buyer_ip=None) is None


async def test_ids_of_other_types_are_absent() -> None:
    client, _ = storefront({"data": {"nodes": [SHIRT, None, {}]}})
    found = await sold_variants(client, ["a", "b", "c"], buyer_ip=None)

    assert list(found) == [SHIRT["id"]]


async def test_a_partial_answer_is_a_failure() -> None:
    fault = {"message": "", "path": ["nodes"], "extensions": {"code": "THROTTLED"}}
    client, _ = storefront({"data": {"nodes": [SHIRT]}, "errors": [fault]})
    with pytest.raises(Throttled):
        await sold_variants(client, ["a"], buyer_ip=None)


@pytest.mark.parametrize("data", [{}, {"shop": None}, {"shop": {"paymentSettings": {}}}])
async def test_an_answer_of_another_shape_is_broken(data: Any) -> None:
    client, _ = storefront({"data": data})
    with pytest.raises(Broken):
        await shop_currency(client, buyer_ip=None)


async def test_an_invalid_amount_is_broken() -> None:
    client, _ = storefront({"data": {"nodes": [{**SHIRT, "price": {"amount": "much", "currencyCode": "USD"}}]}})
    with pytest.raises(Broken):
        await sold_variants(client, ["a"], buyer_ip=None)
