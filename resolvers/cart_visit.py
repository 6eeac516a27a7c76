"""The visit in a cart's attributes: table, location, fulfillment mode and pickup time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

Attribute = tuple[str, str]
"""A cart's attribute: its key and its value."""

TABLE, LOCATION, FULFILLMENT_MODE, PICKUP_AT = "table", "location", "fulfillment_mode", "pickup_at"
VISIT_ATTRIBUTES = (TABLE, LOCATION, FULFILLMENT_MODE, PICKUP_AT)
MAX_PLACE_CHARACTERS = 64
LONGEST_AHEAD = timedelta(days=14)


class FulfillmentMode(StrEnum):
    """How the guest receives the goods; the value is that of the attribute."""

    PICKUP = "pickup"
    CURBSIDE = "curbside"
    TABLE = "table"
    LOBBY = "lobby"
    DELIVERY = "delivery"


def read_place(name: str, text: str) -> str:
    """A table or location in the form of a ticket. Raises ValueError with a sentence for the guest."""
    place = text.strip()
    if not place or len(place) > MAX_PLACE_CHARACTERS or not place.isprintable():
        raise ValueError(f"`{name}` must have 1 to {MAX_PLACE_CHARACTERS} printable characters; null removes it.")
    return place


def read_pickup_time(text: str, now: datetime) -> str:
    """The moment in UTC, to the second. Raises ValueError with a sentence for the guest.

    It must be between now and 14 days ahead, with its offset from UTC.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("`pickupAt` must be a time such as 2026-11-23T08:30:00Z.") from None
    if moment.tzinfo is None:
        raise ValueError("`pickupAt` needs an offset from UTC, such as 2026-11-23T08:30:00Z.")
    if moment < now:
        raise ValueError("`pickupAt` is in the past.")
    if moment > now + LONGEST_AHEAD:
        raise ValueError(f"`pickupAt` is more than {LONGEST_AHEAD.days} days ahead.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def attributes_after(present: Sequence[Attribute], changes: Mapping[str, str | None]) -> list[Attribute]:
    """A cart's attributes after `changes`: None removes one; attributes without a change stay."""
    remaining = [(key, value) for key, value in present if key not in changes]
    return remaining + [(key, value) for key, value in changes.items() if value is not None]
