"""Order search at Square, and its pages."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson

from sandbox.square.fields import (
    CUSTOMER_ID,
    Kind,
    boolean,
    moment,
    one_of,
    read_moment,
    several,
    text,
    thing,
    whole,
    written,
)
from sandbox.square.locations import check_location
from sandbox.square.order_fields import DETAILS_OF, FULFILLMENT_STATES
from sandbox.square.orders import read_body
from sandbox.square.records import CANCELED, COMPLETED, DRAFT, OPEN, SquareOrder
from sandbox.square.refusals import Refusal, refused
from sandbox.square.views import order_json
from sandbox.store import Store

LIMIT, LARGEST_LIMIT = 500, 1000
LOCATIONS = SOURCES = CUSTOMERS = 10
_SORTS = ("CREATED_AT", "UPDATED_AT", "CLOSED_AT")
_RANGE = thing({"start_at": moment, "end_at": moment})
SEARCH_FIELDS: dict[str, Kind] = {
    "location_ids": several(text(50, 1), LOCATIONS, 1),
    "cursor": text(2000),
    "limit": whole(1, LARGEST_LIMIT),
    "return_entries": boolean,
    "query": thing(
        {
            "filter": thing(
                {
                    "state_filter": thing({"states": several(one_of(OPEN, COMPLETED, CANCELED, DRAFT))}, ("states",)),
                    "date_time_filter": thing({"created_at": _RANGE, "updated_at": _RANGE, "closed_at": _RANGE}),
                    "fulfillment_filter": thing(
                        {
                            "fulfillment_types": several(one_of(*DETAILS_OF)),
                            "fulfillment_states": several(one_of(*FULFILLMENT_STATES)),
                        }
                    ),
                    "source_filter": thing({"source_names": several(text(255), SOURCES)}),
                    "customer_filter": thing({"customer_ids": several(CUSTOMER_ID, CUSTOMERS)}),
                }
            ),
            "sort": thing({"sort_field": one_of(*_SORTS), "sort_order": one_of("ASC", "DESC")}, ("sort_field",)),
        }
    ),
}
Range = tuple[datetime | None, datetime]


def search_orders(store: Store, sent: dict[str, Any]) -> dict[str, Any]:
    """The page of orders (or entries) that match a search. Raises Refusal."""
    body = read_body(sent, SEARCH_FIELDS, needs=("location_ids",))
    for location_id in body["location_ids"]:
        check_location(location_id, "location_ids")
    query = body.get("query", {})
    wanted, sort = query.get("filter", {}), query.get("sort", {})
    sort_field = sort.get("sort_field", "CREATED_AT").lower()
    limits = time_filter(wanted.get("date_time_filter", {}), sort)
    digest = sha256(orjson.dumps([body["location_ids"], query], option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    start, until = _place(body.get("cursor"), digest, store.clock.now())
    times = (limits[0], limits[1] or until) if limits else None
    found = [
        order
        for order in store.square_orders.values()
        if order.location_id in body["location_ids"]
        and _is_indexed(store, order, sort_field)
        and getattr(order, sort_field) is not None
        and _is_wanted(order, wanted)
        and (times is None or _is_within(getattr(order, sort_field), times))
    ]
    found.sort(key=_sorted_by(sort_field), reverse=sort.get("sort_order", "DESC") == "DESC")
    limit = body.get("limit", LIMIT)
    page = found[start : start + limit]
    name = "order_entries" if body.get("return_entries") else "orders"
    answer: dict[str, Any] = {name: [_entry(each) for each in page] if name != "orders" else [*map(order_json, page)]}
    if start + limit < len(found):
        answer["cursor"] = _cursor(start + limit, digest, until)
    return answer if page else {}


def _is_indexed(store: Store, order: SquareOrder, sort_field: str) -> bool:
    """Whether the search index contains the order, and its last change when sorting by it."""
    moment = order.updated_at if sort_field == "updated_at" else order.created_at
    return moment + timedelta(seconds=store.square_search_lag_s) <= store.clock.now()


def time_filter(asked: Mapping[str, Any], sort: Mapping[str, Any]) -> tuple[datetime | None, datetime | None] | None:
    """The time range, both ends included, of the field that is sorted by; None without one. Raises Refusal."""
    if not asked:
        return None
    if len(asked) > 1:
        why = "Only one time range can be filtered for."
        raise refused("CONFLICTING_PARAMETERS", why, "query.filter.date_time_filter")
    ((field, limits),) = asked.items()
    if sort.get("sort_field") != field.upper():
        why = f"The sort field has to be {field.upper()}, which is filtered for."
        raise refused("BAD_REQUEST", why, "query.sort.sort_field")
    start, end = (read_moment(limits[name]) if name in limits else None for name in ("start_at", "end_at"))
    if start is not None and end is not None and start > end:
        raise refused(
            "INVALID_TIME_RANGE", "The range ends before it starts.", f"query.filter.date_time_filter.{field}"
        )
    return start, end


def _is_within(when: datetime, limits: Range) -> bool:
    start, end = limits
    shown = when.replace(microsecond=when.microsecond // 1000 * 1000)  # as shown to the app
    return (start is None or start <= shown) and shown <= end


def _is_wanted(order: SquareOrder, asked: Mapping[str, Any]) -> bool:
    states = asked.get("state_filter", {}).get("states")
    sources = asked.get("source_filter", {}).get("source_names")
    customers = asked.get("customer_filter", {}).get("customer_ids")
    fulfillments = asked.get("fulfillment_filter", {})
    return (
        (not states or order.state in states)
        and (not sources or order.source_name in sources)
        and (not customers or order.content.get("customer_id") in customers)
        and _has_one(order, "type", fulfillments.get("fulfillment_types"))
        and _has_one(order, "state", fulfillments.get("fulfillment_states"))
    )


def _has_one(order: SquareOrder, name: str, wanted: list[str] | None) -> bool:
    return not wanted or any(each[name] in wanted for each in order.fulfillments)


def _sorted_by(field: str) -> Callable[[SquareOrder], tuple[datetime, str]]:
    return lambda order: (getattr(order, field), order.id)


def _entry(order: SquareOrder) -> dict[str, Any]:
    version = {} if order.version is None else {"version": order.version}
    return {"order_id": order.id, "location_id": order.location_id, **version}


def _cursor(start: int, digest: str, until: datetime) -> str:
    """The start of the next page; it also stores the search and the time of its first page."""
    return urlsafe_b64encode(orjson.dumps([start, digest, written(until)])).decode()


def _place(cursor: str | None, digest: str, now: datetime) -> tuple[int, datetime]:
    if cursor is None:
        return 0, now
    try:
        start, of, until = orjson.loads(urlsafe_b64decode(cursor))
        since = read_moment(until)
    except (NotBase64, ValueError, TypeError):
        raise _bad_cursor() from None
    if of != digest or since is None or not isinstance(start, int):
        raise _bad_cursor()
    return start, since


def _bad_cursor() -> Refusal:
    return refused("INVALID_CURSOR", "The cursor is not of this search.", "cursor")
