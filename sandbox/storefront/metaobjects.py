"""Metaobjects, their fields with the referenced objects, and files to download."""

from collections.abc import Callable
from typing import Any

from sandbox.content_records import GenericFile, Metaobject, MetaobjectField
from sandbox.execution import Resolvers
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.metafields import reference_of, references_of
from sandbox.storefront.values import read_gid, shop_url

ORDERS: dict[str, Callable[[Metaobject], Any]] = {
    "id": lambda metaobject: metaobject.id,
    "updated_at": lambda metaobject: metaobject.updated_at,
    "type": lambda metaobject: metaobject.type,
    "display_name": lambda metaobject: metaobject.fields[0].value or "",
}


def _metaobject(
    _: Any,
    info: Any,
    *,
    id: str | None = None,  # noqa: A002 GraphQL's name
    handle: dict[str, str] | None = None,
) -> Metaobject | None:
    every: list[Metaobject] = info.context.store.content.metaobjects
    if id is not None:
        tail = read_gid(id, "Metaobject")
        if tail is None:
            raise bad_request(f"Invalid global id '{id}'")
        return metaobject_node(info.context, tail)
    if handle is None:
        return None
    return next((each for each in every if each.type == handle["type"] and each.handle == handle["handle"]), None)


def _metaobjects(
    _: Any,
    info: Any,
    *,
    type: str,  # noqa: A002 GraphQL's name
    reverse: bool,
    sortKey: str | None = None,  # noqa: N803 GraphQL's name
    **page: Any,
) -> dict[str, Any]:
    """`sortKey` is one of `id`, `type`, `updated_at` and `display_name`, as Shopify documents."""
    order = ORDERS.get(sortKey or "id")
    if order is None:
        raise bad_request(f"Invalid sort key '{sortKey}'; there are: {', '.join(ORDERS)}")
    found = [each for each in info.context.store.content.metaobjects if each.type == type]
    found.sort(key=lambda each: (order(each), each.id), reverse=reverse)
    return connection(found, key=lambda each: each.id, **page)


def _seo(metaobject: Metaobject, _: Any) -> dict[str, MetaobjectField | None] | None:
    """The fields that contain title and description; None for a type without pages of its own."""
    if metaobject.page_path is None:
        return None
    title, description = metaobject.seo_title_key, metaobject.seo_description_key
    return {
        "title": metaobject.at(title) if title else None,
        "description": metaobject.at(description) if description else None,
    }


def _reference(value: MetaobjectField, info: Any) -> Any | None:
    return reference_of(info.context, value.type, value.value) if value.value is not None else None


def _references(value: MetaobjectField, info: Any, **page: Any) -> dict[str, Any] | None:
    return references_of(info.context, value.type, value.value, **page) if value.value is not None else None


def metaobject_node(visit: Visit, tail: str) -> Metaobject | None:
    return next((each for each in visit.store.content.metaobjects if str(each.id) == tail), None)


def _file_node(visit: Visit, tail: str) -> GenericFile | None:
    return visit.store.content.files.get(int(tail)) if tail.isdecimal() else None


RESOLVERS: Resolvers = {
    "QueryRoot": {"metaobject": _metaobject, "metaobjects": _metaobjects},
    "Metaobject": {
        "field": lambda metaobject, _, *, key: metaobject.at(key),
        "onlineStoreUrl": lambda metaobject, _: shop_url(metaobject.page_path) if metaobject.page_path else None,
        "seo": _seo,
    },
    "MetaobjectField": {"reference": _reference, "references": _references},
    "GenericFile": {
        "originalFileSize": lambda file, _: file.size,
        "previewImage": lambda file, _: file.picture,
        "url": lambda file, info: f"{info.context.store.public_url}/sandbox/pictures/{file.path}",
    },
}
NODES = {"Metaobject": metaobject_node, "GenericFile": _file_node}
