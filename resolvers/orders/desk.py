"""What the staff desk says of an order: whether it needs somebody, why, and what to do. No I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from clients.admin.orders import OrderListing
from clients.printful.orders import EDITABLE
from resolvers.orders.journal import AttemptResult, Journal, PartState, PrintRecord, System, TicketRecord
from resolvers.orders.order_marks import POS_FAILED, PRINTFUL_FAILED, is_pending
from resolvers.orders.plan import Confirm, ForwardingRules

LONG_PENDING = timedelta(minutes=15)
_SENDING = frozenset({"create", "adopt", "send", "confirm"})
_SHIPPED = (System.SHOPIFY, "fulfill")


class Urgency(IntEnum):
    """How soon somebody has to look; the most urgent first."""

    NOW = 0  # paid goods that nobody makes
    SOON = 1  # it may become that
    NOTE = 2  # nothing is stuck


@dataclass(frozen=True, slots=True)
class DeskNote:
    """One reason to look at an order: why, what to do, and since when."""

    urgency: Urgency
    system: System
    reason: str
    advice: str
    since: datetime
    until: datetime | None = None


_AT_PRINTFUL = {
    PartState.REFUSED: "Correct in Shopify what the reason names. Then press Try again.",
    PartState.FAILED: "Open the order at Printful and settle the problem there. Then press Try again.",
    PartState.CANCELLED: "Press Try again to send it anew, or refund the goods in Shopify.",
}
_AT_THE_COUNTER = {
    PartState.REFUSED: "Tell the counter about the order. Correct what the reason names, then press Try again.",
    PartState.FAILED: "Look for the ticket at the counter and settle it there. Then press Try again.",
    PartState.CANCELLED: "Press Try again to send the ticket anew, or refund the goods in Shopify.",
}
_NO_REASON = {
    PartState.REFUSED: "It was not sent.",
    PartState.FAILED: "It was sent and is in trouble there.",
    PartState.CANCELLED: "It was cancelled there, and the buyer has paid for it.",
}


def troubles(listing: OrderListing, journal: Journal, now: datetime) -> list[DeskNote]:
    """Why an order needs somebody, the most urgent first; empty when it does not."""
    since = _troubled_since(listing, journal)
    found = [*_print_troubles(listing, journal, since), *_ticket_troubles(listing, journal, since)]
    if not found and is_pending(journal) and not _is_held(journal) and now - since >= LONG_PENDING:
        reason = _pending_reason(journal)
        advice = "Look at the health page: a system may be down. The gateway keeps trying by itself."
        found.append(DeskNote(Urgency.SOON, _pending_system(journal), reason, advice, since))
    return sorted(found, key=lambda note: note.urgency)


def draft_to_confirm(listing: OrderListing, journal: Journal, rules: ForwardingRules) -> DeskNote | None:
    """Why a draft at Printful waits for staff; None when none does."""
    for record in journal.print_records:
        if _is_draft(record) and not (rules.confirm is Confirm.HOLD and record.reason is None):
            reason = record.reason or "Printful has the order as a draft and makes it once it is confirmed."
            return DeskNote(
                Urgency.SOON,
                System.PRINTFUL,
                reason,
                "Check it and press Confirm: Printful charges the shop for it and begins to print.",
                record.forwarded_at or _last_attempt(journal) or listing.created_at,
            )
    return None


def left_for_later(listing: OrderListing, journal: Journal, rules: ForwardingRules) -> DeskNote | None:
    """What the gateway does later by itself, and when if that is known; None when nothing is left."""
    since = _troubled_since(listing, journal)
    if rules.confirm is Confirm.HOLD:
        for record in journal.print_records:
            if _is_draft(record) and record.reason is None and record.forwarded_at is not None:
                until = record.forwarded_at + timedelta(minutes=rules.hold_minutes)
                reason = "Printful has the order as a draft. The gateway confirms it by itself."
                advice = "Nothing. To stop it, cancel the order at Printful before then."
                return DeskNote(Urgency.NOTE, System.PRINTFUL, reason, advice, record.forwarded_at, until)
    if not is_pending(journal):
        return None
    advice = "Nothing: the gateway tries again with each sweep."
    return DeskNote(Urgency.NOTE, _pending_system(journal), _pending_reason(journal), advice, since)


def sent_since(journal: Journal, start: datetime) -> DeskNote | None:
    """What the gateway sent for an order since `start`; None when that is nothing."""
    sent = [
        each
        for each in journal.attempts
        if each.at >= start and each.result is AttemptResult.DONE and each.action in _SENDING
    ]
    shipped = [each for each in journal.attempts if each.at >= start and (each.system, each.action) == _SHIPPED]
    if not sent and not shipped:
        return None
    places = {System.PRINTFUL: "Printful", System.POS: "the counter", System.SHOPIFY: "Shopify"}
    words = [f"Sent to {places[system]}." for system in dict.fromkeys(each.system for each in sent)]
    if shipped:
        words.append("A parcel went out.")
    last = max([*sent, *shipped], key=lambda each: each.at)
    return DeskNote(Urgency.NOTE, last.system, " ".join(words), "Nothing.", last.at)


def _print_troubles(listing: OrderListing, journal: Journal, since: datetime) -> Iterator[DeskNote]:
    for record in journal.print_records:
        is_owed = record.state is not PartState.CANCELLED or PRINTFUL_FAILED in listing.tags
        if (advice := _AT_PRINTFUL.get(record.state)) is not None and is_owed:
            reason = record.reason or _NO_REASON[record.state]
            yield DeskNote(Urgency.NOW, System.PRINTFUL, reason, advice, since)
        for words in record.unmade:
            advice = "Correct the product in Shopify and press Try again, or refund the goods."
            yield DeskNote(Urgency.NOW, System.PRINTFUL, words, advice, since)
        yield from _warnings(System.PRINTFUL, record, since)


def _ticket_troubles(listing: OrderListing, journal: Journal, since: datetime) -> Iterator[DeskNote]:
    for record in journal.tickets.values():
        is_owed = record.state is not PartState.CANCELLED or POS_FAILED in listing.tags
        if (advice := _AT_THE_COUNTER.get(record.state)) is not None and is_owed:
            reason = record.reason or _NO_REASON[record.state]
            yield DeskNote(Urgency.NOW, System.POS, reason, advice, since)
        yield from _warnings(System.POS, record, since)


def _warnings(system: System, record: PrintRecord | TicketRecord, since: datetime) -> Iterator[DeskNote]:
    for words in record.warnings:
        yield DeskNote(Urgency.NOTE, system, words, "Read it. The order itself goes on.", since)


def _is_draft(record: PrintRecord) -> bool:
    is_there = record.state is PartState.FORWARDED and record.order_id is not None
    return is_there and record.status in EDITABLE and not record.confirm_wanted


def _is_held(journal: Journal) -> bool:
    """Whether all that is left waits for the shop or Shopify, and not for a system that is down."""
    states = {each.state for each in _records(journal)}
    return PartState.WAITING in states and PartState.PENDING not in states


def _records(journal: Journal) -> list[PrintRecord | TicketRecord]:
    return [*journal.print_records, *journal.tickets.values()]


def _pending_system(journal: Journal) -> System:
    waits = any(each.state in (PartState.WAITING, PartState.PENDING) or each.is_due for each in journal.print_records)
    return System.PRINTFUL if waits else System.POS


def _pending_reason(journal: Journal) -> str:
    for state in (PartState.PENDING, PartState.WAITING):
        for record in _records(journal):
            if record.state is state and record.reason:
                return record.reason
    return "Something of it is left to be done."


def _last_attempt(journal: Journal) -> datetime | None:
    return journal.attempts[-1].at if journal.attempts else None


def _troubled_since(listing: OrderListing, journal: Journal) -> datetime:
    """When the trouble of an order began: its first attempt after the last one that succeeded."""
    began = None
    for attempt in reversed(journal.attempts):
        if attempt.result is AttemptResult.DONE:
            break
        began = attempt.at
    return began or _last_attempt(journal) or listing.created_at
