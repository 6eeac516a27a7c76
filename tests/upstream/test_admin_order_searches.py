"""Admin's searches for orders and for variants by SKU: pages, limits and what they select."""

from datetime import UTC, datetime
from typing import Any

import pytest

from clients.admin.order_client import quoted
from clients.admin.order_statuses import (
    FinancialStatus,
    OrderFulfillmentStatus,
)
from clients.admin.orders import (
    OrderListing,
    SkuOwner,
)
from clients.global_ids import GlobalId
from tests.upstream.fake_admin import Shopify, answer, page


def listing(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "email": None,
        "createdAt": "2026-11-02T08:00:00Z",
        "updatedAt": "2026-11-02T08:05:00Z",
        "cancelledAt": None,
        "tags": [],
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "metafield": None,
        **other,
    }


async def test_a_search_lists_orders_with_what_is_left_to_do() -> None:
    node = listing(1, tags=["forwarding-pending"], metafield={"value": '{"v":1}'}, email="guest@kynda.example")
    shopify = Shopify(answer(orders=page(node)))

    async with shopify.orders() as orders:
        found = await orders.search("tag:x")

    assert shopify.asked == [{"query": "tag:x", "first": 250, "after": None}]
    assert found == [
        OrderListing(
            id=GlobalId("gid://shopify/Order/1"),
            name="#1",
            created_at=datetime(2026, 11, 2, 8, 0, tzinfo=UTC),
            updated_at=datetime(2026, 11, 2, 8, 5, tzinfo=UTC),
            financial_status=FinancialStatus("PAID"),
            fulfillment_status=OrderFulfillmentStatus("UNFULFILLED"),
            email="guest@kynda.example",
            tags=frozenset({"forwarding-pending"}),
            forwarding='{"v":1}',
        )
    ]


async def test_a_search_goes_on_until_its_limit() -> None:
    shopify = Shopify(
        answer(orders=page(*(listing(number) for number in range(250)), end="250")),
        answer(orders=page(*(listing(number) for number in range(250, 300)), end="300")),
    )

    async with shopify.orders() as orders:
        found = await orders.search("", limit=300)

    assert len(found) == 300
    assert [(each["first"], each["after"]) for each in shopify.asked] == [(250, None), (50, "250")]


async def test_a_search_that_finds_less_than_its_limit_ends_with_its_last_page() -> None:
    shopify = Shopify(answer(orders=page(listing(1), end="1")), answer(orders=page(listing(2))))

    async with shopify.orders() as orders:
        assert len(await orders.search("", limit=1_000)) == 2

    assert [each["first"] for each in shopify.asked] == [250, 250]


async def test_an_order_that_changes_during_a_search_is_listed_once_and_as_it_is_last() -> None:
    shopify = Shopify(
        answer(orders=page(listing(1), listing(2), end="2")), answer(orders=page(listing(1, tags=["new"])))
    )

    async with shopify.orders() as orders:
        found = await orders.search("")

    assert sorted((each.name, sorted(each.tags)) for each in found) == [("#1", ["new"]), ("#2", [])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#1001", '"#1001"'),
        ('" OR name:* "', '"\\" OR name:* \\""'),
        ('\\" OR name:*', '"\\\\\\" OR name:*"'),
        ("\\", '"\\\\"'),
        ("", '""'),
    ],
)
def test_a_text_in_a_search_stays_one_value(text: str, expected: str) -> None:
    assert quoted(text) == expected


def variant(number: int, sku: str | None) -> dict[str, Any]:
    product = {"id": "gid://shopify/Product/1", "vendor": "Printful_DS", "tags": ["mug"]}
    return {"id": f"gid://shopify/ProductVariant/{number}", "sku": sku, "product": product}


async def test_variants_are_found_by_their_exact_sku() -> None:
    shopify = Shopify(
        answer(productVariants=page(variant(1, "A-1"), variant(2, "a-1"), variant(3, "A-10"), end="3")),
        answer(productVariants=page(variant(4, "A-1"), variant(5, None))),
    )

    async with shopify.orders() as orders:
        found = await orders.variants_by_sku(["A-1", "", "A-1", 'B"2'])

    assert [each.variant_id[-1] for each in found] == ["1", "4"]
    assert found[0] == SkuOwner(
        GlobalId("gid://shopify/ProductVariant/1"),
        "A-1",
        GlobalId("gid://shopify/Product/1"),
        "Printful_DS",
        frozenset({"mug"}),
    )
    query = 'sku:"A-1" OR sku:"B\\"2"'
    assert shopify.asked == [{"query": query, "after": None}, {"query": query, "after": "3"}]


async def test_skus_are_looked_up_in_batches_of_fifty() -> None:
    shopify = Shopify(answer(productVariants=page()))

    async with shopify.orders() as orders:
        assert await orders.variants_by_sku(f"S-{number}" for number in range(120)) == []

    assert [each["query"].count("sku:") for each in shopify.asked] == [50, 50, 20]


async def test_no_sku_is_no_request() -> None:
    shopify = Shopify()

    async with shopify.orders() as orders:
        assert await orders.variants_by_sku([""]) == []

    assert shopify.asked == []


async def test_variants_are_found_by_how_their_sku_begins() -> None:
    shopify = Shopify(answer(productVariants=page(variant(1, "PFUL-SYNC-1"), variant(2, "X-PFUL-SYNC-2"))))

    async with shopify.orders() as orders:
        found = await orders.variants_by_sku_prefix("PFUL-SYNC-")

    assert [each.sku for each in found] == ["PFUL-SYNC-1"]
    assert shopify.asked == [{"query": "sku:PFUL-SYNC-*", "after": None}]


async def test_the_variants_of_products_are_found_by_fifty_products() -> None:
    shopify = Shopify(answer(productVariants=page(variant(1, "A"), variant(2, None))))
    products = [GlobalId(f"gid://shopify/Product/{number}") for number in range(1, 61)]

    async with shopify.orders() as orders:
        found = await orders.variants_of_products([*products, products[0]])

    assert [each.sku for each in found] == ["A", ""]
    assert [each["query"].count("product_id:") for each in shopify.asked] == [50, 10]
    assert shopify.asked[1]["query"].startswith("product_id:51 OR product_id:52")
