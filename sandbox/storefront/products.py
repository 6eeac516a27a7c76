"""Products with all fields, and the root fields that find and list them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.catalogue.taxonomy import NAMES, ancestors
from sandbox.execution import Resolvers
from sandbox.phrases import translated
from sandbox.records import Product, ProductVariant
from sandbox.stock import is_for_sale, units
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.facets import facets
from sandbox.storefront.media import media_of
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.option_choice import Chooser
from sandbox.storefront.option_encoding import encoded
from sandbox.storefront.options import product_option
from sandbox.storefront.product_order import ordered
from sandbox.storefront.product_search import is_available, product_filter, relevance
from sandbox.storefront.text import folded, plain_text
from sandbox.storefront.tracking import tracking_parameters
from sandbox.storefront.values import gid, money, shop_url
from sandbox.storefront.variants import variant_title
from sandbox.storefront.visibility import product_with_handle, product_with_id, visible_products

Info = GraphQLResolveInfo[Visit]


def _product(
    _: Any,
    info: Info,
    id: str | None = None,  # noqa: A002 the argument's name
    handle: str | None = None,
) -> Product | None:
    if id is not None:
        return product_with_id(info.context, id)
    if handle is None:
        raise bad_request("Either id or handle must be provided")
    return product_with_handle(info.context, handle)


def _products(
    _: Any,
    info: Info,
    query: str | None = None,
    reverse: bool = False,
    sortKey: str | None = "ID",  # noqa: N803 the argument's name
    **page: Any,
) -> dict[str, Any]:
    visit = info.context
    matches = product_filter(query, visit)
    found = [product for product in visible_products(visit) if matches(product)]
    in_order = ordered(found, sortKey, language=visit.language, reverse=reverse, relevance=relevance(query, visit))
    return connection(in_order, key=lambda p: p.id, filters=lambda: facets(found, (), visit), **page)


def _tags(_: Any, info: Info, first: int) -> dict[str, Any]:
    tags = {tag for product in visible_products(info.context) for tag in product.tags}
    return connection(sorted(tags, key=folded), key=str, first=first)


def _types(_: Any, info: Info, first: int) -> dict[str, Any]:
    kinds = {product.product_type for product in visible_products(info.context)}
    return connection(sorted(kinds, key=folded), key=str, first=first)


def _adjacent_variants(product: Product, info: Info, **arguments: Any) -> list[ProductVariant]:
    return _chooser(product, info, arguments).adjacent(arguments.get("selectedOptions"))


def _selected_or_first(product: Product, info: Info, **arguments: Any) -> ProductVariant | None:
    return _chooser(product, info, arguments).nearest(arguments.get("selectedOptions"))


def _by_selected_options(product: Product, info: Info, **arguments: Any) -> ProductVariant | None:
    return _chooser(product, info, arguments).exact(arguments["selectedOptions"])


def _chooser(product: Product, info: Info, arguments: dict[str, Any]) -> Chooser:
    return Chooser(
        product,
        info.context.language,
        any_case=bool(arguments["caseInsensitiveMatch"]),
        skip_unknown=bool(arguments["ignoreUnknownOptions"]),
    )


def _price_range(product: Product, info: Info) -> dict[str, Any]:
    return _range([variant.price for variant in product.variants], info)


def _compare_at_price_range(product: Product, info: Info) -> dict[str, Any]:
    """The range is zero to zero when no variant has a former price."""
    return _range([variant.compare_at_price or Decimal(0) for variant in product.variants], info)


def _range(prices: Sequence[Decimal], info: Info) -> dict[str, Any]:
    country = info.context.country
    return {"minVariantPrice": money(min(prices), country), "maxVariantPrice": money(max(prices), country)}


def _collections(product: Product, info: Info, reverse: bool = False, **page: Any) -> dict[str, Any]:
    found = [collection for collection in info.context.store.collections.values() if product in collection.products]
    return connection(found[::-1] if reverse else found, key=lambda c: c.id, totalCount=str(len(found)), **page)


def _images(
    product: Product,
    info: Info,
    reverse: bool = False,
    sortKey: str = "POSITION",  # noqa: N803 the argument's name
    **page: Any,
) -> dict[str, Any]:
    pictures = list(product.pictures)
    if sortKey in ("ID", "CREATED_AT"):
        pictures.sort(key=lambda picture: picture.id)
    return connection(pictures[::-1] if reverse else pictures, key=lambda picture: picture.id, **page)


def _media(
    product: Product,
    info: Info,
    reverse: bool = False,
    sortKey: str = "POSITION",  # noqa: N803 the argument's name
    **page: Any,
) -> dict[str, Any]:
    shown = media_of(product)
    if sortKey == "ID":
        shown.sort(key=lambda each: each["id"])
    return connection(shown[::-1] if reverse else shown, key=lambda each: each["id"], **page)


def _options(product: Product, info: Info, first: int | None = None) -> list[dict[str, Any]]:
    if first is not None and first < 0:
        raise bad_request("first cannot be negative")
    return [product_option(product, option) for option in product.options[:first]]


def _selling_plan_groups(product: Product, info: Info, reverse: bool = False, **page: Any) -> dict[str, Any]:
    groups = product.selling_plan_groups
    return connection(groups[::-1] if reverse else groups, key=lambda group: group.id, **page)


def _variants(
    product: Product,
    info: Info,
    reverse: bool = False,
    sortKey: str = "POSITION",  # noqa: N803 the argument's name
    **page: Any,
) -> dict[str, Any]:
    variants = list(product.variants)
    match sortKey:
        case "ID":
            variants.sort(key=lambda variant: variant.id)
        case "SKU":
            variants.sort(key=lambda variant: variant.sku or "")
        case "TITLE":
            variants.sort(key=lambda variant: folded(variant_title(variant, info.context.language)))
    return connection(variants[::-1] if reverse else variants, key=lambda variant: variant.id, **page)


def _description_html(product: Product, info: Info) -> str:
    text = plain_text(product.description_html)
    in_language = translated(text, info.context.language)
    return product.description_html if in_language == text else f"<p>{in_language}</p>"


def _description(
    product: Product,
    info: Info,
    truncateAt: int | None = None,  # noqa: N803 the argument's name
) -> str:
    return plain_text(_description_html(product, info), truncateAt)


def _category(product: Product, _: Info) -> dict[str, Any] | None:
    return category(product.category_id) if product.category_id else None


def category(category_id: str) -> dict[str, Any]:
    """A TaxonomyCategory of the taxonomy that the shop uses."""
    return {"__typename": "TaxonomyCategory", "key": category_id}


RESOLVERS: Resolvers = {
    "QueryRoot": {
        "product": _product,
        "productByHandle": _product,
        "products": _products,
        "productTags": _tags,
        "productTypes": _types,
    },
    "Product": {
        **HAS_METAFIELDS,
        "title": lambda product, info: translated(product.title, info.context.language),
        "adjacentVariants": _adjacent_variants,
        "availableForSale": lambda product, info: is_available(product),
        "category": _category,
        "collections": _collections,
        "compareAtPriceRange": _compare_at_price_range,
        "description": _description,
        "descriptionHtml": _description_html,
        "encodedVariantAvailability": lambda product, info: encoded(product, filter(is_for_sale, product.variants)),
        "encodedVariantExistence": lambda product, info: encoded(product, product.variants),
        "featuredImage": lambda product, info: next(iter(product.pictures), None),
        "images": _images,
        "media": _media,
        "onlineStoreUrl": lambda product, info: shop_url(f"/products/{product.handle}"),
        "options": _options,
        "priceRange": _price_range,
        "selectedOrFirstAvailableVariant": _selected_or_first,
        "sellingPlanGroups": _selling_plan_groups,
        "seo": lambda product, info: {"title": product.seo_title, "description": product.seo_description},
        "totalInventory": lambda product, info: sum(units(variant) for variant in product.variants),
        "trackingParameters": tracking_parameters,
        "variantBySelectedOptions": _by_selected_options,
        "variants": _variants,
        "variantsCount": lambda product, info: {"count": len(product.variants), "precision": "EXACT"},
    },
    "TaxonomyCategory": {
        "id": lambda source, info: gid("TaxonomyCategory", source["key"]),
        "name": lambda source, info: NAMES[source["key"]],
        "ancestors": lambda source, info: [category(above) for above in ancestors(source["key"])],
    },
}
