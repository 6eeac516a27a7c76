"""What an order earned: money in, less money back, taxes, costs and fees; or why that is withheld."""

from dataclasses import replace
from decimal import Decimal

import pytest

from clients.admin.order_statuses import FinancialStatus
from clients.admin.orders import OrderMoney
from clients.money import Money
from clients.printful.orders import PrintOrder, PrintStatus
from resolvers.margin import Charges
from resolvers.orders.earnings import EarningsWithheld, OrderEarnings, earnings
from tests.unit.orders_given import blank, line, order

CHARGES = Charges(Decimal("10"), Decimal("1"))
MONEY = OrderMoney("USD", Decimal("50"), Decimal("0"), Decimal("4"), fees=(Money(Decimal("1.50"), "USD"),))


def printed(cost: str | None = "12.50", status: str = "pending", currency: str | None = "USD") -> PrintOrder:
    return PrintOrder(
        id=1,
        external_id="1",
        status=PrintStatus(status),
        total_cost=None if cost is None else Decimal(cost),
        cost_currency=currency,
    )


def found(
    *print_orders: PrintOrder,
    money: OrderMoney = MONEY,
    goods: tuple[tuple[Money | None, int], ...] = (),
    status: FinancialStatus = FinancialStatus.PAID,
) -> OrderEarnings:
    given = replace(order(blank()), financial_status=status)
    return earnings(given, money, print_orders, goods, CHARGES)


def test_the_margin_is_the_payment_less_tax_and_all_costs() -> None:
    result = found(printed(), goods=((Money(Decimal("2.25"), "USD"), 2),))

    assert result.earned == Money(Decimal("27.50"), "USD")  # 50 - 4 tax - 12.50 - 4.50 - 1.50
    assert result.withheld is None
    assert not result.fees_are_estimated


def test_a_refund_counts_even_when_it_makes_a_loss() -> None:
    refunded = replace(MONEY, refunded=Decimal("50"), tax=Decimal("0"))

    assert found(printed(), money=refunded, status=FinancialStatus.REFUNDED).earned == Money(Decimal("-14.00"), "USD")


def test_all_orders_at_printful_count_but_cancelled_ones() -> None:
    result = found(printed("10"), printed("5"), printed("99", status="canceled"))

    assert result.printing == Money(Decimal("15"), "USD")


def test_payments_without_stated_fees_are_estimated() -> None:
    result = found(printed(), money=replace(MONEY, fees=(), payments_without_fees=(Decimal("30"), Decimal("20"))))

    assert result.fees == Money(Decimal("7.00"), "USD")  # 10 % of 50, and 1 for each payment
    assert result.fees_are_estimated


@pytest.mark.parametrize(
    ("result", "withheld"),
    [
        (found(), EarningsWithheld.PRINTING_COST_UNKNOWN),
        (found(printed(status="draft")), EarningsWithheld.PRINTING_COST_UNKNOWN),
        (found(printed(status="failed")), EarningsWithheld.PRINTING_COST_UNKNOWN),
        (found(printed(cost=None)), EarningsWithheld.PRINTING_COST_UNKNOWN),
        (found(printed(), printed(cost=None)), EarningsWithheld.PRINTING_COST_UNKNOWN),
        (found(printed(), goods=((None, 1),)), EarningsWithheld.GOODS_COST_UNKNOWN),
        (found(printed(currency="EUR")), EarningsWithheld.CURRENCIES_DIFFER),
        (found(printed(), goods=((Money(Decimal(1), "EUR"), 1),)), EarningsWithheld.CURRENCIES_DIFFER),
        (found(printed(), money=replace(MONEY, fees=(Money(Decimal(1), "EUR"),))), EarningsWithheld.CURRENCIES_DIFFER),
        (found(printed(), status=FinancialStatus.PENDING), EarningsWithheld.NOT_PAID),
        (found(printed(), status=FinancialStatus.PARTIALLY_PAID), EarningsWithheld.NOT_PAID),
    ],
)
def test_an_unknown_amount_is_withheld_with_a_reason(result: OrderEarnings, withheld: EarningsWithheld) -> None:
    assert result.withheld is withheld
    assert result.earned is None


def test_amounts_of_several_currencies_are_not_added() -> None:
    several = found(printed("10"), printed("5", currency="EUR"))

    assert several.printing is None
    assert several.earned is None


def test_printful_that_cannot_be_read_withholds_the_whole() -> None:
    result = earnings(order(blank()), MONEY, None, (), CHARGES)

    assert result.withheld is EarningsWithheld.PRINTING_COST_UNKNOWN


def test_an_order_of_own_goods_alone_needs_no_printful() -> None:
    result = earnings(order(line()), MONEY, (), ((Money(Decimal(20), "USD"), 1),), CHARGES)

    assert result.printing == Money(Decimal(0), "USD")
    assert result.earned == Money(Decimal("24.50"), "USD")
