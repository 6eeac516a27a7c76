"""Admin's resolvers for metafields of orders and of the app: read, and set by compare-and-set."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.catalogue.shelf import APP_NAMESPACE
from sandbox.execution import Resolvers
from sandbox.order_life import changed
from sandbox.order_records import Order
from sandbox.records import AppInstallation, Metafield
from sandbox.store import Store
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.values import read_gid

Info = GraphQLResolveInfo[Store]
MOST_AT_ONCE = 25
LONGEST_VALUE = 65_535
KEY = re.compile(r"[A-Za-z0-9_-]{2,64}")
TYPES = frozenset({"json", "single_line_text_field", "multi_line_text_field", "number_integer", "boolean", "date_time"})


def digest(metafield: Metafield) -> str:
    """The compare digest of a metafield's value."""
    return hashlib.sha256(f"{metafield.type}\n{metafield.value}".encode()).hexdigest()


MetafieldOwner = Order | AppInstallation


def _all(order: MetafieldOwner) -> list[Metafield]:
    return [*order.metafields, *order.private_metafields]


def metafield_of(owner: Any, info: Info, key: str, namespace: str | None = None) -> Metafield | None:
    """The metafield with that name, of an order or of the app installation."""
    order: MetafieldOwner = owner if isinstance(owner, Order) else info.context.app_installation
    return _named(order, namespace or APP_NAMESPACE, key)


def _named(order: MetafieldOwner, namespace: str, key: str) -> Metafield | None:
    return next((each for each in _all(order) if (each.namespace, each.key) == (namespace, key)), None)


def metafields_of(order: Order, _: Info, **arguments: Any) -> dict[str, Any]:
    """A page of the order's metafields, limited to a namespace if one is given."""
    namespace = arguments.get("namespace")
    if arguments.get("keys"):
        raise bad_request("The sandbox lists metafields by namespace only.")
    matching = [each for each in _all(order) if namespace in (None, each.namespace)]
    if arguments.get("reverse"):
        matching.reverse()
    page = {name: arguments.get(name) for name in ("first", "last", "after", "before")}
    return connection(matching, key=lambda each: each.id, **page)


def _set(_: Any, info: Info, metafields: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Sets all metafields or none."""
    store = info.context
    if len(metafields) > MOST_AT_ONCE:
        message = f"Exceeded the maximum metafields input limit of {MOST_AT_ONCE}."
        return {"metafields": None, "userErrors": [_error(None, "LESS_THAN_OR_EQUAL_TO", message, [])]}
    errors = [error for index, given in enumerate(metafields) for error in _problems(store, index, given)]
    if errors:
        return {"metafields": None, "userErrors": errors}
    stored, touched = [], []
    for given in metafields:
        order = _owner(store, given)
        assert order is not None
        before = [digest(each) for each in _all(order)]
        stored.append(_put(store, order, given))
        if [digest(each) for each in _all(order)] != before and order not in touched:
            touched.append(order)
    for order in touched:
        if isinstance(order, Order):
            changed(store, order)
    return {"metafields": stored, "userErrors": []}


def _owner(store: Store, given: Mapping[str, Any]) -> MetafieldOwner | None:
    if read_gid(given["ownerId"], "AppInstallation") is not None:
        return store.app_installation
    number = read_gid(given["ownerId"], "Order") or ""
    return store.orders.get(int(number)) if number.isdigit() else None


def _problems(store: Store, index: int, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    def wrong(code: str, message: str, *names: str) -> list[dict[str, Any]]:
        return [_error(index, code, message, ["metafields", str(index), *names])]

    order = _owner(store, given)
    if order is None:
        return wrong("INVALID", "Owner does not exist.", "ownerId")
    if not KEY.fullmatch(given["key"]):
        return wrong("INVALID", "Key has 2 to 64 letters, digits, underscores and hyphens.", "key")
    there = _named(order, given.get("namespace") or APP_NAMESPACE, given["key"])
    kind, value = given.get("type") or (there.type if there else None), given["value"]
    if kind is None:
        return wrong("BLANK", "Type can't be blank.", "type")
    if kind not in TYPES:
        return wrong("INVALID_TYPE", "Type is not one that the sandbox knows.", "type")
    if not value:
        return wrong("BLANK", "Value can't be blank.", "value")
    if len(value) > LONGEST_VALUE:
        return wrong("TOO_LONG", f"Value is too long (maximum is {LONGEST_VALUE} characters).", "value")
    if not _is_of(kind, value):
        return wrong("INVALID_VALUE", f"Value is not of the type {kind}.", "value")
    if "compareDigest" in given and given["compareDigest"] != (there and digest(there)):
        return wrong("STALE_OBJECT", "The metafield was changed since it was read.", "compareDigest")
    return []


def _is_of(kind: str, value: str) -> bool:
    if kind == "single_line_text_field":
        return "\n" not in value
    if kind == "boolean":
        return value in ("true", "false")
    try:
        match kind:
            case "json":
                json.loads(value)
            case "number_integer":
                int(value)
            case "date_time":
                datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _put(store: Store, order: MetafieldOwner, given: Mapping[str, Any]) -> Metafield:
    namespace, now = given.get("namespace") or APP_NAMESPACE, store.clock.now()
    there = _named(order, namespace, given["key"])
    if there is None:
        there = Metafield(store.new_id(), namespace, given["key"], given["type"], given["value"], now, now)
        order.private_metafields.append(there)
    elif (there.type, there.value) != (given.get("type") or there.type, given["value"]):
        there.type, there.value, there.updated_at = given.get("type") or there.type, given["value"], now
    return there


def _error(index: int | None, code: str, message: str, field: list[str]) -> dict[str, Any]:
    return {"code": code, "message": message, "field": field, "elementIndex": index}


RESOLVERS: Resolvers = {
    "Mutation": {"metafieldsSet": _set},
    "AppInstallation": {"metafield": metafield_of},
    "Metafield": {
        "compareDigest": lambda metafield, _: digest(metafield),
    },
}
