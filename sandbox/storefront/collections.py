"""Collections, and the products in them."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.execution import Resolvers
from sandbox.phrases import translated
from sandbox.records import Collection
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.facets import facets
from sandbox.storefront.filters import conditions, lets_through
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.product_order import ordered
from sandbox.storefront.search_syntax import Predicate, by_moment, by_text, by_words, has_words, matcher
from sandbox.storefront.text import folded, plain_text
from sandbox.storefront.tracking import tracking_parameters
from sandbox.storefront.values import shop_url
from sandbox.storefront.visibility import collection_with_id, is_visible

Info = GraphQLResolveInfo[Visit]
FIELDS: dict[str, Predicate] = {
    "collection_type": by_text(lambda collection: ["custom" if collection.sort_order == "MANUAL" else "smart"]),
    "title": by_words(lambda collection: collection.title),
    "updated_at": by_moment(lambda collection: collection.updated_at),
}


def _collection(
    _: Any,
    info: Info,
    id: str | None = None,  # noqa: A002 the argument's name
    handle: str | None = None,
) -> Collection | None:
    if id is not None:
        return collection_with_id(info.context, id)
    if handle is None:
        raise bad_request("Either id or handle must be provided")
    return info.context.store.collection_by_handle(handle)


def _collections(
    _: Any,
    info: Info,
    query: str | None = None,
    reverse: bool = False,
    sortKey: str = "ID",  # noqa: N803 the argument's name
    **page: Any,
) -> dict[str, Any]:
    language = info.context.language
    matches = matcher(query or "", FIELDS, lambda collection, term: has_words(_all_text(collection), term))
    found = [collection for collection in info.context.store.collections.values() if matches(collection)]
    match sortKey:
        case "TITLE":
            found.sort(key=lambda collection: folded(translated(collection.title, language)))
        case "UPDATED_AT":
            found.sort(key=lambda collection: collection.updated_at)
    return connection(found[::-1] if reverse else found, key=lambda c: c.id, totalCount=str(len(found)), **page)


def _all_text(collection: Collection) -> str:
    return f"{collection.title} {plain_text(collection.description_html)}"


def _products(
    collection: Collection,
    info: Info,
    filters: Sequence[dict[str, Any]] | None = None,
    reverse: bool = False,
    sortKey: str | None = "COLLECTION_DEFAULT",  # noqa: N803 the argument's name
    **page: Any,
) -> dict[str, Any]:
    visit = info.context
    own = [product for product in collection.products if is_visible(product, visit)]
    asked = [condition for each in filters or () for condition in conditions(each, visit)]
    found = [product for product in own if lets_through(product, asked)]
    key = collection.sort_order if sortKey in (None, "COLLECTION_DEFAULT") else sortKey
    return connection(
        ordered(found, key, language=visit.language, reverse=reverse),
        key=lambda product: product.id,
        filters=lambda: facets(own, filters or (), visit),
        **page,
    )


def _description(
    collection: Collection,
    info: Info,
    truncateAt: int | None = None,  # noqa: N803 the argument's name
) -> str:
    return plain_text(collection.description_html, truncateAt)


RESOLVERS: Resolvers = {
    "QueryRoot": {
        "collection": _collection,
        "collectionByHandle": _collection,
        "collections": _collections,
    },
    "Collection": {
        **HAS_METAFIELDS,
        "title": lambda collection, info: translated(collection.title, info.context.language),
        "description": _description,
        "image": lambda collection, info: collection.picture,
        "onlineStoreUrl": lambda collection, info: shop_url(f"/collections/{collection.handle}"),
        "products": _products,
        "seo": lambda collection, info: {"title": collection.seo_title, "description": collection.seo_description},
        "trackingParameters": tracking_parameters,
    },
}
