"""Delivery groups of a cart, and the options of each with their costs."""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from math import asin, ceil, cos, radians, sin, sqrt

from sandbox import stock
from sandbox.addresses import coordinates
from sandbox.cart_records import CartRecord, DeliveryPreference, PlaceAddress
from sandbox.countries import COUNTRIES
from sandbox.records import Location, ProductVariant
from sandbox.store import Store
from sandbox.storefront.cart_prices import DeliveryGroup, DeliveryOption, PricedLine
from sandbox.storefront.values import converted

SHOP_COUNTRY = "US"
# Country -> (price of a parcel in shop currency, price of each started kilogram); any other country: the last.
ZONES = {"US": (Decimal("4.50"), Decimal("1.25")), "CA": (Decimal("9.00"), Decimal("3.00"))}
ABROAD = (Decimal("14.00"), Decimal("6.00"))
EXPRESS_FACTOR = Decimal("2.4")
LOCAL_DELIVERY = Decimal("4.00")
LOCAL_RADIUS_KM = 8
USUAL_ORDER = ("SHIPPING", "LOCAL", "PICKUP_POINT", "PICK_UP")


def delivery_groups(
    store: Store, cart: CartRecord, lines: list[PricedLine], currency: str, country: str
) -> list[DeliveryGroup]:
    """The delivery groups of the cart; none until there is a destination.

    The destination is a selected address, the customer's default address, or a pickup preference. Shipped goods,
    goods for the counter and subscriptions have separate groups.
    """
    where = _destination(store, cart, country)
    if where is None:
        return []
    address, address_id = where
    wish = cart.buyer.delivery or DeliveryPreference()
    groups = []
    for kind in ("ONE_TIME_PURCHASE", "SUBSCRIPTION"):
        for shipped in (True, False):
            members = [
                line
                for line in lines
                if (line.record.plan is not None) == (kind == "SUBSCRIPTION")
                and line.record.variant.requires_shipping == shipped
                and not line.record.variant.product.is_gift_card
            ]
            if members:
                groups.append(_group(store, cart, members, (kind, shipped), address, address_id, wish, currency))
    return groups


def _destination(store: Store, cart: CartRecord, country: str) -> tuple[PlaceAddress, str] | None:
    for chosen in cart.addresses:
        if chosen.selected:
            return chosen.address, chosen.id
    customer = store.customers.get(cart.buyer.customer_id or 0)
    if customer is not None:
        for entry in customer.addresses:
            if entry.id == customer.default_address_id:
                return entry.address, str(entry.id)
    wish = cart.buyer.delivery
    if wish and ("PICK_UP" in wish.methods or wish.pickup_handles or wish.coordinates):
        return PlaceAddress(country_code=wish.coordinates[0] if wish.coordinates else country), "unknown"
    return None


def _group(
    store: Store,
    cart: CartRecord,
    members: list[PricedLine],
    sort: tuple[str, bool],
    address: PlaceAddress,
    address_id: str,
    wish: DeliveryPreference,
    currency: str,
) -> DeliveryGroup:
    kind, shipped = sort
    group_id = _digest(cart.token, address_id, kind, "parcel" if shipped else "counter")
    options = [*_sent(store, members, address, wish, currency, group_id)] if shipped else []
    options += _picked_up(store, members, wish, group_id)
    order = [*wish.methods, *(method for method in USUAL_ORDER if method not in wish.methods)]
    # For a pickup preference, the places are sorted by distance.
    options.sort(key=lambda option: (order.index(option.method), option.cost))
    chosen = cart.chosen_options.get(group_id)
    selected = next((option for option in options if option.handle == chosen), None)
    if selected is None:
        selected = next((option for option in options if not option.carrier), None)
    return DeliveryGroup(group_id, kind, address, address_id, members, options, selected)


def _sent(
    store: Store,
    members: list[PricedLine],
    address: PlaceAddress,
    wish: DeliveryPreference,
    currency: str,
    group_id: str,
) -> Iterator[DeliveryOption]:
    """Shipping and local delivery options. An address with only a country gets no carrier rates."""
    country = address.country_code or ""
    if country not in COUNTRIES:
        return
    grams = sum(line.record.variant.weight_grams * line.record.quantity for line in members)
    parcel, each_kg = ZONES.get(country, ABROAD)
    standard = parcel + each_kg * ceil(Decimal(grams) / 1000)

    def option(code: str, title: str, method: str, cost: Decimal, note: str, carrier: bool = False) -> DeliveryOption:
        handle = _digest(group_id, code)
        return DeliveryOption(handle, code, title, method, converted(cost, currency), note, carrier)

    yield option("standard", "Standard", "SHIPPING", standard, "4 to 6 business days")
    yield option("express", "Express", "SHIPPING", standard * EXPRESS_FACTOR, "1 to 2 business days")
    by_weight = parcel * Decimal("0.8") + each_kg * Decimal(grams) / 1000
    yield option("carrier_economy", "Economy parcel", "SHIPPING", by_weight, "5 to 9 business days", carrier=True)
    yield option("carrier_priority", "Priority parcel", "SHIPPING", by_weight * 2, "2 to 3 business days", carrier=True)
    if "PICKUP_POINT" in wish.methods:
        town = f", {address.city}" if address.city else ""
        locker = (standard * Decimal("0.6")).quantize(Decimal("0.01"))
        yield option("parcel_locker", f"Parcel locker{town}", "PICKUP_POINT", locker, "Open day and night")
    cafes = (place for place in store.locations.values() if place.offers_pickup)
    cafe = next((place for place in cafes if _is_near(place, address, wish)), None)
    if cafe is not None:
        yield option("local_delivery", "Local Delivery", "LOCAL", LOCAL_DELIVERY, f"By bicycle from {cafe.name}")


def _is_near(location: Location, address: PlaceAddress, wish: DeliveryPreference) -> bool:
    country, place = address.country_code, coordinates(address)
    if wish.coordinates is not None:
        country, place = wish.coordinates[0], wish.coordinates[1:]
    return country == location.country_code and place is not None and distance_km(location, *place) <= LOCAL_RADIUS_KM


def _picked_up(
    store: Store, members: list[PricedLine], wish: DeliveryPreference, group_id: str
) -> Iterator[DeliveryOption]:
    places = [place for place in store.locations.values() if place.offers_pickup and _has_all(place, members)]
    if wish.pickup_handles:
        places = [place for place in places if str(place.id) in wish.pickup_handles]
    if wish.coordinates is not None:
        _, latitude, longitude = wish.coordinates
        places.sort(key=lambda place: distance_km(place, latitude, longitude))
    for place in places:
        handle = _digest(group_id, "pickup", str(place.id))
        yield DeliveryOption(handle, place.name, place.name, "PICK_UP", Decimal(0), place.pickup_time)


def _has_all(place: Location, members: list[PricedLine]) -> bool:
    units: dict[ProductVariant, int] = {}
    for line in members:
        units[line.record.variant] = units.get(line.record.variant, 0) + line.record.quantity
    return all(
        variant.sells_when_out or not stock.is_counted(variant) or stock.units_at(variant, place.id) >= quantity
        for variant, quantity in units.items()
    )


def distance_km(location: Location, latitude: float, longitude: float) -> float:
    """The straight-line distance."""
    up, down = radians(location.latitude), radians(latitude)
    across = radians(longitude - location.longitude)
    chord = sin((down - up) / 2) ** 2 + cos(up) * cos(down) * sin(across / 2) ** 2
    return 2 * 6371 * asin(sqrt(chord))


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]
