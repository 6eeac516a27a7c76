"""Reading Printful's webhooks, and which of them are one event."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.printful_webhooks import PrintfulEvent, read_printful_event
from clients.webhooks import MAX_DEPTH

ORDER = {"id": 83, "external_id": "5001", "status": "partial", "items": [], "shipments": None}
SHIPPED = {
    "type": "package_shipped",
    "created": 1771498800,
    "retries": 0,
    "store": 42,
    "data": {"shipment": {"id": 48, "tracking_number": "94001", "items": []}, "order": ORDER},
}
STOCK = {
    "type": "stock_updated",
    "created": 1771498800,
    "retries": 0,
    "store": 42,
    "data": {"product_id": 19, "variant_stock": {"out": [1320, "4830"], "discontinued": []}},
}


def event(document: Any) -> PrintfulEvent:
    return read_printful_event(orjson.dumps(document))


def read_event(kind: str, **data: Any) -> PrintfulEvent:
    return event({"type": kind, "created": 1771498800, "retries": 0, "store": 42, "data": data})


def test_a_parcel_sends_a_webhook_with_its_order() -> None:
    found = event({**SHIPPED, "retries": 3})
    assert found == PrintfulEvent(
        type="package_shipped",
        created_at=datetime(2026, 2, 19, 11, 0, tzinfo=UTC),
        digest=found.digest,
        retries=3,
        store=42,
        order_id=83,
        external_id="5001",
        shipment_id=48,
    )


@pytest.mark.parametrize(
    "kind", ["order_failed", "order_canceled", "order_put_hold", "order_put_hold_approval", "order_remove_hold"]
)
def test_order_events_contain_their_reason(kind: str) -> None:
    found = read_event(kind, reason="Bad address", order=ORDER)
    assert (found.type, found.order_id, found.external_id, found.reason) == (kind, 83, "5001", "Bad address")


@pytest.mark.parametrize("kind", ["order_created", "order_updated", "order_refunded", "order_something_new"])
def test_events_of_an_order_need_no_reason_and_no_number_of_ours(kind: str) -> None:
    found = read_event(kind, order={"id": "83", "external_id": None})
    assert (found.order_id, found.external_id, found.reason) == (83, None, None)


def test_stock_webhooks_name_product_and_variant() -> None:
    found = event(STOCK)
    assert (found.product_id, found.out, found.discontinued, found.order_id) == (19, (1320, 4830), (), None)


@pytest.mark.parametrize(
    ("stock", "out"),
    [([], ()), ({"out": None}, ()), ({"out": {"1": 5, "4": 6}}, (5, 6)), ({"out": [True, None, 7]}, (7,))],
)
def test_stock_is_read_as_php_writes_it(stock: Any, out: tuple[int, ...]) -> None:
    assert read_event("stock_updated", product_id=19, variant_stock=stock).out == out


def test_undocumented_event_types_are_read_with_their_common_fields() -> None:
    found = read_event("product_synced", sync_product={"id": 1})
    assert (found.type, found.order_id, found.shipment_id) == ("product_synced", None, None)


def test_deliveries_of_one_event_have_one_digest_however_often_and_in_whatever_order() -> None:
    again = {name: SHIPPED[name] for name in reversed(SHIPPED)}
    assert event({**again, "retries": 5}).digest == event(SHIPPED).digest


@pytest.mark.parametrize(
    "other",
    [
        {**SHIPPED, "type": "package_returned"},
        {**SHIPPED, "created": 1771498801},
        {**SHIPPED, "store": 43},
        {**SHIPPED, "data": {**SHIPPED["data"], "shipment": {"id": 49}}},  # type: ignore[dict-item]
        {**SHIPPED, "data": {**SHIPPED["data"], "order": {**ORDER, "id": 84}}},  # type: ignore[dict-item]
        {**SHIPPED, "data": {**SHIPPED["data"], "retries": 1}},  # type: ignore[dict-item]
    ],
)
def test_different_events_have_different_digests(other: dict[str, Any]) -> None:
    assert event(other).digest != event(SHIPPED).digest


@pytest.mark.parametrize(
    "document",
    [
        [],
        None,
        "package_shipped",
        {},
        {**SHIPPED, "type": None},
        {**SHIPPED, "type": ""},
        {**SHIPPED, "created": None},
        {**SHIPPED, "created": "soon"},
        {**SHIPPED, "created": 10**18},
        {**SHIPPED, "data": None},
        {**SHIPPED, "data": []},
        {**SHIPPED, "data": "order"},
        {**SHIPPED, "data": {"order": ORDER}},
        {**SHIPPED, "data": {"shipment": {"id": 48}}},
        {**SHIPPED, "data": {"shipment": {"id": 48}, "order": {"external_id": "5001"}}},
        {**SHIPPED, "data": {"shipment": {"id": 48}, "order": {"id": 8.5}}},
        {**SHIPPED, "type": "order_updated", "data": {"order_id": 83, "external_id": "5001"}},
        {**STOCK, "data": {"product_id": 19}},
        {**STOCK, "data": {"variant_stock": {"out": [1]}}},
        {"type": "order_created", "occurred_at": "2026-04-04T12:36:42Z", "store_id": 42, "data": {"order": ORDER}},
    ],
)
def test_values_outside_the_documented_shape_are_refused(document: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        event(document)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"type": "order_updated"', b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_printful_event(body)


def test_bodies_are_only_so_deep() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        read_event("order_updated", order=ORDER, more=deep)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    kind=_ANY | st.sampled_from(["order_updated", "package_shipped", "stock_updated"]),
    created=_ANY | st.just(1771498800),
    rest=st.fixed_dictionaries({}, optional={"retries": _ANY, "store": _ANY}),
    data=_ANY
    | st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("order", "shipment", "reason", "product_id", "variant_stock"), _ANY)
    )
    | st.fixed_dictionaries({"order": st.fixed_dictionaries({"id": _ANY, "external_id": _ANY})}),
)
def test_any_body_is_read_or_refused(kind: Any, created: Any, rest: dict[str, Any], data: Any) -> None:
    try:
        found = event({"type": kind, "created": created, **rest, "data": data})
    except ValueError:
        return
    assert found.created_at.tzinfo is UTC
