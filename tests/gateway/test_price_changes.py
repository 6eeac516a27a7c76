"""How soon a new price shows while Storefront's replicas lag, and what a sale invalidates."""

import asyncio
import json
from collections.abc import Mapping

import pytest

from clients.global_ids import GlobalId
from sandbox.product_changes import ProductFacts
from tests.gateway.cached_shop import CachedShop, cached_shop
from tests.virtual_time import in_no_time

LAG_S = 5.0
GUARDED_FRESH_S = 2.0
GRACE_S = 0.5

# Ways to ask for a price of the latte: with and without what would name the product in the answer.
PRICES: Mapping[str, str] = {
    "with id and time": '{ product(handle: "latte") { id updatedAt priceRange { minVariantPrice { amount } } } }',
    "without either": '{ product(handle: "latte") { priceRange { minVariantPrice { amount } } } }',
    "of variants alone": '{ product(handle: "latte") { variants(first: 3) { nodes { price { amount } } } } }',
    "of variants by id": '{ product(handle: "latte") { variants(first: 3) { nodes { id price { amount } } } } }',
    "under the deprecated name": '{ productByHandle(handle: "latte") { priceRange { minVariantPrice { amount } } } }',
    "in a list": "{ products(first: 250) { nodes { priceRange { minVariantPrice { amount } } } } }",
    "in a list with ids": "{ products(first: 250) { nodes { id priceRange { minVariantPrice { amount } } } } }",
    "in a list by price": "{ products(first: 3, sortKey: PRICE, reverse: true) { nodes { id title } } }",
    "in a search": """{ search(query: "latte", first: 9) { nodes { ... on Product {
        priceRange { maxVariantPrice { amount } } } } } }""",
    "in a collection": """{ collections(first: 20) { nodes { products(first: 50) {
        nodes { variants(first: 1) { nodes { price { amount } } } } } } } }""",
    "in a facet": """{ collections(first: 20) { nodes { id products(first: 1) {
        filters { values { input } } } } } }""",
    "beside fields of the gateway": """{ product(handle: "latte") { kind variants(first: 2) { nodes {
        price { amount } inventory { availability } } } } }""",
    "on the menu": "{ cafeMenu { sections { items { product { priceRange { minVariantPrice { amount } } } } } } }",
}


async def shown(shop: CachedShop, query: str) -> str:
    answer = await shop.ask(query)
    assert "errors" not in answer, answer
    return json.dumps(answer["data"])


async def seen_after(shop: CachedShop, query: str, seconds: float, every_s: float = 0.25) -> list[tuple[float, str]]:
    """What is shown in the next seconds, and when."""
    began, seen = shop.now_s, []
    while shop.now_s - began <= seconds:
        seen.append((shop.now_s - began, await shown(shop, query)))
        await asyncio.sleep(every_s)
    return seen


@pytest.mark.parametrize("query", PRICES.values(), ids=list(PRICES))
@in_no_time
async def test_a_new_price_shows_within_the_replicas_lag_and_two_and_a_half_seconds(query: str) -> None:
    async with cached_shop(lag_s=LAG_S) as shop:
        old = await shown(shop, query)
        await asyncio.sleep(3)
        shop.tell(shop.change("latte", price="999.99"))
        seen = await seen_after(shop, query, 120)
        truth = json.dumps((await shop.truth(query))["data"])

    new = seen[-1][1]
    assert new == truth != old
    assert {answer for _, answer in seen} == {old, new}
    assert min(at for at, answer in seen if answer == new) <= LAG_S + GUARDED_FRESH_S + GRACE_S
    assert max(at for at, answer in seen if answer == old) < LAG_S + GUARDED_FRESH_S


@in_no_time
async def test_an_old_price_is_cached_at_most_two_seconds_while_replicas_lag() -> None:
    query = PRICES["without either"]
    async with cached_shop(lag_s=LAG_S) as shop:
        shop.tell(shop.change("latte", price="999.99"))
        await shown(shop, query)
        shop.forget_requests()
        await asyncio.sleep(GUARDED_FRESH_S - 0.1)
        await shown(shop, query)
        operations = [seen.operation for seen in shop.sandbox.faults.log if seen.operation != "UpdatedAt"]
        await asyncio.sleep(0.1)
        await shown(shop, query)
        again = [seen.operation for seen in shop.sandbox.faults.log if seen.operation != "UpdatedAt"]

    assert (len(operations), len(again)) == (0, 1)


@in_no_time
async def test_full_lifetimes_return_when_the_replicas_show_a_change() -> None:
    query = PRICES["without either"]
    async with cached_shop(lag_s=LAG_S) as shop:
        shop.tell(shop.change("latte", price="999.99"))
        await asyncio.sleep(LAG_S + 3)
        await shown(shop, query)
        shop.kill("storefront")
        await asyncio.sleep(50)

        assert "999.99" in await shown(shop, query)


