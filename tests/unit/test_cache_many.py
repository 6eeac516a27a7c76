"""Many answers at once: one fetch, and each answer cached separately."""

import asyncio
from collections.abc import Sequence

import pytest

from clients.cache import tags
from clients.cache.answers import Cached, CacheState, Fetched
from clients.cache.entries import Key
from clients.cache.policies import NEVER
from tests.unit.cache_world import CATALOG, Down, World

MUG = tags.of_id("gid://shopify/Product/1")


class Shelf:
    """What upstream has under each key; fails for the keys in `failing`, and waits until it is `open`."""

    def __init__(self) -> None:
        self.asked: list[list[Key]] = []
        self.failing: dict[Key, Exception] = {}
        self.open = asyncio.Event()
        self.open.set()

    async def fetch(self, keys: list[Key]) -> Sequence[Fetched[str] | BaseException]:
        self.asked.append(keys)
        number = len(self.asked)
        await self.open.wait()
        return [self.failing.get(key) or Fetched(f"{key!s} {number}", (MUG,), 10) for key in keys]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def values(found: Sequence[Cached[str] | Exception]) -> list[str | type[Exception]]:
    return [each.value if isinstance(each, Cached) else type(each) for each in found]


async def test_many_keys_are_one_fetch_in_their_order_and_cached_each(world: World, shelf: Shelf) -> None:
    found = await world.cache.get_many(["b", "a", "b"], CATALOG, shelf.fetch)
    again = await world.cache.get_many(["a", "c"], CATALOG, shelf.fetch)

    assert values(found) == ["b 1", "a 1", "b 1"]
    assert values(again) == ["a 1", "c 2"]
    assert shelf.asked == [["b", "a"], ["c"]]
    assert [each.state for each in again if isinstance(each, Cached)] == [CacheState.HIT, CacheState.MISS]


async def test_a_failed_key_fails_no_other_and_is_not_cached(world: World, shelf: Shelf) -> None:
    shelf.failing["a"] = Down()

    assert values(await world.cache.get_many(["a", "b"], CATALOG, shelf.fetch)) == [Down, "b 1"]
    shelf.failing.clear()
    assert values(await world.cache.get_many(["a", "b"], CATALOG, shelf.fetch)) == ["a 2", "b 1"]


async def test_an_old_answer_stands_in_for_a_failure(world: World, shelf: Shelf) -> None:
    await world.cache.get_many(["a"], CATALOG, shelf.fetch)
    world.clock.pass_s(CATALOG.fresh_s + CATALOG.stale_while_revalidate_s + 1)
    shelf.failing["a"] = Down()

    (found,) = await world.cache.get_many(["a"], CATALOG, shelf.fetch)

    assert isinstance(found, Cached)
    assert (found.value, found.state) == ("a 1", CacheState.ERROR_STALE)


async def test_a_stale_answer_is_served_while_it_is_fetched_again(world: World, shelf: Shelf) -> None:
    await world.cache.get_many(["a"], CATALOG, shelf.fetch)
    world.clock.pass_s(CATALOG.fresh_s + 1)

    stale = await world.cache.get_many(["a"], CATALOG, shelf.fetch)
    await world.landed()

    assert values(stale) == ["a 1"]
    assert values(await world.cache.get_many(["a"], CATALOG, shelf.fetch)) == ["a 2"]


async def test_a_read_of_one_key_joins_the_fetch_of_many(world: World, shelf: Shelf) -> None:
    shelf.open.clear()
    many = asyncio.create_task(world.cache.get_many(["a", "b"], CATALOG, shelf.fetch))
    await asyncio.sleep(0)
    one = asyncio.create_task(world.get("a"))
    others = asyncio.create_task(world.cache.get_many(["b", "c"], CATALOG, shelf.fetch))
    await asyncio.sleep(0)
    shelf.open.set()

    assert values(await many) == ["a 1", "b 1"]
    assert (await one).value == "a 1"
    assert values(await others) == ["b 1", "c 2"]
    assert (shelf.asked, world.requests) == ([["a", "b"], ["c"]], 0)


async def test_a_caller_that_gives_up_does_not_end_the_fetch(world: World, shelf: Shelf) -> None:
    shelf.open.clear()
    many = asyncio.create_task(world.cache.get_many(["a"], CATALOG, shelf.fetch))
    await asyncio.sleep(0)
    many.cancel()
    shelf.open.set()
    with pytest.raises(asyncio.CancelledError):
        await many
    await world.landed()

    assert values(await world.cache.get_many(["a"], CATALOG, shelf.fetch)) == ["a 1"]


async def test_answers_that_a_change_overtook_are_returned_and_not_cached(world: World, shelf: Shelf) -> None:
    shelf.open.clear()
    many = asyncio.create_task(world.cache.get_many(["a"], CATALOG, shelf.fetch))
    await asyncio.sleep(0)
    world.cache.invalidate([MUG], changed_at=None)
    shelf.open.set()

    assert values(await many) == ["a 1"]
    assert values(await world.cache.get_many(["a"], CATALOG, shelf.fetch)) == ["a 2"]


async def test_a_policy_that_stores_nothing_shares_nothing(world: World, shelf: Shelf) -> None:
    found = [await world.cache.get_many(["a"], NEVER, shelf.fetch) for _ in range(2)]

    assert [values(each) for each in found] == [["a 1"], ["a 2"]]


async def test_an_unexpected_failure_reaches_each_key(world: World) -> None:
    async def broken(_: list[Key]) -> Sequence[Fetched[str]]:
        raise LookupError("a fault of our own")

    assert values(await world.cache.get_many(["a", "b"], CATALOG, broken)) == [LookupError, LookupError]


async def test_at_the_end_of_the_process_callers_are_cancelled(world: World, shelf: Shelf) -> None:
    world.doomed = True

    with pytest.raises(asyncio.CancelledError):
        await world.cache.get_many(["a", "b"], CATALOG, shelf.fetch)
