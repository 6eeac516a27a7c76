"""What orders do to stock: units are committed as they are bought, leave as they are handed over, or come back."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sandbox import stock
from sandbox.order_records import OrderLineItem
from sandbox.records import Location, ProductVariant, StockLevel
from sandbox.store import Store
from sandbox.webhook_payloads import Level

Units = Iterable[tuple[OrderLineItem, int]]


def place_for(store: Store, variant: ProductVariant, quantity: int, method: str) -> Location:
    """The location that hands over a variant: the first with enough of it. Parcels leave the warehouse if they can."""
    ships = method in ("SHIPPING", "LOCAL", "PICKUP_POINT")
    places = sorted(store.locations.values(), key=lambda place: place.offers_pickup == ships)
    able = [place for place in places if stock.units_at(variant, place.id) >= quantity]
    return able[0] if able and stock.is_counted(variant) else places[0]


def commit(store: Store, units: Units) -> list[tuple[str, Any]]:
    """Sets bought units aside for their orders; what there is to tell of it."""
    return _move(store, units, available=-1, committed=1)


def put_back(store: Store, units: Units) -> list[tuple[str, Any]]:
    """Gives committed units back to who wants to buy them; what there is to tell of it."""
    return _move(store, units, available=1, committed=-1)


def take_back(store: Store, units: Units) -> list[tuple[str, Any]]:
    """Lays units on the shelf that had left it; what there is to tell of it."""
    return _move(store, units, available=1, on_hand=1)


def hand_over(store: Store, units: Units) -> None:
    """Committed units leave the shelf, of which nobody is told: what can be bought stays the same."""
    _move(store, units, committed=-1, on_hand=-1)


def _move(store: Store, units: Units, **each: int) -> list[tuple[str, Any]]:
    levels: dict[tuple[int, int], Level] = {}
    for line, count in units:
        if line.variant is None or line.location_id is None or not count:
            continue
        for part, per_unit in line.variant.components or [(line.variant, 1)]:
            if not part.tracked:
                continue
            before = part.stock.get(line.location_id, StockLevel())
            changed = {name: getattr(before, name) + sign * count * per_unit for name, sign in each.items()}
            store.history.set(part, "stock", {**part.stock, line.location_id: replace(before, **changed)})
            levels[part.id, line.location_id] = Level(part, line.location_id)
    products = {level.variant.product.id: level.variant.product for level in levels.values()}
    if each.get("available"):
        for product in products.values():
            store.history.set(product, "updated_at", store.clock.now())
    return [
        *(("inventory_levels/update", level) for level in levels.values()),
        *(("products/update", product) for product in products.values()),
    ]
