"""Whether the cafe takes orders from the web now: the counter's business hours, and the staff's switch."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clients.global_ids import GlobalId, global_id
from clients.pos.counter import OpeningHours
from clients.upstreams import UpstreamName
from resolvers.context import RequestContext
from resolvers.counter import EVERYWHERE, Counter
from resolvers.counter_menu import CounterPlace
from resolvers.public_errors import ErrorCode, NotConfigured, PublicError


class NoOrdersReason(StrEnum):
    """Why the cafe takes no orders now."""

    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CafeOrdering:
    """Whether the cafe takes orders. `opens_at` is the next opening of a closed one, if it is known."""

    reason: NoOrdersReason | None = None
    opens_at: datetime | None = None


async def menu_places(context: RequestContext, location_id: str | None) -> list[CounterPlace]:
    """The counters that the menu of a Shopify location is about, with their menus. Empty without a point of sale."""
    counter = context.services.counter
    if counter is None:
        return []
    places = counter.routes.menu_places(location_id)
    menus = await asyncio.gather(*(counter.menu(name, context.request_cache) for name, _ in places))
    return [CounterPlace(place, menu) for (_, place), menu in zip(places, menus, strict=True)]


async def cafe_ordering(context: RequestContext, location_id: str | None) -> CafeOrdering:
    """Whether the counters of a Shopify location (None: the default) take orders. Unknown hours count as open."""
    counter = context.services.counter
    if counter is None:
        return CafeOrdering()
    paused, openings = await asyncio.gather(
        counter.paused(context.request_cache), _openings(counter, context, location_id)
    )
    if _is_paused(counter, paused, location_id):
        return CafeOrdering(NoOrdersReason.PAUSED)
    if not openings or counter.now() in openings:
        return CafeOrdering()
    return CafeOrdering(NoOrdersReason.CLOSED, min((each for each in openings if each is not None), default=None))


async def set_cafe_accepts_orders(context: RequestContext, location_id: str | None, accepts: bool) -> list[str]:
    """Turns the switch, and returns the bare ids of the paused locations, or EVERYWHERE.

    Raises PublicError, NotConfigured and UpstreamError.
    """
    counter = context.services.counter
    if counter is None:
        raise NotConfigured(UpstreamName.ADMIN)  # the switch is stored there
    place = None if location_id is None else _location(location_id)
    if place is not None and counter.routes.of(place) is None:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"No counter takes the orders of location {location_id!r}.")
    return sorted(await counter.set_accepts(place, accepts, context.options_from_now()))


async def paused_locations(context: RequestContext) -> list[str]:
    """The bare ids of the paused locations, or EVERYWHERE. Raises NotConfigured."""
    counter = context.services.counter
    if counter is None:
        raise NotConfigured(UpstreamName.ADMIN)
    return sorted(await counter.paused(context.request_cache))


def switched_locations(context: RequestContext) -> list[GlobalId]:
    """The Shopify locations with a counter of their own."""
    counter = context.services.counter
    return [] if counter is None else [global_id("Location", each) for each in counter.routes.by_location]


def _location(location_id: str) -> str:
    bare = location_id.rsplit("/", 1)[-1]
    if not bare.isascii() or not bare.isdigit():
        problem = f"`locationId` is {location_id[:60]!r}; it must be the id of one of Shopify's locations."
        raise PublicError(ErrorCode.BAD_USER_INPUT, problem)
    return bare


def _is_paused(counter: Counter, paused: frozenset[str], location_id: str | None) -> bool:
    if EVERYWHERE in paused:
        return True
    if location_id is not None:
        return location_id.rsplit("/", 1)[-1] in paused
    all_locations = counter.routes.by_location.keys()
    return counter.routes.default is None and bool(all_locations) and all_locations <= paused


async def _openings(counter: Counter, context: RequestContext, location_id: str | None) -> list[datetime | None]:
    """The next opening of each place with known hours: now for one that is open, None for one that never opens.

    Empty when the hours of a place are unknown, since it may be open.
    """
    now = counter.now()
    places = counter.routes.menu_places(location_id)
    found = await asyncio.gather(*(counter.opening_hours(name, context.request_cache) for name, _ in places))
    hours = [None if each is None else each.get(place) for each, (_, place) in zip(found, places, strict=True)]
    return [] if None in hours else [next_opening(each, now) for each in hours if each is not None]


def next_opening(hours: OpeningHours, now: datetime) -> datetime | None:
    """`now` when it is open, else the start of the next period; None when there is no period at all."""
    starts = []
    for begin, end in _periods_around(hours, now):
        if begin <= now < end:
            return now
        if begin > now:
            starts.append(begin)
    return min(starts, default=None)


def _periods_around(hours: OpeningHours, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The periods from yesterday, which may last until today, to the same weekday of next week."""
    zone = ZoneInfo(hours.time_zone)
    today = now.astimezone(zone).date()
    for offset in range(-1, 8):
        day: date = today + timedelta(days=offset)
        for period in hours.periods:
            if period.weekday == day.weekday():
                last = day if period.ends > period.starts else day + timedelta(days=1)
                yield (
                    datetime.combine(day, period.starts, zone).astimezone(now.tzinfo),
                    datetime.combine(last, period.ends, zone).astimezone(now.tzinfo),
                )
