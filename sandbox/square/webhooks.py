"""Square's webhooks: signed over address and body, and retried for three days."""

import base64
import hashlib
import hmac
import uuid
from datetime import UTC
from typing import Any

import orjson

from sandbox.deliveries import Deliveries, Delivery, Sender
from sandbox.square.locations import MERCHANT_ID
from sandbox.store import Store

SIGNATURE_HEADER = "x-square-hmacsha256-signature"
GROWING_MINUTES = (1, 2, 4, 8, 16, 32)
HOURS = (72 * 60 - sum(GROWING_MINUTES)) // 60


class SquareWebhooks(Sender):
    """Sends events to the application's one subscription."""

    name = "square"
    connect_s, answer_s = 10.0, 10.0
    repeats_s = (*(60.0 * minutes for minutes in GROWING_MINUTES), *[3600.0] * HOURS)

    def __init__(self, store: Store, deliveries: Deliveries) -> None:
        self._store = store
        self._deliveries = deliveries

    def happened(self, kind: str, thing: dict[str, Any]) -> None:
        """Creates the delivery of an event of type `kind`. `thing` maps the object's name to the object."""
        webhook = self._store.square_webhook
        if webhook is None or (webhook.types and kind not in webhook.types):
            return
        now = self._store.clock.now()
        [(word, content)] = thing.items()
        envelope = {
            "merchant_id": MERCHANT_ID,
            "type": kind,
            "event_id": str(uuid.uuid4()),
            "created_at": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "data": {"type": word, **_id_of(content), "object": thing},
        }
        body = orjson.dumps(envelope)
        headers = {
            "content-type": "application/json",
            SIGNATURE_HEADER: signature(webhook.signature_key, webhook.url, body),
        }
        self._deliveries.add(Delivery(self, kind, webhook.url, headers, body, now, now))


def _id_of(content: Any) -> dict[str, str]:
    """The id in an event's data; catalogue and inventory events have no single object."""
    found = (content.get("id") or content.get("order_id")) if isinstance(content, dict) else None
    return {} if found is None else {"id": found}


def signature(key: str, url: str, body: bytes) -> str:
    """The signature of a body that is sent to this address."""
    return base64.b64encode(hmac.new(key.encode(), url.encode() + body, hashlib.sha256).digest()).decode()
