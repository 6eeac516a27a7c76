"""What the cache reports, how much it stores, and how staff purge it."""

import asyncio
from typing import Any

import pytest

from tests.gateway.cache_calls import LATTE, MENU, NEW_CART, PAGE, data_of, is_cached, lifetime_left
from tests.gateway.cached_shop import CachedShop, cached_shop
from tests.serving import STAFF
from tests.virtual_time import in_no_time


@in_no_time
async def test_while_replicas_lag_a_cache_in_front_is_promised_two_seconds_at_most() -> None:
    async with cached_shop(lag_s=5) as shop:
        shop.tell(shop.change("latte", price="9.99"))

        assert 0 <= lifetime_left(await shop.post(LATTE)) <= 2


@pytest.mark.parametrize("query", [NEW_CART, '{ cart(id: "x") { id } }', "{ shop { nothing } }", "{"])
@in_no_time
async def test_an_answer_that_is_not_cached_says_so(query: str) -> None:
    async with cached_shop() as shop:
        response = await shop.post(query, {"note": "x"})

    assert response.headers["cache-control"] == "no-store"
    assert "age" not in response.headers


@in_no_time
async def test_the_cache_state_is_reported_on_request_only() -> None:
    async with cached_shop() as shop:
        states = [await shop.state(LATTE)]
        states.append(await shop.state(LATTE))
        await asyncio.sleep(61)
        states.append(await shop.state(LATTE))
        plain = await shop.ask(LATTE)

    assert states == ["MISS", "HIT", "STALE"]
    assert "extensions" not in plain


@in_no_time
async def test_the_cache_state_of_one_caller_is_not_served_to_the_next() -> None:
    async with cached_shop() as shop:
        await shop.state(LATTE)
        assert "extensions" not in await shop.ask(LATTE)


@in_no_time
async def test_the_cache_never_exceeds_its_bytes() -> None:
    async with cached_shop(cache_max_bytes=100_000) as shop:
        for first in range(1, 60):
            await data_of(shop, f"{{ products(first: {first}) {{ nodes {{ id title }} }} }}")
            stats = shop.cache.stats()
            assert stats.total.bytes <= stats.max_bytes == 100_000
    assert stats.total.evictions > 0


@in_no_time
async def test_a_cache_without_room_stores_nothing_and_still_answers() -> None:
    async with cached_shop(cache_max_bytes=0) as shop:
        response = await shop.post(PAGE)
        stats = (await shop.post("{ cacheStats { maxBytes } }", headers=STAFF)).json()
        purge = "mutation { cachePurge(kinds: [ALL]) { purged } }"
        purged = (await shop.post(purge, headers=STAFF)).json()

        assert not await is_cached(shop, LATTE)
        assert await shop.state(LATTE) == "BYPASS"
    assert "errors" not in response.json()
    assert response.headers["cache-control"] == "no-store"
    assert stats == {"data": {"cacheStats": None}}
    assert purged == {"data": {"cachePurge": {"purged": 0}}}


PURGE = "mutation ($ids: [ID!], $kinds: [CacheKind!]) { cachePurge(ids: $ids, kinds: $kinds) { purged } }"


async def purged(shop: CachedShop, **what: Any) -> int:
    answer = (await shop.post(PURGE, what, headers=STAFF)).json()
    number: int = answer["data"]["cachePurge"]["purged"]
    return number


@in_no_time
async def test_staff_purge_answers_by_id() -> None:
    async with cached_shop() as shop:
        latte = (await data_of(shop, '{ product(handle: "latte") { id } }'))["product"]["id"]
        shop.change("latte", title="Caffè latte")
        await data_of(shop, MENU)

        assert await purged(shop, ids=[latte]) == 2  # Storefront's answer and the finished one
        assert await is_cached(shop, MENU)
        assert await shop.ask(LATTE) == await shop.truth(LATTE)


@in_no_time
async def test_staff_purge_answers_by_kind() -> None:
    async with cached_shop() as shop:
        await data_of(shop, LATTE)
        await data_of(shop, MENU)

        assert await purged(shop, kinds=["CATALOG"]) == 2
        assert await shop.state(LATTE) == "MISS"
        assert await shop.state(MENU) == "HIT"
        assert await purged(shop, kinds=["ALL"]) == 3
        assert shop.cache.stats().total.entries == 0


@pytest.mark.parametrize("query", ["{ cacheStats { maxBytes } }", "mutation { cachePurge(kinds: [ALL]) { purged } }"])
@in_no_time
async def test_the_cache_is_staffs_to_see_and_to_empty(query: str) -> None:
    async with cached_shop() as shop:
        await data_of(shop, LATTE)
        refused = await shop.ask(query)
        allowed = (await shop.post(query, headers=STAFF)).json()

    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]
    assert "data" not in refused
    assert "errors" not in allowed
