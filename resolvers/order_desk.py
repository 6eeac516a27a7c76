"""What the staff desk lists: orders that need somebody, drafts to confirm, what is left for later, what was sent."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from clients.admin.orders import OrderListing
from resolvers.context import RequestContext
from resolvers.orders import desk, order_lookup
from resolvers.orders.desk import DeskNote
from resolvers.orders.order_reading import OrderReading
from resolvers.orders.service import OrderService
from resolvers.public_errors import ErrorCode, PublicError
from resolvers.shop_orders import order_service_of

MAX_LISTED = 100
SENT_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """An order on a list of the desk: the main reason, and how many more there are."""

    reading: OrderReading
    note: DeskNote
    more: int = 0


@dataclass(frozen=True, slots=True)
class OrderDeskLists:
    """The lists of the desk, the most urgent and then the oldest first; what was sent, the latest first."""

    needs_somebody: Sequence[DeskEntry]
    to_confirm: Sequence[DeskEntry]
    left_for_later: Sequence[DeskEntry]
    sent: Sequence[DeskEntry]


async def order_desk(context: RequestContext) -> OrderDeskLists:
    """All lists of the desk. Raises NotConfigured and UpstreamError."""
    service = order_service_of(context)
    now = context.services.now()
    since = now - SENT_WITHIN
    troubled, drafts, recent = await asyncio.gather(
        order_lookup.orders_in_trouble(service.admin, order_lookup.MOST_LISTED, options=context.options),
        order_lookup.orders_at_printful(service.admin, options=context.options),
        order_lookup.orders_changed_since(service.admin, since, options=context.options),
    )
    readings = {each.id: OrderReading(service, each, context.options) for each in (*recent, *drafts, *troubled)}
    return _sorted_out(service, list(readings.values()), context)


async def needs_somebody(context: RequestContext) -> Sequence[DeskEntry]:
    """The first list of the desk alone, with one search. Raises NotConfigured and UpstreamError."""
    service = order_service_of(context)
    troubled = await order_lookup.orders_in_trouble(service.admin, order_lookup.MOST_LISTED, options=context.options)
    readings = [OrderReading(service, each, context.options) for each in troubled]
    return _sorted_out(service, readings, context).needs_somebody


def _sorted_out(service: OrderService, readings: Sequence[OrderReading], context: RequestContext) -> OrderDeskLists:
    now = context.services.now()
    needs, confirm, later, sent = [], [], [], []
    for reading in readings:
        listing, journal = reading.listing, reading.journal
        if (found := desk.sent_since(journal, now - SENT_WITHIN)) is not None:
            sent.append(DeskEntry(reading, found))
        if listing.cancelled_at is not None and not _is_marked(listing):
            continue
        if notes := desk.troubles(listing, journal, now):
            needs.append(DeskEntry(reading, notes[0], len(notes) - 1))
        elif (left := desk.left_for_later(listing, journal, service.rules)) is not None:
            later.append(DeskEntry(reading, left))
        if (draft := desk.draft_to_confirm(listing, journal, service.rules)) is not None:
            confirm.append(DeskEntry(reading, draft))
    return OrderDeskLists(
        sorted(needs, key=lambda each: (each.note.urgency, each.note.since)),
        sorted(confirm, key=lambda each: each.note.since),
        sorted(later, key=lambda each: each.note.until or each.note.since),
        sorted(sent, key=lambda each: each.note.since, reverse=True),
    )


def _is_marked(listing: OrderListing) -> bool:
    return bool(listing.tags & order_lookup.TAGS_IN_TROUBLE)


async def orders_found(context: RequestContext, text: str, first: int) -> Sequence[OrderReading]:
    """Orders by name, e-mail address or tag. Raises PublicError, NotConfigured and UpstreamError."""
    if not 1 <= first <= MAX_LISTED:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"`first` is {first}; it must be from 1 to {MAX_LISTED}.")
    service = order_service_of(context)
    found = await order_lookup.orders_found(service.admin, text, first, options=context.options)
    return [OrderReading(service, each, context.options) for each in found]
