"""What an order says to staff beside the states of its parts: goods that nobody makes, and warnings. No I/O."""

from collections.abc import Iterable

from clients.admin.orders import bare_id
from clients.printful.orders import EDITABLE
from resolvers.orders.journal import PartState, PrintRecord, TicketRecord
from resolvers.orders.plan import PrintPlan, Readiness, TicketPlan
from resolvers.orders.settlement import Settlement

_OVER = (PartState.DONE, PartState.CANCELLED)


def is_to_be_written(settlement: Settlement) -> bool:
    """Whether the journal says something else to staff than the plan does."""
    printed = settlement.journal.print
    if settlement.prints and (printed.unmade, printed.warnings) != _of_print(settlement):
        return True
    return any(
        record.warnings != _of_ticket(plan, record)
        for plan in settlement.plan.tickets
        if (record := settlement.journal.tickets.get(bare_id(plan.fulfillment_order_id))) is not None
    )


def write(settlement: Settlement) -> None:
    """Writes the plan's notices into the journal, after the work on its parts."""
    if settlement.prints:
        record = settlement.journal.print
        before = [*record.unmade, *record.warnings]
        record.unmade, record.warnings = _of_print(settlement)
        record.reason = _reason(record, before, [*record.unmade, *record.warnings])
    for plan in settlement.plan.tickets:
        ticket = settlement.journal.tickets.get(bare_id(plan.fulfillment_order_id))
        if ticket is not None:
            before = ticket.warnings
            ticket.warnings = _of_ticket(plan, ticket)
            ticket.warned = plan.digest
            ticket.reason = _reason(ticket, before, ticket.warnings)


def _of_print(settlement: Settlement) -> tuple[list[str], list[str]]:
    """What is not made, and the warnings."""
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


def _of_ticket(plan: TicketPlan, record: TicketRecord) -> list[str]:
    """The warnings that a ticket went out with: what time makes of them later is no news."""
    if record.state in _OVER or plan.readiness is not Readiness.READY:
        return []
    return record.warnings if record.warned == plan.digest else list(plan.warnings)


def _clean(settlement: Settlement, texts: Iterable[str]) -> list[str]:
    return [settlement.clean(each) for each in texts]


def _reason(record: PrintRecord | TicketRecord, before: list[str], now: list[str]) -> str | None:
    """The reason that staff see: that of the part's own state comes first."""
    is_ours = record.reason is None or record.reason == " ".join(before)
    return (" ".join(now) or None) if is_ours else record.reason
