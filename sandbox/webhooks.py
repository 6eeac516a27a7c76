"""Tells what happens in the store. Shopify's part: signed, repeated for four hours, no longer to who never answers."""

import base64
import hashlib
import hmac
import uuid
from datetime import UTC, datetime
from typing import Any

import orjson

from sandbox.admin.tokens import CLIENT_SECRET
from sandbox.deliveries import Deliveries, Delivery, Sender
from sandbox.faults import Faults
from sandbox.printful.webhooks import PrintfulWebhooks
from sandbox.square.webhooks import SquareWebhooks
from sandbox.store import SHOP_DOMAIN, Store
from sandbox.webhook_payloads import BODIES
from sandbox.webhook_records import WebhookSubscription

API_VERSION = "2026-10"
RETRIES = 8
FIRST_RETRY_S = 56.0  # doubled each time, so that eight of them take four hours


class Webhooks(Deliveries):
    """The deliveries of all three: Shopify, Printful and Square."""

    def __init__(self, store: Store, faults: Faults) -> None:
        super().__init__(store.clock, faults)
        store.watchers.append(ShopifyWebhooks(store, self).happened)
        store.printful_watchers.append(PrintfulWebhooks(store, self).happened)
        store.square_watchers.append(SquareWebhooks(store, self).happened)


class ShopifyWebhooks(Sender):
    """Tells the store's subscriptions. Every attempt of a delivery is the same.

    A subscription whose delivery failed eight times after the first is deleted, unless another arrived meanwhile.
    """

    name = "shopify"
    connect_s, answer_s = 1.0, 5.0
    repeats_s = tuple(FIRST_RETRY_S * 2**number for number in range(RETRIES))

    def __init__(self, store: Store, deliveries: Deliveries) -> None:
        self._store = store
        self._deliveries = deliveries
        self._arrived_at: dict[int | None, datetime] = {}

    def happened(self, *events: tuple[str, Any]) -> None:
        """Creates the deliveries for the events of one action: pairs of a topic and its record."""
        now, event_id = self._store.clock.now(), str(uuid.uuid4())
        for topic, record in events:
            word = topic.upper().replace("/", "_")
            subscriptions = [each for each in self._store.webhook_subscriptions.values() if each.topic == word]
            body = BODIES[topic](self._store, record) if subscriptions else {}
            self._deliveries.add(*(self._delivery(each, topic, body, event_id, now) for each in subscriptions))

    def _delivery(
        self, subscription: WebhookSubscription, topic: str, body: dict[str, Any], event_id: str, now: datetime
    ) -> Delivery:
        included = subscription.include_fields
        text = orjson.dumps({name: value for name, value in body.items() if name in included} if included else body)
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
        return Delivery(self, topic, subscription.uri, headers, text, now, now, subscription.id)

    def is_wanted(self, delivery: Delivery) -> bool:
        return delivery.subscription_id in self._store.webhook_subscriptions

    def arrived(self, delivery: Delivery) -> None:
        self._arrived_at[delivery.subscription_id] = self._store.clock.now()

    def gave_up(self, delivery: Delivery) -> None:
        arrived_at = self._arrived_at.get(delivery.subscription_id)
        if delivery.subscription_id is not None and (arrived_at is None or arrived_at < delivery.made_at):
            self._store.webhook_subscriptions.pop(delivery.subscription_id, None)


def signature(body: bytes) -> str:
    """The signature of a body from the sandbox."""
    return base64.b64encode(hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()).decode()
