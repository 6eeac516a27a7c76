"""Square's limits of text lengths, and shortening to them.

Source: Square API 2026-09-16, Order, Fulfillment and Payment.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

# By the field's path in a request's body. Texts are shortened to these; ids and amounts are refused instead.
LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "idempotency_key": 192,
        "order.reference_id": 40,
        "order.ticket_name": 30,
        "order.metadata.value": 255,
        "order.line_items.name": 512,
        "order.line_items.quantity": 12,
        "order.line_items.variation_name": 400,
        "order.line_items.note": 2000,
        "order.line_items.modifiers.name": 255,
        "order.fulfillments.pickup_details.note": 500,
        "order.fulfillments.pickup_details.recipient.display_name": 255,
        "order.fulfillments.pickup_details.recipient.phone_number": 17,
        "order.fulfillments.pickup_details.recipient.email_address": 255,
        "order.fulfillments.pickup_details.curbside_pickup_details.curbside_details": 250,
        "payment.idempotency_key": 45,
        "payment.reference_id": 40,
        "payment.external_details.source_id": 255,
    }
)
_SPACES = re.compile(r"\s+")
_JOINERS = " \u200d\ufe0e\ufe0f"  # a half of a combined character is broken


def fits(text: str, field: str) -> bool:
    """Whether an id or number is no longer than `field` may be."""
    return _length(text) <= LIMITS[field]


def shortened(text: str | None, field: str) -> str:
    """The text on one line, no longer than `field` may be; a cut text ends with an ellipsis."""
    line = _one_line(text or "")
    if fits(line, field):
        return line
    room = LIMITS[field] - 1
    shortened = []
    for sign in line:
        room -= _length(sign)
        if room < 0:
            break
        shortened.append(sign)
    return "".join(shortened).rstrip(_JOINERS) + "…"


def _one_line(text: str) -> str:
    without_controls = (" " if unicodedata.category(each) in ("Cc", "Cs") else each for each in text)
    return _SPACES.sub(" ", "".join(without_controls)).strip()


def _length(text: str) -> int:
    """In UTF-16 code units, never fewer than characters: Square does not say which it counts."""
    return sum(1 if ord(each) <= 0xFFFF else 2 for each in text)
