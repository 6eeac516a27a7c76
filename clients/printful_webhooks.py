"""Reads Printful's webhooks. They are not signed: read the object from Printful before acting on one. No I/O.

Source: Printful API v1 (2026-03), Webhook.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from clients.printful.values import fields, integer, integers, moment, text
from clients.webhooks import read_document

_OF_AN_ORDER = ("order_", "package_")
_OF_A_PARCEL = "package_"
_STOCK = "stock_updated"


@dataclass(frozen=True, slots=True)
class PrintfulEvent:
    """An event. `digest` is the same for every delivery of it; `retries` counts the earlier deliveries.

    Stock events: `product_id` is of the catalogue; `out` and `discontinued` are variants that cannot be ordered.
    """

    type: str
    created_at: datetime
    digest: str
    retries: int = 0
    store: int | None = None
    order_id: int | None = None
    external_id: str | None = None
    shipment_id: int | None = None
    reason: str | None = None
    product_id: int | None = None
    out: tuple[int, ...] = ()
    discontinued: tuple[int, ...] = ()


def read_printful_event(body: bytes) -> PrintfulEvent:
    """The event in a body. Undocumented kinds have the fields that they share with documented ones.

    Raises ValueError for a body outside the documented shape.
    """
    document = read_document(body)
    kind, created_at, data = text(document.get("type")), moment(document.get("created")), document.get("data")
    if kind is None or created_at is None or not isinstance(data, dict):
        raise ValueError("an event without type, created or data")
    order, stock = fields(data.get("order")), fields(data.get("variant_stock"))
    event = PrintfulEvent(
        type=kind,
        created_at=created_at,
        digest=_digest(document),
        retries=integer(document.get("retries")) or 0,
        store=integer(document.get("store")),
        order_id=integer(order.get("id")),
        external_id=text(order.get("external_id")),
        shipment_id=integer(fields(data.get("shipment")).get("id")),
        reason=text(data.get("reason")),
        product_id=integer(data.get("product_id")),
        out=integers(stock.get("out")),
        discontinued=integers(stock.get("discontinued")),
    )
    if event.order_id is None and kind.startswith(_OF_AN_ORDER):
        raise ValueError(f"{kind} without an order")
    if event.shipment_id is None and kind.startswith(_OF_A_PARCEL):
        raise ValueError(f"{kind} without a shipment")
    if kind == _STOCK and (event.product_id is None or "variant_stock" not in data):
        raise ValueError(f"{kind} without a product or its variants")
    return event


def _digest(document: dict[str, Any]) -> str:
    content = {name: value for name, value in document.items() if name != "retries"}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
