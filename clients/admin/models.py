"""A variant's stock at Shopify Admin.

Source: Admin API 2026-10, ProductVariant.inventoryItem and InventoryItem.inventoryLevels.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from clients.global_ids import GlobalId
from clients.money import Money


class InventoryItemLevel(msgspec.Struct, frozen=True, gc=False):
    """Units of a variant at one location. `available` is negative when more was sold than existed."""

    location_id: GlobalId
    location_name: str
    available: int
    on_hand: int
    committed: int
    incoming: int


class InventoryLevelPage(msgspec.Struct, frozen=True, gc=False):
    """Some of an item's levels; `more_after` is the next cursor, None on the last page."""

    levels: tuple[InventoryItemLevel, ...]
    more_after: str | None


class VariantStock(msgspec.Struct, frozen=True, gc=False):
    """A variant's stock. `unit_cost` is None when it is not set, or not visible to us."""

    variant_id: GlobalId
    item_id: GlobalId
    tracked: bool
    unit_cost: Money | None
    levels: tuple[InventoryItemLevel, ...]


def read_variant_inventory(node: Mapping[str, Any]) -> tuple[VariantStock, str | None] | None:
    """The stock in a node, and the cursor after its levels if there are more; None when the node is not a variant.

    Raises ValueError when it is broken.
    """
    if node.get("__typename") != "ProductVariant":
        return None
    try:
        item = node["inventoryItem"]
        page = read_levels(item["inventoryLevels"])
        inventory = VariantStock(
            variant_id=node["id"],
            item_id=item["id"],
            tracked=item["tracked"],
            unit_cost=_money(item["unitCost"]),
            levels=page.levels,
        )
    except (KeyError, TypeError, InvalidOperation) as error:
        raise ValueError(f"{type(error).__name__} {error}") from error
    return inventory, page.more_after


def read_levels(connection: Mapping[str, Any]) -> InventoryLevelPage:
    """A page of levels. Raises ValueError when it is broken."""
    try:
        page = connection["pageInfo"]
        return InventoryLevelPage(
            levels=tuple(_level(level) for level in connection["nodes"]),
            more_after=page["endCursor"] if page["hasNextPage"] else None,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{type(error).__name__} {error}") from error


def _level(raw: Mapping[str, Any]) -> InventoryItemLevel:
    quantities = {each["name"]: int(each["quantity"]) for each in raw["quantities"]}
    return InventoryItemLevel(
        location_id=raw["location"]["id"],
        location_name=raw["location"]["name"],
        available=quantities.get("available", 0),
        on_hand=quantities.get("on_hand", 0),
        committed=quantities.get("committed", 0),
        incoming=quantities.get("incoming", 0),
    )


def _money(raw: Mapping[str, Any] | None) -> Money | None:
    return None if raw is None else Money(Decimal(raw["amount"]), raw["currencyCode"])
