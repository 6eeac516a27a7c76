"""How the sandbox's one machine sends what three senders tell: apart from each other, bounded, on their schedules."""

import asyncio
import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import orjson
import pytest

from sandbox.app import build_store
from sandbox.clock import Clock
from sandbox.deliveries import UNDER_WAY
from sandbox.faults import Faults
from sandbox.product_changes import change_product
from sandbox.square.webhooks import SIGNATURE_HEADER
from sandbox.store import Store
from sandbox.webhook_records import PrintfulWebhook, SquareWebhook
from sandbox.webhooks import Webhooks
from tests.conftest import NOW
from tests.virtual_time import in_no_time

HOST = "https://gateway.example"
SHOPIFY, PRINTFUL, SQUARE = f"{HOST}/shopify", f"{HOST}/printful", f"{HOST}/square"
KEY = "square-key"
SHIPPED = {"shipment": {"id": 7}, "order": {"id": 1}}
UPDATED = {"order_updated": {"order_id": "square-1", "version": 2, "state": "OPEN"}}


class Receiver:
    """Answers at each path as `behaviours` has it: a status, or None for never; keeps what arrived and when."""

    def __init__(self) -> None:
        self.behaviours: dict[str, int | None] = {}
        self.took_s = 0.0
        self.arrived: list[tuple[float, httpx.Request]] = []
        self.under_way: Counter[str] = Counter()
        self.most_under_way: Counter[str] = Counter()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.arrived.append((asyncio.get_running_loop().time(), request))
        self.under_way[path] += 1
        self.most_under_way[path] = max(self.most_under_way[path], self.under_way[path])
        try:
            status = self.behaviours.get(path, 200)
            await asyncio.sleep(self.took_s if status is not None else 1e6)
            return httpx.Response(status or 200)
        finally:
            self.under_way[path] -= 1

    def at(self, url: str) -> list[httpx.Request]:
        return [request for _, request in self.arrived if str(request.url) == url]

    def times(self, url: str) -> list[float]:
        return [at for at, request in self.arrived if str(request.url) == url]

    def bodies(self, url: str) -> list[Any]:
        return [orjson.loads(request.content) for request in self.at(url)]


