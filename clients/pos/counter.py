"""What a point of sale says about its menu: what is sold out where, and when its locations are open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum


class PosCapability(StrEnum):
    """What a connector can report beyond its tickets."""

    SOLD_OUT = "sold_out"
    OPENING_HOURS = "opening_hours"


@dataclass(frozen=True, slots=True)
class SoldOutAt:
    """The locations, by the point of sale's ids, at which something is sold out.

    The value is the time at which it is available again; None: until somebody changes it.
    """

    until: Mapping[str, datetime | None] = field(default_factory=dict)

    def at(self, location_id: str, now: datetime) -> bool:
        """Whether it is sold out at a location now."""
        if location_id not in self.until:
            return False
        ends_at = self.until[location_id]
        return ends_at is None or now < ends_at


@dataclass(frozen=True, slots=True)
class CounterVariation:
    """One size or kind of an item, with the point of sale's own id."""

    id: str
    name: str | None
    sku: str | None
    sold_out: SoldOutAt = SoldOutAt()


@dataclass(frozen=True, slots=True)
class CounterModifier:
    """A choice such as the kind of milk, from one of the lists that items refer to."""

    id: str
    name: str
    list_id: str
    sold_out: SoldOutAt = SoldOutAt()


@dataclass(frozen=True, slots=True)
class CounterItem:
    """An item of the counter's menu. `modifier_list_ids` are the lists that it offers."""

    name: str
    variations: tuple[CounterVariation, ...]
    modifier_list_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CounterCatalogue:
    """The counter's menu."""

    items: tuple[CounterItem, ...] = ()
    modifiers: tuple[CounterModifier, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """A time of the week in which a location is open. `weekday` 0 is Monday.

    `ends` not after `starts`: it ends on the next day.
    """

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The week of a location in its own time zone, an IANA name."""

    time_zone: str
    periods: tuple[OpenPeriod, ...]
