"""The requests to Square for any order: within its limits, and with the right total."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.money import major_units, minor_units
from clients.pos.orders import (
    FulfillmentType,
    GenericCustomer,
    GenericFulfillment,
    GenericItem,
    GenericModifier,
    GenericOrder,
    GenericPayment,
    GenericTotals,
    PaymentStatus,
)
from clients.pos.square.bodies import order_body, payment_key
from clients.pos.square.limits import LIMITS, fits, shortened
from tests.upstream.fake_square import total_of
from tests.upstream.square_limits import order_mistakes

FIELD = "order.ticket_name"
TEXTS = st.text(max_size=80) | st.text(alphabet="x👩\u200d☕ \n", min_size=250, max_size=700)
MAYBE = st.none() | TEXTS
CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD"])
PRICES = st.decimals(0, 500, places=3)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.sampled_from([None, UTC]))  # noqa: DTZ001
MODIFIERS = st.builds(GenericModifier, name=TEXTS, price=st.decimals(-5, 50, places=2))
ITEMS = st.builds(
    GenericItem,
    id=st.just("1"),
    name=TEXTS,
    quantity=st.integers(1, 5000),
    unit_price=PRICES,
    total_price=PRICES,
    modifiers=st.lists(MODIFIERS, max_size=4).map(tuple),
    notes=MAYBE,
    sku=MAYBE,
    variant_name=MAYBE,
    custom_attributes=st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
)
TOTALS = st.builds(
    GenericTotals,
    subtotal=PRICES,
    tax=PRICES,
    discount=PRICES,
    grand_total=PRICES,
    currency=CURRENCIES,
    shipping=PRICES,
    tip=PRICES,
)
WISHES = st.builds(
    GenericFulfillment,
    type=st.sampled_from(FulfillmentType),
    requested_at=st.none() | MOMENTS,
    notes=MAYBE,
    pickup_location=st.none() | st.tuples(TEXTS, TEXTS),
    table_number=MAYBE,
    is_curbside=st.booleans(),
)
ORDERS = st.builds(
    GenericOrder,
    key=st.text("kynda-order0123456789", min_size=1, max_size=192),
    order_id=st.integers(1, 10**9).map("#{}".format),
    external_order_id=st.integers(1, 10**20).map(str),
    created_at=MOMENTS,
    customer=st.builds(GenericCustomer, name=TEXTS, email=MAYBE, phone=MAYBE | st.text("+0123456789 ", max_size=40)),
    items=st.lists(ITEMS, min_size=1, max_size=4).map(tuple),
    totals=TOTALS,
    payment=st.builds(GenericPayment, method=st.just("card"), status=st.sampled_from(PaymentStatus)),
    fulfillment=WISHES,
    location_id=st.just("LOC1"),
    order_notes=MAYBE,
)


@given(ORDERS)
def test_any_order_stays_within_the_limits_and_adds_up_to_its_total(order: GenericOrder) -> None:
    body: Any = order_body(order)
    assert order_mistakes(body) == []
    assert total_of(body) == minor_units(order.totals.grand_total, order.totals.currency)
    assert body == order_body(order)
    assert len(payment_key(order)) <= LIMITS["payment.idempotency_key"]


@given(TEXTS)
def test_a_shortened_text_fits_and_is_a_prefix(text: str) -> None:
    short = shortened(text, FIELD)
    assert fits(short, FIELD)
    assert "".join(text.split()).startswith("".join(short.removesuffix("…").split())) or not text.isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, ""),
        ("  Ana \n Example ", "Ana Example"),
        ("x" * 30, "x" * 30),
        ("x" * 31, "x" * 29 + "…"),
        ("x" * 28 + " yz", "x" * 28 + "…"),
        ("☕" * 31, "☕" * 29 + "…"),
        ("🥛" * 16, "🥛" * 14 + "…"),
        ("x" * 27 + "👩\u200d👩", "x" * 27 + "👩…"),
    ],
)
def test_a_shortened_text_ends_readably(text: str | None, shown: str) -> None:
    assert shortened(text, FIELD) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("5.5", "USD", 550), ("0.005", "EUR", 1), ("500", "JPY", 500), ("499.5", "JPY", 500), ("1.2345", "KWD", 1235)],
)
def test_halves_of_the_smallest_unit_are_rounded_up(amount: str, currency: str, minor: int) -> None:
    assert minor_units(Decimal(amount), currency) == minor


@given(st.integers(0, 10**12), CURRENCIES)
def test_an_amount_survives_conversion_and_back(amount: int, currency: str) -> None:
    assert minor_units(major_units(amount, currency), currency) == amount
