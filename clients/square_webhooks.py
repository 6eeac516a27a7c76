"""Verifies and reads Square's webhooks. No I/O.

Source: Square API 2026-09-16, webhooks: order.created, order.updated, order.fulfillment.updated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from clients.pos.square.values import fields, listed, text, whole
from clients.webhooks import WebhookRefused, is_signed, read_document, read_time

_SIGNATURE = "x-square-hmacsha256-signature"
_ORDER_OBJECTS = ("order_created", "order_updated", "order_fulfillment_updated")


@dataclass(frozen=True, slots=True)
class FulfillmentUpdate:
    uid: str
    old_state: str | None
    new_state: str | None


@dataclass(frozen=True, slots=True)
class StockCount:
    """The sellable units of a catalogue object at a location."""

    object_id: str
    location_id: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class SquareEvent:
    """A verified webhook. `order_id` and the order's other fields are None in events about other objects.

    `event_id` stays the same when an event is sent again. `version` is the order's and only grows. Events arrive
    in any order and contain no lines, so read the order before acting.
    """

    type: str
    event_id: str
    order_id: str | None = None
    version: int | None = None
    location_id: str | None = None
    state: str | None = None
    fulfillment_updates: tuple[FulfillmentUpdate, ...] = ()
    created_at: datetime | None = None
    counts: tuple[StockCount, ...] = ()


def read_square_event(
    headers: Mapping[str, str], body: bytes, *, signature_key: str, notification_url: str
) -> SquareEvent:
    """The event in a request that is signed for `notification_url`, which must equal the URL that Square has.

    Names of `headers` are lower case. An empty key or URL refuses everything. Raises WebhookRefused, and
    ValueError when the signed body is not an event.
    """
    signature = headers.get(_SIGNATURE, "")
    if not signature:
        raise WebhookRefused("unsigned")
    if not notification_url or not is_signed(signature, notification_url.encode() + body, signature_key):
        raise WebhookRefused("forged")
    return _read_event(read_document(body))


def _read_event(document: Mapping[str, Any]) -> SquareEvent:
    kind, event_id = text(document.get("type")), text(document.get("event_id"))
    if kind is None or event_id is None:
        raise ValueError("an event without a type or an id")
    event_object = fields(fields(document.get("data")).get("object"))
    order = next((fields(event_object[name]) for name in _ORDER_OBJECTS if name in event_object), {})
    return SquareEvent(
        type=kind,
        event_id=event_id,
        order_id=text(order.get("order_id")),
        version=whole(order.get("version")),
        location_id=text(order.get("location_id")),
        state=text(order.get("state")),
        fulfillment_updates=tuple(
            FulfillmentUpdate(uid, text(update.get("old_state")), text(update.get("new_state")))
            for update in map(fields, listed(order.get("fulfillment_update")))
            if (uid := text(update.get("fulfillment_uid"))) is not None
        ),
        created_at=read_time(document.get("created_at")),
        counts=tuple(_counts(event_object.get("inventory_counts"))),
    )


def _counts(counts: object) -> Iterator[StockCount]:
    """The counts of units in stock; those that cannot be read are left out."""
    for each in map(fields, counts if isinstance(counts, list) else ()):
        object_id, location_id = text(each.get("catalog_object_id")), text(each.get("location_id"))
        if object_id is None or location_id is None or each.get("state") != "IN_STOCK":
            continue
        try:
            quantity = Decimal(text(each.get("quantity")) or "")
        except InvalidOperation:
            continue
        if quantity.is_finite():
            yield StockCount(object_id, location_id, quantity)
