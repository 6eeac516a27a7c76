"""One order as a person sees it: combines the states at Shopify, Printful and the point of sale. No I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from clients.admin.order_statuses import (
    FAILED_FULFILLMENTS,
    PAID,
    FinancialStatus,
    FulfillmentDisplayStatus,
    FulfillmentOrderStatus,
    OrderFulfillmentStatus,
)
from clients.admin.orders import Fulfillment, FulfillmentOrder, Order
from clients.global_ids import bare_id
from clients.money import Money
from clients.pos.orders import TicketState, TicketStatus
from clients.printful.orders import EDITABLE, GONE, PrintOrder
from resolvers.orders.delivery import is_for_the_counter
from resolvers.orders.journal import Attempt, AttemptResult, Journal, System

_PAID = PAID | {FinancialStatus.REFUNDED}
_OVER = frozenset({FulfillmentOrderStatus.CANCELLED, FulfillmentOrderStatus.CLOSED})


class OrderStage(StrEnum):
    """The progress of an order, for the buyer."""

    CONFIRMED = "confirmed"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    READY_FOR_PICKUP = "ready_for_pickup"
    PICKED_UP = "picked_up"
    CANCELLED = "cancelled"


_RANK = {
    OrderStage.CONFIRMED: 0,
    OrderStage.PROCESSING: 1,
    OrderStage.READY_FOR_PICKUP: 2,
    OrderStage.SHIPPED: 3,
    OrderStage.PICKED_UP: 4,
    OrderStage.DELIVERED: 5,
    OrderStage.CANCELLED: 6,
}


class EventKind(StrEnum):
    """The kinds of events. Events of the same second are sorted in this order."""

    PLACED = "placed"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    ATTEMPT_FAILED = "attempt_failed"
    PRINT_ORDERED = "print_ordered"
    PRINT_CONFIRMED = "print_confirmed"
    PRINT_SHIPPED = "print_shipped"
    TICKET_SENT = "ticket_sent"
    READY_FOR_PICKUP = "ready_for_pickup"
    PICKED_UP = "picked_up"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    PRINT_RETURNED = "print_returned"
    CANCELLED = "cancelled"
    PRINT_CANCELLED = "print_cancelled"
    TICKET_CANCELLED = "ticket_cancelled"


_SOONER = {kind: rank for rank, kind in enumerate(EventKind)}

_DONE: Mapping[tuple[System, str], EventKind] = {
    (System.PRINTFUL, "create"): EventKind.PRINT_ORDERED,
    (System.PRINTFUL, "adopt"): EventKind.PRINT_ORDERED,
    (System.PRINTFUL, "confirm"): EventKind.PRINT_CONFIRMED,
    (System.PRINTFUL, "cancel"): EventKind.PRINT_CANCELLED,
    (System.POS, "send"): EventKind.TICKET_SENT,
    (System.POS, "adopt"): EventKind.TICKET_SENT,
    (System.POS, "cancel"): EventKind.TICKET_CANCELLED,
    (System.SHOPIFY, "prepared"): EventKind.READY_FOR_PICKUP,
}
"""The events of successful attempts. The effects of other attempts come from the upstreams."""

_WORDS: Mapping[EventKind, str] = {
    EventKind.PLACED: "The order was placed.",
    EventKind.PARTLY_PAID: "A part of the order was paid.",
    EventKind.PAID: "The order was paid.",
    EventKind.CANCELLED: "The order was cancelled.",
    EventKind.PRINT_ORDERED: "The printed goods were ordered from the printer.",
    EventKind.PRINT_CONFIRMED: "The printer started on the printed goods.",
    EventKind.PRINT_SHIPPED: "A parcel left the printer.",
    EventKind.PRINT_RETURNED: "A parcel came back to the printer.",
    EventKind.PRINT_CANCELLED: "The printed goods were cancelled.",
    EventKind.TICKET_SENT: "The counter received the order.",
    EventKind.READY_FOR_PICKUP: "The order is ready for pickup.",
    EventKind.TICKET_CANCELLED: "The counter's order was cancelled.",
    EventKind.PICKED_UP: "The order was picked up.",
    EventKind.SHIPPED: "A parcel was sent.",
    EventKind.DELIVERED: "A parcel was delivered.",
}
_STAFF_KINDS = frozenset({EventKind.ATTEMPT_FAILED, EventKind.TICKET_CANCELLED})


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """An event of the order. `detail` is for staff, and so is the whole event when `for_staff`."""

    at: datetime
    system: System
    kind: EventKind
    words: str
    detail: str = ""

    @property
    def for_staff(self) -> bool:
        return self.kind in _STAFF_KINDS

    def text(self, *, staff: bool) -> str:
        """The event in a sentence or two."""
        return f"{self.words} {self.detail}".strip() if staff else self.words


@dataclass(frozen=True, slots=True)
class PrintParcel:
    """A parcel of Printful's; `lines` maps the bare id of an order's line to its units."""

    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    shipped_at: datetime | None = None
    is_reshipment: bool = False
    lines: Mapping[str, int] = field(default_factory=dict)
    returned: str | None = None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PrintView:
    """The order at Printful: its current state when `is_fresh`, else the last known one."""

    order_id: int
    status: str | None
    is_fresh: bool
    parcels: tuple[PrintParcel, ...] = ()
    created_at: datetime | None = None
    cost: Money | None = None
    dashboard_url: str | None = None


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket at the counter. `key` is the bare id of its fulfillment order."""

    key: str
    pos_order_id: str
    status: TicketStatus
    is_fresh: bool
    location: str | None = None
    updated_at: datetime | None = None


