"""`ProductVariant.inventory`: stock for the frontend and for staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import strawberry

from resolvers.context import RequestContext
from resolvers.inventory import Inventory, LocationStock, StockLevel
from schema.gateway_field import Facts, staff_field
from schema.info import Info
from schema.money import money_v2
from schema.reading import reads
from schema.storefront import MoneyV2

strawberry.enum(
    StockLevel,
    name="InventoryAvailability",
    description="The stock level that shoppers may see. NOT_TRACKED: made to order, or not counted.",
)


@strawberry.type(description="A location where the shop stores or hands over goods.")
class InventoryLocation:
    id: strawberry.ID = strawberry.field(description="The Shopify location's global id.")
    name: str


@lru_cache(maxsize=1_000)
def _location(location_id: str, name: str) -> InventoryLocation:
    return InventoryLocation(id=strawberry.ID(location_id), name=name)


@reads(
    "stock",
    location=lambda stock: _location(stock.location_id, stock.location_name),
    availability=lambda stock: stock.level,
)
@strawberry.type(description="A variant's stock at one location.")
class InventoryLevel:
    stock: strawberry.Private[LocationStock]
    location: InventoryLocation
    availability: StockLevel

    def __init__(self, stock: LocationStock) -> None:
        self.stock = stock

    @strawberry.field(
        description="Units available here; null unless exact stock is public or the request has the staff token."
    )
    def available(self, info: Info) -> int | None:
        return self.stock.available if info.context.sees_exact_stock else None

    @staff_field(description="Units physically at the location, sold or not.")
    def on_hand(self) -> int:
        return self.stock.on_hand

    @staff_field(description="Units that are sold and not yet fulfilled.")
    def committed(self) -> int:
        return self.stock.committed

    @staff_field(description="Units on their way to the location.")
    def incoming(self) -> int:
        return self.stock.incoming


def _levels(self: VariantInventory) -> list[InventoryLevel]:
    return [InventoryLevel(each) for each in self.inventory.locations]


@reads("inventory", availability=lambda inventory: inventory.level)
@strawberry.type(description="A variant's stock over all locations. Source: Shopify Admin.")
class VariantInventory:
    inventory: strawberry.Private[Inventory]
    tracked: bool = strawberry.field(description="Whether Shopify counts this variant.")
    availability: StockLevel
    levels: list[InventoryLevel] = strawberry.field(
        resolver=_levels, description="One entry per location that stocks the variant."
    )

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory

    @strawberry.field(
        description="Units available at all locations together; null unless exact stock is public or the request "
        "has the staff token."
    )
    def available(self, info: Info) -> int | None:
        return self.inventory.available if info.context.sees_exact_stock else None

    @staff_field(description="What one unit costs the shop.")
    def unit_cost(self) -> MoneyV2 | None:
        return money_v2(self.inventory.unit_cost)


async def variant_inventory(facts: strawberry.Parent[Facts], info: Info) -> VariantInventory | None:
    inventory = await info.context.inventory.inventory(facts["id"])
    return None if inventory is None else VariantInventory(inventory)


async def variant_inventories(
    facts: Sequence[Facts], _: Mapping[str, Any], context: RequestContext
) -> list[VariantInventory | BaseException | None]:
    found = await context.inventory.inventories([each["id"] for each in facts])
    return [VariantInventory(each) if isinstance(each, Inventory) else each for each in found]
