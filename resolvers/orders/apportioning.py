"""Apportions what a buyer paid: the price of some units of some lines, with their share of the shipping. No I/O.

Discounts are rounded up and all else down, so that the parts of an order never add up to more than the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from clients.admin.orders import Order, OrderLine
from clients.global_ids import GlobalId
from clients.money import smallest_unit

_EXACT = Decimal("1e-12")  # so that thirds of a cent add up to a cent before rounding


@dataclass(frozen=True, slots=True)
class Share:
    """The price of some units. `tax` is what was added to the prices: 0 where they include it."""

    subtotal: Decimal
    discount: Decimal
    tax: Decimal
    shipping: Decimal = Decimal(0)

    @property
    def paid(self) -> Decimal:
        return self.subtotal - self.discount + self.tax + self.shipping


def share_of(
    order: Order,
    units: Mapping[GlobalId, int],
    *,
    shipping: Decimal = Decimal(0),
    shipping_tax: Decimal = Decimal(0),
) -> Share:
    """The price of the units (by line id), with the given shipping and tax on shipping."""
    lines = [(line, units[line.id]) for line in order.lines if units.get(line.id, 0) > 0]
    tax = Decimal(0) if order.taxes_included else sum((_part(line.tax, line, n) for line, n in lines), shipping_tax)
    unit = smallest_unit(order.currency)
    subtotal = _down(sum((line.unit_price * n for line, n in lines), Decimal(0)), unit)
    discount = _up(sum((_part(line.discount, line, n) for line, n in lines), Decimal(0)), unit)
    return Share(subtotal, min(discount, subtotal), tax=_down(tax, unit), shipping=_down(shipping, unit))


def fraction_by_value(
    order: Order,
    part: Mapping[GlobalId, int],
    whole: Mapping[GlobalId, int],
) -> tuple[Decimal, Decimal]:
    """The share of `part` in `whole` by price, as numerator and denominator.

    By the number of units where all are free; 0 of 1 where there are none.
    """
    value = _value(order, whole)
    if value > 0:
        return _value(order, part), value
    count = sum(whole.values())
    return (Decimal(sum(part.values())), Decimal(count)) if count else (Decimal(0), Decimal(1))


def _value(order: Order, units: Mapping[GlobalId, int]) -> Decimal:
    worth = Decimal(0)
    for line in order.lines:
        number = units.get(line.id, 0)
        worth += max(line.unit_price * number - _part(line.discount, line, number), Decimal(0))
    return worth


def _down(amount: Decimal, unit: Decimal) -> Decimal:
    return amount.quantize(_EXACT).quantize(unit, ROUND_FLOOR)


def _up(amount: Decimal, unit: Decimal) -> Decimal:
    return amount.quantize(_EXACT).quantize(unit, ROUND_CEILING)


def _part(amount: Decimal, line: OrderLine, number: int) -> Decimal:
    """The share of some units in an amount for the whole line as ordered."""
    return amount * number / line.quantity if line.quantity else Decimal(0)
