"""Notices for staff besides the states of an order's parts: goods that nobody makes, and warnings. No I/O."""

from collections.abc import Iterable, Iterator

from clients.global_ids import bare_id
from clients.printful.orders import EDITABLE
from resolvers.orders.journal import PartState, PrintRecord, TicketRecord
from resolvers.orders.missing_prints import ACCEPTED
from resolvers.orders.plan import PrintPlan, Readiness, TicketPlan
from resolvers.orders.settlement import Settlement

_OVER = (PartState.DONE, PartState.CANCELLED)


def is_to_be_written(settlement: Settlement) -> bool:
    """Whether the plan's notices differ from the journal's."""
    printed = settlement.journal.print
    if settlement.prints and (printed.unmade, printed.warnings) != _of_print(settlement):
        return True
    return any(record.warnings != _of_ticket(settlement, plan, record) for plan, record in _tickets(settlement))


def write(settlement: Settlement) -> None:
    """Writes the plan's notices into the journal, after the actions on its parts."""
    if settlement.prints:
        record = settlement.journal.print
        before = [*record.unmade, *record.warnings]
        record.unmade, record.warnings = _of_print(settlement)
        record.reason = _reason(record, before, [*record.unmade, *record.warnings])
    for plan, ticket in _tickets(settlement):
        before = ticket.warnings
        ticket.warnings = _of_ticket(settlement, plan, ticket)
        ticket.warned = None if plan is None else plan.digest
        ticket.reason = _reason(ticket, before, ticket.warnings)


def remaining_payments(record: TicketRecord) -> list[str]:
    """Warnings about payments of cancelled tickets that stay recorded at the point of sale."""
    if not record.paid_before:
        return []
    before = ", ".join(record.paid_before)
    return [
        f"The payment of the cancelled ticket {before} stays recorded at the point of sale: refund it there manually."
    ]


def _tickets(settlement: Settlement) -> Iterator[tuple[TicketPlan | None, TicketRecord]]:
    """The recorded tickets, each with its plan; None for a completely fulfilled one."""
    plans = {bare_id(plan.fulfillment_order_id): plan for plan in settlement.plan.tickets}
    for key, record in settlement.journal.tickets.items():
        yield plans.get(key), record


def _of_print(settlement: Settlement) -> tuple[list[str], list[str]]:
    """The goods that are not made, and the warnings."""
    plan, record = settlement.plan.print, settlement.journal.print
    unmade = _clean(settlement, plan.unmade)
    warnings = [] if record.state in _OVER else _clean(settlement, _warnings(plan, record))
    return unmade, [each for each in warnings if each not in unmade]


def _warnings(plan: PrintPlan, record: PrintRecord) -> Iterable[str]:
    if plan.readiness in (Readiness.READY, Readiness.NOTHING):
        yield from plan.warnings
    if plan.unconfirmable is not None and record.status in EDITABLE:
        yield plan.unconfirmable
    if record.order_id is not None:
        yield from plan.sent_elsewhere
    if plan.readiness is Readiness.WAITING and record.order_id is not None and plan.reason is not None:
        is_draft = record.status in EDITABLE
        what = (
            "The draft at Printful is not confirmed"
            if is_draft
            else "Printful makes what was sent, but nothing is added"
        )
        yield f"{what} yet. {plan.reason}"


def _of_ticket(settlement: Settlement, plan: TicketPlan | None, record: TicketRecord) -> list[str]:
    """The warnings of a sent ticket, which stay, and about payments to refund manually."""
    left = [] if ACCEPTED in settlement.order.tags else remaining_payments(record)
    if record.state in _OVER:
        return left
    if plan is not None and plan.readiness is Readiness.WAITING and record.pos_order_id is not None and plan.reason:
        return [f"The counter has the ticket as sent; changes are pending. {plan.reason}", *left]
    if plan is not None and plan.readiness is not Readiness.READY:
        return left
    if plan is None or record.warned == plan.digest:
        return [*(each for each in record.warnings if each not in remaining_payments(record)), *left]
    return [*plan.warnings, *left]


def _clean(settlement: Settlement, texts: Iterable[str]) -> list[str]:
    return [settlement.clean(each) for each in texts]


def _reason(record: PrintRecord | TicketRecord, before: list[str], now: list[str]) -> str | None:
    """The reason that staff see; the reason of the part's own state comes first."""
    is_ours = record.reason is None or record.reason == " ".join(before)
    return (" ".join(now) or None) if is_ours else record.reason
