"""Reads Square's catalogue and business hours: what is sold out where, and when locations are open.

Source: Square API 2026-09-16, CatalogObject, ItemVariationLocationOverrides, ModifierLocationOverrides, BusinessHours.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from clients.pos.counter import (
    CounterCatalogue,
    CounterItem,
    CounterModifier,
    CounterVariation,
    OpeningHours,
    OpenPeriod,
    SoldOutAt,
)
from clients.pos.square.values import fields, listed, text
from clients.webhooks import read_time

CATALOGUE_TYPES = "ITEM,MODIFIER_LIST"
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def read_catalogue(objects: Iterable[object]) -> CounterCatalogue:
    """The menu in catalogue objects of CATALOGUE_TYPES. Objects without what a menu needs are left out.

    Raises ValueError for anything that is not Square's documented shape.
    """
    items: list[CounterItem] = []
    modifiers: list[CounterModifier] = []
    for each in map(fields, objects):
        match each.get("type"):
            case "ITEM":
                items.extend(_items(fields(each.get("item_data"))))
            case "MODIFIER_LIST":
                modifiers.extend(_modifiers(each.get("id"), fields(each.get("modifier_list_data"))))
    return CounterCatalogue(tuple(items), tuple(modifiers))


def _items(data: Mapping[str, Any]) -> Iterator[CounterItem]:
    name = text(data.get("name"))
    if name is None or data.get("is_archived") is True:
        return
    lists = map(fields, listed(data.get("modifier_list_info")))
    yield CounterItem(
        name,
        tuple(variation for each in listed(data.get("variations")) for variation in _variations(fields(each))),
        frozenset(
            list_id
            for each in lists
            if each.get("enabled") is not False and (list_id := text(each.get("modifier_list_id"))) is not None
        ),
    )


def _variations(each: Mapping[str, Any]) -> Iterator[CounterVariation]:
    data, number = fields(each.get("item_variation_data")), text(each.get("id"))
    if number is not None:
        yield CounterVariation(number, text(data.get("name")), text(data.get("sku")), _sold_out(data))


def _modifiers(list_id: object, data: Mapping[str, Any]) -> Iterator[CounterModifier]:
    for each in map(fields, listed(data.get("modifiers"))):
        modifier, number = fields(each.get("modifier_data")), text(each.get("id"))
        name = text(modifier.get("name"))
        if number is not None and name is not None:
            yield CounterModifier(number, name, text(list_id) or "", _sold_out(modifier))


def _sold_out(data: Mapping[str, Any]) -> SoldOutAt:
    """An unreadable `sold_out_valid_until` counts as none: sold out until somebody changes it."""
    return SoldOutAt(
        {
            location_id: _end(override.get("sold_out_valid_until"))
            for override in map(fields, listed(data.get("location_overrides")))
            if override.get("sold_out") is True and (location_id := text(override.get("location_id"))) is not None
        }
    )


def _end(value: object) -> datetime | None:
    found = read_time(value)
    return found if found is None or found.tzinfo is not None else found.replace(tzinfo=UTC)


def read_hours(location: object) -> tuple[str, OpeningHours] | None:
    """A location's id and its hours; None when Square states none, or none that can be read."""
    data = fields(location)
    number, zone = text(data.get("id")), text(data.get("timezone"))
    periods = listed(fields(data.get("business_hours")).get("periods"))
    if number is None or zone is None or not periods:
        return None
    try:
        ZoneInfo(zone)
        return number, OpeningHours(zone, tuple(map(_period, map(fields, periods))))
    except (KeyError, OSError, ValueError):  # hours of which a part is unreadable say nothing about the rest
        return None


def _period(data: Mapping[str, Any]) -> OpenPeriod:
    weekday = _DAYS.index(text(data.get("day_of_week")) or "")
    return OpenPeriod(weekday, _local_time(data.get("start_local_time")), _local_time(data.get("end_local_time")))


def _local_time(value: object) -> time:
    """`8:30:00`, as Square's documentation has it, and `08:30:00`. `24:00` is midnight."""
    hour, minute, *_ = [*(text(value) or "").split(":"), "0"]
    return time(int(hour) % 24, int(minute))
