"""Messages of the same thing at the same moment: it is done once, however many come and whoever receives them."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest

from app import Sandbox, reconciled
from sandbox.order_records import Order
from tests.gateway.order_rush import (
    BOTH,
    LIVE,
    PRINTED,
    gateways,
    is_marked,
    message,
    missing_or_wrong,
    operations,
    passing_sandbox,
    unreported_order,
)
from tests.serving import GivenSettings, serving
from tests.virtual_time import in_no_time, in_virtual_time, virtual_timing

COPIES = 50


def slow_admin(sandbox: Sandbox) -> None:
    """Has Admin's answers take a while, so that all that comes at once meets."""
    sandbox.faults.add("admin", "latency", latency_s=0.2)


async def answers_to(gateway: httpx.AsyncClient, messages: Sequence[tuple[dict[str, str], bytes]]) -> list[int]:
    """What is answered to messages that come all at once."""
    answers = await asyncio.gather(
        *(gateway.post("/webhooks/shopify", content=body, headers=headers) for headers, body in messages)
    )
    return [answer.status_code for answer in answers]


def assert_done_once(sandbox: Sandbox, order: Order) -> None:
    """One Printful order and one ticket were asked for, and the order was marked once."""
    assert missing_or_wrong(sandbox.store, [order]) == []
    assert is_marked(order)
    asked = operations(sandbox.faults)
    assert asked["POST /printful/orders"] == 1
    assert asked["POST /square/v2/orders"] == 1
    assert asked["MarkOrder"] == 1


@in_no_time
async def test_fifty_copies_of_a_message_are_one() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        slow_admin(sandbox)
        assert await answers_to(gateway.http, [message(sandbox.store, "orders/paid", order)] * COPIES) == [200] * COPIES
        assert_done_once(sandbox, order)
        assert operations(sandbox.faults)["SetMetafields"] == 2  # the lease, and what came of it
        assert operations(sandbox.faults)["Order"] == 2  # for the first, and once more for all that came meanwhile


@in_no_time
async def test_fifty_deliveries_of_one_thing_under_different_numbers_are_one() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        slow_admin(sandbox)
        copies = [
            message(sandbox.store, "orders/paid", order, webhook_id=f"delivery-{number}") for number in range(COPIES)
        ]
        assert await answers_to(gateway.http, copies) == [200] * COPIES
        assert_done_once(sandbox, order)


@in_no_time
async def test_all_messages_about_an_order_at_once_forward_it_once() -> None:
    sandbox = passing_sandbox()
    store = sandbox.store
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(store, BOTH)
        slow_admin(sandbox)
        messages = [
            message(store, "orders/create", order),
            message(store, "orders/paid", order),
            message(store, "orders/risk_assessment_changed", order.risk[0]),
            *(message(store, "fulfillment_orders/order_routing_complete", part) for part in order.fulfillment_orders),
        ]
        assert await answers_to(gateway.http, messages * 10) == [200] * 10 * len(messages)
        assert_done_once(sandbox, order)


