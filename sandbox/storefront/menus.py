"""Menus and the targets of their items."""

from collections.abc import Iterator
from typing import Any

from sandbox.content_records import Menu, MenuItem
from sandbox.execution import Resolvers, type_name
from sandbox.storefront.execution import Visit
from sandbox.storefront.localization import translated
from sandbox.storefront.values import gid, shop_url
from sandbox.storefront.visibility import visible_products


def _menu(_: Any, info: Any, *, handle: str) -> Menu | None:
    return next((menu for menu in info.context.store.content.menus if menu.handle == handle), None)


def _all_items(items: list[MenuItem]) -> Iterator[MenuItem]:
    for item in items:
        yield item
        yield from _all_items(item.items)


def _resource(item: MenuItem, info: Any) -> Any:
    if item.resource is None:
        return None
    kind, handle = item.resource
    store = info.context.store
    content = store.content
    places: dict[str, Any] = {
        "Article": content.articles,
        "Blog": content.blogs,
        "Collection": store.collections.values(),
        "Metaobject": content.metaobjects,
        "Page": content.pages,
        "Product": visible_products(info.context),
        "ShopPolicy": content.policies,
    }
    return next((each for each in places[kind] if each.handle == handle), None)


def _resource_id(item: MenuItem, info: Any) -> str | None:
    found = _resource(item, info)
    return gid(type_name(found), found.id) if found is not None else None


def _url(item: MenuItem, _: Any) -> str:
    return item.path if item.type == "HTTP" else shop_url(item.path)


def _menu_node(visit: Visit, tail: str) -> Menu | None:
    return next((menu for menu in visit.store.content.menus if str(menu.id) == tail), None)


def _item_node(visit: Visit, tail: str) -> MenuItem | None:
    every = (item for menu in visit.store.content.menus for item in _all_items(menu.items))
    return next((item for item in every if str(item.id) == tail), None)


RESOLVERS: Resolvers = {
    "QueryRoot": {"menu": _menu},
    "Menu": {
        "title": lambda menu, info: translated(menu, "title", info.context),
        "itemsCount": lambda menu, _: sum(1 for _item in _all_items(menu.items)),
    },
    "MenuItem": {
        "title": lambda item, info: translated(item, "title", info.context),
        "resource": _resource,
        "resourceId": _resource_id,
        "url": _url,
    },
}
NODES = {"Menu": _menu_node, "MenuItem": _item_node}
