"""Splits an order's goods between its Printful orders: the first, and those for later additions. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from clients.money import Money, rounded
from clients.printful.orders import DraftItem, OrderDraft, PrintOrder, RetailCosts
from resolvers.orders.journal import PrintRecord
from resolvers.orders.plan import PrintPlan, Readiness

_NOTHING_LEFT = "No goods are left for this Printful order."


def split(plan: PrintPlan, records: Sequence[PrintRecord]) -> tuple[PrintPlan, ...]:
    """The plan of each Printful order: all but the last have their recorded goods, the last has the rest."""
    if len(records) == 1 or plan.draft is None:
        return (plan,) * len(records)
    left = {item.external_id: item.quantity for item in plan.draft.items}
    shares = []
    for record in records[:-1]:
        share = {line: min(units, left.get(line, 0)) for line, units in record.units.items()}
        left = {line: units - share.get(line, 0) for line, units in left.items()}
        shares.append(share)
    plans, costs_left = [], plan.draft.retail_costs
    for record, share in zip(records, [*shares, left], strict=True):
        is_last = record is records[-1]
        draft = _share_of(plan.draft, share, record)
        if not draft.items:
            plans.append(PrintPlan(Readiness.NOTHING, _NOTHING_LEFT))
            continue
        costs = costs_left if is_last else _costs(plan.draft, draft.items)
        costs_left = _less(costs_left, costs)
        is_sent = all(item.quantity <= record.shipped.get(item.external_id, 0) for item in draft.items)
        plans.append(replace(plan, draft=replace(draft, retail_costs=costs), is_sent=is_sent))
    return tuple(plans)


def added_units(draft: OrderDraft, found: PrintOrder) -> Mapping[str, int]:
    """Units by line that the draft has beyond an order at Printful."""
    there = units_at(found)
    more = {item.external_id: item.quantity - there.get(item.external_id, 0) for item in draft.items}
    return {line: units for line, units in more.items() if units > 0}


def units_at(found: PrintOrder) -> dict[str, int]:
    """Units by line of an order at Printful, without what staff added there."""
    units: dict[str, int] = {}
    for item in found.items:
        if item.external_id is not None:
            units[item.external_id] = units.get(item.external_id, 0) + item.quantity
    return units


def _share_of(draft: OrderDraft, share: Mapping[str, int], record: PrintRecord) -> OrderDraft:
    items = tuple(replace(item, quantity=units) for item in draft.items if (units := share.get(item.external_id, 0)))
    return replace(draft, external_id=record.external_id or draft.external_id, items=items)


def _costs(whole: OrderDraft, items: Sequence[DraftItem]) -> RetailCosts:
    """The share of these items in the retail costs, by value."""
    total = _value(whole.items)
    fraction = _value(items) / total if total else Decimal(1)
    paid = whole.retail_costs

    def part(amount: Decimal) -> Decimal:
        return rounded(Money(amount * fraction, paid.currency)).amount

    return RetailCosts(paid.currency, part(paid.subtotal), part(paid.discount), part(paid.shipping), part(paid.tax))


def _less(costs: RetailCosts, taken: RetailCosts) -> RetailCosts:
    return RetailCosts(
        costs.currency,
        max(Decimal(0), costs.subtotal - taken.subtotal),
        max(Decimal(0), costs.discount - taken.discount),
        max(Decimal(0), costs.shipping - taken.shipping),
        max(Decimal(0), costs.tax - taken.tax),
    )


def _value(items: Sequence[DraftItem]) -> Decimal:
    return sum((item.retail_price * item.quantity for item in items), Decimal(0))
