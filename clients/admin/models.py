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


class _Location(msgspec.Struct, gc=False):
    id: GlobalId
    name: str


class _Quantity(msgspec.Struct, gc=False):
    name: str
    quantity: int


class _Level(msgspec.Struct, gc=False):
    location: _Location
    quantities: list[_Quantity]


class _PageInfo(msgspec.Struct, rename="camel", gc=False):
    has_next_page: bool
    end_cursor: str | None = None


class _Levels(msgspec.Struct, rename="camel", gc=False):
    nodes: list[_Level]
    page_info: _PageInfo


class _UnitCost(msgspec.Struct, rename="camel", gc=False):
    amount: str
    currency_code: str


class _Item(msgspec.Struct, rename="camel", gc=False):
    id: GlobalId
    tracked: bool
    unit_cost: _UnitCost | None
    inventory_levels: _Levels


class VariantNode(msgspec.Struct, rename="camel", gc=False):
    """A node of the answer to VARIANT_INVENTORY. Only variants have an item."""

    typename: str = msgspec.field(name="__typename")
    id: GlobalId = GlobalId("")
    inventory_item: _Item | msgspec.UnsetType = msgspec.UNSET


class _Nodes(msgspec.Struct):
    nodes: list[VariantNode | None]


class _CompleteAnswer(msgspec.Struct, forbid_unknown_fields=True):
    data: _Nodes
    extensions: dict[str, Any] | None = None


_decode_answer = msgspec.json.Decoder(_CompleteAnswer).decode


def decode_variant_nodes(content: bytes) -> tuple[dict[str, Any], dict[str, Any] | None] | None:
    """The data, whose nodes are VariantNodes, and the extensions of a complete answer to VARIANT_INVENTORY.

    None for any other answer: with errors, or with a node of another form. Those are read node by node. Decoding into
    types takes half of the time of decoding into dicts and reading those.
    """
    try:
        answer = _decode_answer(content)
    except msgspec.DecodeError:
        return None
    return {"nodes": answer.data.nodes}, answer.extensions


def read_variant_inventory(node: Mapping[str, Any] | VariantNode) -> tuple[VariantStock, str | None] | None:
    """The stock in a node, and the cursor after its levels if there are more; None when the node is not a variant.

    Raises ValueError when it is broken.
    """
    try:
        read = node if isinstance(node, VariantNode) else msgspec.convert(node, VariantNode, strict=False)
        if read.typename != "ProductVariant":
            return None
        item = read.inventory_item
        if item is msgspec.UNSET:
            raise ValueError("a variant without an inventory item")
        page = _page(item.inventory_levels)
        stock = VariantStock(read.id, item.id, item.tracked, _money(item.unit_cost), page.levels)
    except InvalidOperation as error:
        raise ValueError(f"{type(error).__name__} {error}") from error
    return stock, page.more_after


def read_levels(connection: Mapping[str, Any]) -> InventoryLevelPage:
    """A page of levels. Raises ValueError when it is broken."""
    return _page(msgspec.convert(connection, _Levels, strict=False))


def _page(connection: _Levels) -> InventoryLevelPage:
    info = connection.page_info
    return InventoryLevelPage(tuple(map(_level, connection.nodes)), info.end_cursor if info.has_next_page else None)


def _level(raw: _Level) -> InventoryItemLevel:
    available = on_hand = committed = incoming = 0
    for each in raw.quantities:
        match each.name:
            case "available":
                available = each.quantity
            case "on_hand":
                on_hand = each.quantity
            case "committed":
                committed = each.quantity
            case "incoming":
                incoming = each.quantity
    return InventoryItemLevel(raw.location.id, raw.location.name, available, on_hand, committed, incoming)


def _money(raw: _UnitCost | None) -> Money | None:
    return None if raw is None else Money(Decimal(raw.amount), raw.currency_code)
