"""Webhooks as Shopify, Square and Printful send them: body, signature and headers."""

import base64
import hashlib
import hmac
from typing import Any

import orjson

from sandbox.store import SHOP_DOMAIN

SECRET = "sandbox-secret"


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(body: bytes, topic: str, **changed: str) -> dict[str, str]:
    """The headers of a delivery; `changed` replaces some, named without their prefix."""
    values = {
        "topic": topic,
        "hmac_sha256": signature(body),
        "shop_domain": SHOP_DOMAIN,
        "api_version": "2026-10",
        "webhook_id": hashlib.sha256(topic.encode() + body).hexdigest(),
        "event_id": "event-1",
        "triggered_at": "2026-11-22T12:00:00.123456789Z",
        **changed,
    }
    return {f"x-shopify-{name.replace('_', '-')}": value for name, value in values.items()}


def variant(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "admin_graphql_api_id": f"gid://shopify/ProductVariant/{number}",
        "id": number,
        "product_id": 7,
        "price": "4.50",
        "sku": f"SKU-{number}",
        "title": f"Size {number}",
        "updated_at": "2026-11-22T07:00:00-05:00",
        "inventory_item_id": number + 1000,
        "inventory_quantity": 5,
        "old_inventory_quantity": 5,
        **changed,
    }


def product(updated_at: str = "2026-11-22T07:00:00-05:00", **changed: Any) -> dict[str, Any]:
    """The body of a product webhook, which names every variant."""
    body = {
        "admin_graphql_api_id": "gid://shopify/Product/7",
        "id": 7,
        "handle": "flat-white",
        "title": "Flat white",
        "tags": "coffee, hot",
        "status": "active",
        "updated_at": updated_at,
        "variants": [variant(71), variant(72)],
        **changed,
    }
    named = [
        {"admin_graphql_api_id": each["admin_graphql_api_id"], "updated_at": updated_at} for each in body["variants"]
    ]
    return {"variant_gids": named, **body}


def dumped(body: Any) -> bytes:
    return orjson.dumps(body)


SQUARE_KEY = "square-signature-key"
SQUARE_URL = "https://gateway.example/webhooks/square"


def signed_square(
    kind: str = "order.updated",
    thing: dict[str, Any] | None = None,
    *,
    key: str = SQUARE_KEY,
    url: str = SQUARE_URL,
    **changed: Any,
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a Square event about `thing`; `changed` replaces parts of the envelope."""
    about = thing or {"order_updated": {"order_id": "square-1", "version": 2, "location_id": "L1", "state": "OPEN"}}
    [(word, content)] = about.items()
    envelope = {
        "merchant_id": "merchant-1",
        "type": kind,
        "event_id": "event-1",
        "created_at": "2026-11-22T12:00:00.123Z",
        "data": {"type": word, "id": content.get("id") or content["order_id"], "object": about},
        **changed,
    }
    body = orjson.dumps(envelope)
    proof = hmac.new(key.encode(), url.encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "x-square-hmacsha256-signature": base64.b64encode(proof).decode(),
    }, body


def printful_event(kind: str, data: dict[str, Any], **changed: Any) -> bytes:
    """The body of an unsigned Printful event; `changed` replaces parts of the envelope."""
    return orjson.dumps({"type": kind, "created": 1795348800, "retries": 0, "store": 1, "data": data, **changed})
