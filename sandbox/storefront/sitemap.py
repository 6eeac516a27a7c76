"""The sitemap: all objects with a page in the online store, in numbered pages."""

from collections.abc import Callable
from typing import Any

from sandbox.execution import Resolvers
from sandbox.records import Picture
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import timestamp
from sandbox.storefront.visibility import visible_products

PAGE_SIZE = 50


def _first_picture(product: Any) -> Picture | None:
    return product.pictures[0] if product.pictures else None


def _entries(visit: Visit, kind: str) -> list[dict[str, Any]]:
    store = visit.store
    content = store.content
    plain: dict[str, tuple[Any, Callable[[Any], Picture | None]]] = {
        "ARTICLE": (content.articles, lambda article: article.picture),
        "BLOG": (content.blogs, lambda _: None),
        "COLLECTION": (store.collections.values(), lambda collection: collection.picture),
        "PAGE": (content.pages, lambda _: None),
        "PRODUCT": (visible_products(visit), _first_picture),
    }
    if kind == "METAOBJECT":
        return [_metaobject(each) for each in content.metaobjects if each.page_path]
    records, picture_of = plain[kind]
    return [_resource(each, picture_of(each)) for each in records]


def _resource(record: Any, picture: Picture | None) -> dict[str, Any]:
    updated = timestamp(record.updated_at)
    image = {"alt": picture.alt, "filepath": picture.path, "updatedAt": updated} if picture else None
    return {
        "__typename": "SitemapResource",
        "handle": record.handle,
        "image": image,
        "title": record.title,
        "updatedAt": updated,
    }


def _metaobject(record: Any) -> dict[str, Any]:
    return {
        "__typename": "SitemapResourceMetaobject",
        "handle": record.handle,
        "onlineStoreUrlHandle": record.page_path.rsplit("/", 2)[-2],
        "type": record.type,
        "updatedAt": timestamp(record.updated_at),
    }


def _pages_count(entries: list[dict[str, Any]], _: Any) -> dict[str, Any]:
    return {"count": -(-len(entries) // PAGE_SIZE), "precision": "EXACT"}


def _resources(entries: list[dict[str, Any]], _: Any, *, page: int) -> dict[str, Any] | None:
    if page < 1:
        return None
    return {
        "hasNextPage": page * PAGE_SIZE < len(entries),
        "items": entries[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
    }


RESOLVERS: Resolvers = {
    "QueryRoot": {"sitemap": lambda _, info, *, type: _entries(info.context, type)},  # noqa: A006 GraphQL's name
    "Sitemap": {"pagesCount": _pages_count, "resources": _resources},
}
