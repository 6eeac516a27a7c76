"""Admin's resolvers for stock: variants, inventory items and levels at locations."""

from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from sandbox.execution import Resolvers
from sandbox.records import Location, ProductVariant, StockLevel
from sandbox.store import Store
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.values import SHOP_CURRENCY, decimal_text, gid, read_gid

MAX_IDS = 250
# Shopify's names of quantities -> the fields of our records.
QUANTITIES = {"available": "available", "on_hand": "on_hand", "committed": "committed", "incoming": "incoming"}


def nodes(_: Any, info: GraphQLResolveInfo[Store], ids: list[str]) -> list[Any]:
    """The objects with these ids in their order, None for missing ones."""
    if len(ids) > MAX_IDS:
        raise GraphQLError(
            f"The input array size of {len(ids)} is greater than the maximum allowed of {MAX_IDS}.",
            extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
        )
    return [_node(info.context, each) for each in ids]


def _node(store: Store, text: str) -> Any:
    for kind, find in FINDERS.items():
        number = read_gid(text, kind)
        if number is not None:
            return find(store, int(number)) if number.isdigit() else None
    if read_gid(text) is None:
        raise GraphQLError(f"Invalid global id '{text}'", extensions={"code": "INVALID_GLOBAL_ID"})
    return None


def inventory_item(_: Any, info: GraphQLResolveInfo[Store], id: str) -> Any:  # noqa: A002 the schema's name
    """The inventory item of that id, or None."""
    number = read_gid(id, "InventoryItem")
    return _item(info.context, int(number)) if number is not None and number.isdigit() else None


def _variant(store: Store, number: int) -> ProductVariant | None:
    return store.variants.get(number)


def _item(store: Store, number: int) -> dict[str, Any] | None:
    owner = next((each for each in store.variants.values() if each.inventory_item_id == number), None)
    return None if owner is None else item_of(owner)


def _location(store: Store, number: int) -> Location | None:
    return store.locations.get(number)


FINDERS = {"ProductVariant": _variant, "InventoryItem": _item, "Location": _location}


def item_of(variant: ProductVariant) -> dict[str, Any]:
    """A variant's inventory item."""
    cost = variant.unit_cost
    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", variant.inventory_item_id),
        "tracked": variant.tracked,
        "requiresShipping": variant.requires_shipping,
        "unitCost": None if cost is None else {"amount": decimal_text(cost), "currencyCode": SHOP_CURRENCY},
        "variant": variant,
    }


def _levels(item: dict[str, Any], info: GraphQLResolveInfo[Store], **arguments: Any) -> dict[str, Any]:
    if arguments.get("first") is None and arguments.get("last") is None:
        raise bad_request("you must provide one of first or last")
    variant: ProductVariant = item["variant"]
    levels = [
        _level(variant, info.context.locations[location_id], level)
        for location_id, level in sorted(variant.stock.items())
        if location_id in info.context.locations
    ]
    if arguments.get("reverse"):
        levels.reverse()
    page = {name: arguments.get(name) for name in ("first", "last", "after", "before")}
    return connection(levels, key=lambda level: str(level["id"]), **page)


def _level(variant: ProductVariant, location: Location, level: StockLevel) -> dict[str, Any]:
    return {
        "__typename": "InventoryLevel",
        "id": f"{gid('InventoryLevel', location.id)}?inventory_item_id={variant.inventory_item_id}",
        "location": location,
        "level": level,
    }


def _quantities(source: dict[str, Any], _: GraphQLResolveInfo[Store], names: list[str]) -> list[dict[str, Any]]:
    for name in names:
        if name not in QUANTITIES:
            raise GraphQLError(f"The quantity name '{name}' is not valid.", extensions={"code": "BAD_REQUEST"})
    return [
        {"id": f"{source['id']}&name={name}", "name": name, "quantity": getattr(source["level"], QUANTITIES[name])}
        for name in names
    ]


RESOLVERS: Resolvers = {
    "QueryRoot": {"nodes": nodes, "inventoryItem": inventory_item},
    "ProductVariant": {
        "inventoryItem": lambda variant, _: item_of(variant),
    },
    "InventoryItem": {"inventoryLevels": _levels},
    "InventoryLevel": {"quantities": _quantities},
    "Location": {
        "isFulfillmentService": lambda location, _: location.is_fulfillment_service,
    },
}
