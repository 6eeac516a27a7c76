"""The cache of one answer: shared, bounded in age and memory, never a failure."""

import asyncio

import pytest

from clients.cache import tags
from clients.cache.answers import CacheState, Fetched
from clients.cache.policies import NEVER, Policy
from tests.unit.cache_world import CATALOG, STOCK, Down, World

NEVER_STALE = Policy("BRIEF", 10, 0, 0)
MUG = tags.of_id("gid://shopify/Product/1")


async def test_a_fresh_answer_is_served_without_a_request() -> None:
    world = World()
    first = await world.get()
    world.clock.pass_s(59)
    again = await world.get()
    assert (first.state, again.state) == (CacheState.MISS, CacheState.HIT)
    assert (again.value, again.age_s, again.fresh_for_s) == ("first", 59, 1)
    assert world.requests == 1


async def test_50_concurrent_cold_misses_make_one_upstream_request() -> None:
    world = World()
    answers = await asyncio.gather(*(world.get() for _ in range(50)))
    assert [each.value for each in answers] == ["first"] * 50
    assert world.requests == 1


async def test_different_keys_are_different_requests() -> None:
    world = World()
    await asyncio.gather(world.get("one"), world.get("two"))
    assert world.requests == 2


async def test_a_caller_that_gives_up_does_not_end_the_fetch_of_the_others() -> None:
    world = World()
    first = await world.get_held()
    second = asyncio.create_task(world.get())
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    world.release()
    assert (await second).value == "first"
    assert world.requests == 1


async def test_a_fetch_without_callers_is_still_cached() -> None:
    world = World()
    only = await world.get_held()
    only.cancel()
    with pytest.raises(asyncio.CancelledError):
        await only
    world.release()
    await world.landed()
    assert (await world.get()).state is CacheState.HIT


async def test_a_failure_reaches_every_caller() -> None:
    world = World()
    world.answer = Down()
    outcomes = await asyncio.gather(*(world.get() for _ in range(50)), return_exceptions=True)
    assert all(isinstance(each, Down) for each in outcomes)
    assert world.requests == 1


async def test_an_error_is_never_served_from_the_cache() -> None:
    world = World()
    world.answer = Down()
    with pytest.raises(Down):
        await world.get()
    world.answer = "mended"
    assert (await world.get()).value == "mended"
    assert world.requests == 2


async def test_a_fault_of_our_own_is_raised_and_not_cached() -> None:
    world = World()
    await world.get()
    world.clock.pass_s(CATALOG.fresh_s + CATALOG.stale_while_revalidate_s)
    world.answer = KeyError("ours")
    with pytest.raises(KeyError):
        await world.get()
    world.answer = "mended"
    assert (await world.get()).value == "mended"


async def test_a_stale_answer_is_served_at_once_and_fetched_again_once() -> None:
    world = World()
    await world.get()
    world.clock.pass_s(60)
    world.answer = "second"
    world.open.clear()
    stale = [await world.get() for _ in range(50)]
    assert {(each.value, each.state, each.age_s, each.fresh_for_s) for each in stale} == {
        ("first", CacheState.STALE, 60, 0)
    }
    world.release()
    await world.landed()
    fresh = await world.get()
    assert (fresh.value, fresh.state, fresh.age_s) == ("second", CacheState.HIT, 0)
    assert world.requests == 2


async def test_a_failed_refresh_leaves_the_stale_answer() -> None:
    world = World()
    await world.get()
    world.clock.pass_s(60)
    world.answer = Down()
    await world.get()
    await world.landed()
    assert (await world.get()).state is CacheState.STALE


async def test_an_answer_past_its_stale_time_is_waited_for() -> None:
    world = World()
    await world.get()
    world.clock.pass_s(CATALOG.fresh_s + CATALOG.stale_while_revalidate_s)
    world.answer = "second"
    assert (await world.get()).value == "second"


