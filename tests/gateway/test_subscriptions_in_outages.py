"""Outages cost no subscription: Shopify repeats a message a few times, then the gateway remembers it itself.

The figures of a run are printed (`pytest -s`).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import httpx
import pytest

from app import Sandbox
from resolvers.orders.refusals import MOST_REFUSALS
from sandbox.order_life import cancel, place_order
from sandbox.order_records import Order
from tests.gateway.order_rush import bought, gateways, is_marked, kinds, missing_or_wrong, passing_sandbox, quietly
from tests.serving import serving
from tests.virtual_time import in_no_time, virtual_timing

TOPICS = ("ORDERS_PAID", "ORDERS_CREATE", "ORDERS_CANCELLED", "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE")
ADDRESS = "https://gateway.example"
FATAL = 9  # a message and its eight repetitions


@asynccontextmanager
async def told_gateways(sandbox: Sandbox, count: int, *, sweep_minutes: float = 5) -> AsyncIterator[list[int]]:
    """So many gateways, each message going to any of them; the ids of their subscriptions."""
    random = Random(7)
    async with gateways(sandbox, count, sweep_minutes=sweep_minutes) as running:

        async def deliver(request: httpx.Request) -> httpx.Response:
            answer = await random.choice(running).request(
                request.method, request.url.path, content=request.content, headers=request.headers
            )
            return httpx.Response(answer.status_code)

        for topic in TOPICS:
            sandbox.store.subscribe(topic, f"{ADDRESS}/webhooks/shopify")
        async with sandbox.telling(httpx.MockTransport(deliver)):
            yield list(sandbox.store.webhook_subscriptions)


def refused(sandbox: Sandbox) -> Counter[int]:
    """How many messages were refused so many times."""
    return Counter(each.statuses.count(503) for each in sandbox.webhooks.log if each.sender.name == "shopify")


def assert_all_is_done(sandbox: Sandbox, orders: list[Order], subscriptions: list[int]) -> None:
    assert list(sandbox.store.webhook_subscriptions) == subscriptions
    assert missing_or_wrong(sandbox.store, orders) == []
    assert [order.name for order in orders if not is_marked(order)] == []


@pytest.mark.parametrize("count", [1, 3])
def test_an_outage_of_admin_for_hours_costs_no_subscription_and_no_order(count: int) -> None:
    @in_no_time
    async def outage() -> None:
        with quietly():
            sandbox = passing_sandbox()
            async with told_gateways(sandbox, count) as subscriptions:
                await asyncio.sleep(400)  # the gateways have learnt what time it is in the shop
                sandbox.faults.add("admin", "status", status=503)
                orders = [place_order(sandbox.store, bought(sandbox.store, kind)) for kind in kinds(10)]
                await asyncio.sleep(6 * 3600)
                found = refused(sandbox)
                sandbox.faults.clear()
                await asyncio.sleep(1800)
                print(f"\n{count} processes, six hours: messages by the times they were refused {dict(found)}")
                assert max(found) <= (MOST_REFUSALS if count == 1 else FATAL - 4)
                assert_all_is_done(sandbox, orders, subscriptions)

    outage()


@in_no_time
async def test_faults_of_a_few_seconds_in_a_burst_cost_no_subscription_and_no_order() -> None:
    with quietly():
        sandbox, random = passing_sandbox(), Random(3)
        async with told_gateways(sandbox, 1) as subscriptions:
            orders = []
            for number, kind in enumerate(kinds(100)):
                if number % 10 == 0:
                    sandbox.faults.clear()
                    fault = random.choice(["status", "timeout", "throttle", "html"])
                    sandbox.faults.add("admin", fault, times=random.randint(5, 40))
                orders.append(place_order(sandbox.store, bought(sandbox.store, kind)))
                await asyncio.sleep(0.4)
            sandbox.faults.clear()
            await asyncio.sleep(3600)
            found = refused(sandbox)
            print(f"\nbursts: messages by the times they were refused {dict(found)}")
            assert max(found) <= MOST_REFUSALS
            assert_all_is_done(sandbox, orders, subscriptions)


@in_no_time
async def test_a_subscription_that_was_deleted_is_created_again_by_the_next_process() -> None:
    with quietly():
        sandbox = passing_sandbox()
        async with told_gateways(sandbox, 1) as subscriptions:
            early = place_order(sandbox.store, bought(sandbox.store, "printed"))
            await asyncio.sleep(60)
            sandbox.faults.add("admin", "status", status=503)
            late = [place_order(sandbox.store, bought(sandbox.store, kind)) for kind in kinds(5)]
            cancel(sandbox.store, early)
            await asyncio.sleep(1200)
        sandbox.faults.clear()
        for each in subscriptions:  # what Shopify still repeats does not help
            del sandbox.store.webhook_subscriptions[each]
        async with serving(sandbox, timing=virtual_timing(), sweep_minutes=5):
            await asyncio.sleep(600)
        assert missing_or_wrong(sandbox.store, late) == []
        [made] = [each for each in sandbox.store.print_orders.values() if each.external_id == str(early.id)]
        assert made.status == "canceled"


@in_no_time
async def test_a_gateway_that_does_not_sweep_leaves_its_messages_with_shopify() -> None:
    with quietly():
        sandbox = passing_sandbox()
        async with told_gateways(sandbox, 1, sweep_minutes=0):
            sandbox.faults.add("admin", "status", status=503)
            place_order(sandbox.store, bought(sandbox.store, "printed"))
            await asyncio.sleep(1200)
        assert min(refused(sandbox)) > MOST_REFUSALS
