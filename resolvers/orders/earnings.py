"""What the shop earned by an order, once the money moved. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from clients.admin.order_statuses import PAID, FinancialStatus
from clients.admin.orders import Order, OrderLine, OrderMoney
from clients.money import Money, rounded
from clients.printful.orders import EDITABLE, GONE, PrintOrder
from resolvers.margin import Charges, payment_fee
from resolvers.print_on_demand import PRINTFUL_VENDOR

_SETTLED = PAID | {FinancialStatus.REFUNDED}


class EarningsWithheld(StrEnum):
    """Why what was earned is withheld."""

    NOT_PAID = "not_paid"
    PRINTING_COST_UNKNOWN = "printing_cost_unknown"
    GOODS_COST_UNKNOWN = "goods_cost_unknown"
    CURRENCIES_DIFFER = "currencies_differ"


@dataclass(frozen=True, slots=True)
class OrderEarnings:
    """`earned`, or the reason why it is `withheld`; the parts that are known.

    `fees_are_estimated`: Shopify states none for a payment, so that they are those of the settings.
    """

    retail: Money
    refunded: Money
    tax: Money
    printing: Money | None
    goods: Money | None
    fees: Money | None
    fees_are_estimated: bool
    earned: Money | None
    withheld: EarningsWithheld | None


def earnings(
    order: Order,
    money: OrderMoney,
    print_orders: Sequence[PrintOrder] | None,
    goods: Sequence[tuple[Money | None, int]],
    charges: Charges,
) -> OrderEarnings:
    """What an order brought. Amounts of different currencies are never added.

    `print_orders` are all that Printful had for it, None when one of them could not be read. `goods` are the unit
    costs and quantities of what was sold and is not printed.
    """
    currency = money.currency
    printing = None if print_orders is None else printing_cost(order, print_orders, currency)
    is_known = all(cost is not None for cost, _ in goods)
    of_goods = _sum((_times(cost, units) for cost, units in goods if cost is not None), currency)
    estimated = [payment_fee(Money(amount, currency), charges) for amount in money.payments_without_fees]
    fees = _sum([*money.fees, *estimated], currency)
    costs = (printing, of_goods, fees)
    withheld = None
    if order.financial_status not in _SETTLED:
        withheld = EarningsWithheld.NOT_PAID
    elif printing is None:
        withheld = EarningsWithheld.PRINTING_COST_UNKNOWN
    elif not is_known:
        withheld = EarningsWithheld.GOODS_COST_UNKNOWN
    elif any(each is None or each.currency != currency for each in costs):
        withheld = EarningsWithheld.CURRENCIES_DIFFER
    earned = None
    if withheld is None:
        spent = sum((each.amount for each in costs if each is not None), money.refunded + money.tax)
        earned = rounded(Money(money.received - spent, currency))
    return OrderEarnings(
        retail=Money(money.received, currency),
        refunded=Money(money.refunded, currency),
        tax=Money(money.tax, currency),
        printing=printing,
        goods=of_goods if is_known else None,
        fees=fees,
        fees_are_estimated=bool(estimated),
        earned=earned,
        withheld=withheld,
    )


def printing_cost(order: Order, print_orders: Sequence[PrintOrder], currency: str) -> Money | None:
    """What Printful charged for an order in all; None while that is not known.

    A draft is not charged yet, and a cancelled order is not charged at all.
    """
    if not print_orders and any(is_printed(line) for line in order.lines):
        return None
    costs = []
    for each in print_orders:
        if each.status in GONE:
            continue
        if each.status in EDITABLE or each.total_cost is None or each.cost_currency is None:
            return None
        costs.append(Money(each.total_cost, each.cost_currency))
    return _sum(costs, currency)


def is_printed(line: OrderLine) -> bool:
    """Whether Printful makes what is left of a line."""
    return line.current_quantity > 0 and (line.vendor or "").strip() == PRINTFUL_VENDOR


def _times(cost: Money, units: int) -> Money:
    return Money(cost.amount * units, cost.currency)


def _sum(amounts: Iterable[Money], currency: str) -> Money | None:
    """The sum in the only currency of the amounts, zero in `currency` for none; None when there are several."""
    found = list(amounts)
    currencies = {each.currency for each in found} or {currency}
    if len(currencies) > 1:
        return None
    return Money(sum((each.amount for each in found), Decimal(0)), currencies.pop())
