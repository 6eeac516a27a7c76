"""The sweep's searches: every status is checked or ignored, and a listing alone shows which orders need nothing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLEnumType, build_ast_schema, parse

from clients.admin.order_statuses import DeliveryMethod
from clients.admin.orders import Contents, OrderListing
from resolvers.orders.searches import (
    FINANCIAL_CHECKED,
    FINANCIAL_IGNORED,
    FULFILLMENT_CHECKED,
    FULFILLMENT_IGNORED,
    changed_since,
    may_be_lost,
    may_be_print_order,
    needs_nothing,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CONTRACT = Path(__file__).parents[2] / "clients" / "admin" / "schema.graphql"
OWN_BEANS = (("Kynda Coffee", "BEAN-1"),)


def statuses(name: str) -> set[str]:
    found = build_ast_schema(parse(CONTRACT.read_text()), assume_valid=True).type_map[name]
    assert isinstance(found, GraphQLEnumType)
    return set(found.values)


def listed(
    lines: tuple[tuple[str | None, str | None], ...] = OWN_BEANS,
    methods: tuple[str | None, ...] = ("SHIPPING",),
    *,
    is_whole: bool = True,
    **changed: Any,
) -> OrderListing:
    given: dict[str, Any] = {
        "id": "gid://shopify/Order/1",
        "name": "#1",
        "created_at": NOW,
        "updated_at": NOW,
        "financial_status": "PAID",
        "fulfillment_status": "UNFULFILLED",
        "contents": Contents(
            lines, tuple(None if each is None else DeliveryMethod(each) for each in methods), is_whole
        ),
    }
    return OrderListing(**{**given, **changed})


def test_every_fulfillment_status_is_either_looked_at_or_at_rest() -> None:
    assert set(FULFILLMENT_CHECKED) | set(FULFILLMENT_IGNORED) == statuses("OrderDisplayFulfillmentStatus")
    assert not set(FULFILLMENT_CHECKED) & set(FULFILLMENT_IGNORED)
    assert all(FULFILLMENT_IGNORED.values())


def test_every_financial_status_is_either_looked_at_or_at_rest() -> None:
    assert set(FINANCIAL_CHECKED) | set(FINANCIAL_IGNORED) == statuses("OrderDisplayFinancialStatus")
    assert not set(FINANCIAL_CHECKED) & set(FINANCIAL_IGNORED)
    assert all(FINANCIAL_IGNORED.values())


def test_times_are_quoted_in_searches() -> None:
    assert changed_since(NOW) == "updated_at:>='2026-11-22T12:00:00Z'"


def test_an_order_of_the_shops_own_goods_rests() -> None:
    assert needs_nothing(listed())
    assert needs_nothing(listed(methods=("SHIPPING", "LOCAL")))


@pytest.mark.parametrize("status", sorted(FINANCIAL_IGNORED))
def test_an_order_whose_payment_came_to_nothing_rests(status: str) -> None:
    assert needs_nothing(listed((("Printful_DS", "PFUL-1"),), financial_status=status))


@pytest.mark.parametrize(
    "doubtful",
    [
        listed((*OWN_BEANS, ("Printful_DS", "PFUL-4011"))),
        listed((("printful ds", None),)),
        listed((("Printful", "SHIRT"),)),
        listed((("Kynda Coffee", "pful-sync-1"),)),
        listed(((None, None),)),
        listed(methods=()),
        listed(methods=("SHIPPING", "PICK_UP")),
        listed(methods=(None,)),
        listed(methods=("NEXT_YEARS",)),
        listed(is_whole=False),
        listed(contents=None),
    ],
)
def test_in_doubt_an_order_is_read(doubtful: OrderListing) -> None:
    assert not needs_nothing(doubtful)


@pytest.mark.parametrize(
    ("vendor", "sku"), [("Printful_DS", None), ("PRINTFUL", "X"), ("Kynda", "PFUL-1"), (None, "X")]
)
def test_misspelt_goods_of_printfuls_are_recognised(vendor: str | None, sku: str | None) -> None:
    assert may_be_print_order(listed(((vendor, sku),)))


PRINTS = (("Printful_DS", "PFUL-4011"),)


@pytest.mark.parametrize(
    ("lines", "method", "financial", "expected"),
    [
        (PRINTS, "SHIPPING", "PAID", True),
        (PRINTS, "SHIPPING", "PARTIALLY_REFUNDED", True),
        (PRINTS, "SHIPPING", "PENDING", False),
        (OWN_BEANS, "PICK_UP", "PAID", True),
        (OWN_BEANS, "PICK_UP", "PENDING", True),
        (OWN_BEANS, "SHIPPING", "PAID", False),
        (OWN_BEANS, None, "PAID", True),
    ],
)
def test_overdue_orders_for_printful_or_the_counter_may_be_lost(
    lines: tuple[tuple[str | None, str | None], ...], method: str | None, financial: str, expected: bool
) -> None:
    assert may_be_lost(listed(lines, (method,), financial_status=financial)) is expected