class Three:
    """A store that tells three subscribers, one of each sender's."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.store: Store = build_store(Clock(lambda: NOW + timedelta(seconds=loop.time())))
        self.faults = Faults()
        self.webhooks = Webhooks(self.store, self.faults)
        self.receiver = Receiver()
        self.store.subscribe("PRODUCTS_UPDATE", SHOPIFY)
        self.store.printful_webhook = PrintfulWebhook(PRINTFUL, ("package_shipped", "stock_updated"))
        self.store.square_webhook = SquareWebhook(SQUARE, KEY)

    def tell_all(self) -> None:
        change_product(self.store, "latte", price="9.75")
        self.store.tell_printful("package_shipped", SHIPPED)
        self.store.tell_square("order.updated", UPDATED)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self.receiver)) as http:
            sending = asyncio.create_task(self.webhooks.run(http))
            try:
                yield
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)


@asynccontextmanager
async def three() -> AsyncIterator[Three]:
    made = Three()
    async with made.running():
        yield made


@in_no_time
async def test_all_senders_share_one_log_and_one_wait() -> None:
    async with three() as told:
        told.tell_all()
        await told.webhooks.settled()

        assert [(each.sender.name, each.topic, each.statuses) for each in told.webhooks.log] == [
            ("shopify", "products/update", [200]),
            ("printful", "package_shipped", [200]),
            ("square", "order.updated", [200]),
        ]


@in_no_time
async def test_nothing_is_sent_while_nobody_subscribes() -> None:
    async with three() as told:
        told.store.webhook_subscriptions.clear()
        told.store.printful_webhook = told.store.square_webhook = None
        told.tell_all()
        await told.webhooks.settled()

        assert told.receiver.arrived == []


@in_no_time
async def test_an_event_of_printfuls_comes_unsigned_in_its_envelope() -> None:
    async with three() as told:
        told.store.tell_printful("package_shipped", SHIPPED)
        await told.webhooks.settled()

        [body] = told.receiver.bodies(PRINTFUL)
        created = int(NOW.timestamp())
        assert body == {"type": "package_shipped", "created": created, "retries": 0, "store": 1, "data": SHIPPED}
        assert not any("signature" in name or "hmac" in name for name in told.receiver.at(PRINTFUL)[0].headers)


@in_no_time
async def test_printful_sends_only_configured_types_and_stock_of_named_products() -> None:
    async with three() as told:
        assert told.store.printful_webhook is not None
        told.store.printful_webhook.params = {"stock_updated": {"product_ids": [71]}}
        told.store.tell_printful("order_updated", {"order": {"id": 1}})
        for product in (71, 19):
            told.store.tell_printful("stock_updated", {"product_id": product, "variant_stock": {"out": [11]}})
        await told.webhooks.settled()

        assert [body["data"]["product_id"] for body in told.receiver.bodies(PRINTFUL)] == [71]


@in_no_time
async def test_printful_tries_seven_times_and_counts_them_in_the_body() -> None:
    async with three() as told:
        told.receiver.behaviours["/printful"] = 500
        told.store.tell_printful("package_shipped", SHIPPED)
        await asyncio.sleep(30 * 3600)

        waits = [60.0 * minutes for minutes in (1, 4, 16, 64, 256, 1024)]
        times = told.receiver.times(PRINTFUL)
        assert [round(b - a) for a, b in pairwise(times)] == waits
        bodies = told.receiver.bodies(PRINTFUL)
        assert [body.pop("retries") for body in bodies] == list(range(7))
        assert all(body == bodies[0] for body in bodies)
        assert told.store.printful_webhook is not None


@in_no_time
async def test_an_event_of_squares_is_signed_over_its_address_and_its_body() -> None:
    async with three() as told:
        told.store.tell_square("order.updated", UPDATED)
        await told.webhooks.settled()

        [request] = told.receiver.at(SQUARE)
        proof = hmac.new(KEY.encode(), SQUARE.encode() + request.content, hashlib.sha256).digest()
        assert request.headers[SIGNATURE_HEADER] == base64.b64encode(proof).decode()
        body = orjson.loads(request.content)
        assert set(body) == {"merchant_id", "type", "event_id", "created_at", "data"}
        assert (body["type"], body["created_at"]) == ("order.updated", "2026-11-22T12:00:00.000Z")
        assert body["data"] == {"type": "order_updated", "id": "square-1", "object": UPDATED}


@in_no_time
async def test_an_event_about_a_payment_names_the_payment() -> None:
    async with three() as told:
        told.store.tell_square("payment.updated", {"payment": {"id": "payment-1", "order_id": "square-1"}})
        await told.webhooks.settled()

        [body] = told.receiver.bodies(SQUARE)
        assert (body["data"]["type"], body["data"]["id"]) == ("payment", "payment-1")


@in_no_time
async def test_square_repeats_the_same_event_for_three_days() -> None:
    async with three() as told:
        told.receiver.behaviours["/square"] = 503
        told.store.tell_square("order.updated", UPDATED)
        await asyncio.sleep(80 * 3600)

        times = told.receiver.times(SQUARE)
        gaps = [round((b - a) / 60) for a, b in pairwise(times)]
        assert gaps[:6] == [1, 2, 4, 8, 16, 32]
        assert set(gaps[6:]) == {60}
        assert 71 * 3600 < times[-1] <= 72 * 3600
        assert len({request.content for request in told.receiver.at(SQUARE)}) == 1


@in_no_time
async def test_square_waits_ten_seconds_and_shopify_five() -> None:
    async with three() as told:
        told.receiver.took_s = 7
        told.tell_all()
        await told.webhooks.settled()

        statuses = {each.sender.name: each.statuses for each in told.webhooks.log}
        assert statuses == {"shopify": [None], "printful": [200], "square": [200]}


@in_no_time
async def test_a_subscriber_that_never_answers_delays_no_other() -> None:
    async with three() as told:
        told.receiver.behaviours["/dead"] = None
        told.store.subscribe("PRODUCTS_UPDATE", f"{HOST}/dead")
        for _ in range(3 * UNDER_WAY):
            told.tell_all()
        await asyncio.sleep(0.001)

        assert told.receiver.most_under_way["/dead"] == UNDER_WAY
        assert len(told.receiver.at(PRINTFUL)) == len(told.receiver.at(SQUARE)) == 3 * UNDER_WAY
        assert len(told.receiver.at(SHOPIFY)) == 3 * UNDER_WAY


@in_no_time
async def test_a_thousand_deliveries_at_fifty_a_second_arrive_in_twenty_seconds() -> None:
    async with three() as told:
        told.receiver.took_s = 1.0  # of fifty a second each takes: fifty are under way at any time
        for _ in range(1000):
            told.store.tell_square("order.updated", UPDATED)
            await asyncio.sleep(0.02)
        await told.webhooks.settled()

        assert len(told.receiver.arrived) == 1000
        assert {tuple(each.statuses) for each in told.webhooks.log} == {(200,)}
        assert told.receiver.times(SQUARE)[-1] < 20.1


@in_no_time
async def test_deliveries_queued_for_a_busy_address_are_awaited() -> None:
    async with three() as told:
        told.receiver.took_s = 1.0
        for _ in range(UNDER_WAY + 1):
            told.store.tell_square("order.updated", UPDATED)
        await told.webhooks.settled()

        assert [each.statuses for each in told.webhooks.log] == [[200]] * (UNDER_WAY + 1)


@in_no_time
async def test_a_sender_that_is_stopped_tries_again_when_it_runs_again() -> None:
    told = Three()
    told.receiver.behaviours["/square"] = None
    async with told.running():
        told.store.tell_square("order.updated", UPDATED)
        await asyncio.sleep(1)
    told.receiver.behaviours["/square"] = 200

    async with told.running():
        await told.webhooks.settled()
        await asyncio.sleep(61)
        await told.webhooks.settled()

        assert [each.statuses for each in told.webhooks.log] == [[None, 200]]


def _tell_shopify(told: Three) -> None:
    change_product(told.store, "latte", price="9.75")


def _tell_printful(told: Three) -> None:
    told.store.tell_printful("package_shipped", SHIPPED)


def _tell_square(told: Three) -> None:
    told.store.tell_square("order.updated", UPDATED)


@pytest.mark.parametrize("match", ["products/update", "printful package", '"square-1"'])
def test_a_fault_affects_only_the_sender_topic_or_body_that_it_names(match: str) -> None:
    @in_no_time
    async def scenario() -> None:
        async with three() as all_three:
            all_three.faults.add("webhooks", "lost", match=match)
            all_three.tell_all()
            await all_three.webhooks.settled()

            lost = {"products/update": "shopify", "printful package": "printful", '"square-1"': "square"}[match]
            assert {each.sender.name for each in all_three.webhooks.log} == {"shopify", "printful", "square"} - {lost}

    scenario()


@pytest.mark.parametrize("tell", [_tell_shopify, _tell_printful, _tell_square])
@pytest.mark.parametrize(("kind", "arrive"), [("lost", 1), ("doubled", 3), ("delayed", 2), ("reordered", 2)])
def test_configured_faults_affect_the_deliveries_of_every_sender(
    tell: Callable[[Three], None], kind: str, arrive: int
) -> None:
    @in_no_time
    async def scenario() -> None:
        async with three() as all_three:
            all_three.faults.add("webhooks", kind, times=1, latency_s=10)
            tell(all_three)
            tell(all_three)
            await asyncio.sleep(20)

            assert len(all_three.receiver.arrived) == arrive

    scenario()


@in_no_time
async def test_a_reordered_delivery_follows_the_next_one_of_its_sender() -> None:
    async with three() as told:
        told.faults.add("webhooks", "reordered", times=1)
        told.store.tell_printful("package_shipped", SHIPPED)
        told.store.tell_square("order.updated", UPDATED)
        await told.webhooks.settled()
        assert told.receiver.at(PRINTFUL) == []

        told.store.tell_printful("package_shipped", {**SHIPPED, "shipment": {"id": 8}})
        await told.webhooks.settled()
        assert [body["data"]["shipment"]["id"] for body in told.receiver.bodies(PRINTFUL)] == [8, 7]
