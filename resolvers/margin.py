"""Margins: retail less production, shipping and payment fees, in one currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from clients.money import Money, rounded


class Withheld(StrEnum):
    """Why a margin is withheld."""

    COST_UNKNOWN = "cost_unknown"
    SHIPPING_UNKNOWN = "shipping_unknown"
    CURRENCIES_DIFFER = "currencies_differ"


@dataclass(frozen=True, slots=True)
class Charges:
    """The shop's charges in its own currency: a percentage of each payment, a fixed fee, and shipping.

    `shipping_rate` replaces the cost of shipping when Printful does not answer; None: not set.
    """

    fee_percent: Decimal = Decimal("2.9")
    fee_fixed: Decimal = Decimal("0.30")
    shipping_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MarginParts:
    """`earned` and its `percent` of retail, or the reason why they are `withheld`; the known parts."""

    retail: Money
    cost: Money | None
    shipping: Money | None
    fees: Money | None
    earned: Money | None
    percent: Decimal | None
    withheld: Withheld | None


def payment_fee(retail: Money, charges: Charges) -> Money:
    """The fee for a payment; zero for a payment of zero."""
    if retail.amount <= 0:
        return Money(Decimal(), retail.currency)
    return rounded(Money(retail.amount * charges.fee_percent / 100 + charges.fee_fixed, retail.currency))


def margin(
    retail: Money,
    costs: Iterable[tuple[Money | None, int]],
    shipping: Money | None,
    charges: Charges,
    *,
    shop_currency: str,
) -> MarginParts:
    """The margin of a payment of `retail` for goods with these unit costs and quantities.

    `shipping` None: unknown. Amounts of different currencies are never added; the settings are in
    `shop_currency`.
    """
    costs = list(costs)
    known = [Money(cost.amount * quantity, cost.currency) for cost, quantity in costs if cost is not None]
    currencies = {cost.currency for cost in known}
    cost = None
    if len(known) == len(costs) and len(currencies) <= 1:
        currency = currencies.pop() if currencies else retail.currency
        cost = Money(sum((each.amount for each in known), Decimal()), currency)
    fees = payment_fee(retail, charges) if retail.currency == shop_currency else None
    withheld = None
    if len(known) < len(costs):
        withheld = Withheld.COST_UNKNOWN
    elif fees is None or cost is None or cost.currency != retail.currency:
        withheld = Withheld.CURRENCIES_DIFFER
    elif shipping is None:
        withheld = Withheld.SHIPPING_UNKNOWN
    elif shipping.currency != retail.currency:
        withheld = Withheld.CURRENCIES_DIFFER
    if withheld is not None or cost is None or fees is None or shipping is None:
        return MarginParts(retail, cost, shipping, fees, None, None, withheld)
    earned = Money(retail.amount - cost.amount - shipping.amount - fees.amount, retail.currency)
    percent = None
    if retail.amount > 0:
        percent = (earned.amount / retail.amount * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return MarginParts(retail, cost, shipping, fees, earned, percent, None)
