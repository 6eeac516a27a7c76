"""Verifies and reads Shopify's webhooks. No I/O.

Source: shopify.dev, webhooks over HTTPS; API 2026-10.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

MAX_DEPTH = 32
_FRACTION = re.compile(r"(\.\d{1,6})\d*")
_SHOPIFYS_DOMAIN = ".myshopify.com"
_SIGNATURE = "x-shopify-hmac-sha256"


class WebhookRefused(Exception):
    """A webhook that does not provably come from our shop at Shopify. `reason` is a short code for our logs."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ShopifyEvent:
    """A verified webhook. The signature covers only the body, so only duplicate detection may use the headers.

    `delivery_id` stays the same when a delivery is repeated. All deliveries of one action share `event_id`.
    """

    topic: str
    body: bytes
    delivery_id: str | None = None
    event_id: str | None = None
    triggered_at: datetime | None = None
    api_version: str | None = None


def read_shopify_event(headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str], shop: str) -> ShopifyEvent:
    """The webhook in a request that is signed with one of `secrets` and sent for `shop` (a domain).

    Names of `headers` are lower case. Without secrets, or with an empty one, everything is refused. Raises
    WebhookRefused.
    """
    signature = headers.get(_SIGNATURE, "")
    if not signature:
        raise WebhookRefused("unsigned")
    if not _is_text(body) or not any(is_signed(signature, body, secret) for secret in secrets):
        raise WebhookRefused("forged")
    if not _is_of(shop, headers.get("x-shopify-shop-domain", "")):
        raise WebhookRefused("other_shop")
    topic = headers.get("x-shopify-topic", "")
    if not topic:
        raise WebhookRefused("no_topic")
    return ShopifyEvent(
        topic=topic,
        body=body,
        delivery_id=headers.get("x-shopify-webhook-id"),
        event_id=headers.get("x-shopify-event-id"),
        triggered_at=read_time(headers.get("x-shopify-triggered-at")),
        api_version=headers.get("x-shopify-api-version"),
    )


def is_signed(signature: str, message: bytes, secret: str) -> bool:
    """Whether a signature is the base64 HMAC-SHA256 of a message. An empty secret signs nothing."""
    digest = hmac.digest(secret.encode(), message, hashlib.sha256)
    return bool(secret) and hmac.compare_digest(base64.b64encode(digest), signature.encode())


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:  # Shopify sends UTF-8
        return False
    return True


def _is_of(shop: str, sender: str) -> bool:
    """Whether a webhook comes from our shop. Shopify always names the shop's `myshopify.com` domain.

    Where the settings have another domain, only the signature decides. A webhook of another shop with the same
    app passes, but its objects do not exist in our shop.
    """
    sender, shop = sender.lower(), shop.lower()
    return sender == shop or (not shop.endswith(_SHOPIFYS_DOMAIN) and sender.endswith(_SHOPIFYS_DOMAIN))


def read_time(text: object) -> datetime | None:
    """A time in Shopify's formats, with nanoseconds or none, in UTC or the shop's zone; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text, count=1))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def read_document(body: bytes) -> dict[str, Any]:
    """The object in a webhook's body. Raises ValueError for other JSON, and for more than MAX_DEPTH levels."""
    document = orjson.loads(body)  # raises for more than 1,024 levels, and for numbers outside the range of a double
    if not isinstance(document, dict):
        raise ValueError("not an object")
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        level = [part for each in level for part in _parts(each)]
        if not level:
            return document
    raise ValueError(f"more than {MAX_DEPTH} levels deep")


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
