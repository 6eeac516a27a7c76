"""More orders than the upstreams let through at once: every message is answered in time, and nothing gets lost.

The figures of a run are printed (`pytest -s`). `RUSH_ORDERS` says how many orders there are.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from app import Sandbox
from sandbox.order_life import place_order
from sandbox.order_records import Order
from tests.gateway.order_rush import (
    bought,
    expected_units,
    is_marked,
    kinds,
    missing_or_wrong,
    operations,
    passing_sandbox,
    quietly,
)
from tests.serving import serving
from tests.virtual_time import in_virtual_time, virtual_timing

pytestmark = pytest.mark.slow

ORDERS = int(os.environ.get("RUSH_ORDERS", "300"))
LATENCIES_S = {"admin": 0.15, "printful": 0.5, "square": 0.3}
ENOUGH_S = 4 * 3600.0
AFTERWARDS_S = 1800.0
LOOK_S = 15.0


@dataclass(frozen=True)
class Plan:
    """What Shopify lets be asked of Admin: points in the bucket, and how many come back each second."""

    name: str
    points: float
    per_second: float


STANDARD, PLUS = Plan("standard", 2_000, 100), Plan("plus", 20_000, 1_000)


@dataclass(slots=True)
class Rush:
    """What came of a rush. `answers` counts the statuses of Shopify's messages, None for one that came too late."""

    sandbox: Sandbox
    orders: list[Order]
    minutes: float
    answers: Counter[int | None]
    lost_subscriptions: int

    def figures(self) -> str:
        """A line for whoever watches."""
        count, asked = len(self.orders), operations(self.sandbox.faults)
        per_order = {name: f"{requests / count:.2f}" for name, requests in self.sandbox.faults.counts.items()}
        creations = asked["POST /printful/orders"] / sum(1 for each in self.orders if expected_units(each)[0])
        return (
            f"{count} orders, all forwarded {self.minutes:.1f} minutes after the first; answers {dict(self.answers)}; "
            f"requests per order {per_order}; creations per Printful order {creations:.2f}"
        )


async def rush(plan: Plan, *, per_second: float, wants: Callable[[str], bool], count: int = ORDERS) -> Rush:
    """So many orders, so many a second, told by the topics that `wants` says; until all is forwarded and marked."""
    sandbox = passing_sandbox()
    store, clock = sandbox.store, asyncio.get_running_loop().time
    store.admin_bucket_points, store.admin_points_per_second = plan.points, plan.per_second
    for upstream, latency_s in LATENCIES_S.items():
        sandbox.faults.add(upstream, "latency", latency_s=latency_s)
    async with serving(sandbox, timing=virtual_timing(), sweep_minutes=5):
        for number, subscription in list(store.webhook_subscriptions.items()):
            if not wants(subscription.topic):
                del store.webhook_subscriptions[number]
        subscriptions, began = len(store.webhook_subscriptions), clock()
        orders = []
        for kind in kinds(count):
            orders.append(place_order(store, bought(store, kind)))
            await asyncio.sleep(1 / per_second)
        waiting = orders
        while waiting and clock() - began < ENOUGH_S:
            await asyncio.sleep(LOOK_S)
            waiting = [order for order in waiting if not is_marked(order)]
        minutes = (clock() - began) / 60
        await asyncio.sleep(AFTERWARDS_S)  # what still comes again must not make anything twice
        answers = Counter(
            status for each in sandbox.webhooks.log if each.sender.name == "shopify" for status in each.statuses
        )
        return Rush(sandbox, orders, minutes, answers, subscriptions - len(store.webhook_subscriptions))


def is_of_payment(topic: str) -> bool:
    return topic == "ORDERS_PAID"


def is_any(_: str) -> bool:
    return True


@pytest.fixture(scope="module", params=[STANDARD, PLUS], ids=lambda plan: plan.name)
def payments(request: pytest.FixtureRequest) -> Rush:
    """Orders of which the payment alone is told, fifty a second."""
    plan: Plan = request.param
    with quietly():
        found = in_virtual_time(rush(plan, per_second=50, wants=is_of_payment))
    print(f"\n{plan.name}: {found.figures()}")
    return found


def test_each_message_is_answered_in_time(payments: Rush) -> None:
    assert None not in payments.answers
    assert payments.answers[200] == len(payments.orders)


def test_no_subscription_is_lost(payments: Rush) -> None:
    assert payments.lost_subscriptions == 0


def test_all_is_forwarded_exactly_once(payments: Rush) -> None:
    assert missing_or_wrong(payments.sandbox.store, payments.orders) == []
    assert [order.name for order in payments.orders if not is_marked(order)] == []


def test_a_printful_order_costs_one_creation(payments: Rush) -> None:
    prints = sum(1 for order in payments.orders if expected_units(order)[0])
    assert operations(payments.sandbox.faults)["POST /printful/orders"] == prints


def test_it_takes_no_longer_than_what_the_upstreams_let_through(payments: Rush) -> None:
    points_per_order = 130  # a read, a lease, what came of it, the marks; and a mark by which it waited
    by_points_s = len(payments.orders) * points_per_order / payments.sandbox.store.admin_points_per_second
    prints_per_minute = 96  # the rest of Printful's 120 is kept for orders that just come
    by_prints_s = 60 * sum(1 for order in payments.orders if expected_units(order)[0]) / prints_per_minute
    assert payments.minutes < max(by_points_s, by_prints_s) / 60 + 2


def test_orders_reported_by_every_topic_are_answered_in_time_and_forwarded_exactly_once() -> None:
    with quietly():
        found = in_virtual_time(rush(PLUS, per_second=10, wants=is_any, count=ORDERS // 3))
    print(f"\nevery topic: {found.figures()}")
    assert None not in found.answers
    assert found.lost_subscriptions == 0
    assert missing_or_wrong(found.sandbox.store, found.orders) == []