async def test_with_the_upstream_dead_the_old_answer_is_still_served_with_its_age() -> None:
    world = World()
    await world.get()
    world.answer = Down()
    world.clock.pass_s(12 * 3600)
    old = await world.get()
    assert (old.value, old.state, old.age_s, old.fresh_for_s) == ("first", CacheState.ERROR_STALE, 12 * 3600, 0)


async def test_an_answer_older_than_its_policy_allows_is_not_served_in_an_outage_either() -> None:
    world = World()
    await world.get()
    world.answer = Down()
    world.clock.pass_s(CATALOG.fresh_s + CATALOG.stale_if_error_s)
    with pytest.raises(Down):
        await world.get()


async def test_an_answer_may_run_out_while_the_upstream_fails_slowly() -> None:
    world = World()
    await world.get()
    world.answer = Down()
    world.clock.pass_s(CATALOG.fresh_s + CATALOG.stale_if_error_s - 1)
    call = await world.get_held()
    world.clock.pass_s(1)
    world.release()
    with pytest.raises(Down):
        await call


async def test_a_policy_without_stale_lifetimes_serves_no_stale_answer() -> None:
    world = World()
    await world.get(policy=NEVER_STALE)
    world.clock.pass_s(10)
    world.answer = Down()
    with pytest.raises(Down):
        await world.get(policy=NEVER_STALE)


async def test_an_answer_that_is_never_cached_is_not_shared_either() -> None:
    world = World()
    answers = await asyncio.gather(*(world.get(policy=NEVER) for _ in range(3)))
    assert {(each.state, each.fresh_for_s) for each in answers} == {(CacheState.BYPASS, 0)}
    assert world.requests == 3
    assert world.cache.peek("key") is None


async def test_a_fetch_can_keep_its_answer_out_of_the_cache() -> None:
    world = World()
    world.narrowed = NEVER
    assert (await world.get()).state is CacheState.BYPASS
    assert (await world.get()).state is CacheState.BYPASS
    assert world.requests == 2


async def test_a_partial_answer_does_not_replace_a_complete_one() -> None:
    world = World()
    await world.get()
    world.clock.pass_s(60)
    world.answer, world.narrowed = "half", NEVER
    await world.get()
    await world.landed()
    assert (await world.get()).value == "first"


async def test_a_fetch_can_shorten_the_life_of_its_answer() -> None:
    world = World()
    world.narrowed = STOCK
    assert (await world.get()).fresh_for_s == STOCK.fresh_s
    world.clock.pass_s(STOCK.fresh_s)
    assert world.cache.peek("key") is None


async def test_a_fetch_cannot_lengthen_the_life_of_its_answer() -> None:
    world = World()
    world.narrowed = CATALOG
    assert (await world.get(policy=STOCK)).fresh_for_s == STOCK.fresh_s


async def test_age_counts_from_the_moment_of_asking() -> None:
    world = World()
    call = await world.get_held()
    world.clock.pass_s(3)
    world.release()
    assert (await call).age_s == 3
    world.clock.pass_s(1)
    assert (await world.get()).age_s == 4


async def test_a_combined_answer_is_as_old_as_its_oldest_part() -> None:
    world = World()
    await world.get()
    world.clock.pass_s(50)

    async def page() -> Fetched[str]:
        part = await world.get()
        return Fetched(f"page of {part.value}", part.tags, 100, part.policy, part.began_s)

    made = await world.cache.get("page", CATALOG, page)
    assert (made.age_s, made.fresh_for_s) == (50, 10)
    world.clock.pass_s(10)
    assert world.cache.peek("page") is None


async def test_a_peek_finds_only_fresh_answers_and_fetches_nothing() -> None:
    world = World()
    assert world.cache.peek("key") is None
    await world.get()
    found = world.cache.peek("key")
    assert found is not None
    assert found.value == "first"
    world.clock.pass_s(60)
    assert world.cache.peek("key") is None
    assert world.requests == 1


