"""What Square takes: every field that may be sent and how long it may be, as a table, and what breaks it.

Fields that are not in the table count as mistakes, because Square ignores what it does not know.
Source: Square API 2026-09-16, Order, Payment and SearchOrders.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson


@dataclass(frozen=True)
class Text:
    longest: int
    shape: str = ".*"

    def breaks(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, str):
            return [f"{path}: no text"]
        if not 1 <= len(value.encode("utf-16-le")) // 2 <= self.longest:
            return [f"{path}: {len(value)} characters"]
        return [] if re.fullmatch(self.shape, value, re.DOTALL) else [f"{path}: {value!r}"]


@dataclass(frozen=True)
class Whole:
    least: int = 0

    def breaks(self, value: Any, path: str) -> list[str]:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return [] if is_whole and self.least <= value < 2**63 else [f"{path}: {value!r}"]


@dataclass(frozen=True)
class OneOf:
    values: tuple[Any, ...]

    def breaks(self, value: Any, path: str) -> list[str]:
        return [] if value in self.values else [f"{path}: {value!r}"]


@dataclass(frozen=True)
class Many:
    each: Any
    most: int = 500
    fewest: int = 1

    def breaks(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, list) or not self.fewest <= len(value) <= self.most:
            return [f"{path}: no list of {self.fewest} to {self.most}"]
        return [found for number, each in enumerate(value) for found in self.each.breaks(each, f"{path}[{number}]")]


@dataclass(frozen=True)
class Named:
    """Entries with names of the sender's own choice."""

    each: Any
    most: int
    names: str

    def breaks(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, dict) or len(value) > self.most:
            return [f"{path}: no object of at most {self.most}"]
        odd = [f"{path}: the name {name!r}" for name in value if not re.fullmatch(self.names, name)]
        return odd + [found for name, each in value.items() for found in self.each.breaks(each, f"{path}.{name}")]


