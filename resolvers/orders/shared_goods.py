"""Detects goods that Shopify moved to another fulfillment order, so that two tickets would have them. No I/O."""

from clients.admin.order_statuses import FulfillmentOrderStatus
from clients.admin.orders import FulfillmentOrder, Order
from clients.global_ids import bare_id
from clients.pos.orders import TicketStatus
from resolvers.orders.journal import PartState, TicketRecord
from resolvers.orders.plan import Readiness, TicketPlan
from resolvers.orders.settlement import Settlement
from resolvers.orders.tickets import was_handed_over

_NOT_MADE = frozenset({TicketStatus.CANCELLED, TicketStatus.FAILED})


def holders(settlement: Settlement, key: str) -> list[TicketRecord]:
    """Other tickets that still have goods of the ticket `key`, which their fulfillment orders no longer have.

    The ticket must wait until they are cancelled, or two counters make the same goods.
    """
    plan = settlement.ticket_plan(key)
    if plan is None or plan.order is None:
        return []
    planned = units_of(plan)
    return [
        record
        for other, record in settlement.journal.tickets.items()
        if other != key and _is_live(record) and _holds_too_much(settlement, other, record, planned)
    ]


def is_superseded(settlement: Settlement, key: str, record: TicketRecord) -> bool:
    """Whether another planned ticket takes goods that this one's fulfillment order no longer has."""
    return any(
        _excess(settlement.order, key, record, line)
        for plan in settlement.plan.tickets
        if plan.readiness is Readiness.READY and bare_id(plan.fulfillment_order_id) != key
        for line in units_of(plan)
    )


def units_of(plan: TicketPlan) -> dict[str, int]:
    """The units on a planned ticket, by bare line id."""
    items = () if plan.order is None else plan.order.items
    return {bare_id(item.id): item.quantity for item in items}


def _holds_too_much(settlement: Settlement, key: str, record: TicketRecord, planned: dict[str, int]) -> bool:
    for line, units in planned.items():
        if not _excess(settlement.order, key, record, line):
            continue
        if not record.units:
            return True
        known = next((each for each in settlement.order.lines if bare_id(each.id) == line), None)
        if known is None or units + record.units.get(line, 0) > known.current_quantity:
            return True
    return False


def _excess(order: Order, key: str, record: TicketRecord, line: str) -> bool:
    """Whether a ticket has more units of a line than its fulfillment order."""
    there = _fulfillment_order(order, key)
    if not record.units:  # written before units were recorded
        return there is None or there.status == FulfillmentOrderStatus.CANCELLED or _was_emptied(order, there)
    claimed = 0
    if there is not None and there.status != FulfillmentOrderStatus.CANCELLED:
        claimed = sum(part.total for part in there.lines if bare_id(part.line_id) == line)
    return record.units.get(line, 0) > claimed


def _was_emptied(order: Order, there: FulfillmentOrder) -> bool:
    return there.status == FulfillmentOrderStatus.CLOSED and not was_handed_over(order, there)


def _is_live(record: TicketRecord) -> bool:
    """Whether the goods of a ticket were made, are being made, or may be made."""
    if record.state is PartState.CANCELLED or record.status in _NOT_MADE:
        return False
    return record.pos_order_id is not None or record.is_unconfirmed


def _fulfillment_order(order: Order, key: str) -> FulfillmentOrder | None:
    return next((each for each in order.fulfillment_orders if bare_id(each.id) == key), None)
