"""The effect of changes on cached answers and on running fetches."""

import asyncio
from datetime import timedelta

import pytest

from clients.cache import tags
from clients.cache.answers import CacheState, Fetched
from clients.cache.policies import NEVER, Policies, Policy, strictest
from clients.cache.tags import ListKind, ObjectType, Tag
from tests.unit.cache_world import CATALOG, STOCK, Down, World

MUG = tags.of_id("gid://shopify/Product/1")
BEANS = tags.of_id("gid://shopify/Product/2")
MUG_BY_HANDLE = tags.of_handle(ObjectType.PRODUCT, "mug")
SOME_PRODUCT = tags.of_type(ObjectType.PRODUCT)
PRODUCTS = tags.of_list(ListKind.PRODUCTS)
ABOUT_US = tags.of_id("gid://shopify/Page/1")

CONCERNED = [
    pytest.param(MUG, MUG, id="the object itself"),
    pytest.param(MUG_BY_HANDLE, MUG_BY_HANDLE, id="an object by handle"),
    pytest.param(PRODUCTS, PRODUCTS, id="a list"),
    pytest.param(MUG, SOME_PRODUCT, id="an object, and an answer that does not say which it holds"),
    pytest.param(MUG_BY_HANDLE, SOME_PRODUCT, id="a handle, and an answer that does not say which it holds"),
    pytest.param(SOME_PRODUCT, MUG, id="the whole type, and an answer about one object"),
    pytest.param(SOME_PRODUCT, MUG_BY_HANDLE, id="the whole type, and an answer about one handle"),
    pytest.param(SOME_PRODUCT, SOME_PRODUCT, id="the whole type, and an answer that does not say"),
]
UNCONCERNED = [
    pytest.param(MUG, BEANS, id="another object"),
    pytest.param(MUG, ABOUT_US, id="an object of another type"),
    pytest.param(MUG, PRODUCTS, id="a list, whose answers name what they hold"),
    pytest.param(PRODUCTS, MUG, id="an object, when the list changed"),
    pytest.param(SOME_PRODUCT, ABOUT_US, id="an object, when another type changed"),
]


def changed(world: World, *about: Tag, policies: tuple[Policy, ...] = ()) -> None:
    world.cache.invalidate(about, changed_at=world.clock.time(), policies=policies)


@pytest.mark.parametrize(("changed_tag", "answer_tag"), CONCERNED)
async def test_a_change_invalidates_the_answers_that_it_affects(changed_tag: Tag, answer_tag: Tag) -> None:
    world = World()
    world.tags = (answer_tag, ABOUT_US)
    await world.get()
    assert world.cache.invalidate([changed_tag], changed_at=None) == 1
    assert world.cache.peek("key") is None


@pytest.mark.parametrize(("changed_tag", "answer_tag"), UNCONCERNED)
async def test_a_change_leaves_all_other_answers_cached(changed_tag: Tag, answer_tag: Tag) -> None:
    world = World()
    world.tags = (answer_tag,)
    await world.get()
    assert world.cache.invalidate([changed_tag], changed_at=None) == 0
    assert (await world.get()).state is CacheState.HIT


async def test_an_invalidated_answer_is_not_served_stale_either() -> None:
    world = World()
    world.tags = (MUG,)
    await world.get()
    world.clock.pass_s(60)
    changed(world, MUG)
    world.answer = "second"
    assert (await world.get()).value == "second"


async def test_an_invalidated_answer_is_not_served_in_an_outage_either() -> None:
    world = World()
    world.tags = (MUG,)
    await world.get()
    changed(world, MUG)
    world.answer = Down()
    with pytest.raises(Down):
        await world.get()


async def test_an_answer_fetched_again_is_found_by_its_new_tags_only() -> None:
    world = World()
    world.tags = (MUG,)
    await world.get()
    world.clock.pass_s(60)
    world.tags = (BEANS,)
    await world.get()
    await world.landed()
    changed(world, MUG)
    assert (await world.get()).state is CacheState.HIT
    changed(world, BEANS)
    assert world.cache.peek("key") is None


