"""Metafields of records, found by namespace and key, with the objects they reference."""

import json
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.catalogue.shelf import APP_NAMESPACE
from sandbox.execution import Resolver, Resolvers
from sandbox.records import Metafield
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.media import media_image, medium
from sandbox.storefront.values import gid, read_gid, timestamp
from sandbox.storefront.visibility import is_visible

Info = GraphQLResolveInfo[Visit]
MOST_IDENTIFIERS = 250


def metafield(owner: Any, namespace: str | None, key: str) -> dict[str, Any] | None:
    """The owner's value as a Metafield, or None."""
    searched = namespace or APP_NAMESPACE
    for record in owner.metafields:
        if record.key == key and record.namespace == searched:
            return bound(record, owner)
    return None


def bound(record: Metafield, owner: Any) -> dict[str, Any]:
    """A Metafield with its owner."""
    return {"__typename": "Metafield", "record": record, "owner": owner}


def metafields(owner: Any, identifiers: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """The owner's metafields in the order of `identifiers`, None for missing ones."""
    if len(identifiers) > MOST_IDENTIFIERS:
        raise bad_request(f"identifiers cannot exceed {MOST_IDENTIFIERS}")
    return [metafield(owner, each.get("namespace"), each["key"]) for each in identifiers]


def _metafield(owner: Any, info: Info, key: str, namespace: str | None = None) -> dict[str, Any] | None:
    return metafield(owner, namespace, key)


def _metafields(owner: Any, info: Info, identifiers: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
    return metafields(owner, identifiers)


HAS_METAFIELDS: dict[str, Resolver] = {"metafield": _metafield, "metafields": _metafields}
"""The two fields of every type that has metafields, for a source with a list `metafields`."""


MAX_DIGITS = 20
"""No number in an id has more; Python refuses to read one of thousands."""


def referenced(visit: Visit, global_id: str) -> Any | None:
    """The object with a referenced id, as a member of MetafieldReference; None if it is missing or hidden."""
    kind, _, text = global_id.removeprefix("gid://shopify/").partition("/")
    if read_gid(global_id) is None or not text.isdecimal() or len(text) > MAX_DIGITS:
        return None
    store, number = visit.store, int(text)
    match kind:
        case "Product":
            product = store.products.get(number)
            return product if product and is_visible(product, visit) else None
        case "ProductVariant":
            variant = store.variants.get(number)
            return variant if variant and is_visible(variant.product, visit) else None
        case "Collection":
            return store.collections.get(number)
        case "MediaImage":
            picture = store.pictures.get(number)
            return media_image(picture) if picture else None
        case "Video" | "Model3d":
            other = store.media.get(number)
            return medium(other) if other and other["kind"] == kind else None
        case "GenericFile":
            return store.content.files.get(number)
        case "Page":
            return next((page for page in store.content.pages if page.id == number), None)
        case "Article":
            return next((article for article in store.content.articles if article.id == number), None)
        case "Metaobject":
            return next((each for each in store.content.metaobjects if each.id == number), None)
    return None


def is_list(kind: str) -> bool:
    return kind.startswith("list.")


def reference_of(visit: Visit, kind: str, value: str) -> Any | None:
    """The object that a single value references; None for a list or a value without a reference."""
    return referenced(visit, value) if kind.endswith("_reference") and not is_list(kind) else None


def references_of(visit: Visit, kind: str, value: str, **page: Any) -> dict[str, Any] | None:
    """A page of the objects that a list references, without missing ones; None for any other value."""
    if not kind.endswith("_reference") or not is_list(kind):
        return None
    found = [(each, referenced(visit, each)) for each in json.loads(value)]
    cut = connection([pair for pair in found if pair[1] is not None], key=lambda pair: pair[0], **page)
    return {
        **cut,
        "nodes": [node for _, node in cut["nodes"]],
        "edges": [{"cursor": edge["cursor"], "node": edge["node"][1]} for edge in cut["edges"]],
    }


def _references(source: dict[str, Any], info: Info, **page: Any) -> dict[str, Any] | None:
    record: Metafield = source["record"]
    return references_of(info.context, record.type, record.value, **page)


RESOLVERS: Resolvers = {
    "Metafield": {
        "id": lambda source, info: gid("Metafield", source["record"].id),
        "namespace": lambda source, info: source["record"].namespace,
        "key": lambda source, info: source["record"].key,
        "type": lambda source, info: source["record"].type,
        "value": lambda source, info: source["record"].value,
        "description": lambda source, info: source["record"].description,
        "createdAt": lambda source, info: timestamp(source["record"].created_at),
        "updatedAt": lambda source, info: timestamp(source["record"].updated_at),
        "list": lambda source, info: is_list(source["record"].type),
        "parentResource": lambda source, info: source["owner"],
        "reference": lambda source, info: reference_of(info.context, source["record"].type, source["record"].value),
        "references": _references,
    }
}