@in_no_time
async def test_a_cached_absence_ends_when_the_product_is_created() -> None:
    query = '{ product(handle: "winter-special") { title } }'
    async with cached_shop(lag_s=LAG_S) as shop:
        assert await shown(shop, query) == '{"product": null}'
        shop.tell(shop.change("winter-special", title="Winter special", price="5"))
        seen = await seen_after(shop, query, LAG_S + GUARDED_FRESH_S + GRACE_S)

    assert seen[-1][1] == '{"product": {"title": "Winter special"}}'


@in_no_time
async def test_lists_gain_new_products_and_lose_deleted_ones() -> None:
    query = '{ products(first: 250, query: "title:winter OR title:latte") { nodes { id title } } }'
    async with cached_shop(lag_s=LAG_S) as shop:
        await shown(shop, query)
        shop.tell(shop.change("winter-special", title="Winter special", price="5"))
        shop.tell(shop.change("latte", removed=True), is_gone=True)
        seen = await seen_after(shop, query, LAG_S + GUARDED_FRESH_S + GRACE_S)
        await asyncio.sleep(60)
        later = await shown(shop, query)

    assert "Winter special" in seen[-1][1]
    assert '"Latte"' in seen[0][1]
    assert '"Latte"' not in seen[-1][1]
    assert later == seen[-1][1]


@in_no_time
async def test_a_late_notification_is_awaited_in_lists_too() -> None:
    query = "{ products(first: 250, sortKey: UPDATED_AT, reverse: true) { nodes { id } } }"
    async with cached_shop(lag_s=LAG_S) as shop:
        first = shop.change("winter-special", title="Winter special", price="5")
        await asyncio.sleep(2)
        second = shop.change("latte", price="9.99")
        shop.tell(second)
        shop.tell(first)
        seen = await seen_after(shop, query, LAG_S + GUARDED_FRESH_S + GRACE_S)
        truth = json.dumps((await shop.truth(query))["data"])

    assert seen[-1][1] == truth


@in_no_time
async def test_two_changes_within_one_second_both_show() -> None:
    query = PRICES["without either"]
    async with cached_shop(lag_s=LAG_S) as shop:
        await asyncio.sleep(0.05)
        shop.tell(shop.change("latte", title="Nearly"))
        await asyncio.sleep(0.9)
        shop.tell(shop.change("latte", price="999.99"))
        seen = await seen_after(shop, query, LAG_S + GUARDED_FRESH_S + GRACE_S)

    assert "999.99" in seen[-1][1]


@in_no_time
async def test_a_page_fetched_during_a_price_change_is_not_cached() -> None:
    query = """{ product(handle: "your-design-mug") { variants(first: 1) { nodes {
      price { amount } printful { size } } } } }"""
    async with cached_shop(lag_s=1) as shop:
        shop.sandbox.faults.add("printful", "latency", latency_s=3.5, times=1)
        page = asyncio.create_task(shop.ask(query))
        await asyncio.sleep(0.1)
        shop.tell(shop.change("your-design-mug", price="999.99"))
        assert "999.99" not in json.dumps(await page)

        assert "999.99" in await shown(shop, query)


LISTING = "{ products(first: 20) { nodes { id title priceRange { minVariantPrice { amount } } } } }"
STOCK_LISTING = "{ products(first: 50) { nodes { id availableForSale } } }"
STOCK_FIELD = (
    """{ product(handle: "ceramic-mug") { title variants(first: 9) { nodes { id inventory { availability } } } } }"""
)


def sell_out(shop: CachedShop) -> ProductFacts:
    """The mug is sold out, and the gateway is told."""
    facts = shop.change("ceramic-mug", stock=0)
    shop.changes.stock_changed(map(GlobalId, [facts.id, *facts.variant_ids]))
    return facts


@in_no_time
async def test_a_sale_does_not_empty_the_listings() -> None:
    async with cached_shop() as shop:
        await shop.ask(LISTING)
        shop.forget_requests()
        sell_out(shop)

        assert await shop.state(LISTING) == "HIT"
        assert shop.requests == {}


@pytest.mark.parametrize("query", [STOCK_LISTING, STOCK_FIELD], ids=["a listing", "Admin's stock"])
@in_no_time
async def test_a_sale_refreshes_answers_with_stock(query: str) -> None:
    async with cached_shop() as shop:
        before = await shown(shop, query)
        sell_out(shop)
        after = await shown(shop, query)

        assert after != before
        assert json.loads(after) == (await shop.truth(query))["data"]


@in_no_time
async def test_a_lost_webhook_about_a_sale_leaves_stock_stale_for_half_a_minute() -> None:
    async with cached_shop() as shop:
        before = await shown(shop, STOCK_LISTING)
        shop.change("ceramic-mug", stock=0)
        await asyncio.sleep(30)

        assert await shown(shop, STOCK_LISTING) != before


@in_no_time
async def test_a_lost_webhook_about_a_price_leaves_it_stale_for_eleven_minutes() -> None:
    query = PRICES["with id and time"]
    async with cached_shop() as shop:
        await shown(shop, query)
        shop.change("latte", price="999.99")
        await asyncio.sleep(11 * 60)

        assert "999.99" in await shown(shop, query)
