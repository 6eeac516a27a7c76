"""ListCatalog: items with variations, modifier lists, and what is sold out at which location."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.records import Product
from sandbox.square.catalogue import catalogue_id
from sandbox.square.fields import written
from sandbox.square.locations import LOCATION_OF, check_location
from sandbox.square.refusals import not_found, refused
from sandbox.store import Store

PAGE_SIZE = 100
MILKS, EXTRAS = "SQL-milk", "SQL-extras"
_TYPES = ("ITEM", "MODIFIER_LIST")
_PRINTFUL = "Printful"


def catalogue_page(store: Store, asked: dict[str, Any]) -> dict[str, Any]:
    """The response of ListCatalog: at most 100 objects, and a cursor if there are more. Raises Refusal."""
    kinds = [each.strip().upper() for each in asked.get("types", ",".join(_TYPES)).split(",")]
    cursor = asked.get("cursor") or "0"
    if not re.fullmatch(r"\d{1,6}", cursor):
        raise refused("INVALID_CURSOR", "The cursor is not one of this list.", "cursor")
    found = [each for each in _objects(store) if each["type"] in kinds]
    end = int(cursor) + PAGE_SIZE
    more = {"cursor": str(end)} if end < len(found) else {}
    return {"objects": found[int(cursor) : end], **more}


def mark_sold_out(
    store: Store, object_id: str, location_id: str, *, is_sold_out: bool, until: datetime | None = None
) -> None:
    """Staff mark a variation or modifier as sold out, which sends a webhook. Raises Refusal."""
    check_location(location_id, "location_id")
    if object_id not in {each["id"] for each in sellable(store)}:
        raise not_found(f"Catalog object `{object_id}`", "object_id")
    if is_sold_out:
        store.square_sold_out[object_id, location_id] = until
    else:
        store.square_sold_out.pop((object_id, location_id), None)
    store.tell_square("catalog.version.updated", {"catalog_version": {"updated_at": written(store.clock.now())}})


def sellable(store: Store) -> Iterator[dict[str, str]]:
    """The ids and names of all objects that can be sold out."""
    for each in _objects(store):
        if each["type"] == "ITEM":
            for part in each["item_data"]["variations"]:
                name = f"{each['item_data']['name']}, {part['item_variation_data']['name']}"
                yield {"id": part["id"], "name": name}
        else:
            for part in each["modifier_list_data"]["modifiers"]:
                yield {"id": part["id"], "name": f"{part['modifier_data']['name']} (modifier)"}


def _objects(store: Store) -> list[dict[str, Any]]:
    products = [each for each in store.products.values() if not each.vendor.startswith(_PRINTFUL)]
    return [*(_item(store, each) for each in products), *_modifier_lists(store, products)]


def _item(store: Store, product: Product) -> dict[str, Any]:
    variations = [
        {
            "type": "ITEM_VARIATION",
            "id": catalogue_id(variant.sku),
            "present_at_all_locations": True,
            "item_variation_data": {
                "item_id": f"SQI-{product.handle}",
                "name": variant.title,
                "sku": variant.sku,
                **_overrides(store, catalogue_id(variant.sku), with_end=True),
            },
        }
        for variant in product.variants
        if variant.sku
    ]
    lists = [MILKS] if _milks(product) else []
    lists += [EXTRAS] if _extras(product) else []
    infos = {"modifier_list_info": [{"modifier_list_id": each, "enabled": True} for each in lists]} if lists else {}
    return {
        "type": "ITEM",
        "id": f"SQI-{product.handle}",
        "present_at_all_locations": True,
        "item_data": {"name": product.title, "variations": variations, **infos},
    }


def _modifier_lists(store: Store, products: list[Product]) -> Iterator[dict[str, Any]]:
    for list_id, name, names in (
        (MILKS, "Milk", [each for product in products for each in _milks(product)]),
        (EXTRAS, "Extras", [each for product in products for each in _extras(product)]),
    ):
        modifiers = [
            {
                "type": "MODIFIER",
                "id": (number := f"SQM-{re.sub('[^a-z]+', '-', each.lower())}"),
                "modifier_data": {"name": each, "modifier_list_id": list_id, **_overrides(store, number)},
            }
            for each in dict.fromkeys(names)
        ]
        data = {"name": name, "selection_type": "MULTIPLE", "modifiers": modifiers}
        yield {"type": "MODIFIER_LIST", "id": list_id, "present_at_all_locations": True, "modifier_list_data": data}


def _overrides(store: Store, object_id: str, *, with_end: bool = False) -> dict[str, Any]:
    """Square states an end time only for variations, and an expired one stays."""
    found = []
    for location_id in LOCATION_OF.values():
        if (object_id, location_id) in store.square_sold_out:
            until = store.square_sold_out[object_id, location_id]
            end = {"sold_out_valid_until": written(until)} if with_end and until is not None else {}
            found.append({"location_id": location_id, "sold_out": True, **end})
    return {"location_overrides": found} if found else {}


def _milks(product: Product) -> list[str]:
    return [value.name for option in product.options if option.name == "Milk" for value in option.values]


def _extras(product: Product) -> list[str]:
    found = next((each for each in product.metafields if (each.namespace, each.key) == ("custom", "extras")), None)
    return [each["name"] for each in json.loads(found.value)] if found is not None else []
