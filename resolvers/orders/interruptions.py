"""Records in the journal that a settlement was interrupted: each pending request may have been carried out. No I/O."""

from clients.global_ids import bare_id
from clients.pos.orders import PosRoutes
from resolvers.orders.actions import actions
from resolvers.orders.delivery import is_for_the_counter
from resolvers.orders.journal import PartState, System, TicketRecord
from resolvers.orders.settlement import Settlement
from resolvers.orders.ticket_part import TicketPart

_INTERRUPTED = "The gateway was restarted while it worked on this order. It continues automatically."


def recover(settlement: Settlement, routes: PosRoutes) -> None:
    """Takes over the lease of a process that died without recording its results."""
    journal, order = settlement.journal, settlement.order
    if journal.lease is None:
        return
    for printed in journal.print_records:
        printed.mark_uncertain(journal.lease.until)
    for there in order.fulfillment_orders:
        route = routes.of(there.location_id)
        if route is None or not is_for_the_counter(order, there):
            continue
        record = journal.tickets.setdefault(bare_id(there.id), TicketRecord())
        record.connector = record.connector or route[0]
        record.mark_uncertain()


def record_interruption(settlement: Settlement) -> None:
    """Records what this process could not finish. The next sweep continues it."""
    now, left = settlement.now(), actions(settlement)
    if any(part.system is System.PRINTFUL for part, _ in left):
        for record in settlement.journal.print_records:
            record.mark_uncertain(now)
            if record.order_id is None:
                record.state, record.reason = PartState.PENDING, _INTERRUPTED
    for part, _ in left:
        if isinstance(part, TicketPart):
            part.remember()
            part.record.mark_uncertain()
            if not part.is_known:
                part.record.state, part.record.reason, part.record.sent_at = PartState.PENDING, _INTERRUPTED, now