async def test_the_least_recently_used_answer_makes_room() -> None:
    world = World(max_bytes=20_000)
    world.size_bytes = 1_000
    await world.get("used")
    for number in range(20):
        await world.get(f"filler {number}")
        assert world.cache.peek("used") is not None
        assert world.cache.stats().total.bytes <= 20_000
    assert world.cache.peek("filler 0") is None
    assert world.cache.peek("filler 19") is not None
    assert world.cache.stats().total.evictions > 0


async def test_an_answer_larger_than_an_eighth_of_the_cache_is_not_cached() -> None:
    world = World(max_bytes=80_000)
    world.size_bytes = 10_000
    big = await world.get()
    assert (big.value, big.state, big.fresh_for_s) == ("first", CacheState.MISS, 60)
    assert world.cache.stats().total.entries == 0
    assert world.cache.stats().total.too_large == 1


async def test_an_answer_that_grew_too_large_removes_the_old_one() -> None:
    world = World(max_bytes=80_000)
    await world.get()
    world.clock.pass_s(60)
    world.size_bytes = 10_000
    await world.get()
    await world.landed()
    assert (await world.get()).state is CacheState.MISS


async def test_a_fetch_that_is_cancelled_before_it_began_does_not_block_its_key() -> None:
    world = World()
    world.doomed = True
    with pytest.raises(asyncio.CancelledError):
        await world.get()
    world.doomed = False
    assert (await world.get()).value == "first"


async def test_events_are_counted_by_policy() -> None:
    world = World()
    world.tags = (MUG,)
    await world.get()
    await world.get()
    world.clock.pass_s(60)
    await world.get()
    await world.landed()
    await world.get("level", STOCK)
    await world.get("cart", NEVER)
    world.cache.invalidate([MUG], changed_at=world.clock.time(), policies=[STOCK])
    world.answer = Down()
    with pytest.raises(Down):
        await world.get("level", STOCK)
    stats = world.cache.stats()
    catalog, stock = stats.policies["CATALOG"], stats.policies["STOCK"]
    assert (catalog.misses, catalog.hits, catalog.stale, catalog.fetches, catalog.entries) == (1, 1, 1, 2, 1)
    assert (stock.misses, stock.invalidated, stock.entries, stock.failures) == (1, 1, 0, 1)
    assert stats.policies["NEVER"].bypassed == 1
    assert (stats.total.fetches, stats.invalidations, stats.guarded) == (5, 1, 1)


async def test_a_stored_answer_is_served_until_it_expires() -> None:
    world = World()
    made = Fetched("made", (MUG,), 10, policy=CATALOG)

    put = world.cache.put("page", CATALOG, made)
    assert (put.value, put.state, put.age_s, put.fresh_for_s) == ("made", CacheState.MISS, 0, 60)

    hit = world.cache.peek("page")
    assert hit is not None
    assert hit.value == "made"
    world.clock.pass_s(61)
    assert world.cache.peek("page") is None


async def test_a_stored_answer_has_the_age_of_its_parts() -> None:
    world = World()
    world.clock.pass_s(100)

    put = world.cache.put("page", CATALOG, Fetched("made", (MUG,), 10, policy=CATALOG, began_s=world.clock() - 20))

    assert (put.age_s, put.fresh_for_s) == (20, 40)


async def test_a_stored_answer_is_invalidated_by_its_tags() -> None:
    world = World()
    world.cache.put("page", CATALOG, Fetched("made", (MUG,), 10, policy=CATALOG))
    world.cache.invalidate([MUG], changed_at=None)

    assert world.cache.peek("page") is None


async def test_an_uncacheable_answer_is_not_stored() -> None:
    world = World()

    assert world.cache.put("page", NEVER, Fetched("made", (MUG,), 10)).state is CacheState.BYPASS
    assert world.cache.peek("page") is None