@in_no_time
async def test_two_gateways_with_fifty_copies_make_one_of_it() -> None:
    sandbox = passing_sandbox()
    async with gateways(sandbox, 2) as (one, other):
        order = unreported_order(sandbox.store, BOTH)
        slow_admin(sandbox)
        copies = [message(sandbox.store, "orders/paid", order)] * (COPIES // 2)
        answers = await asyncio.gather(answers_to(one, copies), answers_to(other, copies))
        assert [*answers[0], *answers[1]] == [200] * COPIES
        assert_done_once(sandbox, order)


@pytest.mark.parametrize("slow", ["printful", "square"])
def test_two_gateways_create_one_printful_order_however_slow_the_upstreams_are(slow: str) -> None:
    async def meeting() -> None:
        sandbox = passing_sandbox()
        async with gateways(sandbox, 3) as all_of_them:
            order = unreported_order(sandbox.store, BOTH)
            slow_admin(sandbox)
            sandbox.faults.add(slow, "latency", latency_s=0.8)
            copy = message(sandbox.store, "orders/paid", order)
            answers = await asyncio.gather(*(answers_to(each, [copy]) for each in all_of_them))
            assert answers == [[200]] * 3
            assert missing_or_wrong(sandbox.store, [order]) == []
            assert operations(sandbox.faults)["POST /printful/orders"] == 1

    in_virtual_time(meeting())


@in_no_time
async def test_a_message_that_comes_again_later_costs_no_request() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        copy = message(sandbox.store, "orders/paid", order)
        await answers_to(gateway.http, [copy])
        sandbox.faults.forget_requests()
        await asyncio.sleep(60)
        assert await answers_to(gateway.http, [copy]) == [200]
        assert gateway.requests == {}


@in_no_time
async def test_a_message_older_than_the_last_reading_causes_no_new_one() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        late = message(sandbox.store, "orders/create", order)
        await asyncio.sleep(60)
        await answers_to(gateway.http, [message(sandbox.store, "orders/paid", order)])
        sandbox.faults.forget_requests()
        assert await answers_to(gateway.http, [late]) == [200]
        assert gateway.requests == {}


@in_no_time
async def test_a_message_newer_than_the_last_reading_causes_a_new_one() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        await answers_to(gateway.http, [message(sandbox.store, "orders/paid", order)])
        sandbox.faults.forget_requests()
        assert await answers_to(gateway.http, [message(sandbox.store, "orders/create", order)]) == [200]
        assert operations(sandbox.faults)["Order"] == 1


@in_no_time
async def test_a_sweep_leaves_and_reports_an_order_that_another_process_works_on() -> None:
    sandbox = passing_sandbox()
    async with gateways(sandbox, 1) as (one,):
        order = unreported_order(sandbox.store, BOTH)
        sandbox.faults.add("printful", "latency", latency_s=1)
        working = asyncio.create_task(answers_to(one, [message(sandbox.store, "orders/paid", order)]))
        await asyncio.sleep(0.5)
        transport = httpx.ASGITransport(sandbox.app)
        report = await reconciled(GivenSettings(**LIVE), dry_run=False, transport=transport, timing=virtual_timing())
        await working
        assert [each.why for each in report.swept if each.name == order.name] == ["another process is settling it"]
        assert not report.is_clean
        assert operations(sandbox.faults)["POST /printful/orders"] == 1


@in_no_time
async def test_a_sweep_that_waits_for_a_lease_reads_the_order_only_now_and_then() -> None:
    sandbox = passing_sandbox()
    settings = GivenSettings(**LIVE)
    async with gateways(sandbox, 1):
        order = unreported_order(sandbox.store, PRINTED)
        sandbox.faults.add("printful", "latency", latency_s=25)
        sweeps = [
            reconciled(settings, dry_run=False, transport=httpx.ASGITransport(sandbox.app), timing=virtual_timing())
            for _ in range(2)
        ]
        await asyncio.gather(*sweeps)
        assert missing_or_wrong(sandbox.store, [order]) == []
        assert (
            sum(1 for seen in sandbox.faults.log if str(order.id) in str(seen.body) and seen.operation == "Order") < 16
        )


@in_no_time
async def test_of_many_orders_at_once_one_asks_whether_printfuls_own_app_is_connected() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        orders = [unreported_order(sandbox.store, PRINTED) for _ in range(10)]
        sandbox.faults.add("printful", "latency", latency_s=0.3)
        await answers_to(gateway.http, [message(sandbox.store, "orders/paid", order) for order in orders])
        assert missing_or_wrong(sandbox.store, orders) == []
        assert operations(sandbox.faults)["GET /printful/stores"] == 1


@in_no_time
async def test_when_a_shared_check_fails_the_waiting_orders_check_themselves() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        orders = [unreported_order(sandbox.store, PRINTED) for _ in range(3)]
        sandbox.faults.add("printful", "status", status=404, match="/stores", times=1, latency_s=0.3)
        await answers_to(gateway.http, [message(sandbox.store, "orders/paid", order) for order in orders])
        assert sum(is_marked(order) for order in orders) == 2
