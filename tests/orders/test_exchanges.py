"""Exchanges while Printful makes an order: each item is printed once, or staff see why not."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from sandbox.order_records import Order
from sandbox.print_order_records import PrintOrder
from tests.orders.conftest import SCHEDULES, SEED
from tests.orders.fault_steps import Crash, Fault
from tests.orders.oracle import is_paid, journal_of, should_print
from tests.orders.order_facts import print_units
from tests.orders.steps import GONE, Exchange, Forward, Line, Place, Printful, Shop, Step, Sweep, Wait
from tests.orders.test_schedules import Schedule, calm, settle
from tests.orders.world import World
from tests.virtual_time import in_virtual_time

pytestmark = pytest.mark.slow

_places = st.builds(
    Place, st.lists(st.builds(Line, st.sampled_from(["sync", "blank"]), st.integers(1, 2)), min_size=1).map(tuple)
)
_faults = st.builds(
    Fault,
    st.sampled_from(["printful", "printful", "admin"]),
    st.sampled_from(["lost", "timeout", "status", "throttle", "truncated", "latency"]),
    st.integers(1, 3),
    st.sampled_from([None, "/orders", "external_id", "SetMetafields", "FulfillmentCreate"]),
    st.sampled_from([0, 1, 5]),
)
_steps = st.one_of(
    st.builds(Exchange, st.just(0), st.integers(0, 3), st.booleans()),
    st.builds(Exchange, st.just(0), st.integers(0, 3), st.just(False)),
    st.just(Forward()),
    st.just(Forward()),
    st.builds(Printful, st.sampled_from(["confirm", "start", "ship", "ship a unit", "cancel"]), st.integers(0, 2)),
    st.builds(Shop, st.sampled_from(["cancel", "refund a unit", "refund a line", "one more", "pay", "move"])),
    _faults,
    st.builds(Crash, st.integers(0, 1), st.integers(1, 30), st.sampled_from([0, 5, 90])),
    st.builds(Sweep, st.none()),
    st.builds(Wait, st.sampled_from([0.3, 4, 30, 130, 400])),
)
_begun: list[Step] = [Wait(4), Printful("confirm"), Printful("start"), Wait(4)]
_schedules = st.builds(
    Schedule,
    st.integers(0, 1000),
    st.integers(1, 2),
    st.sampled_from(["manual", "manual", "auto"]),
    st.tuples(_places, st.sampled_from([_begun, [Wait(4.0)]]), st.lists(_steps, min_size=1, max_size=12)).map(
        lambda parts: (parts[0], *parts[1], *parts[2])
    ),
)


async def played(schedule: Schedule) -> list[str]:
    """The violated invariants after a schedule."""
    async with World.running(seed=schedule.seed, gateways=schedule.gateways, confirm=schedule.confirm) as world:
        for step in schedule.steps:
            await step.take(world)
        await calm(world)
        await settle(world)
        await asyncio.sleep(20 * 60)
        return [f"{order.name} {each}" for order in world.orders for each in _wrong(world, order)]


def _wrong(world: World, order: Order) -> Iterator[str]:
    alive = [each for each in world.print_orders(order) if each.status not in GONE]
    numbers = [each.external_id for each in alive]
    if len(set(numbers)) < len(numbers):
        yield f"is at Printful twice under one number: {numbers}"
    is_reported = "printful-failed" in order.tags and bool(_reasons(order))
    there, expected = _units(alive), _wanted(world, order, alive)
    most = {str(line.id): line.quantity for line in order.lines}
    if any(units > most.get(str(line), 0) for line, units in there.items()):
        yield f"is printed more than was ever ordered: {dict(there)} of {most}"
    if should_print(world, order) and dict(there) != expected and not is_reported:
        yield f"is printed as {dict(there)} instead of {expected}, and nobody sees it"
    if not should_print(world, order) and _open(alive) and is_paid(order) and not is_reported:
        yield f"is {[each.status for each in alive]} at Printful, which it should not, and nobody sees it"
    if order.canceled_at is not None and any(each.status in ("draft", "pending") for each in alive):
        yield "is cancelled, and Printful is not"
    if "forwarding-pending" in order.tags and is_paid(order):
        yield "is pending"
    if ("printful-forwarded" in order.tags) != bool(alive):
        yield f"has {len(alive)} orders at Printful, and its tags are {order.tags}"
    ids = {each.key: each.value for each in order.private_metafields if each.namespace == "kynda"}
    if alive and set(ids.get("printful_order_id", "").split(", ")) != {str(each.id) for each in alive}:
        yield f"is {[each.id for each in alive]} at Printful, and its metafield says {ids.get('printful_order_id')}"
    for line in order.lines:
        handed = sum(
            count for each in order.fulfillments if each.succeeded for there, count in each.items if there is line
        )
        if handed > line.quantity:
            yield f"{handed} of {line.title} were handed over, of {line.quantity}"
    for parcel in (parcel for each in alive for parcel in each.shipments):
        if not any(parcel.tracking_number == number for made in order.fulfillments for number, _ in made.tracking):
            yield f"the parcel {parcel.id} is not in Shopify"


def _units(orders: list[PrintOrder]) -> Counter[str | None]:
    units: Counter[str | None] = Counter()
    for item in (item for each in orders for item in each.items):
        units[item.external_id] += item.quantity
    return units


def _wanted(world: World, order: Order, alive: list[PrintOrder]) -> dict[str | None, int]:
    """Units to print by line. Goods refunded after shipping were printed all the same."""
    units: dict[str | None, int] = {str(line.id): count for line, count in print_units(world, order).items()}
    shipped: Counter[str | None] = Counter()
    for each in alive:
        for item in each.items:
            shipped[item.external_id] += each.shipped(item)
    return units | {line: max(count, units.get(line, 0)) for line, count in shipped.items() if count}


def _open(orders: list[PrintOrder]) -> bool:
    return any(each.status != "fulfilled" for each in orders)


def _reasons(order: Order) -> list[str]:
    journal = journal_of(order)
    records = [journal.get("print", {}), *journal.get("additions", [])]
    return [each["reason"] for each in records if each.get("reason")]


@seed(SEED)
@settings(
    max_examples=max(20, SCHEDULES // 4),
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
@given(_schedules)
def test_exchanged_goods_are_printed_once_or_staff_are_notified(schedule: Schedule) -> None:
    found = in_virtual_time(played(schedule))
    assert not found, "\n".join([f"SCHEDULES_SEED={SEED}", *found])
