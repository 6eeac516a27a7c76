"""Admin's resolvers for tags of orders and products, and for the order's note."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.admin.orders import order_by_gid
from sandbox.cart_records import PlaceAddress
from sandbox.execution import Resolvers
from sandbox.order_life import changed
from sandbox.order_records import Order
from sandbox.records import Product
from sandbox.store import Store
from sandbox.storefront.connections import bad_request
from sandbox.storefront.values import read_gid

Info = GraphQLResolveInfo[Store]
LONGEST_ORDER_TAG, LONGEST_PRODUCT_TAG, MOST_TAGS, LONGEST_NOTE = 40, 255, 250, 5000
# The fields that `orderUpdate` supports here: Admin's name and the name in our record.
_TEXTS = {"note": "note", "email": "email", "phone": "phone"}
_SERVED = frozenset({*_TEXTS, "id", "tags", "customAttributes", "shippingAddress"})


def _tags_add(_: Any, info: Info, id: str, tags: list[str]) -> dict[str, Any]:  # noqa: A002 the schema's name
    return _retag(info.context, id, tags, lambda before, given: _united(before, given))


def _tags_remove(_: Any, info: Info, id: str, tags: list[str]) -> dict[str, Any]:  # noqa: A002 the schema's name
    def without(before: list[str], given: list[str]) -> list[str]:
        gone = {tag.lower() for tag in given}
        return [tag for tag in before if tag.lower() not in gone]

    return _retag(info.context, id, tags, without)


def _united(before: Iterable[str], given: Iterable[str]) -> list[str]:
    """The tags of both lists without duplicates, ignoring case."""
    by_name: dict[str, str] = {}
    for tag in (*before, *given):
        by_name.setdefault(tag.lower(), tag)
    return sorted(by_name.values(), key=str.lower)


def _words(tags: Iterable[str]) -> list[str]:
    return [word.strip() for tag in tags for word in tag.split(",") if word.strip()]


def _retag(
    store: Store, owner_id: str, tags: list[str], change: Callable[[list[str], list[str]], list[str]]
) -> dict[str, Any]:
    owner = order_by_gid(store, owner_id) or _product(store, owner_id)
    if owner is None:
        return _refused(["id"], "Resource does not exist")
    after = change(owner.tags, _words(tags))
    wrong = _wrong_tags(after, LONGEST_ORDER_TAG if isinstance(owner, Order) else LONGEST_PRODUCT_TAG)
    if wrong is not None:
        return _refused(["tags"], wrong)
    if after != owner.tags:
        _set_tags(store, owner, after)
    return {"node": owner, "userErrors": []}


def _wrong_tags(tags: list[str], longest: int) -> str | None:
    if any(len(tag) > longest for tag in tags):
        return f"Tag exceeds the maximum length of {longest} characters"
    return f"Tags cannot be more than {MOST_TAGS}" if len(tags) > MOST_TAGS else None


def _product(store: Store, text: str) -> Product | None:
    number = read_gid(text, "Product") or ""
    return store.products.get(int(number)) if number.isdigit() else None


def _set_tags(store: Store, owner: Order | Product, tags: list[str]) -> None:
    if isinstance(owner, Order):
        owner.tags = tags
        changed(store, owner)
    else:
        store.history.set(owner, "tags", tags)
        store.history.set(owner, "updated_at", store.clock.now())
        store.tell(("products/update", owner))


def _update(_: Any, info: Info, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002 the schema's name
    """Replaces the given fields."""
    store = info.context
    unserved = sorted(set(input) - _SERVED)
    if unserved:
        raise bad_request(f"The sandbox does not set {', '.join(unserved)} of orders.")
    order = order_by_gid(store, input["id"])
    if order is None:
        return _refused(["id"], "Order does not exist")
    if len(input.get("note") or "") > LONGEST_NOTE:
        return _refused(["note"], f"Note is too long (maximum is {LONGEST_NOTE} characters)")
    tags = _united((), _words(input.get("tags") or ()))
    wrong = _wrong_tags(tags, LONGEST_ORDER_TAG)
    if wrong is not None:
        return _refused(["tags"], wrong)
    requested: dict[str, Any] = {_TEXTS[name]: input[name] or None for name in _TEXTS if name in input}
    if "tags" in input:
        requested["tags"] = tags
    if "customAttributes" in input:
        requested["attributes"] = tuple((each["key"], each["value"]) for each in input["customAttributes"] or ())
    if input.get("shippingAddress"):
        requested["shipping_address"] = _place(input["shippingAddress"])
    different = {name: value for name, value in requested.items() if getattr(order, name) != value}
    for name, value in different.items():
        setattr(order, name, value)
    if different:
        changed(store, order)
    return {"userErrors": []}


def _place(given: Mapping[str, Any]) -> PlaceAddress:
    return PlaceAddress(
        address1=given.get("address1"),
        address2=given.get("address2"),
        city=given.get("city"),
        company=given.get("company"),
        country_code=given.get("countryCode"),
        first_name=given.get("firstName"),
        last_name=given.get("lastName"),
        phone=given.get("phone"),
        province_code=given.get("provinceCode"),
        zip=given.get("zip"),
    )


def _refused(field: list[str], message: str) -> dict[str, Any]:
    return {"userErrors": [{"field": field, "message": message}]}


RESOLVERS: Resolvers = {
    "Mutation": {"tagsAdd": _tags_add, "tagsRemove": _tags_remove, "orderUpdate": _update},
}
