"""Margins: exact sums, and none from amounts in different currencies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.money import Money
from resolvers.margin import Charges, Withheld, margin, payment_fee
from tests.goods import usd

CHARGES = Charges(Decimal("2.9"), Decimal("0.30"))
amounts = st.decimals(min_value=0, max_value=100_000, places=2)
quantities = st.integers(min_value=1, max_value=1000)
currencies = st.sampled_from(["USD", "EUR", "GBP"])


def test_a_shirts_margin_is_its_price_less_costs() -> None:
    found = margin(usd("27.00"), [(usd("11.69"), 1)], usd("4.75"), CHARGES, shop_currency="USD")

    assert found.fees == usd("1.08")
    assert found.earned == usd("9.48")
    assert found.percent == Decimal("35.1")
    assert found.withheld is None


def test_a_payment_of_zero_has_no_fee_and_no_percent() -> None:
    found = margin(usd("0"), [(usd("5"), 2)], usd("0"), CHARGES, shop_currency="USD")

    assert found.fees == usd("0")
    assert found.earned == usd("-10")
    assert found.percent is None


@pytest.mark.parametrize(("currency", "fee"), [("USD", "0.33"), ("JPY", "0")])
def test_a_fee_is_rounded_to_the_smallest_unit(currency: str, fee: str) -> None:
    assert payment_fee(Money(Decimal(1), currency), CHARGES) == Money(Decimal(fee), currency)


@given(amounts, st.lists(st.tuples(amounts, quantities), max_size=5), amounts)
def test_the_parts_add_up_to_retail(retail: Decimal, costs: list[tuple[Decimal, int]], shipping: Decimal) -> None:
    priced = [(Money(cost, "USD"), quantity) for cost, quantity in costs]
    found = margin(Money(retail, "USD"), priced, Money(shipping, "USD"), CHARGES, shop_currency="USD")

    assert found.withheld is None
    assert found.cost is not None
    assert found.fees is not None
    assert found.earned is not None
    assert found.earned.amount + found.cost.amount + shipping + found.fees.amount == retail
    assert found.cost.amount == sum((cost * quantity for cost, quantity in costs), Decimal())


@given(amounts, st.lists(st.tuples(amounts, currencies), min_size=1, max_size=4), currencies, currencies, currencies)
def test_a_margin_exists_exactly_when_all_amounts_have_one_currency(
    retail: Decimal, costs: list[tuple[Decimal, str]], sold_in: str, shipped_in: str, kept_in: str
) -> None:
    priced = [(Money(cost, currency), 1) for cost, currency in costs]
    found = margin(Money(retail, sold_in), priced, Money(Decimal(1), shipped_in), CHARGES, shop_currency=kept_in)
    is_one = len({sold_in, shipped_in, kept_in, *(currency for _, currency in costs)}) == 1

    assert (found.earned is not None) == is_one
    assert found.withheld == (None if is_one else Withheld.CURRENCIES_DIFFER)


@given(st.lists(st.one_of(st.none(), amounts), min_size=1, max_size=4), st.booleans())
def test_unknown_amounts_withhold_the_margin(costs: list[Decimal | None], ships: bool) -> None:
    priced = [(None if cost is None else Money(cost, "USD"), 1) for cost in costs]
    found = margin(usd("50"), priced, usd("5") if ships else None, CHARGES, shop_currency="USD")
    expected = None if ships else Withheld.SHIPPING_UNKNOWN

    assert found.withheld == (Withheld.COST_UNKNOWN if None in costs else expected)
    assert (found.earned is None) == (found.withheld is not None)
    assert (found.cost is None) == (None in costs)
