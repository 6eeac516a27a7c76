"""The shop's two cafes as Square's locations. The roastery is not one of them."""

from typing import Any

from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE
from sandbox.square.fields import CURRENCY
from sandbox.square.refusals import not_found
from sandbox.store import Store

MERCHANT_ID = "SQMERCHANT"
SQMAIN, SQEAST = "SQMAIN", "SQEAST"
# Shopify's bare location id to Square's: the Main Street Cafe and the Riverside Cafe.
LOCATION_OF = {MAIN_STREET: SQMAIN, RIVERSIDE: SQEAST}
_SHOPIFY_OF = {square: shopify for shopify, square in LOCATION_OF.items()}
_OPENED = "2021-03-01T15:00:00.000Z"


# Overrides by Square's location id: an empty list is a cafe without stated hours.
HOURS = [
    {"day_of_week": day, "start_local_time": "06:00:00", "end_local_time": "20:00:00"}
    for day in ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
]


def location(store: Store, location_id: str) -> dict[str, Any]:
    """A location; `main` means the first one. Raises Refusal."""
    square_id = SQMAIN if location_id == "main" else location_id
    shopify_id = _SHOPIFY_OF.get(square_id)
    if shopify_id is None:
        raise not_found(f"Location `{location_id}`", "location_id")
    cafe = store.locations[shopify_id]
    lines = {"address_line_1": cafe.address1, "address_line_2": cafe.address2}
    return {
        "id": square_id,
        "name": cafe.name,
        "address": {
            **{name: line for name, line in lines.items() if line},
            "locality": cafe.city,
            "administrative_district_level_1": cafe.province_code,
            "postal_code": cafe.zip,
            "country": cafe.country_code,
        },
        "timezone": "America/Chicago",
        **({"business_hours": {"periods": periods}} if (periods := store.square_hours.get(square_id, HOURS)) else {}),
        "capabilities": ["CREDIT_CARD_PROCESSING", "AUTOMATIC_TRANSFERS"],
        "status": "ACTIVE",
        "created_at": _OPENED,
        "merchant_id": MERCHANT_ID,
        "country": cafe.country_code,
        "language_code": "en-US",
        "currency": CURRENCY,
        "phone_number": cafe.phone,
        "type": "PHYSICAL",
    }


def locations(store: Store) -> list[dict[str, Any]]:
    """All locations of the seller."""
    return [location(store, square_id) for square_id in _SHOPIFY_OF]


def set_hours(store: Store, location_id: str, periods: list[dict[str, str]]) -> None:
    """Sets the business hours of a location and sends a webhook."""
    check_location(location_id, "location_id")
    store.square_hours[location_id] = periods
    store.tell_square("location.updated", {"location": {"id": location_id}})


def check_location(location_id: str, field: str) -> None:
    """Raises Refusal when the seller has no such location."""
    if location_id not in _SHOPIFY_OF:
        raise not_found(f"Location `{location_id}`", field)
