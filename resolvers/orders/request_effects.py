"""Applies a request to an order's journal before any action is decided. No I/O."""

from collections.abc import Callable, Mapping

from clients.admin.orders import Order
from clients.global_ids import bare_id
from clients.printful.orders import EDITABLE, GONE
from resolvers.orders.journal import AttemptResult, Journal, PartState, System, TicketRecord
from resolvers.orders.plan import OrderPlan, Readiness
from resolvers.orders.print_part import PrintPart, print_parts
from resolvers.orders.settle_request import SettleRequest
from resolvers.orders.settlement import Settlement


def apply_request(settlement: Settlement, request: SettleRequest, plan: Callable[[Order, Journal], OrderPlan]) -> None:
    """Records what other systems reported and what staff requested; `plan` plans again where that changes the plan."""
    _note_seen_tickets(settlement, request.tickets)
    settlement.seen_print_orders = frozenset(request.print_orders)
    if request.withdraw_print:
        settlement.prints_to_cancel = set(range(len(settlement.journal.print_records)))
    if request.retry:
        _forget_earlier_parcels(settlement, plan)
    for part in print_parts(settlement):
        if request.confirm and part.plan.readiness is Readiness.READY:
            _confirm(part)
        _retry_print(part, is_asked_for=request.retry)
    if request.retry:
        _retry_tickets(settlement)


def _note_seen_tickets(settlement: Settlement, seen: Mapping[str, str]) -> None:
    """Records tickets at the point of sale that the journal does not have, so that they are looked for.

    They are given by their ids, each with the bare id of its fulfillment order.
    """
    known = {record.pos_order_id for record in settlement.journal.tickets.values()}
    for pos_order_id, key in seen.items():
        if pos_order_id not in known:
            record = settlement.journal.tickets.setdefault(key, TicketRecord())
            _note_seen_ticket(settlement, record, pos_order_id)


def _note_seen_ticket(settlement: Settlement, record: TicketRecord, pos_order_id: str) -> None:
    record.connector = record.connector or pos_order_id.split("-")[0]
    if record.pos_order_id is None:
        record.may_exist = True
    elif record.state is PartState.CANCELLED:
        record.sending_several = True  # another ticket replaced the cancelled one
    elif not record.is_being_created:
        record.state = PartState.FAILED
        record.reason = f"Another ticket has the same goods, {pos_order_id}: cancel one of them there."
        settlement.record_attempt(System.POS, "follow", AttemptResult.REFUSED, record.reason)


def _forget_earlier_parcels(settlement: Settlement, plan: Callable[[Order, Journal], OrderPlan]) -> None:
    """Resets the parcels of a cancelled Printful order that is sent again."""
    for record in settlement.journal.print_records:
        if record.state is PartState.CANCELLED:
            for parcel in record.parcels.values():
                parcel.is_of_earlier = True
            settlement.plan = plan(settlement.order, settlement.journal)


def _confirm(part: PrintPart) -> None:
    record = part.record
    if record.status is None or record.status in EDITABLE:
        record.confirm_wanted = True
        if record.confirm_refused == (record.digest or ""):
            record.forget_refusals()


def _retry_print(part: PrintPart, *, is_asked_for: bool) -> None:
    record, is_wanted = part.record, part.plan.readiness is not Readiness.NOTHING
    is_cancelled = record.state is PartState.CANCELLED
    record.resend_wanted = is_wanted and (record.resend_wanted or (is_asked_for and is_cancelled))
    if not is_asked_for:
        return
    record.forget_refusals()
    is_ready = part.plan.readiness is Readiness.READY
    if is_ready and record.lacks_goods and record.status in EDITABLE:
        record.digest = None  # so that the missing goods are sent again
    is_closed = record.order_id is not None and record.status not in (None, *EDITABLE, *GONE)
    record.addition_wanted = part.is_last and is_ready and is_closed


def _retry_tickets(settlement: Settlement) -> None:
    ready = {bare_id(each.fulfillment_order_id) for each in settlement.plan.tickets if each.order is not None}
    for key, ticket in settlement.journal.tickets.items():
        ticket.forget_refusals()
        if ticket.state is PartState.CANCELLED and key in ready:
            ticket.start_renewal()
