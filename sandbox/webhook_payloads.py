"""The bodies of webhooks: records in the shape of Shopify's REST resources, times in the shop's own zone."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sandbox import fulfillment_payloads, order_payloads, stock
from sandbox.payload_values import fields_of, shop_time
from sandbox.records import Collection, Picture, Product, ProductOption, ProductVariant
from sandbox.store import Store
from sandbox.storefront.values import gid

WHOLE_VARIANTS = 100  # of more than that the rest is only named


class Level(NamedTuple):
    """The stock of a variant at a location, which is no record of its own."""

    variant: ProductVariant
    location_id: int


def product(store: Store, record: Product) -> dict[str, Any]:
    pictures = [_image(store, record, each, number) for number, each in enumerate(record.pictures, start=1)]
    return {
        **fields_of("product", record),
        "admin_graphql_api_id": gid("Product", record.id),
        "status": record.status.lower(),
        "tags": ", ".join(record.tags),
        "variants": [_variant(record, each) for each in record.variants[:WHOLE_VARIANTS]],
        "options": [_option(record, each, number) for number, each in enumerate(record.options, start=1)],
        "images": pictures,
        "image": pictures[0] if pictures else None,
        "variant_gids": [
            {"admin_graphql_api_id": gid("ProductVariant", each.id), "updated_at": shop_time(record.updated_at)}
            for each in record.variants
        ],
        "has_variants_that_requires_components": any(each.components for each in record.variants),
    }


def _variant(owner: Product, record: ProductVariant) -> dict[str, Any]:
    names = [*record.selected.values(), None, None, None]
    units = stock.units(record)
    return {
        **fields_of("variant", record),
        "admin_graphql_api_id": gid("ProductVariant", record.id),
        "created_at": shop_time(owner.created_at),
        "inventory_policy": "continue" if record.sells_when_out else "deny",
        "product_id": owner.id,
        "updated_at": shop_time(owner.updated_at),
        "option1": names[0],
        "option2": names[1],
        "option3": names[2],
        "image_id": None if record.picture is None else record.picture.id,
        "inventory_quantity": units,
        "old_inventory_quantity": units,
    }


def _option(owner: Product, record: ProductOption, position: int) -> dict[str, Any]:
    values = [each.name for each in record.values]
    return {"name": record.name, "id": record.id, "product_id": owner.id, "position": position, "values": values}


def _image(store: Store, owner: Product, record: Picture, position: int) -> dict[str, Any]:
    return {
        "id": record.id,
        "alt": record.alt,
        "position": position,
        "product_id": owner.id,
        "created_at": shop_time(owner.created_at),
        "updated_at": shop_time(owner.created_at),
        "admin_graphql_api_id": gid("ProductImage", record.id),
        "width": record.width,
        "height": record.height,
        "src": f"{store.public_url}/sandbox/pictures/{record.path}",
        "variant_ids": [each.id for each in owner.variants if each.picture is record],
    }


def collection(_: Store, record: Collection) -> dict[str, Any]:
    return {
        "id": record.id,
        "handle": record.handle,
        "title": record.title,
        "updated_at": shop_time(record.updated_at),
        "body_html": record.description_html,
        "published_at": shop_time(record.updated_at),
        "sort_order": record.sort_order.lower(),
        "template_suffix": None,
        "published_scope": "global",
        "admin_graphql_api_id": gid("Collection", record.id),
    }


def inventory_level(store: Store, record: Level) -> dict[str, Any]:
    item = record.variant.inventory_item_id
    return {
        "inventory_item_id": item,
        "location_id": record.location_id,
        "available": record.variant.stock[record.location_id].available,
        "updated_at": shop_time(store.clock.now()),
        "admin_graphql_api_id": f"{gid('InventoryLevel', record.location_id)}?inventory_item_id={item}",
    }


def gone(_: Store, record: Product) -> dict[str, Any]:
    return {"id": record.id}


def _of_record(body: Callable[[Any], dict[str, Any]]) -> Callable[[Store, Any], dict[str, Any]]:
    """A body that follows from the record alone."""
    return lambda _, record: body(record)


BODIES: Mapping[str, Callable[[Store, Any], dict[str, Any]]] = {
    "products/create": product,
    "products/update": product,
    "products/delete": gone,
    "collections/update": collection,
    "inventory_levels/update": inventory_level,
    "orders/create": order_payloads.order,
    "orders/paid": order_payloads.order,
    "orders/updated": order_payloads.order,
    "orders/cancelled": order_payloads.order,
    "orders/edited": _of_record(order_payloads.edit),
    "orders/risk_assessment_changed": _of_record(order_payloads.risk),
    "refunds/create": _of_record(order_payloads.refund),
    "fulfillments/create": _of_record(fulfillment_payloads.fulfillment),
    "fulfillments/update": _of_record(fulfillment_payloads.fulfillment),
    "fulfillment_orders/order_routing_complete": _of_record(fulfillment_payloads.routed),
    "fulfillment_orders/line_items_prepared_for_pickup": _of_record(fulfillment_payloads.prepared),
    "fulfillment_orders/placed_on_hold": _of_record(fulfillment_payloads.held),
    "fulfillment_orders/hold_released": _of_record(fulfillment_payloads.routed),
    "fulfillment_orders/moved": _of_record(fulfillment_payloads.moved),
}
"""What happens in the sandbox by its topic, each with the body for its record."""
