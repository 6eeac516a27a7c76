"""Compares goods with goods, and computes short digests that detect later changes. No I/O."""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from clients.pos.orders import GenericOrder
from clients.printful.orders import DraftItem, OrderDraft, PrintItem, PrintOrder

_DIGEST_LETTERS = 16


def difference(draft: OrderDraft, found: PrintOrder) -> str | None:
    """How the goods of an order at Printful differ from the draft, in words; None when they are the same.

    The recipient is not compared, because Printful normalizes addresses.
    """
    expected = {item.external_id: item for item in draft.items}
    count = Counter(item.external_id for item in found.items)
    differences = []
    for item in found.items:
        if item.external_id is None or item.external_id not in expected:
            differences.append(f'"{item.name or item.id}" is at Printful but not in the draft')
    for line, expected_item in expected.items():
        if count[line] == 0:
            differences.append(f'"{expected_item.name}" is missing at Printful')
        elif count[line] > 1:
            differences.append(f'"{expected_item.name}" is at Printful {count[line]} times')
        else:
            actual = next(item for item in found.items if item.external_id == line)
            differences += _item_differences(expected_item, actual)
    return "; ".join(differences) or None


def lacking(draft: OrderDraft, found: PrintOrder) -> str | None:
    """The draft's goods that an order at Printful lacks, in words; None when it has them all."""
    there: Counter[str | None] = Counter()
    for item in found.items:
        there[item.external_id] += item.quantity
    missing = [
        f'{item.quantity - there[item.external_id]} of {item.quantity} "{item.name}"'
        for item in draft.items
        if there[item.external_id] < item.quantity
    ]
    return ", ".join(missing) or None


def _item_differences(expected: DraftItem, actual: PrintItem) -> list[str]:
    differences = []
    if actual.quantity != expected.quantity:
        differences.append(
            f'"{expected.name}" has the quantity {actual.quantity} at Printful instead of {expected.quantity}'
        )
    if expected.sync_variant_id is not None:
        is_same = actual.sync_variant_id == expected.sync_variant_id
    else:
        is_same = actual.variant_id == expected.variant_id and actual.sync_variant_id is None
    if not is_same:
        differences.append(f'"{expected.name}" is a different variant at Printful')
    shown = {url for url in actual.art_urls if url is not None}
    if expected.art_url is not None and shown and shown != {expected.art_url}:
        differences.append(f'"{expected.name}" has different art at Printful')
    return differences


def draft_digest(draft: OrderDraft) -> str:
    """A digest of all that is sent, except the external id, which a re-send changes.

    It is too short to identify an address by, but long enough to detect a change.
    """
    values = asdict(replace(draft, external_id=""))
    for item in values["items"]:
        del item["previous_art_urls"]  # it is not sent
    return _digest(values)


def with_printed_art(draft: OrderDraft, found: PrintOrder) -> OrderDraft:
    """The draft, with the former art URL on each line for which Printful has that URL."""
    shown_art = {item.external_id: {url for url in item.art_urls if url is not None} for item in found.items}

    def as_made(item: DraftItem) -> DraftItem:
        shown = shown_art.get(item.external_id, set())
        moved = next((url for url in item.previous_art_urls if shown == {url}), None)
        return item if moved is None else replace(item, art_url=moved)

    return replace(draft, items=tuple(map(as_made, draft.items)))


def ticket_digest(order: GenericOrder) -> str:
    """A digest of what the counter makes, and for which table.

    It leaves out times, payments, the guest's phone number and staff's notes.
    """
    items = [[item.id, item.quantity, [each.name for each in item.modifiers], item.notes] for item in order.items]
    return _digest({"items": items, "table": order.fulfillment.table_number, "type": order.fulfillment.type})


def _digest(values: dict[str, Any]) -> str:
    text = json.dumps(values, default=_written, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LETTERS]


def _written(value: Any) -> str:
    """Formats amounts without trailing zeros, and times in one format."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"cannot make a digest of {type(value).__name__}")
