"""Tells subscribers what happens in the store: signed deliveries, repeated when they fail, on the sandbox's clock."""

import asyncio
import base64
import hashlib
import hmac
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from sandbox.admin.tokens import CLIENT_SECRET
from sandbox.faults import Faults
from sandbox.store import SHOP_DOMAIN, Store
from sandbox.webhook_payloads import BODIES
from sandbox.webhook_records import WebhookSubscription

API_VERSION = "2026-10"
CONNECT_S, ANSWER_S = 1.0, 5.0
RETRIES = 8
FIRST_RETRY_S = 56.0  # doubled each time, so that eight of them take four hours
DELIVERIES_KEPT = 1000


@dataclass(slots=True, eq=False)
class Delivery:
    """A message to one subscriber. `due` is when it is sent next; `statuses` what was answered, None for no answer."""

    subscription_id: int
    uri: str
    topic: str
    headers: dict[str, str]
    body: bytes
    due: datetime
    statuses: list[int | None] = field(default_factory=list)

    @property
    def arrived(self) -> bool:
        return bool(self.statuses) and self.statuses[-1] is not None and 200 <= self.statuses[-1] < 300


class Webhooks:
    """What is to be told, and to whom. `run` sends it; the last 1,000 deliveries are kept in `log`.

    A subscription whose delivery failed eight times after the first is deleted, unless another arrived meanwhile.
    """

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self._waiting: list[Delivery] = []
        self._held: list[Delivery] = []
        self._under_way = 0
        self._arrived_at: dict[int, datetime] = {}
        self._wake: asyncio.Event | None = None
        self._settled: list[asyncio.Future[None]] = []
        self.log: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        store.watchers.append(self._happened)
        store.clock.watchers.append(self._look)

    def _happened(self, *events: tuple[str, Any]) -> None:
        """Makes the deliveries for what one action caused: each a topic and the record it is about."""
        now, event_id = self._store.clock.now(), str(uuid.uuid4())
        for topic, record in events:
            body = BODIES[topic](self._store, record)
            word = topic.upper().replace("/", "_")
            for subscription in [s for s in self._store.webhook_subscriptions.values() if s.topic == word]:
                for delivery in self._faulty(_delivery(subscription, topic, body, event_id, now)):
                    self._waiting.append(delivery)
        self._look()

    def _faulty(self, delivery: Delivery) -> Iterator[Delivery]:
        """What becomes of a delivery under the faults that are switched on."""
        fault = self._faults.next_webhook(delivery.topic, delivery.body)
        match None if fault is None else fault.kind:
            case "lost":
                return
            case "reordered":
                self._held.append(delivery)
                return
            case "doubled":
                yield replace(delivery, statuses=[])
            case "delayed":
                assert fault is not None
                delivery.due += timedelta(seconds=fault.latency_s)
        yield delivery

    async def run(self, http: httpx.AsyncClient) -> None:
        """Sends what is due with `http`; ends only by being cancelled."""
        self._wake = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as sending:
                while True:
                    self._wake.clear()
                    for delivery in self._take_due():
                        self._under_way += 1
                        sending.create_task(self._send(delivery, http))
                    await self._until_next(self._wake)
        finally:
            self._wake = None

    async def settled(self) -> None:
        """Waits until nothing is due and nothing under way. Only while `run` runs."""
        if self._under_way or self._due():
            settled = asyncio.get_running_loop().create_future()
            self._settled.append(settled)
            await settled

    def _look(self) -> None:
        if self._wake is not None:
            self._wake.set()

    def _due(self) -> list[Delivery]:
        now = self._store.clock.now()
        return [each for each in self._waiting if each.due <= now]

    def _take_due(self) -> list[Delivery]:
        taken = self._due()
        self._waiting = [each for each in self._waiting if each not in taken]
        return [each for each in taken if each.subscription_id in self._store.webhook_subscriptions]

    async def _until_next(self, wake: asyncio.Event) -> None:
        if not self._under_way:
            for settled in self._settled:
                if not settled.done():  # who waited may have given up
                    settled.set_result(None)
            self._settled.clear()
        next_due = min((each.due for each in self._waiting), default=None)
        wait_s = None if next_due is None else (next_due - self._store.clock.now()).total_seconds()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await wake.wait()

    async def _send(self, delivery: Delivery, http: httpx.AsyncClient) -> None:
        status = None
        if not delivery.statuses:
            self.log.append(delivery)
        with suppress(httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                timeout = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
                answer = await http.post(delivery.uri, content=delivery.body, headers=delivery.headers, timeout=timeout)
                status = answer.status_code
        delivery.statuses.append(status)
        now = self._store.clock.now()
        if delivery.arrived:
            self._arrived_at[delivery.subscription_id] = now
        elif len(delivery.statuses) <= RETRIES:
            delivery.due = now + timedelta(seconds=FIRST_RETRY_S * 2 ** (len(delivery.statuses) - 1))
            self._waiting.append(delivery)
        else:
            self._give_up(delivery)
        for held in self._held:
            held.due = now
        self._waiting += self._held
        self._held.clear()
        self._under_way -= 1
        self._look()

    def _give_up(self, delivery: Delivery) -> None:
        arrived_at = self._arrived_at.get(delivery.subscription_id)
        if arrived_at is None or arrived_at < _triggered_at(delivery):
            self._store.webhook_subscriptions.pop(delivery.subscription_id, None)


def _delivery(
    subscription: WebhookSubscription, topic: str, body: dict[str, Any], event_id: str, now: datetime
) -> Delivery:
    wanted = subscription.include_fields
    text = orjson.dumps({name: value for name, value in body.items() if name in wanted} if wanted else body)
    headers = {
        "content-type": "application/json",
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": signature(text),
        "x-shopify-shop-domain": SHOP_DOMAIN,
        "x-shopify-api-version": API_VERSION,
        "x-shopify-webhook-id": str(uuid.uuid4()),
        "x-shopify-event-id": event_id,
        "x-shopify-triggered-at": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z",
    }
    if subscription.name is not None:
        headers["x-shopify-name"] = subscription.name
    return Delivery(subscription.id, subscription.uri, topic, headers, text, now)


def signature(body: bytes) -> str:
    """What proves that a body is the sandbox's."""
    return base64.b64encode(hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()).decode()


def _triggered_at(delivery: Delivery) -> datetime:
    return datetime.fromisoformat(delivery.headers["x-shopify-triggered-at"])