def print_view(journal: Journal, found: PrintOrder | None) -> PrintView | None:
    """The order at Printful; None if it has none. Without `found`, its last known state in the journal."""
    record = journal.print
    if found is None:
        if record.order_id is None:
            return None
        remembered = tuple(
            PrintParcel(
                tracking_number=parcel.tracking_number,
                is_reshipment=parcel.is_reshipment,
                lines=parcel.lines,
                returned=parcel.returned,
                returned_at=parcel.returned_at,
            )
            for parcel in record.parcels.values()
        )
        return PrintView(record.order_id, record.status, is_fresh=False, parcels=remembered)
    cost = None
    if found.total_cost is not None and found.cost_currency is not None:
        cost = Money(found.total_cost, found.cost_currency)
    line_of = {item.id: item.external_id for item in found.items}
    parcels = []
    for shipment in sorted(found.shipments, key=lambda each: each.id):
        lines: dict[str, int] = {}
        for item, units in shipment.items.items():
            line = line_of.get(item)
            if line is not None:
                lines[line] = lines.get(line, 0) + units
        known = record.parcels.get(str(shipment.id))
        parcels.append(
            PrintParcel(
                carrier=shipment.carrier,
                service=shipment.service,
                tracking_number=shipment.tracking_number,
                tracking_url=shipment.tracking_url,
                shipped_at=shipment.shipped_at,
                is_reshipment=shipment.is_reshipment,
                lines=lines,
                returned=None if known is None else known.returned,
                returned_at=None if known is None else known.returned_at,
            )
        )
    return PrintView(found.id, found.status, True, tuple(parcels), found.created_at, cost, found.dashboard_url)


def ticket_views(order: Order, journal: Journal, found: Mapping[str, TicketState]) -> tuple[TicketView, ...]:
    """The tickets of an order; for those that are not in `found` (by `pos_order_id`), the last known state."""
    views = []
    for key, record in journal.tickets.items():
        if record.pos_order_id is None:
            continue
        state = found.get(record.pos_order_id)
        place = next((each for each in order.fulfillment_orders if bare_id(each.id) == key), None)
        views.append(
            TicketView(
                key,
                record.pos_order_id,
                state.status if state is not None else record.status or TicketStatus.UNKNOWN,
                is_fresh=state is not None,
                location=None if place is None else place.location_name,
                updated_at=None if state is None else state.updated_at,
            )
        )
    return tuple(views)


def step(order: Order, journal: Journal, printed: PrintView | None, tickets: tuple[TicketView, ...]) -> OrderStage:
    """The progress of an order: the stage of its slowest part."""
    if order.cancelled_at is not None:
        return OrderStage.CANCELLED
    steps = list(_part_steps(order, journal, printed, tickets))
    if steps:
        return min(steps, key=_RANK.__getitem__)
    if not any(line.current_quantity for line in order.lines) and not any(_alive(order)):
        return OrderStage.CANCELLED
    return OrderStage.SHIPPED if order.fulfillment_status == OrderFulfillmentStatus.FULFILLED else OrderStage.CONFIRMED


