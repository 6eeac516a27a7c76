"""Square's catalogue of the shop's own goods; ids are made from SKUs."""

from decimal import Decimal
from typing import Any

from sandbox.square.refusals import not_found
from sandbox.square.totals import money
from sandbox.store import Store

START = "SQ-"


def catalogue_id(sku: str) -> str:
    """Square's id of the item with this SKU."""
    return f"{START}{sku}"


def fill_from_catalogue(store: Store, content: dict[str, Any]) -> None:
    """Adds name and price to lines that reference a catalogue item. Raises Refusal for unknown items."""
    for line in content.get("line_items", ()):
        item_id = line.get("catalog_object_id")
        if item_id is not None:
            sku = item_id.removeprefix(START)
            variant = next((each for each in store.variants.values() if each.sku == sku), None)
            if variant is None or item_id == sku:
                raise not_found(f"Catalog object `{item_id}`", "order.line_items")
            line.setdefault("name", variant.product.title)
            line.setdefault("variation_name", variant.title)
            line.setdefault("base_price_money", money(int(variant.price * Decimal(100))))
        _check_has_none(line.get("modifiers", ()), "order.line_items.modifiers")
    for name in ("taxes", "discounts", "service_charges"):
        _check_has_none(content.get(name, ()), f"order.{name}")


def _check_has_none(parts: Any, field: str) -> None:
    """The catalogue has only items; references to anything else are refused."""
    for part in parts:
        if "catalog_object_id" in part:
            raise not_found(f"Catalog object `{part['catalog_object_id']}`", field)
