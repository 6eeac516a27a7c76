"""The order marks: tags and note lines that the shop manager sees in Shopify. No I/O."""

from clients.admin.orders import Order
from clients.global_ids import bare_id
from resolvers.orders.journal import POS_KEY, PRINTFUL_KEY, Journal, PartState
from resolvers.orders.plan import OrderPlan, Readiness
from resolvers.orders.print_split import split

PRINTFUL_FORWARDED, POS_FORWARDED = "printful-forwarded", "pos-forwarded"
PENDING = "forwarding-pending"
PRINTFUL_FAILED, POS_FAILED = "printful-failed", "pos-failed"
WARNING = "forwarding-warning"
ALL_TAGS = frozenset({PRINTFUL_FORWARDED, POS_FORWARDED, PENDING, PRINTFUL_FAILED, POS_FAILED, WARNING})
MAX_NOTE = 5000

_LATER = (PartState.WAITING, PartState.PENDING)
_THERE = (PartState.FORWARDED, PartState.FAILED, PartState.DONE)
_OWED_READINESS = (Readiness.READY, Readiness.REFUSED)


def expected_tags(journal: Journal, plan: OrderPlan) -> frozenset[str]:
    """The gateway's tags that the order should have."""
    found = set()
    tickets = journal.tickets.values()
    for record, wanted in zip(journal.print_records, split(plan.print, journal.print_records), strict=True):
        if record.order_id is not None and record.state in _THERE:
            found.add(PRINTFUL_FORWARDED)
        if record.state in (PartState.REFUSED, PartState.FAILED) or record.unmade:
            found.add(PRINTFUL_FAILED)
        if record.state is PartState.CANCELLED and wanted.readiness in _OWED_READINESS:
            found.add(PRINTFUL_FAILED)  # cancelled at Printful, but the shop still owes the goods
        if record.warnings:
            found.add(WARNING)
    if any(ticket.pos_order_id is not None and ticket.state in _THERE for ticket in tickets):
        found.add(POS_FORWARDED)
    if any(ticket.state in (PartState.REFUSED, PartState.FAILED) for ticket in tickets):
        found.add(POS_FAILED)
    deferred = {
        bare_id(each.fulfillment_order_id) for each in plan.tickets if each.readiness in _OWED_READINESS or each.is_owed
    }
    if any(ticket.state is PartState.CANCELLED and key in deferred for key, ticket in journal.tickets.items()):
        found.add(POS_FAILED)
    if any(ticket.warnings for ticket in tickets):
        found.add(WARNING)
    if is_pending(journal):
        found.add(PENDING)
    return frozenset(found)


def is_pending(journal: Journal) -> bool:
    """Whether work is left that no webhook will trigger."""
    for record in journal.print_records:
        is_unconfirmed = record.may_exist and record.order_id is None
        if is_unconfirmed or record.state in _LATER or record.is_due:
            return True
    return any(
        ticket.state in _LATER or ticket.follow_wanted or ticket.is_unconfirmed for ticket in journal.tickets.values()
    )


def ids(journal: Journal) -> dict[str, str]:
    """The order's ids in the other systems, by the keys of our metafields and note lines."""
    found = {}
    printed = [record for record in journal.print_records if record.order_id is not None]
    alive = [record for record in printed if record.state is not PartState.CANCELLED]
    if printed:
        found[PRINTFUL_KEY] = ", ".join(str(record.order_id) for record in alive or printed[:1])
    tickets = [ticket.pos_order_id for ticket in journal.tickets.values() if ticket.pos_order_id is not None]
    if tickets:
        found[POS_KEY] = ", ".join(tickets)
    return found


def expected_note(order: Order, journal: Journal) -> str | None:
    """The order's note with our lines; None when it has them or they do not fit."""
    return note_with_ids(order.note, journal)


def note_with_ids(text: str | None, journal: Journal) -> str | None:
    """The note with our lines; None when it has them or they do not fit."""
    present = (text or "").splitlines()
    lines = list(present)
    for key, value in ids(journal).items():
        line = f"{key}: {value}"
        at = next((number for number, each in enumerate(lines) if each.startswith(f"{key}: ")), None)
        if at is None:
            lines.append(line)
        else:
            lines[at] = line
    note = "\n".join(lines)
    return None if lines == present or len(note) > MAX_NOTE else note