def _part_steps(
    order: Order, journal: Journal, printed: PrintView | None, tickets: tuple[TicketView, ...]
) -> Iterator[OrderStage]:
    to_ship: dict[str, int] = {}
    in_progress = False
    for there in order.fulfillment_orders:
        if there.status == FulfillmentOrderStatus.CANCELLED:
            continue
        if is_for_the_counter(order, there):
            yield _counter_step(order, journal, there, tickets)
            continue
        in_progress = in_progress or there.status == FulfillmentOrderStatus.IN_PROGRESS
        for part in there.lines:
            line = order.line(part.line_id)
            units = 0 if line is None else min(part.total, line.current_quantity)
            if units:
                to_ship[bare_id(part.line_id)] = to_ship.get(bare_id(part.line_id), 0) + units
    if to_ship:
        yield _shipping_step(order, to_ship, printed, in_progress=in_progress)


def _shipping_step(
    order: Order, to_ship: Mapping[str, int], printed: PrintView | None, *, in_progress: bool
) -> OrderStage:
    parcels = [each for each in _alive(order) if any(bare_id(line) in to_ship for line in each.lines)]
    sent, arrived = _units(parcels), _units([each for each in parcels if _is_delivered(each)])
    for parcel in () if printed is None else printed.parcels:
        if parcel.is_reshipment:
            continue
        for line, units in parcel.lines.items():
            sent[line] = max(sent.get(line, 0), units)
    if all(arrived.get(line, 0) >= units for line, units in to_ship.items()):
        return OrderStage.DELIVERED
    if all(sent.get(line, 0) >= units for line, units in to_ship.items()):
        return OrderStage.SHIPPED
    is_made = printed is not None and printed.status not in EDITABLE | GONE
    return OrderStage.PROCESSING if sent or is_made or in_progress else OrderStage.CONFIRMED


def _counter_step(
    order: Order, journal: Journal, there: FulfillmentOrder, tickets: tuple[TicketView, ...]
) -> OrderStage:
    key = bare_id(there.id)
    ticket = next((each for each in tickets if each.key == key), None)
    lines = {part.line_id for part in there.lines}
    parcels = [each for each in _alive(order) if lines & set(each.lines)]
    shown = {each.display_status for each in parcels}
    is_over = there.status == FulfillmentOrderStatus.CLOSED or (
        bool(there.lines) and all(part.remaining == 0 for part in there.lines)
    )
    if (ticket is not None and ticket.status is TicketStatus.COMPLETED) or (is_over and parcels):
        return (
            OrderStage.READY_FOR_PICKUP
            if shown == {FulfillmentDisplayStatus.READY_FOR_PICKUP}
            else OrderStage.PICKED_UP
        )
    record = journal.tickets.get(key)
    was_told = record is not None and record.told_ready
    if (
        was_told
        or FulfillmentDisplayStatus.READY_FOR_PICKUP in shown
        or (ticket is not None and ticket.status is TicketStatus.READY)
    ):
        return OrderStage.READY_FOR_PICKUP
    if there.status == FulfillmentOrderStatus.IN_PROGRESS:
        return OrderStage.PROCESSING
    at_work = ticket is not None and ticket.status in (TicketStatus.SENT, TicketStatus.ACCEPTED)
    return OrderStage.PROCESSING if at_work else OrderStage.CONFIRMED


def timeline(
    order: Order, journal: Journal, printed: PrintView | None, tickets: tuple[TicketView, ...]
) -> tuple[TimelineEvent, ...]:
    """All events of an order in the three systems, oldest first."""
    found = [
        *_of_shopify(order),
        *_of_attempts(journal),
        *_of_printful(journal, printed),
        *_of_tickets(journal, tickets),
    ]
    # Shopify and Printful state times in seconds, the journal in milliseconds.
    return tuple(sorted(found, key=lambda event: (event.at.replace(microsecond=0), _SOONER[event.kind])))


def _of_shopify(order: Order) -> Iterator[TimelineEvent]:
    def event(at: datetime, kind: EventKind, detail: str = "") -> TimelineEvent:
        return TimelineEvent(at, System.SHOPIFY, kind, _WORDS[kind], detail)

    yield event(order.created_at, EventKind.PLACED)
    for at, kind in _payments(order):
        yield event(at, kind)
    counter = {
        part.line_id for there in order.fulfillment_orders if is_for_the_counter(order, there) for part in there.lines
    }
    for each in _alive(order):
        is_picked_up = bool(each.lines) and set(each.lines) <= counter
        if is_picked_up:
            is_waiting = each.display_status == FulfillmentDisplayStatus.READY_FOR_PICKUP
            yield event(each.created_at, EventKind.READY_FOR_PICKUP if is_waiting else EventKind.PICKED_UP)
            continue
        numbers = ", ".join(tracking.number for tracking in each.tracking if tracking.number)
        yield event(each.created_at, EventKind.SHIPPED, f"Tracking {numbers}." if numbers else "")
        if each.delivered_at is not None:
            yield event(each.delivered_at, EventKind.DELIVERED)
    if order.cancelled_at is not None:
        yield event(order.cancelled_at, EventKind.CANCELLED, _sentence(order.cancel_reason))


