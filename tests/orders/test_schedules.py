"""Whatever happens to orders, and whatever fails, each is forwarded exactly once in the end."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from resolvers.orders.time_budget import SWEEPING
from sandbox import order_life
from tests.orders import steps
from tests.orders.conftest import SCHEDULES, SEED
from tests.orders.fault_steps import Crash, Fault, SlowSquare, Stop, StoreFault
from tests.orders.oracle import faults_found, is_paid, needs_somebody
from tests.orders.shared_stores import SharedStores, history_differences
from tests.orders.steps import Counter, Line, Place, Printful, Shop, Step, Sweep, Wait
from tests.orders.world import World
from tests.virtual_time import in_virtual_time

pytestmark = pytest.mark.slow

MOST_SWEEPS = 6
AFTER_LEASES_S = SWEEPING.lease.total_seconds() + 10
LATE_S = 5 * 3600.0


@dataclass(frozen=True)
class Schedule:
    seed: int
    gateways: int
    confirm: str
    steps: tuple[Step, ...]
    shares: bool = False


_small = st.integers(0, 3)
_upstream_faults = st.builds(
    Fault,
    st.sampled_from(["admin", "printful", "square"]),
    st.sampled_from(
        ["status", "throttle", "latency", "timeout", "lost", "html", "truncated", "list", "empty", "wrong-type"]
    ),
    st.integers(1, 4),
    st.sampled_from(
        [
            None,
            None,
            "SetMetafields",
            "MarkOrder",
            "FulfillmentCreate",
            "query Order(",
            "/orders",
            "/payments",
            "search",
        ]
    ),
    st.sampled_from([0, 1, 5, 12]),
)
_webhook_faults = st.builds(
    Fault,
    st.just("webhooks"),
    st.sampled_from(["lost", "doubled", "delayed", "reordered"]),
    st.integers(1, 6),
    st.none(),
    st.sampled_from([0.5, 20, 400, 9000]),
)
_lines = st.lists(st.builds(Line, st.sampled_from(steps.KINDS), st.integers(1, 3)), min_size=1, max_size=4)
_places = st.builds(
    Place,
    _lines.map(tuple),
    st.sampled_from(["card", "card", "card", "card", "later", "counter", "authorized", "gift card"]),
    st.sampled_from(["LOW", "LOW", "LOW", "MEDIUM", "HIGH", "PENDING"]),
    st.sampled_from([True, True, False]),
    st.booleans(),
)
_waits = st.builds(Wait, st.sampled_from([0.05, 0.3, 1, 4, 30, 70, 400]))
_steps = st.one_of(
    _places,
    st.builds(Shop, st.sampled_from(steps.SHOP_ACTIONS), _small, _small),
    st.builds(Shop, st.sampled_from(steps.SHOP_ACTIONS), _small, _small),
    st.builds(Printful, st.sampled_from(steps.PRINTFUL_ACTIONS), _small),
    st.builds(Printful, st.sampled_from(["confirm", "start", "ship", "ship a unit"]), _small),
    st.builds(Counter, st.sampled_from(steps.COUNTER_ACTIONS), _small),
    _upstream_faults,
    _webhook_faults,
    st.builds(Crash, _small, st.integers(1, 40), st.sampled_from([0, 5, 90])),
    st.builds(Stop, _small, st.sampled_from([0, 5, 90])),
    st.builds(SlowSquare, st.sampled_from([0, 3, 12, 30]), st.sampled_from([0, 5, 45])),
    st.builds(Sweep, st.none() | st.integers(1, 60)),
    _waits,
    _waits,
)
_moment = st.sampled_from([0, 0, 0.3, 4, 70])


@st.composite
def _stories(draw: st.DrawFn) -> list[Step]:
    """Typical sequences of steps for one order, cut off at any point."""
    order = draw(_small)
    ways: list[list[Step]] = [
        [Printful(each, order) for each in ("confirm", "start", "ship a unit", "ship", "ship again", "come back")],
        [Printful(each, order) for each in ("confirm", "start", "ship", "ship again")],
        [Printful(each, order) for each in ("confirm", "review", "hold", "release", "start", "ship")],
        [Printful(each, order) for each in ("confirm", "fail", "confirm", "start", "ship")],
        [Counter(each, order) for each in ("accept", "ready", "complete")],
        [Counter("ready", order), Shop("hand over a unit", order), Counter("complete", order)],
        [Shop("hold", order), Shop("route", order), Shop("release", order)],
        [Shop("risk HIGH", order), Shop("risk LOW", order)],
        [Shop("move", order), Shop("move back", order)],
        [Shop("one more", order), Shop("one less", order)],
        [Shop("another cafe", order), Shop("another cafe anew", order)],
        [Counter("ready", order), Shop("another cafe anew", order), Counter("complete", order)],
        [Counter("ready", order), Shop("another cafe", order), Counter("cancel", order)],
        [SlowSquare(30, 20), Shop("one more", order), Crash(0, 6, 5), Shop("cancel", order)],
        [Shop("refund a line", order, draw(_small)), Shop("add a mug", order)],
    ]
    chosen = draw(st.sampled_from(ways))
    told: list[Step] = []
    for step in chosen[: draw(st.integers(1, len(chosen)))]:
        told.append(step)
        if pause := draw(_moment):
            told.append(Wait(pause))
    return told


@st.composite
def _upsets(draw: st.DrawFn) -> list[Step]:
    """Changes of an order during an attempt with an unknown outcome."""
    kind = draw(st.sampled_from(["sync", "blank", "drink main", "table", "drink east"]))
    upstream = "printful" if kind in ("sync", "blank") else "square"
    trouble: Step = draw(
        st.one_of(
            st.builds(
                Fault,
                st.sampled_from([upstream, upstream, "admin"]),
                st.sampled_from(["lost", "timeout", "latency", "truncated", "list"]),
                st.integers(1, 4),
                st.sampled_from([None, "/orders", "/payments", "SetMetafields", "FulfillmentCreate"]),
                st.sampled_from([1, 3, 5]),
            ),
            st.builds(Crash, _small, st.integers(1, 30), st.sampled_from([0, 5, 90])),
            st.builds(Stop, _small, st.sampled_from([0, 5, 90])),
        )
    )
    told: list[Step] = [Place((Line(kind, draw(st.integers(1, 2))),)), Wait(draw(st.sampled_from([0.3, 1, 4, 30])))]
    told.insert(draw(st.integers(0, 2)), trouble)
    changes = st.sampled_from(
        ["one more", "one less", "cancel", "move", "risk HIGH", "refund a unit", "add a mug", "hold"]
    )
    for change in draw(st.lists(changes, min_size=1, max_size=2)):
        told += [Shop(change, -1), Wait(draw(st.sampled_from([0.3, 1, 4, 70])))]
    return told


_store_faults: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        StoreFault,
        st.just("redis"),
        st.sampled_from(["kill", "hang", "flush", "evict", "mix up", "lie"]),
        st.sampled_from([0.2, 3, 30, 200]),
    ),
    st.builds(
        StoreFault, st.just("database"), st.sampled_from(["kill", "hang", "lose"]), st.sampled_from([0.2, 8, 200])
    ),
)


_parts = st.one_of(_upsets(), _steps.map(lambda step: [step]), _steps.map(lambda step: [step]), _stories())
_shared_parts = st.one_of(_parts, _parts, _store_faults.map(lambda fault: [fault]))


def _schedules_of(
    gateways: st.SearchStrategy[int], parts: st.SearchStrategy[list[Step]], *, shares: bool
) -> st.SearchStrategy[Schedule]:
    return st.builds(
        Schedule,
        st.integers(0, 1000),
        gateways,
        st.sampled_from(["manual", "auto", "hold:10"]),
        st.tuples(_places, st.lists(parts, max_size=20)).map(
            lambda drawn: (drawn[0], *(step for part in drawn[1] for step in part))
        ),
        st.just(shares),
    )


_schedules = _schedules_of(st.integers(1, 2), _parts, shares=False)
_shared_schedules = _schedules_of(st.just(2), _shared_parts, shares=True)


async def played(schedule: Schedule) -> list[str]:
    """The violated invariants after a schedule."""
    async with AsyncExitStack() as stack:
        shared = stack.enter_context(SharedStores.open(schedule.seed)) if schedule.shares else None
        running = World.running(seed=schedule.seed, gateways=schedule.gateways, confirm=schedule.confirm, shared=shared)
        world = await stack.enter_async_context(running)
        for step in schedule.steps:
            await step.take(world)
        await calm(world)
        await settle(world)
        found = [*faults_found(world), *await unlisted(world)]
        if shared is not None and not found:
            found = await history_differences(world, shared)
        if found:
            return found
        await world.stop_sweeping()
        await asyncio.sleep(LATE_S)  # delayed and repeated webhooks arrive
        return [f"later: {each}" for each in faults_found(world)]


async def unlisted(world: World) -> list[str]:
    """Orders that need staff but are missing in `failedForwards`."""
    listed = await world.failed_forwards()
    needy = [order for order in world.orders if needs_somebody(order)]
    return [
        f"{order.name} is {order.tags}, and failedForwards does not list it"
        for order in needy
        if order.name not in listed
    ]


async def calm(world: World) -> None:
    """Ends all faults, and delivers all pending webhooks."""
    await world.quieten()
    for order in world.orders:
        if {each.level for each in order.risk} == {"PENDING"}:
            order_life.assess(world.store, order, "LOW")
        order_life.route(world.store, order)
        order_life.release(world.store, order)
        if order.financial_status == "PARTIALLY_PAID":
            order_life.mark_paid(world.store, order)


async def settle(world: World) -> None:
    """Sweeps a few times, until nothing is left to do."""
    for _ in range(MOST_SWEEPS):
        await asyncio.sleep(AFTER_LEASES_S)
        await world.sweep()
        if not any("forwarding-pending" in order.tags and is_paid(order) for order in world.orders):
            break
    await asyncio.sleep(AFTER_LEASES_S)
    if world.confirm.startswith("hold"):
        await asyncio.sleep(15 * 60)


@seed(SEED)
@settings(
    max_examples=SCHEDULES,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
@given(_schedules)
def test_every_order_ends_where_it_should_be_exactly_once(schedule: Schedule) -> None:
    found = in_virtual_time(played(schedule))
    assert not found, "\n".join([f"SCHEDULES_SEED={SEED}", *found])


@seed(SEED)
@settings(
    max_examples=max(8, SCHEDULES // 15),
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
@given(_shared_schedules)
def test_gateways_that_share_failing_stores_forward_every_order_exactly_once(schedule: Schedule) -> None:
    found = in_virtual_time(played(schedule))
    assert not found, "\n".join([f"SCHEDULES_SEED={SEED}", *found])


async def test_the_sweep_finds_an_order_that_was_not_forwarded() -> None:
    async with World.running(gateways=0) as world:
        await Place((Line("sync"), Line("drink main"))).take(world)
        found = "\n".join(faults_found(world))
    assert "is not at Printful" in found
    assert "has no ticket" in found
