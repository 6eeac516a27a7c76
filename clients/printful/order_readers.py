"""Reads Printful's orders. Absent values are null, missing or PHP's empty array in real answers.

Source: Printful API v1 (2026-03), Orders, and recorded answers.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from clients.printful.orders import PrintItem, PrintOrder, PrintStatus, Shipment
from clients.printful.values import decimal, fields, integer, items, moment, text, truth

_PREVIEW = "preview"


def read_order(raw: Mapping[str, Any]) -> PrintOrder:
    """An order. Raises ValueError without its id or status, or when one of its items has no id."""
    key, status = integer(raw.get("id")), text(raw.get("status"))
    if key is None or status is None:
        raise ValueError("an order without id or status")
    costs = fields(raw.get("costs"))
    error = raw.get("error")
    return PrintOrder(
        id=key,
        external_id=text(raw.get("external_id")),
        status=PrintStatus(status),
        created_at=moment(raw.get("created")),
        updated_at=moment(raw.get("updated")),
        items=tuple(_item(each) for each in items(raw.get("items"))),
        shipments=tuple(
            _shipment(number, each)
            for each in items(raw.get("shipments"))
            if (number := integer(each.get("id"))) is not None
        ),
        error=text(error) if isinstance(error, str) else text(fields(error).get("message")),
        shipping=text(raw.get("shipping")),
        recipient=fields(raw.get("recipient")),
        cost_currency=text(costs.get("currency")),
        total_cost=decimal(costs.get("total")),
        shipping_cost=decimal(costs.get("shipping")),
        dashboard_url=text(raw.get("dashboard_url")),
    )


def read_orders(body: Mapping[str, Any]) -> tuple[tuple[PrintOrder, ...], int]:
    """The orders of a page, and how many there are on all pages. Raises ValueError as read_order does."""
    found = tuple(read_order(each) for each in items(body.get("result")))
    paging = fields(body.get("paging"))
    total = integer(paging.get("total"))
    return found, (integer(paging.get("offset")) or 0) + len(found) if total is None else total


def _item(raw: Mapping[str, Any]) -> PrintItem:
    key = integer(raw.get("id"))
    if key is None:  # a skipped item would make two orders look alike
        raise ValueError("an item without id")
    return PrintItem(
        id=key,
        external_id=text(raw.get("external_id")),
        quantity=integer(raw.get("quantity")) or 0,
        variant_id=integer(raw.get("variant_id")),
        sync_variant_id=integer(raw.get("sync_variant_id")),
        name=text(raw.get("name")),
        art_urls=tuple(text(file.get("url")) for file in items(raw.get("files")) if file.get("type") != _PREVIEW),
    )


def _shipment(key: int, raw: Mapping[str, Any]) -> Shipment:
    inside: Counter[int] = Counter()
    for each in items(raw.get("items")):
        item, quantity = integer(each.get("item_id")), integer(each.get("quantity"))
        if item is not None and quantity is not None and quantity > 0:
            inside[item] += quantity
    number = raw.get("tracking_number")
    return Shipment(
        id=key,
        carrier=text(raw.get("carrier")),
        service=text(raw.get("service")),
        tracking_number=None
        if isinstance(number, float)
        else text(number),  # a number that is too long is no longer exact
        tracking_url=text(raw.get("tracking_url")),
        shipped_at=moment(raw.get("shipped_at")) or moment(raw.get("ship_date")) or moment(raw.get("created")),
        is_reshipment=truth(raw.get("reshipment"), default=False),
        items=dict(inside),
    )
