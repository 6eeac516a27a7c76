"""The gateway's own reads of Storefront: a cart's attributes, and the shop."""

from typing import Any

import httpx
import orjson
import pytest

from clients.errors import Broken, Denied, Unavailable, UpstreamError
from clients.storefront.carts import cart_attributes
from clients.storefront.client import Storefront, StorefrontAccess
from clients.storefront.setup import ShopSetup, shop_setup
from tests.virtual_time import PassingTime

CART = "gid://shopify/Cart/1?key=2"


def storefront(body: Any, seen: list[httpx.Request] | None = None) -> Storefront:
    """A client whose requests are all answered with `body`."""

    def handler(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return httpx.Response(200, json=body, headers={"X-Shopify-API-Version": "2026-10"})

    access = StorefrontAccess("https://kynda.example/api/2026-10/graphql.json", private_token="private")
    return Storefront(httpx.MockTransport(handler), access, deadline_s=5, timing=PassingTime().timing)


async def test_a_carts_attributes_are_read_in_their_order_for_its_buyer() -> None:
    seen: list[httpx.Request] = []
    found = [{"key": "table", "value": "5"}, {"key": "gift", "value": None}]

    client = storefront({"data": {"cart": {"attributes": found}}}, seen)
    attributes = await cart_attributes(client, CART, buyer_ip="203.0.113.7")

    assert attributes == [("table", "5"), ("gift", "")]
    assert orjson.loads(seen[0].content)["variables"] == {"id": CART}
    assert seen[0].headers["shopify-storefront-buyer-ip"] == "203.0.113.7"


async def test_a_missing_cart_has_no_attributes() -> None:
    assert await cart_attributes(storefront({"data": {"cart": None}}), CART, buyer_ip=None) is None


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ({"data": {"cart": None}, "errors": [{"message": "no", "path": ["cart"]}]}, UpstreamError),
        (
            {
                "data": {"cart": {"attributes": []}},
                "errors": [{"message": "no", "path": ["cart"], "extensions": {"code": "ACCESS_DENIED"}}],
            },
            Denied,
        ),
        ({"data": None, "errors": [{"message": "x", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}, Unavailable),
        ({"data": {"cart": {}}}, Broken),
        ({"data": {"cart": {"attributes": [{"value": "5"}]}}}, Broken),
    ],
)
async def test_possibly_incomplete_attributes_are_a_failure(body: Any, failure: type[UpstreamError]) -> None:
    with pytest.raises(failure):
        await cart_attributes(storefront(body), CART, buyer_ip=None)


async def test_the_shop_states_its_name_and_the_supported_versions() -> None:
    versions = [{"handle": "2026-10", "supported": True}, {"handle": "unstable", "supported": False}]
    client = storefront({"data": {"shop": {"name": "Kynda"}, "publicApiVersions": versions}})

    assert await shop_setup(client) == ShopSetup("Kynda", frozenset({"2026-10"}))
    assert client.served_version == "2026-10"


async def test_a_partial_shop_is_a_failure() -> None:
    with pytest.raises(Broken):
        await shop_setup(storefront({"data": {"shop": {"name": "Kynda"}}}))