@pytest.mark.parametrize(("changed_tag", "answer_tag"), CONCERNED)
async def test_an_answer_overtaken_by_a_change_is_returned_and_not_cached(changed_tag: Tag, answer_tag: Tag) -> None:
    world = World()
    world.tags = (answer_tag,)
    call = await world.get_held()
    world.cache.invalidate([changed_tag], changed_at=None)
    world.release()
    overtaken = await call
    assert (overtaken.value, overtaken.state, overtaken.fresh_for_s) == ("first", CacheState.MISS, 0)
    assert not overtaken.policy.stores
    assert world.cache.peek("key") is None


@pytest.mark.parametrize(("changed_tag", "answer_tag"), UNCONCERNED)
async def test_an_answer_that_a_change_does_not_concern_stays_cached(changed_tag: Tag, answer_tag: Tag) -> None:
    world = World()
    world.tags = (answer_tag,)
    call = await world.get_held()
    world.cache.invalidate([changed_tag], changed_at=None)
    world.release()
    await call
    assert world.cache.peek("key") is not None


async def test_a_caller_after_a_change_does_not_get_an_earlier_fetch() -> None:
    world = World()
    world.tags = (MUG,)
    before = await world.get_held()
    changed(world, MUG)
    world.answer = "second"
    after = [asyncio.create_task(world.get()) for _ in range(50)]
    world.release()
    assert (await before).value == "first"
    assert {(await each).value for each in after} == {"second"}
    assert world.requests == 2


async def test_a_caller_at_the_end_of_a_fetch_does_not_get_what_changed_meanwhile() -> None:
    world = World()
    world.tags = (MUG,)
    before = await world.get_held()

    async def change_and_ask() -> str:
        await world.open.wait()  # wakes right behind the fetch, before anyone has been given its answer
        changed(world, MUG)
        world.answer = "second"
        return (await world.get()).value

    after = asyncio.create_task(change_and_ask())
    await asyncio.sleep(0)  # lets it queue behind the fetch
    world.release()
    assert (await before).value == "first"
    assert await after == "second"


async def test_an_uncached_answer_is_not_shared_across_a_change_either() -> None:
    world = World()
    world.tags, world.narrowed = (MUG,), NEVER
    before = await world.get_held(policy=STOCK)
    changed(world, MUG, policies=(STOCK,))
    world.answer = "second"
    after = asyncio.create_task(world.get(policy=STOCK))
    world.release()
    assert (await before).value == "first"
    assert (await after).value == "second"


async def test_a_caller_after_an_unrelated_change_shares_the_running_fetch() -> None:
    world = World()
    world.tags = (MUG,)
    before = await world.get_held()
    changed(world, BEANS)
    after = asyncio.create_task(world.get())
    world.release()
    assert (await before).value == (await after).value == "first"
    assert world.requests == 1


async def test_a_page_made_of_overtaken_answers_is_not_cached() -> None:
    world = World()
    world.tags = (MUG,)

    async def page() -> Fetched[str]:
        part = await world.get()
        return Fetched(part.value, (), 100, part.policy, part.began_s)

    world.open.clear()
    made = asyncio.create_task(world.cache.get("page", CATALOG, page))
    await world.asked.wait()
    changed(world, MUG)
    world.release()
    await made
    assert world.cache.peek("page") is None


async def test_a_sale_invalidates_stock_and_no_listings() -> None:
    world = World()
    world.tags = (MUG,)
    await world.get("listing", CATALOG)
    await world.get("level", STOCK)
    await world.get("listing with stock", strictest(CATALOG, STOCK))
    changed(world, MUG, policies=(STOCK,))
    assert (await world.get("listing", CATALOG)).state is CacheState.HIT
    assert (await world.get("level", STOCK)).state is CacheState.MISS
    assert (await world.get("listing with stock", strictest(CATALOG, STOCK))).state is CacheState.MISS


async def test_a_sale_overtakes_stock_and_not_listings() -> None:
    world = World()
    world.tags = (MUG,)
    calls = [await world.get_held("level", STOCK), await world.get_held("listing", CATALOG)]
    changed(world, MUG, policies=(STOCK,))
    world.release()
    await asyncio.gather(*calls)
    assert world.cache.peek("level") is None
    assert world.cache.peek("listing") is not None


async def test_a_sale_guards_stock_and_not_listings() -> None:
    world = World()
    world.tags = (MUG,)
    changed(world, MUG, policies=(STOCK,))
    assert (await world.get("level", STOCK)).fresh_for_s == 2
    assert (await world.get("listing", CATALOG)).fresh_for_s == 60


