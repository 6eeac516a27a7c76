"""The faults of a request to Square, by the sandbox's field tables.

Square ignores fields that it does not know; here they are mistakes too, so that a misspelt name is noticed.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson

from sandbox.square.fields import OBJECT_ID_GIVEN, Kind, several, thing, whole
from sandbox.square.keys import ORDER_KEY, PAYMENT_KEY
from sandbox.square.order_fields import ORDER_FIELDS, check_whole
from sandbox.square.payments import PAYMENT_FIELDS
from sandbox.square.refusals import Problem, Refusal
from sandbox.square.search import SEARCH_FIELDS, time_filter

NEW_ORDER = thing(ORDER_FIELDS, needs=("location_id", "line_items"))
CHANGED_ORDER = thing(ORDER_FIELDS, needs=("location_id", "version"))
BODIES: Mapping[tuple[str, str], Kind] = {
    ("POST", "/v2/orders"): thing(
        {"order": NEW_ORDER, "idempotency_key": ORDER_KEY}, needs=("order", "idempotency_key")
    ),
    ("PUT", "/v2/orders/{id}"): thing({"order": CHANGED_ORDER, "idempotency_key": ORDER_KEY}, needs=("order",)),
    ("POST", "/v2/orders/{id}/pay"): thing(
        {"idempotency_key": ORDER_KEY, "payment_ids": several(OBJECT_ID_GIVEN), "order_version": whole(1)},
        needs=("idempotency_key",),
    ),
    ("POST", "/v2/orders/search"): thing(SEARCH_FIELDS, needs=("location_ids",)),
    ("POST", "/v2/payments"): thing(
        {**PAYMENT_FIELDS, "idempotency_key": PAYMENT_KEY}, needs=("source_id", "idempotency_key", "amount_money")
    ),
}
WITHOUT_BODY = {("GET", "/v2/orders/{id}"), ("GET", "/v2/locations/{id}")}
_ID_IN_PATH = re.compile(r"(?<=^/v2/orders/)(?!search$)[^/]+|(?<=^/v2/locations/)[^/]+")
# The sellers of these tests take any currency.
_OTHER_CURRENCY = "The seller's currency is"


def route(request: httpx.Request) -> tuple[str, str]:
    """Method and path, with `{id}` in the place of an id."""
    return request.method, _ID_IN_PATH.sub("{id}", request.url.path)


def mistakes(request: httpx.Request) -> list[str]:
    """What Square would refuse or silently ignore in a request; nothing when all of it is in order."""
    where = route(request)
    found = [f"no {name}" for name in ("authorization", "square-version") if name not in request.headers]
    if where in WITHOUT_BODY:
        return found + (["a body"] if request.content else [])
    kind = BODIES.get(where)
    if kind is None:
        return [*found, f"no such endpoint: {where}"]
    body = orjson.loads(request.content)
    found += _mistakes_in(kind, body, "")
    if where == ("POST", "/v2/orders") and not found:
        found += _refused(body["order"])
    if where == ("POST", "/v2/orders/search") and not found:
        found += _search_mistakes(body)
    return found


def order_mistakes(order: Mapping[str, Any]) -> list[str]:
    """What Square would refuse or silently ignore in a new order."""
    return _mistakes_in(NEW_ORDER, order, "order") + _refused(order)


def _mistakes_in(kind: Kind, sent: Any, path: str) -> list[str]:
    problems: list[Problem] = []
    kept = kind(sent, path, problems)
    return [*_texts(problems), *_ignored(sent, kept, path)]


def _ignored(sent: Any, kept: Any, path: str) -> list[str]:
    """Paths of fields that were sent and not read."""
    if isinstance(sent, dict) and isinstance(kept, dict):
        return [found for name in sent for found in _ignored(sent[name], kept.get(name), f"{path}.{name}")]
    if isinstance(sent, list) and isinstance(kept, list):
        pairs = zip(sent, kept, strict=True)
        return [found for place, (one, other) in enumerate(pairs) for found in _ignored(one, other, f"{path}[{place}]")]
    return [] if sent == kept else [f"{path} is ignored"]


def _refused(order: Mapping[str, Any]) -> list[str]:
    """What breaks the rules between the fields of a new order."""
    try:
        check_whole(order, datetime(2020, 1, 1, tzinfo=UTC))
    except Refusal as refusal:
        return _texts(refusal.problems)
    return []


def _search_mistakes(body: Mapping[str, Any]) -> list[str]:
    query = body.get("query", {})
    try:
        time_filter(query.get("filter", {}).get("date_time_filter", {}), query.get("sort", {}))
    except Refusal as refusal:
        return _texts(refusal.problems)
    return []


def _texts(problems: Any) -> list[str]:
    return [each.detail for each in problems if not each.detail.startswith(_OTHER_CURRENCY)]
