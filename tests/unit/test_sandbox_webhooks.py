"""How the sandbox tells what happens: signed, repeated over four hours, and no longer to who never answers."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx
import orjson
import pytest

from sandbox import fulfilling, order_life, order_moves
from sandbox.app import build_store
from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE
from sandbox.clock import Clock
from sandbox.faults import Faults, UnknownFault
from sandbox.product_changes import change_product
from sandbox.store import SHOP_DOMAIN, Store
from sandbox.webhook_payloads import BODIES
from sandbox.webhooks import FIRST_RETRY_S, RETRIES, Webhooks
from tests.conftest import NOW
from tests.virtual_time import in_no_time

URI = "https://gateway.example/hooks"
Answer = Callable[[httpx.Request], httpx.Response]


class Shop:
    """A store whose webhooks are sent, and what arrived of them."""

    def __init__(self, status: int = 200) -> None:
        loop = asyncio.get_running_loop()
        self.store: Store = build_store(Clock(lambda: NOW + timedelta(seconds=loop.time())))
        self.faults = Faults()
        self.webhooks = Webhooks(self.store, self.faults)
        self.status = status
        self.arrived: list[httpx.Request] = []
        self.times: list[datetime] = []
        for topic in ("PRODUCTS_UPDATE", "INVENTORY_LEVELS_UPDATE"):
            self.store.subscribe(topic, URI)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.arrived.append(request)
        self.times.append(self.store.clock.now())
        if self.status == 0:
            await asyncio.sleep(3600)
        return httpx.Response(self.status)

    async def change(self, **change: object) -> None:
        change_product(self.store, "latte", **change)
        await self.webhooks.settled()

    @property
    def topics(self) -> list[str]:
        return [each.headers["x-shopify-topic"] for each in self.arrived]

    @property
    def prices(self) -> list[str]:
        return [orjson.loads(each.content)["variants"][0]["price"] for each in self.arrived]


@asynccontextmanager
async def shop(status: int = 200) -> AsyncIterator[Shop]:
    made = Shop(status)
    async with httpx.AsyncClient(transport=httpx.MockTransport(made.answer)) as http:
        sending = asyncio.create_task(made.webhooks.run(http))
        try:
            yield made
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


@in_no_time
async def test_a_delivery_is_signed_and_says_what_it_is() -> None:
    async with shop() as told:
        await told.change(price="9.75")
        [request] = told.arrived

        signed = hmac.new(b"sandbox-secret", request.content, hashlib.sha256).digest()
        assert request.headers["x-shopify-hmac-sha256"] == base64.b64encode(signed).decode()
        assert request.headers["x-shopify-shop-domain"] == SHOP_DOMAIN
        assert request.headers["x-shopify-triggered-at"] == "2026-11-22T12:00:00.000000000Z"
        assert request.headers["x-shopify-webhook-id"] != request.headers["x-shopify-event-id"]
        body = orjson.loads(request.content)
        assert (body["handle"], body["updated_at"]) == ("latte", "2026-11-22T07:00:00-05:00")
        assert len(body["variant_gids"]) == len(body["variants"])


@in_no_time
async def test_a_sale_sends_webhooks_of_stock_and_product_with_one_event_id() -> None:
    async with shop() as told:
        change_product(told.store, "ceramic-mug", stock=3)
        await told.webhooks.settled()

        assert set(told.topics) == {"inventory_levels/update", "products/update"}
        assert len({each.headers["x-shopify-event-id"] for each in told.arrived}) == 1
        assert len({each.headers["x-shopify-webhook-id"] for each in told.arrived}) == len(told.arrived)


@pytest.mark.parametrize("status", [500, 404, 301, 0])
def test_a_failed_delivery_is_repeated_eight_times_over_four_hours_and_then_the_subscription_ends(status: int) -> None:
    @in_no_time
    async def scenario() -> None:
        async with shop(status) as receiver:
            await receiver.change(price="9.75")
            await asyncio.sleep(5 * 3600)

            assert len(receiver.arrived) == 1 + RETRIES
            assert len({each.headers["x-shopify-webhook-id"] for each in receiver.arrived}) == 1
            assert len({each.content for each in receiver.arrived}) == 1
            assert receiver.times[-1] - receiver.times[0] >= timedelta(seconds=FIRST_RETRY_S * (2**RETRIES - 1))
            left = [each.topic for each in receiver.store.webhook_subscriptions.values()]
            assert left == ["INVENTORY_LEVELS_UPDATE"]

    scenario()


@in_no_time
async def test_a_delivery_in_between_preserves_the_subscription() -> None:
    async with shop(500) as told:
        await told.change(price="9.75")
        told.status = 204
        await told.change(price="9.80")
        told.status = 500
        await asyncio.sleep(5 * 3600)

        assert len(told.store.webhook_subscriptions) == 2


@in_no_time
async def test_moving_the_clock_on_sends_what_is_due_then() -> None:
    async with shop(500) as told:
        await told.change(price="9.75")
        told.status = 200

        told.store.clock.advance(60)
        await told.webhooks.settled()

        assert told.webhooks.log[0].statuses == [500, 200]


@pytest.mark.parametrize(
    ("kind", "prices"),
    [
        ("lost", ["2.00"]),
        ("doubled", ["1.00", "1.00", "2.00"]),
        ("delayed", ["2.00", "1.00"]),
        ("reordered", ["2.00", "1.00"]),
    ],
)
def test_configured_faults_affect_deliveries(kind: str, prices: list[str]) -> None:
    @in_no_time
    async def scenario() -> None:
        async with shop() as receiver:
            receiver.faults.add("webhooks", kind, times=1, latency_s=10)
            await receiver.change(price="1.00")
            await receiver.change(price="2.00")
            await asyncio.sleep(20)

            assert receiver.prices == prices

    scenario()


@in_no_time
async def test_subscribers_get_the_fields_they_asked_for() -> None:
    async with shop() as told:
        next(iter(told.store.webhook_subscriptions.values())).include_fields = ("id", "updated_at")
        await told.change(price="1.00")

        assert set(orjson.loads(told.arrived[0].content)) == {"id", "updated_at"}


@in_no_time
async def test_every_event_of_an_order_sends_its_topic() -> None:
    async with shop() as told:
        for topic in BODIES:
            told.store.subscribe(topic.upper().replace("/", "_"), URI)
        shirt = told.store.product_by_handle("your-design-shirt")
        latte = told.store.product_by_handle("latte")
        assert shirt is not None
        assert latte is not None

        sent = order_life.place_order(told.store, [(shirt.variants[0], 2)], routed=True, risk="LOW")
        order_life.hold(told.store, sent)
        order_life.release(told.store, sent)
        order_life.edit(told.store, sent, {sent.lines[0]: 1})
        parcel = fulfilling.fulfill(told.store, dict.fromkeys(sent.fulfillment_orders))
        fulfilling.retrack(told.store, parcel, "USPS", [("EX1", None)])
        order_life.refund(told.store, sent, {sent.lines[0]: 1})
        fetched = order_life.place_order(
            told.store, [(latte.variants[0], 1)], method="PICK_UP", location_id=MAIN_STREET, paid=False, routed=True
        )
        order_moves.move(told.store, fetched.fulfillment_orders[0], RIVERSIDE)
        fulfilling.prepare(told.store, fetched.fulfillment_orders)
        order_life.mark_paid(told.store, fetched)
        order_life.cancel(told.store, fetched)
        await told.webhooks.settled()

        about_orders = {topic for topic in BODIES if topic.startswith(("orders", "refunds", "fulfillment"))}
        assert about_orders <= set(told.topics)


@in_no_time
async def test_late_routing_and_late_assessments_send_webhooks_when_they_happen() -> None:
    async with shop() as told:
        late = {"ORDERS_RISK_ASSESSMENT_CHANGED": 30, "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE": 90}
        for topic in late:
            told.store.subscribe(topic, URI)
        told.store.risk_after_s, told.store.routing_after_s = late.values()
        shirt = told.store.product_by_handle("your-design-shirt")
        assert shirt is not None

        order_life.place_order(told.store, [(shirt.variants[0], 1)])
        await asyncio.sleep(29)
        assert told.topics == []
        await asyncio.sleep(2)
        assert told.topics == ["orders/risk_assessment_changed"]
        await asyncio.sleep(60)
        assert told.topics[1:] == ["fulfillment_orders/order_routing_complete"]


@pytest.mark.parametrize(("upstream", "kind"), [("webhooks", "html"), ("webhooks", "lag"), ("admin", "doubled")])
def test_a_fault_that_an_upstream_cannot_have_is_refused(upstream: str, kind: str) -> None:
    with pytest.raises(UnknownFault):
        Faults().add(upstream, kind)
