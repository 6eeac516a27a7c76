"""The filters of a product list: their values, and how many products each would leave."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.catalogue.taxonomy import NAMES
from sandbox.execution import Resolvers
from sandbox.phrases import translated
from sandbox.records import OptionValue, Picture, Product
from sandbox.storefront.execution import Visit
from sandbox.storefront.filters import conditions, lets_through, price_of, value_texts
from sandbox.storefront.media import media_image
from sandbox.storefront.text import words
from sandbox.storefront.values import decimal_text, gid

# The metafields that the shop filters by: (ProductFilter field, namespace, key, label).
METAFIELDS = (
    ("productMetafield", "custom", "origin", "Origin"),
    ("productMetafield", "custom", "tasting_notes", "Tasting notes"),
    ("productMetafield", "custom", "vegan", "Vegan"),
    ("variantMetafield", "custom", "model_code", "Model"),
    ("taxonomyMetafield", "shopify", "coffee-roast", "Roast"),
)
_METAFIELD_PATHS = {
    "productMetafield": "filter.p.m",
    "variantMetafield": "filter.v.m",
    "taxonomyMetafield": "filter.p.t",
}


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of a filter; `asked` is the ProductFilter that selects it."""

    key: str
    label: str
    asked: dict[str, Any]
    swatch: OptionValue | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class _Facet:
    id: str
    label: str
    values: list[_Value]
    type: str = "LIST"
    presentation: str = "TEXT"


def facets(products: Sequence[Product], asked: Sequence[dict[str, Any]], visit: Visit) -> list[dict[str, Any]]:
    """The filters of `products`; `asked` are the active ones.

    The count of a value is the length of the list with that value and the active filters of other kinds.
    """
    active = [condition for each in asked for condition in conditions(each, visit)]
    return [
        {
            "id": facet.id,
            "label": translated(facet.label, visit.language),
            "type": facet.type,
            "presentation": facet.presentation,
            "values": [_counted(facet, value, products, active, visit) for value in facet.values],
        }
        for facet in _facets(products, visit)
        if facet.values
    ]


def _counted(
    facet: _Facet, value: _Value, products: Sequence[Product], active: Sequence[Any], visit: Visit
) -> dict[str, Any]:
    chosen = conditions(value.asked, visit)
    others = [condition for condition in active if condition.group != chosen[0].group]
    return {
        "id": facet.id if facet.type == "PRICE_RANGE" else f"{facet.id}.{value.key}",
        "label": translated(value.label, visit.language),
        "count": sum(lets_through(product, [*others, *chosen]) for product in products),
        "input": json.dumps(value.asked, separators=(",", ":"), ensure_ascii=False),
        "swatch": _swatch(value.swatch),
        "image": media_image(value.picture) if value.picture else None,
    }


def _swatch(value: OptionValue | None) -> dict[str, Any] | None:
    if value is None or value.swatch is None:
        return None
    return {"color": value.swatch, "image": media_image(value.swatch_picture) if value.swatch_picture else None}


def _facets(products: Sequence[Product], visit: Visit) -> Iterable[_Facet]:
    if products:
        yield _Facet(
            "filter.v.availability",
            "Availability",
            [_Value("1", "In stock", {"available": True}), _Value("0", "Out of stock", {"available": False})],
        )
        yield _price(products, visit)
    yield _categories(products)
    yield _Facet("filter.p.product_type", "Product type", _product_types(products), presentation="IMAGE")
    yield _texts("filter.p.vendor", "Vendor", "productVendor", products, lambda product: [product.vendor])
    yield _texts("filter.p.tag", "Tag", "tag", products, lambda product: product.tags)
    yield from _options(products)
    for field, namespace, key, label in METAFIELDS:
        yield _metafields(products, field, namespace, key, label)


def _price(products: Sequence[Product], visit: Visit) -> _Facet:
    prices = [price_of(variant, visit) for product in products for variant in product.variants]
    low, high = float(decimal_text(min(prices))), float(decimal_text(max(prices)))
    return _Facet(
        "filter.v.price", "Price", [_Value("", "Price", {"price": {"min": low, "max": high}})], type="PRICE_RANGE"
    )


def _categories(products: Sequence[Product]) -> _Facet:
    ids = sorted({product.category_id for product in products if product.category_id})
    values = [_Value(i, NAMES[i], {"category": {"id": gid("TaxonomyCategory", i)}}) for i in ids]
    return _Facet("filter.p.t.category", "Category", values)


def _product_types(products: Sequence[Product]) -> list[_Value]:
    first: dict[str, Product] = {}
    for product in products:
        first.setdefault(product.product_type, product)
    return [
        _Value(_slug(kind), kind, {"productType": kind}, picture=next(iter(first[kind].pictures), None))
        for kind in sorted(first)
    ]


def _texts(
    facet_id: str, label: str, field: str, products: Sequence[Product], read: Callable[[Product], Iterable[str]]
) -> _Facet:
    texts = sorted({text for product in products for text in read(product)}, key=str.casefold)
    return _Facet(facet_id, label, [_Value(_slug(text), text, {field: text}) for text in texts])


def _options(products: Sequence[Product]) -> Iterable[_Facet]:
    found: dict[str, dict[str, OptionValue]] = {}
    for product in products:
        for option in product.options:
            if option.name != "Title":
                for value in option.values:
                    found.setdefault(option.name, {}).setdefault(value.name, value)
    for name, values in found.items():
        choices = [
            _Value(_slug(text), text, {"variantOption": {"name": name.lower(), "value": text}}, swatch=value)
            for text, value in values.items()
        ]
        swatches = any(value.swatch for value in values.values())
        yield _Facet(f"filter.v.option.{_slug(name)}", name, choices, presentation="SWATCH" if swatches else "TEXT")


def _metafields(products: Sequence[Product], field: str, namespace: str, key: str, label: str) -> _Facet:
    owners: list[Any] = list(products)
    if field == "variantMetafield":
        owners = [variant for product in products for variant in product.variants]
    records = [each for owner in owners for each in owner.metafields if (each.namespace, each.key) == (namespace, key)]
    texts = sorted({text for record in records for text in value_texts(record)})
    is_boolean = bool(records) and records[0].type == "boolean"
    values = [_Value(_slug(t), t, {field: {"namespace": namespace, "key": key, "value": t}}) for t in texts]
    facet_id = f"{_METAFIELD_PATHS[field]}.{namespace}.{key}"
    return _Facet(facet_id, label, values, type="BOOLEAN" if is_boolean else "LIST")


def _slug(text: str) -> str:
    return "-".join(words(text)) or "none"


RESOLVERS: Resolvers = {
    # Facets are expensive, so they are counted only on request.
    "ProductConnection": {"filters": lambda source, info: source["filters"]()},
    "SearchResultItemConnection": {"productFilters": lambda source, info: source["productFilters"]()},
}
