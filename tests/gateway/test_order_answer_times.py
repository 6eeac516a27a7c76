"""Senders wait five seconds for an answer: they get one in time, whatever is slow behind the gateway."""

import asyncio

import httpx
import orjson

from app import Sandbox
from resolvers.subscriptions import ALL_TOPICS
from sandbox.order_life import place_order
from sandbox.order_records import Order
from tests.gateway.order_rush import (
    BOTH,
    PICKED_UP,
    PRINTED,
    bought,
    gateways,
    is_marked,
    message,
    missing_or_wrong,
    operations,
    passing_sandbox,
    unreported_order,
)
from tests.serving import Served, serving
from tests.virtual_time import in_no_time, virtual_timing

PATIENCE_S = 5.0
PRINTFUL_TAKES_S = 10.0


async def answered(gateway: Served, order: Order, topic: str = "orders/paid") -> tuple[int, float]:
    """What a message about an order is answered, and after how many seconds."""
    clock = asyncio.get_running_loop().time
    headers, body = message(gateway.sandbox.store, topic, order)
    began = clock()
    response = await gateway.http.post("/webhooks/shopify", content=body, headers=headers)
    return response.status_code, clock() - began


def slow_printful(sandbox: Sandbox) -> None:
    sandbox.faults.add("printful", "latency", latency_s=PRINTFUL_TAKES_S)


def print_reason(order: Order) -> str:
    """Why the order's part at Printful is where it is, in the words that the order itself holds."""
    metafield = next(field for field in order.private_metafields if field.key == "forwarding")
    reason: str = orjson.loads(metafield.value)["print"].get("reason", "")
    return reason


@in_no_time
async def test_the_answer_comes_in_time_while_printful_takes_ten_seconds() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, PRINTED)
        slow_printful(sandbox)
        status, took_s = await answered(gateway, order)
        assert status == 200
        assert took_s < PATIENCE_S


@in_no_time
async def test_a_deferred_order_has_the_pending_tag_and_the_reason() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, PRINTED)
        slow_printful(sandbox)
        await answered(gateway, order)
        assert "forwarding-pending" in order.tags
        assert print_reason(order) != ""


@in_no_time
async def test_a_pickup_order_does_not_wait_for_printful() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        printed, coffee = (unreported_order(sandbox.store, kind) for kind in (PRINTED, PICKED_UP))
        slow_printful(sandbox)
        _, (status, took_s) = await asyncio.gather(answered(gateway, printed), answered(gateway, coffee))
        assert status == 200
        assert took_s < 0.1
        assert is_marked(coffee)


@in_no_time
async def test_the_coffee_of_an_order_does_not_wait_for_its_shirt() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        slow_printful(sandbox)
        telling = asyncio.create_task(answered(gateway, order))
        await asyncio.sleep(0.1)
        assert [each.content["reference_id"] for each in sandbox.store.square_orders.values()] == [str(order.id)]
        await telling
        assert {"pos-forwarded", "forwarding-pending"} <= set(order.tags)


@in_no_time
async def test_the_sweep_completes_what_was_left_though_printful_is_no_faster() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing(), sweep_minutes=5) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        slow_printful(sandbox)
        await answered(gateway, order)
        await asyncio.sleep(10 * 60)
        assert missing_or_wrong(sandbox.store, [order]) == []
        assert is_marked(order)


@in_no_time
async def test_deferred_orders_are_settled_within_a_minute() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing(), sweep_minutes=60) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        sandbox.faults.add("printful", "status", times=1)
        await answered(gateway, order)
        await asyncio.sleep(60)
        assert is_marked(order)


@in_no_time
async def test_while_printful_is_down_for_hours_sweeps_stay_cheap() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing(), sweep_minutes=60) as gateway:
        order = unreported_order(sandbox.store, PRINTED)
        sandbox.faults.add("printful", "status")
        await answered(gateway, order)
        sandbox.faults.forget_requests()
        await asyncio.sleep(6 * 3600)
        assert operations(sandbox.faults)["Order"] < 12  # each hour, and for what the shop had from before


@in_no_time
async def test_drafts_that_wait_for_staff_are_not_read_again_and_again() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing(), sweep_minutes=5) as gateway:
        order = unreported_order(sandbox.store, PRINTED)
        await answered(gateway, order)
        await asyncio.sleep(20 * 60)
        sandbox.faults.forget_requests()
        await asyncio.sleep(3600)
        assert operations(sandbox.faults)["Order"] == 0


@in_no_time
async def test_while_admin_is_down_shopify_is_asked_to_repeat_the_webhook() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        sandbox.faults.add("admin", "status")
        status, took_s = await answered(gateway, order)
        assert status == 503
        assert took_s < PATIENCE_S
        sandbox.faults.clear()
        await asyncio.sleep(60)
        assert (await answered(gateway, order))[0] == 200
        assert missing_or_wrong(sandbox.store, [order]) == []


@in_no_time
async def test_an_admin_that_answers_nothing_does_not_keep_the_sender_waiting() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        sandbox.faults.add("admin", "timeout")
        for topic in ("orders/paid", "orders/create"):
            status, took_s = await answered(gateway, order, topic)
            assert status == 503
            assert took_s < PATIENCE_S


@in_no_time
async def test_when_only_reading_is_slow_the_order_is_marked_for_later() -> None:
    sandbox = passing_sandbox()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        order = unreported_order(sandbox.store, BOTH)
        sandbox.faults.add("admin", "latency", latency_s=20, match="query Order(")
        status, took_s = await answered(gateway, order)
        assert status == 200
        assert took_s < PATIENCE_S
        assert order.tags == ["forwarding-pending"]
        assert operations(sandbox.faults)["MarkOrder"] == 1


@in_no_time
async def test_a_lost_subscription_is_created_again_and_the_orders_it_missed_are_found() -> None:
    sandbox = passing_sandbox()
    store = sandbox.store
    store.subscribe("ORDERS_PAID", "https://gateway.example/webhooks/shopify")
    async with sandbox.telling(httpx.MockTransport(lambda _: httpx.Response(502))):
        order = place_order(store, bought(store, BOTH))
        await asyncio.sleep(5 * 3600)
    assert not store.webhook_subscriptions
    async with gateways(sandbox, 1, public_url="https://gateway.example", sweep_minutes=5):
        await asyncio.sleep(10 * 60)
    assert {each.topic for each in store.webhook_subscriptions.values()} == set(ALL_TOPICS)
    assert missing_or_wrong(store, [order]) == []
