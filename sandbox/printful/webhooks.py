"""Printful's webhooks: unsigned, to one address per store, and retried for almost a day."""

from typing import Any

import orjson

from sandbox.deliveries import Deliveries, Delivery, Sender
from sandbox.store import Store
from sandbox.webhook_records import PrintfulWebhook


class PrintfulWebhooks(Sender):
    """Sends the configured event types to the store's webhook. Each attempt states how many came before it."""

    name = "printful"
    connect_s, answer_s = 5.0, 30.0
    repeats_s = tuple(60.0 * minutes for minutes in (1, 4, 16, 64, 256, 1024))

    def __init__(self, store: Store, deliveries: Deliveries) -> None:
        self._store = store
        self._deliveries = deliveries

    def happened(self, kind: str, data: dict[str, Any]) -> None:
        """Creates the delivery of an event of type `kind`, if the store has a webhook for it."""
        webhook = self._store.printful_webhook
        if webhook is None or kind not in webhook.types or not _asked_for(webhook, kind, data):
            return
        now = self._store.clock.now()
        envelope = {
            "type": kind,
            "created": int(now.timestamp()),
            "retries": 0,
            "store": webhook.store_id,
            "data": data,
        }
        headers = {"content-type": "application/json"}
        self._deliveries.add(Delivery(self, kind, webhook.url, headers, orjson.dumps(envelope), now, now))

    def content(self, delivery: Delivery) -> bytes:
        if not delivery.statuses:
            return delivery.body
        return orjson.dumps(orjson.loads(delivery.body) | {"retries": len(delivery.statuses)})


def _asked_for(webhook: PrintfulWebhook, kind: str, data: dict[str, Any]) -> bool:
    """Whether the store's webhook gets the event. Only stock events are limited to named products."""
    if kind != "stock_updated":
        return True
    named = webhook.params.get(kind, {}).get("product_ids")
    return named is None or data["product_id"] in named