async def test_all_answers_of_a_policy_can_be_purged() -> None:
    world = World()
    await world.get("listing", CATALOG)
    await world.get("level", STOCK)
    coming = await world.get_held("another level", STOCK)
    assert world.cache.purge([STOCK]) == 1
    world.release()
    await coming
    assert world.cache.peek("listing") is not None
    assert world.cache.peek("level") is None
    assert world.cache.peek("another level") is None


async def test_everything_can_be_purged() -> None:
    world = World()
    for number in range(10):
        await world.get(f"key {number}")
    coming = await world.get_held("coming")
    assert world.cache.purge() == 10
    world.release()
    await coming
    assert world.cache.stats().total.entries == 0


class Replica:
    """A price that Storefront shows `lag_s` after it changed, under an answer tagged as the caller says."""

    def __init__(self, world: World, lag_s: float, about: Tag) -> None:
        self._world, self._lag_s = world, lag_s
        self._changed_at_s = float("inf")
        world.tags = (about,)

    def change(self) -> None:
        self._changed_at_s = self._world.clock.now_s
        self._world.cache.invalidate([MUG, MUG_BY_HANDLE], changed_at=self._world.clock.time())

    async def price(self) -> str:
        shown = self._world.clock.now_s >= self._changed_at_s + self._lag_s
        self._world.answer = "new price" if shown else "old price"
        answer = (await self._world.get()).value
        await self._world.landed()
        return answer


@pytest.mark.parametrize("about", [MUG, MUG_BY_HANDLE, SOME_PRODUCT], ids=["id", "handle", "no id"])
@pytest.mark.parametrize("lag_s", [0.0, 0.5, 5.0, 30.0, 57.0])
async def test_a_changed_price_shows_within_the_lag_and_2_5_s_of_the_invalidation(about: Tag, lag_s: float) -> None:
    world = World()
    replica = Replica(world, lag_s, about)
    for _ in range(20):  # asked all the time, also before
        assert await replica.price() == "old price"
        world.clock.pass_s(1)
    replica.change()
    since_s = 0.0
    while since_s < lag_s + 2.5:
        await replica.price()
        world.clock.pass_s(0.25)
        since_s += 0.25
    for _ in range(200):
        assert await replica.price() == "new price"
        world.clock.pass_s(1)


@pytest.mark.parametrize("about", [MUG, MUG_BY_HANDLE, SOME_PRODUCT], ids=["id", "handle", "no id"])
async def test_the_old_price_is_cached_at_most_2_s_after_the_invalidation(about: Tag) -> None:
    world = World()
    replica = Replica(world, 5, about)
    await replica.price()
    replica.change()
    assert await replica.price() == "old price"
    world.clock.pass_s(1.99)
    assert world.cache.peek("key") is not None
    world.clock.pass_s(0.01)
    assert world.cache.peek("key") is None
    world.answer = Down()
    with pytest.raises(Down):
        await world.get()


async def test_a_guarded_answer_has_its_short_lifetime() -> None:
    world = World()
    world.tags = (MUG,)
    changed(world, MUG)
    answer = await world.get()
    assert answer.fresh_for_s == 2
    assert (answer.policy.stale_while_revalidate_s, answer.policy.stale_if_error_s) == (0, 0)


async def test_a_guard_never_extends_a_lifetime() -> None:
    world = World()
    world.tags = (MUG,)
    changed(world, MUG)
    assert (await world.get(policy=Policy("BLINK", 1, 0, 0))).fresh_for_s == 1


async def test_a_confirmed_change_restores_full_lifetimes() -> None:
    world = World()
    world.tags = (MUG,)
    changed(world, MUG)
    await world.get()
    assert world.cache.confirm([MUG], seen=world.clock.time()) == 1
    assert world.cache.guarded() == {}
    assert (await world.get()).fresh_for_s == 60


async def test_answers_fetched_before_the_confirmation_are_removed_by_it() -> None:
    world = World()
    world.tags = (SOME_PRODUCT,)
    changed(world, MUG)
    await world.get()
    world.cache.confirm([MUG], seen=world.clock.time())
    assert world.cache.peek("key") is None


async def test_an_answer_being_fetched_at_the_confirmation_is_not_cached() -> None:
    world = World()
    world.tags = (MUG,)
    changed(world, MUG)
    call = await world.get_held()
    world.cache.confirm([MUG], seen=world.clock.time())
    world.release()
    await call
    assert world.cache.peek("key") is None