@dataclass(frozen=True)
class Record:
    fields: Mapping[str, Any]
    required: tuple[str, ...] = field(default=())

    def breaks(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{path}: no object"]
        found = [f"{path}: no {name}" for name in self.required if name not in value]
        for name, each in value.items():
            rule = self.fields.get(name)
            found += [f"{path}: unknown {name}"] if rule is None else rule.breaks(each, f"{path}.{name}")
        return found


ID = Text(192, r"[A-Za-z0-9_-]+")
UID = Text(60)
MOMENT = Text(32, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
DURATION = Text(20, r"PT(\d+H)?(\d+M)?(\d+S)?")
YES_OR_NO = OneOf((True, False))
MONEY = Record({"amount": Whole(), "currency": Text(3, "[A-Z]{3}")}, ("amount", "currency"))
MODIFIER = Record(
    {"uid": UID, "name": Text(255), "base_price_money": MONEY, "quantity": Text(12, r"\d+")},
    ("name", "base_price_money"),
)
LINE = Record(
    {
        "uid": UID,
        "name": Text(512),
        "quantity": Text(12, r"[1-9]\d*"),
        "base_price_money": MONEY,
        "variation_name": Text(400),
        "note": Text(2000),
        "modifiers": Many(MODIFIER),
    },
    ("name", "quantity", "base_price_money"),
)
DISCOUNT = Record(
    {
        "uid": UID,
        "name": Text(255),
        "type": OneOf(("FIXED_AMOUNT",)),
        "amount_money": MONEY,
        "scope": OneOf(("ORDER",)),
    },
    ("name", "type", "amount_money", "scope"),
)
SERVICE_CHARGE = Record(
    {
        "uid": UID,
        "name": Text(512),
        "amount_money": MONEY,
        "calculation_phase": OneOf(("TOTAL_PHASE",)),
        "taxable": OneOf((False,)),  # in that phase none can be taxed
    },
    ("name", "amount_money", "calculation_phase"),
)
RECIPIENT = Record(
    {"display_name": Text(255), "phone_number": Text(17), "email_address": Text(255)},
    ("display_name",),
)
PICKUP_DETAILS = Record(
    {
        "recipient": RECIPIENT,
        "schedule_type": OneOf(("ASAP", "SCHEDULED")),
        "pickup_at": MOMENT,
        "prep_time_duration": DURATION,
        "note": Text(500),
        "is_curbside_pickup": YES_OR_NO,
        "curbside_pickup_details": Record({"curbside_details": Text(250)}),
    },
    ("recipient", "schedule_type"),
)
NEW_FULFILLMENT = Record(
    {"uid": UID, "type": OneOf(("PICKUP",)), "state": OneOf(("PROPOSED",)), "pickup_details": PICKUP_DETAILS},
    ("type", "state", "pickup_details"),
)
NEW_ORDER = Record(
    {
        "location_id": ID,
        "reference_id": Text(40),
        "source": Record({"name": Text(255)}, ("name",)),
        "ticket_name": Text(30),
        "metadata": Named(Text(255), 10, "[A-Za-z0-9_-]{1,60}"),
        "line_items": Many(LINE),
        "discounts": Many(DISCOUNT),
        "service_charges": Many(SERVICE_CHARGE),
        "fulfillments": Many(NEW_FULFILLMENT, most=1),
    },
    ("location_id", "line_items"),
)
SPARSE_ORDER = Record(
    {
        "location_id": ID,
        "version": Whole(1),
        "state": OneOf(("OPEN", "COMPLETED", "CANCELED")),
        "fulfillments": Many(
            Record({"uid": UID, "state": OneOf(("RESERVED", "PREPARED", "COMPLETED", "CANCELED"))}, ("uid", "state"))
        ),
    },
    ("location_id", "version"),
)
PAYMENT = Record(
    {
        "source_id": OneOf(("EXTERNAL",)),
        "idempotency_key": Text(45),
        "amount_money": MONEY,
        "order_id": ID,
        "location_id": Text(50),
        "reference_id": Text(40),
        "note": Text(500),
        "external_details": Record(
            {"type": OneOf(("EXTERNAL",)), "source": Text(255), "source_id": Text(255)}, ("type", "source")
        ),
    },
    ("source_id", "idempotency_key", "amount_money", "external_details"),
)
TIME_RANGE = Record({"start_at": MOMENT, "end_at": MOMENT})
SEARCH = Record(
    {
        "location_ids": Many(ID, most=10),
        "cursor": Text(500),
        "limit": Whole(1),
        "query": Record(
            {
                "filter": Record(
                    {
                        "date_time_filter": Record({"created_at": TIME_RANGE, "updated_at": TIME_RANGE}),
                        "fulfillment_filter": Record({"fulfillment_types": Many(OneOf(("PICKUP",)))}),
                        "source_filter": Record({"source_names": Many(Text(255), most=10)}),
                    }
                ),
                "sort": Record(
                    {"sort_field": OneOf(("CREATED_AT", "UPDATED_AT")), "sort_order": OneOf(("ASC", "DESC"))},
                    ("sort_field",),
                ),
            }
        ),
    },
    ("location_ids",),
)
BODIES: Mapping[tuple[str, str], Record] = {
    ("POST", "/v2/orders"): Record({"order": NEW_ORDER, "idempotency_key": Text(192)}, ("order", "idempotency_key")),
    ("PUT", "/v2/orders/{id}"): Record({"order": SPARSE_ORDER, "idempotency_key": Text(192)}, ("order",)),
    ("POST", "/v2/orders/{id}/pay"): Record(
        {"idempotency_key": Text(192), "payment_ids": Many(ID, fewest=0), "order_version": Whole(1)},
        ("idempotency_key",),
    ),
    ("POST", "/v2/orders/search"): SEARCH,
    ("POST", "/v2/payments"): PAYMENT,
}
WITHOUT_BODY = {("GET", "/v2/orders/{id}"), ("GET", "/v2/locations/{id}")}
_ID_IN_PATH = re.compile(r"(?<=^/v2/orders/)(?!search$)[^/]+|(?<=^/v2/locations/)[^/]+")


def route(request: httpx.Request) -> tuple[str, str]:
    """Method and path, with `{id}` in the place of an id."""
    return request.method, _ID_IN_PATH.sub("{id}", request.url.path)


def mistakes(request: httpx.Request) -> list[str]:
    """What Square would refuse or silently ignore in a request; nothing when all of it is in order."""
    where = route(request)
    found = [f"no {name}" for name in ("authorization", "square-version") if name not in request.headers]
    if where in WITHOUT_BODY:
        return found + (["a body"] if request.content else [])
    rule = BODIES.get(where)
    if rule is None:
        return [*found, f"no such endpoint: {where}"]
    body = orjson.loads(request.content)
    found += rule.breaks(body, "body")
    if where == ("POST", "/v2/orders/search"):
        found += _search_mistakes(body)
    return found


def _search_mistakes(body: dict[str, Any]) -> list[str]:
    """Limits between fields: Square wants results sorted by the moment that they are filtered by."""
    query = body.get("query", {})
    moments = query.get("filter", {}).get("date_time_filter", {})
    sorted_by = query.get("sort", {}).get("sort_field", "CREATED_AT").lower()
    found = [f"filtered by {moment}, sorted by {sorted_by}" for moment in moments if moment != sorted_by]
    return found + (["more than 1000 a page"] if body.get("limit", 500) > 1000 else [])
