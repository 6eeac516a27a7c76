"""Filters of product lists: which products match a ProductFilter."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.phrases import translated
from sandbox.records import Metafield, Product, ProductVariant
from sandbox.stock import is_for_sale
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import converted, currency_of, read_gid

Group = tuple[str, ...]
"""The subject of a filter, such as ("option", "size"). Within a group one match is enough; all groups must match."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a filter, on a variant if `of_variant`, else on its product."""

    group: Group
    of_variant: bool
    holds: Callable[[Any], bool]


def conditions(asked: dict[str, Any], visit: Visit) -> list[Condition]:
    """The conditions of one ProductFilter."""
    return [_CONDITIONS[name](requested, visit) for name, requested in asked.items() if requested is not None]


def lets_through(product: Product, asked: Sequence[Condition], apart_from: Group | None = None) -> bool:
    """Whether a product matches one condition of each group; one variant must match all variant groups."""
    of_product: dict[Group, list[Condition]] = {}
    of_variant: dict[Group, list[Condition]] = {}
    for condition in asked:
        if condition.group != apart_from:
            (of_variant if condition.of_variant else of_product).setdefault(condition.group, []).append(condition)
    if not _fits(product, of_product.values()):
        return False
    return not of_variant or any(_fits(variant, of_variant.values()) for variant in product.variants)


def _fits(record: Any, groups: Iterable[list[Condition]]) -> bool:
    return all(any(condition.holds(record) for condition in group) for group in groups)


def value_texts(record: Metafield) -> list[str]:
    """The values by which a metafield is filtered: the elements of a list, or its single value."""
    return [str(each) for each in json.loads(record.value)] if record.type.startswith("list.") else [record.value]


def price_of(variant: ProductVariant, visit: Visit) -> Decimal:
    """The price in the visitor's currency."""
    return converted(variant.price, currency_of(visit.country))


def is_in_category(product: Product, category_id: str) -> bool:
    """Whether the product is in that taxonomy category or in one below it."""
    own = product.category_id or ""
    return own == category_id or own.startswith(category_id + "-")


def _available(requested: bool, _: Visit) -> Condition:
    return Condition(("availability",), True, lambda variant: is_for_sale(variant) == requested)


def _price(requested: dict[str, float | None], visit: Visit) -> Condition:
    low = Decimal(str(requested.get("min") or 0))
    high = requested.get("max")

    def holds(variant: ProductVariant) -> bool:
        price = price_of(variant, visit)
        return low <= price and (high is None or price <= Decimal(str(high)))

    return Condition(("price",), True, holds)


def _variant_option(requested: dict[str, str], visit: Visit) -> Condition:
    name, value = requested["name"].casefold(), requested["value"].casefold()

    def is_called(original: str, written: str) -> bool:
        return written in (original.casefold(), translated(original, visit.language).casefold())

    def holds(variant: ProductVariant) -> bool:
        return any(is_called(n, name) and is_called(v, value) for n, v in variant.selected.items())

    return Condition(("option", name), True, holds)


def _metafield(kind: str, of_variant: bool) -> Callable[[dict[str, str], Visit], Condition]:
    def condition(requested: dict[str, str], _: Visit) -> Condition:
        namespace, key, value = requested["namespace"], requested["key"], requested["value"]

        def holds(record: Any) -> bool:
            return any(
                each.namespace == namespace and each.key == key and value in value_texts(each)
                for each in record.metafields
            )

        return Condition((kind, namespace, key), of_variant, holds)

    return condition


def _category(requested: dict[str, str], _: Visit) -> Condition:
    category_id = read_gid(requested["id"], "TaxonomyCategory") or requested["id"]
    return Condition(("category",), False, lambda product: is_in_category(product, category_id))


def _text(kind: str, read: Callable[[Product], Iterable[str]]) -> Callable[[str, Visit], Condition]:
    def condition(requested: str, _: Visit) -> Condition:
        folded = requested.casefold()
        return Condition((kind,), False, lambda product: folded in (text.casefold() for text in read(product)))

    return condition


_CONDITIONS: dict[str, Callable[[Any, Visit], Condition]] = {
    "available": _available,
    "category": _category,
    "price": _price,
    "productMetafield": _metafield("product_metafield", of_variant=False),
    "productType": _text("product_type", lambda product: [product.product_type]),
    "productVendor": _text("vendor", lambda product: [product.vendor]),
    "tag": _text("tag", lambda product: product.tags),
    "taxonomyMetafield": _metafield("taxonomy_metafield", of_variant=False),
    "variantMetafield": _metafield("variant_metafield", of_variant=True),
    "variantOption": _variant_option,
}
