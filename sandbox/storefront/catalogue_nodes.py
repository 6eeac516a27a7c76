"""All objects of the catalogue that have a global id, by the part after the type."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.catalogue.taxonomy import NAMES
from sandbox.storefront.execution import Visit
from sandbox.storefront.media import media_image, medium
from sandbox.storefront.metafields import bound, referenced
from sandbox.storefront.options import product_option, product_option_value
from sandbox.storefront.products import category
from sandbox.storefront.values import gid
from sandbox.storefront.variants import installments
from sandbox.storefront.visibility import visible_products

Loader = Callable[[Visit, str], Any]


def _by_reference(kind: str) -> Loader:
    return lambda visit, text: referenced(visit, gid(kind, text))


def _external_video(visit: Visit, text: str) -> Any:
    other = visit.store.media.get(int(text)) if text.isdecimal() else None
    return medium(other) if other and other["kind"] == "ExternalVideo" else None


def _presentation(visit: Visit, text: str) -> Any:
    if not text.isdecimal():
        return None
    picture, other = visit.store.pictures.get(int(text)), visit.store.media.get(int(text))
    shown = medium(other) if other else media_image(picture) if picture else None
    return {"__typename": "MediaPresentation", "medium": shown} if shown else None


def _option(visit: Visit, text: str) -> Any:
    for product in visible_products(visit):
        for option in product.options:
            if str(option.id) == text:
                return product_option(product, option)
    return None


def _option_value(visit: Visit, text: str) -> Any:
    for product in visible_products(visit):
        for option in product.options:
            for value in option.values:
                if str(value.id) == text:
                    return product_option_value(product, option, value)
    return None


def _installments(visit: Visit, text: str) -> Any:
    variant = referenced(visit, gid("ProductVariant", text))
    return installments(variant, visit.country) if variant else None


def _owners(visit: Visit) -> Iterator[Any]:
    for product in visible_products(visit):
        yield product
        yield from product.variants
    yield from visit.store.collections.values()
    content = visit.store.content
    yield from (*content.pages, *content.articles, *content.blogs, *content.markets, content.shop)
    yield from visit.store.locations.values()


def _metafield(visit: Visit, text: str) -> Any:
    for owner in _owners(visit):
        for record in owner.metafields:
            if str(record.id) == text:
                return bound(record, owner)
    return None


NODES: Mapping[str, Loader] = {
    **{kind: _by_reference(kind) for kind in ("Product", "ProductVariant", "Collection")},
    **{kind: _by_reference(kind) for kind in ("MediaImage", "Video", "Model3d")},
    "ExternalVideo": _external_video,
    "MediaPresentation": _presentation,
    "Metafield": _metafield,
    "ProductOption": _option,
    "ProductOptionValue": _option_value,
    "ShopPayInstallmentsProductVariantPricing": _installments,
    "TaxonomyCategory": lambda visit, text: category(text) if text in NAMES else None,
}
