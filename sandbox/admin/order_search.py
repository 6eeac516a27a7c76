"""Searches orders and pages through the results while orders change."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.order_records import Order
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.search_syntax import (
    AnyOf,
    Node,
    Not,
    Predicate,
    Term,
    by_flag,
    by_moment,
    by_text,
    has_words,
    matcher,
    opposite,
    parse,
)

# Admin misreads a time without quotes and reports no error, so the sandbox refuses it.
_BARE_TIME = re.compile(r"_at:[<>=]*\d{4}-\d\d-\d\dT")
# The documented values. Shopify documents none for the other statuses, so no value finds an order IN_PROGRESS. It is
# not known whether the values for UNFULFILLED find it.
_FULFILLMENT_WORDS: Mapping[str, tuple[str, ...]] = {
    "UNFULFILLED": ("unfulfilled", "unshipped"),
    "PARTIALLY_FULFILLED": ("partial",),
    "FULFILLED": ("fulfilled", "shipped"),
    "ON_HOLD": ("on_hold",),
    "SCHEDULED": ("scheduled",),
    "REQUEST_DECLINED": ("request_declined",),
}


def _statuses(order: Order) -> tuple[str, ...]:
    if order.canceled_at is not None:
        return ("cancelled",)
    return ("closed",) if order.closed_at is not None else ("open", "not_closed")


_TAG = by_text(lambda order: order.tags)
_FIELDS: Mapping[str, Predicate] = {
    "created_at": by_moment(lambda order: order.created_at),
    "email": by_text(lambda order: (order.email or "",)),
    "financial_status": by_text(lambda order: (order.financial_status,)),
    "fulfillment_status": by_text(lambda order: _FULFILLMENT_WORDS.get(order.fulfillment_status, ())),
    "id": by_text(lambda order: (str(order.id),)),
    "name": by_text(lambda order: (order.name, str(order.number))),
    "processed_at": by_moment(lambda order: order.processed_at),
    "status": by_text(_statuses),
    "tag": _TAG,
    "tag_not": opposite(_TAG),
    "test": by_flag(lambda order: order.test),
    "updated_at": by_moment(lambda order: order.updated_at.replace(microsecond=0)),
}
_SORT_KEYS: Mapping[str, Callable[[Order], datetime | int]] = {
    "CREATED_AT": lambda order: order.created_at,
    "ID": lambda order: order.id,
    "ORDER_NUMBER": lambda order: order.number,
    "PROCESSED_AT": lambda order: order.processed_at,
    "UPDATED_AT": lambda order: order.updated_at,
}


def search_matcher(
    text: str | None, fields: Mapping[str, Predicate], plain: Predicate, what: str
) -> Callable[[Any], bool]:
    """A predicate for records that match `text`. Raises a BAD_REQUEST for fields that are not in `fields`."""
    query = parse(text or "")
    unknown = sorted(_fields_of(query) - set(fields))
    if unknown:
        raise bad_request(f"The sandbox does not search {what} by {', '.join(unknown)}.")
    return matcher(text or "", fields, plain)


def _fields_of(node: Node | None) -> set[str]:
    match node:
        case None:
            return set()
        case Term(field=field):
            return set() if field is None else {field}
        case Not(part=part):
            return _fields_of(part)
        case AnyOf(parts=parts):
            return {field for part in parts for field in _fields_of(part)}
    return {field for part in node.parts for field in _fields_of(part)}


def found(orders: list[Order], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The page of orders for the query, sort key and cursors of a connection."""
    text, sort_key = arguments.get("query"), arguments["sortKey"]
    if text and _BARE_TIME.search(text):
        raise bad_request("A time in a search has to stand in quotes.")
    if sort_key not in _SORT_KEYS or arguments.get("savedSearchId"):
        raise bad_request(f"The sandbox has no saved searches, and does not sort orders by {sort_key}.")
    fits = search_matcher(text, _FIELDS, lambda order, term: has_words(_text(order), term), "orders")
    place = _SORT_KEYS[sort_key]
    backwards = bool(arguments.get("reverse"))
    matching = sorted((order for order in orders if fits(order)), key=lambda each: (place(each), each.id))
    if backwards:
        matching.reverse()
    # A cursor names a sort position, not an item, because the item may have moved since.
    if arguments.get("after"):
        matching = _beyond(matching, place, _marked(arguments["after"], sort_key), upwards=not backwards)
    if arguments.get("before"):
        matching = _beyond(matching, place, _marked(arguments["before"], sort_key), upwards=backwards)
    sizes = {name: arguments.get(name) for name in ("first", "last")}
    return connection(matching, key=lambda order: f"{order.id}@{_written(place(order))}", **sizes)


def _beyond(orders: list[Order], place: Callable[[Order], Any], mark: tuple[Any, int], *, upwards: bool) -> list[Order]:
    if upwards:
        return [order for order in orders if (place(order), order.id) > mark]
    return [order for order in orders if (place(order), order.id) < mark]


def _text(order: Order) -> str:
    return " ".join([order.name, str(order.number), order.email or "", *(line.title for line in order.lines)])


def _written(value: datetime | int) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _marked(cursor: str, sort_key: str) -> tuple[Any, int]:
    try:
        number, _, value = str(json.loads(b64decode(cursor))["last_id"]).partition("@")
        read: Any = int(value) if sort_key in ("ID", "ORDER_NUMBER") else datetime.fromisoformat(value)
        return read, int(number)
    except (ValueError, KeyError, TypeError):
        raise bad_request(f"Invalid cursor for current pagination sort: {cursor}") from None
