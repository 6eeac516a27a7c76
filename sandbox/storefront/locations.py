"""Pickup locations, the nearest first if the request has coordinates."""

from math import asin, cos, radians, sin, sqrt
from typing import Any

from sandbox.execution import Resolvers
from sandbox.records import Location
from sandbox.storefront.connections import connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.values import gid

EARTH_RADIUS_KM = 6371


def distance_km(location: Location, latitude: float, longitude: float) -> float:
    """The great-circle distance from a location to a point."""
    north, east = radians(latitude - location.latitude), radians(longitude - location.longitude)
    chord = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(location.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(chord))


def ordered(
    locations: list[Location], sort_key: str, near: dict[str, float] | None, preferred_id: str | None
) -> list[Location]:
    """`locations` in the requested order: by distance from `near` unless the sort key is a name.

    When sorting by distance without coordinates, the preferred location comes first.
    """
    if sort_key == "NAME":
        return sorted(locations, key=lambda each: each.name)
    if sort_key == "CITY":
        return sorted(locations, key=lambda each: each.city)
    if near is not None:
        return sorted(locations, key=lambda each: distance_km(each, near["latitude"], near["longitude"]))
    by_id = sorted(locations, key=lambda each: each.id)
    if sort_key == "DISTANCE":
        return sorted(by_id, key=lambda each: gid("Location", each.id) != preferred_id)
    return by_id


def _locations(
    _: Any,
    info: Any,
    *,
    reverse: bool,
    sortKey: str,  # noqa: N803 GraphQL's name
    near: dict[str, float] | None = None,
    **page: Any,
) -> dict[str, Any]:
    visit: Visit = info.context
    pickup = [location for location in visit.store.locations.values() if location.offers_pickup]
    found = ordered(pickup, sortKey, near, visit.preferred_location_id)
    return connection(found[::-1] if reverse else found, key=lambda each: each.id, **page)


def _address(location: Location, _: Any) -> dict[str, Any]:
    return {
        "address1": location.address1,
        "address2": location.address2,
        "city": location.city,
        "country": location.country,
        "countryCode": location.country_code,
        "formatted": [
            location.address1,
            *([location.address2] if location.address2 else []),
            f"{location.city} {location.province_code} {location.zip}",
            location.country,
        ],
        "latitude": location.latitude,
        "longitude": location.longitude,
        "phone": location.phone,
        "province": location.province,
        "provinceCode": location.province_code,
        "zip": location.zip,
    }


def _location(visit: Visit, tail: str) -> Location | None:
    return visit.store.locations.get(int(tail)) if tail.isdigit() else None


RESOLVERS: Resolvers = {
    "QueryRoot": {"locations": _locations},
    "Location": {**HAS_METAFIELDS, "address": _address},
}
NODES = {"Location": _location}
