"""Product options and their values."""

from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.execution import Resolvers
from sandbox.phrases import translated
from sandbox.records import OptionValue, Product, ProductOption, ProductVariant
from sandbox.stock import is_for_sale
from sandbox.storefront.execution import Visit
from sandbox.storefront.media import media_image
from sandbox.storefront.values import gid

Info = GraphQLResolveInfo[Visit]


def product_option(product: Product, option: ProductOption) -> dict[str, Any]:
    """An option with its product."""
    return {"__typename": "ProductOption", "product": product, "option": option}


def product_option_value(product: Product, option: ProductOption, value: OptionValue) -> dict[str, Any]:
    """An option's value with its option and product."""
    return {"__typename": "ProductOptionValue", "product": product, "option": option, "value": value}


def _values(source: dict[str, Any], _: Info) -> list[dict[str, Any]]:
    option = source["option"]
    return [product_option_value(source["product"], option, value) for value in option.values]


def _value_names(source: dict[str, Any], info: Info) -> list[str]:
    return [translated(value.name, info.context.language) for value in source["option"].values]


def _first_selectable(source: dict[str, Any], _: Info) -> ProductVariant | None:
    """The first available variant with the value, else the first variant with it."""
    name, value = source["option"].name, source["value"].name
    fitting = [variant for variant in source["product"].variants if variant.selected[name] == value]
    return next((variant for variant in fitting if is_for_sale(variant)), next(iter(fitting), None))


def _swatch(source: dict[str, Any], _: Info) -> dict[str, Any] | None:
    value: OptionValue = source["value"]
    if value.swatch is None:
        return None
    return {"color": value.swatch, "image": media_image(value.swatch_picture) if value.swatch_picture else None}


RESOLVERS: Resolvers = {
    "ProductOption": {
        "id": lambda source, info: gid("ProductOption", source["option"].id),
        "name": lambda source, info: translated(source["option"].name, info.context.language),
        "optionValues": _values,
        "values": _value_names,
    },
    "ProductOptionValue": {
        "id": lambda source, info: gid("ProductOptionValue", source["value"].id),
        "name": lambda source, info: translated(source["value"].name, info.context.language),
        "firstSelectableVariant": _first_selectable,
        "swatch": _swatch,
    },
}