def _payments(order: Order) -> list[tuple[datetime, EventKind]]:
    """The events of payments. The last one settled a paid order; earlier ones were parts."""
    moments = [payment.at for payment in order.payments]
    if order.financial_status not in _PAID:
        return [(at, EventKind.PARTLY_PAID) for at in moments]
    if not moments:  # it was free, or imported without its payments
        return [(max(order.processed_at, order.created_at), EventKind.PAID)]
    return [*((at, EventKind.PARTLY_PAID) for at in moments[:-1]), (moments[-1], EventKind.PAID)]


def _of_attempts(journal: Journal) -> Iterator[TimelineEvent]:
    for attempt in journal.attempts:
        kind = _DONE.get((attempt.system, attempt.action))
        if attempt.result is not AttemptResult.DONE:
            words = f"{attempt.system.value}, {attempt.action}: {attempt.result.value.replace('_', ' ')}."
            yield TimelineEvent(
                attempt.at, attempt.system, EventKind.ATTEMPT_FAILED, words.capitalize(), _staff_detail(attempt)
            )
        elif kind is not None:
            yield TimelineEvent(attempt.at, attempt.system, kind, _WORDS[kind], _staff_detail(attempt))


def _staff_detail(attempt: Attempt) -> str:
    """What staff see beside the event: what came of the attempt, and who started it."""
    detail = _sentence(attempt.detail)
    return f"{detail} By {attempt.by}.".strip() if attempt.by else detail


def _of_printful(journal: Journal, printed: PrintView | None) -> Iterator[TimelineEvent]:
    if printed is None:
        return
    is_told = any(_is_done(attempt, EventKind.PRINT_ORDERED) for attempt in journal.attempts)
    if not is_told and (since := printed.created_at or journal.print.forwarded_at) is not None:
        yield TimelineEvent(since, System.PRINTFUL, EventKind.PRINT_ORDERED, _WORDS[EventKind.PRINT_ORDERED])
    for parcel in printed.parcels:
        if parcel.shipped_at is not None:
            parts = ["Sent again." if parcel.is_reshipment else "", _sentence(parcel.carrier)]
            detail = " ".join(part for part in parts if part)
            yield TimelineEvent(
                parcel.shipped_at, System.PRINTFUL, EventKind.PRINT_SHIPPED, _WORDS[EventKind.PRINT_SHIPPED], detail
            )
        if parcel.returned is not None and parcel.returned_at is not None:
            words = _WORDS[EventKind.PRINT_RETURNED]
            yield TimelineEvent(
                parcel.returned_at, System.PRINTFUL, EventKind.PRINT_RETURNED, words, _sentence(parcel.returned)
            )


def _of_tickets(journal: Journal, tickets: tuple[TicketView, ...]) -> Iterator[TimelineEvent]:
    """The counter's events that Shopify does not have."""
    for ticket in tickets:
        record = journal.tickets[ticket.key]
        if ticket.status is TicketStatus.READY and not record.told_ready and ticket.updated_at is not None:
            words = _WORDS[EventKind.READY_FOR_PICKUP]
            yield TimelineEvent(ticket.updated_at, System.POS, EventKind.READY_FOR_PICKUP, words)


def _is_done(attempt: Attempt, kind: EventKind) -> bool:
    return attempt.result is AttemptResult.DONE and _DONE.get((attempt.system, attempt.action)) is kind


def _alive(order: Order) -> Iterator[Fulfillment]:
    return (each for each in order.fulfillments if each.status not in FAILED_FULFILLMENTS)


def _is_delivered(fulfillment: Fulfillment) -> bool:
    return fulfillment.delivered_at is not None or fulfillment.display_status == FulfillmentDisplayStatus.DELIVERED


def _units(fulfillments: list[Fulfillment]) -> dict[str, int]:
    units: dict[str, int] = {}
    for each in fulfillments:
        for line, quantity in each.lines.items():
            units[bare_id(line)] = units.get(bare_id(line), 0) + quantity
    return units


def _sentence(text: str | None) -> str:
    """`text` as a sentence; empty for None."""
    if not text:
        return ""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else text + "."