async def test_a_probe_that_shows_an_earlier_state_confirms_nothing() -> None:
    world = World()
    world.tags = (MUG,)
    changed(world, MUG)
    assert world.cache.confirm([MUG, BEANS], seen=world.clock.time() - timedelta(seconds=1)) == 0
    assert (await world.get()).fresh_for_s == 2


async def test_a_guard_ends_after_60_s() -> None:
    world = World()
    world.tags = (MUG,)
    changed(world, MUG)
    world.clock.pass_s(59.99)
    assert (await world.get("just before")).fresh_for_s == 2
    world.clock.pass_s(0.01)
    assert (await world.get("after")).fresh_for_s == 60
    assert world.cache.guarded() == {}


async def test_a_fetch_that_began_under_a_guard_is_guarded() -> None:
    world = World()
    world.tags = (MUG,)
    changed(world, MUG)
    world.clock.pass_s(59)
    call = await world.get_held()
    world.clock.pass_s(1.5)
    assert world.cache.guarded() == {}
    world.release()
    assert (await call).fresh_for_s == 0.5


async def test_of_two_changes_the_later_time_has_to_be_seen() -> None:
    world = World()
    clock = world.clock
    earlier, later = clock.time(), clock.time() + timedelta(seconds=3)
    for order in ((earlier, later), (later, earlier)):
        for changed_at in order:
            world.cache.invalidate([MUG], changed_at=changed_at)
        assert world.cache.guarded() == {MUG: later}
        assert world.cache.confirm([MUG], seen=earlier) == 0
        assert world.cache.confirm([MUG], seen=later) == 1


async def test_a_repeated_change_prolongs_no_guard() -> None:
    world = World()
    told = world.clock.time()
    world.cache.invalidate([MUG], changed_at=told)
    world.clock.pass_s(30)
    world.cache.invalidate([MUG], changed_at=told)
    world.clock.pass_s(30)
    assert world.cache.guarded() == {}


async def test_a_later_change_prolongs_the_guard() -> None:
    world = World()
    changed(world, MUG)
    world.clock.pass_s(30)
    changed(world, MUG)
    world.clock.pass_s(59)
    assert MUG in world.cache.guarded()


async def test_a_change_without_a_time_guards_nothing() -> None:
    world = World()
    world.tags = (MUG,)
    world.cache.invalidate([MUG], changed_at=None)
    assert world.cache.guarded() == {}
    assert (await world.get()).fresh_for_s == 60


async def test_too_many_changes_guard_the_whole_type() -> None:
    world = World(max_guards=10)
    times = {}
    for number in range(200):
        world.clock.pass_s(0.01)
        times[tags.of_id(f"gid://shopify/Product/{number}")] = world.clock.time()
    for tag, changed_at in times.items():
        world.cache.invalidate([tag], changed_at=changed_at)
    assert len(world.cache.guarded()) <= 10
    for number, tag in enumerate([*times, tags.of_id("gid://shopify/Product/999"), SOME_PRODUCT]):
        world.tags = (tag,)
        assert (await world.get(f"key {number}")).fresh_for_s == 2
    world.tags = (ABOUT_US,)
    assert (await world.get("page")).fresh_for_s == 60


async def test_expired_changes_are_removed() -> None:
    world = World(max_guards=10)
    for number in range(200):
        world.cache.invalidate([tags.of_id(f"gid://shopify/Product/{number}")], changed_at=world.clock.time())
        world.clock.pass_s(61)
    world.tags = (tags.of_id("gid://shopify/Product/999"),)
    assert (await world.get()).fresh_for_s == 60


async def test_folding_changes_into_their_type_still_overtakes_running_fetches() -> None:
    world = World(max_guards=10)
    world.tags = (MUG,)
    call = await world.get_held()
    world.cache.invalidate([MUG], changed_at=None)
    for number in range(100, 200):
        world.cache.invalidate([tags.of_id(f"gid://shopify/Product/{number}")], changed_at=None)
    world.release()
    await call
    assert world.cache.peek("key") is None


async def test_a_purge_of_one_policy_leaves_other_answers() -> None:
    world = World()
    await world.get(policy=Policies().content)
    assert world.cache.purge([CATALOG, STOCK]) == 0
    assert world.cache.purge([Policies().content]) == 1
