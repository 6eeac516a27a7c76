"""Finds orders that changed at Printful or at the counter, in few requests however long their lists are."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime

from cachetools import TTLCache

from clients.global_ids import GlobalId, bare_id, order_gid
from clients.guard import CallOptions
from clients.pos.orders import PosConnector, TicketState, TicketStatus
from clients.printful.order_client import PrintfulOrders
from clients.printful.orders import GONE, PrintOrder, PrintStatus
from resolvers.orders.journal import Journal, PartState, PrintRecord

_PAGE = 100
_MOST_PAGES = 20
_ALONE_S = 3600.0  # how often an unlisted order is read by itself
_ALONE_AT_ONCE = 20
_TO_BE_MADE = frozenset({TicketStatus.SENT, TicketStatus.ACCEPTED, TicketStatus.READY})
_TICKET_KEY = re.compile(r"kynda-order-[0-9]+-([0-9]+)(?:-r[0-9]+)?")
_LIVE = (PartState.FORWARDED, PartState.FAILED)


class UpstreamChanges:
    """`journals`: the journals of orders by Shopify's id. Methods raise UpstreamError."""

    def __init__(
        self,
        print_orders: PrintfulOrders | None,
        connectors: Mapping[str, PosConnector],
        *,
        clock: Callable[[], float],
    ) -> None:
        self._print_orders = print_orders
        self._connectors = connectors
        self._strays: dict[GlobalId, set[int]] = {}
        self._stray_tickets: dict[GlobalId, dict[str, str]] = {}
        self._alone: TTLCache[int, None] = TTLCache(10_000, _ALONE_S, timer=clock)

    async def changed_at_printful(self, journals: Mapping[GlobalId, Journal], options: CallOptions) -> list[GlobalId]:
        """Orders whose status at Printful differs from the journal, and some that Printful's list does not show.

        The list is sorted newest first, so it is read until a page shows no order of interest. The remaining ones are
        old or deleted: a few of them are read one by one in each sweep.
        """
        live = {
            record.order_id: (order_id, record)
            for order_id, journal in journals.items()
            for record in journal.print_records
            if record.order_id is not None and record.state in _LIVE
        }
        self._strays.clear()
        if self._print_orders is None:
            return []
        by_number = {bare_id(order_id): order_id for order_id, _ in live.values()}
        known = {record.order_id for journal in journals.values() for record in journal.print_records}
        found, offset = [], 0
        for _ in range(_MOST_PAGES):
            if not live:
                break
            page, total = await self._print_orders.orders(offset=offset, limit=_PAGE, options=options)
            shown = [(live.pop(each.id), each) for each in page if each.id in live]
            found += [order_id for (order_id, record), each in shown if _has_changed(record, each)]
            found += self._note_strays([each for each in page if each.id not in known], by_number)
            offset += len(page)
            if not shown or offset >= total:
                break
        return [*found, *self._unseen(live)]

    def strays(self, order_id: GlobalId) -> set[int]:
        """Printful orders with an order's number that its journal does not have, from the last list."""
        return set(self._strays.get(order_id, ()))

    def _note_strays(self, others: list[PrintOrder], by_number: Mapping[str, GlobalId]) -> list[GlobalId]:
        found = []
        for each in others:
            number = (each.external_id or "").split("-")[0]
            order_id = by_number.get(number) or self._order_of_unknown_draft(each, number)
            if order_id is not None and each.status not in GONE:
                self._strays.setdefault(order_id, set()).add(each.id)
                found.append(order_id)
        return found

    def _order_of_unknown_draft(self, draft: PrintOrder, number: str) -> GlobalId | None:
        """The order of a draft that is in no journal; None when it was checked recently."""
        if draft.status != PrintStatus.DRAFT or draft.id in self._alone:
            return None
        self._alone[draft.id] = None
        return order_gid(number)

    def _unseen(self, live: Mapping[int, tuple[GlobalId, PrintRecord]]) -> Iterator[GlobalId]:
        due = [number for number in live if number not in self._alone]
        for number in due[:_ALONE_AT_ONCE]:
            self._alone[number] = None
            yield live[number][0]

    async def changed_at_counter(
        self,
        journals: Mapping[GlobalId, Journal],
        listed: Collection[GlobalId] | None,
        since: datetime,
        options: CallOptions,
    ) -> list[GlobalId]:
        """Orders whose tickets changed since then and differ from the journal.

        Orders that are not `listed`, such as archived ones, have no journal here: any change of theirs counts. Without
        `listed` they are ignored.
        """
        statuses = {
            ticket.pos_order_id: (order_id, ticket.status)
            for order_id, journal in journals.items()
            for ticket in journal.tickets.values()
            if ticket.pos_order_id is not None and ticket.state in _LIVE
        }
        remembered = {ticket.pos_order_id for journal in journals.values() for ticket in journal.tickets.values()}
        found = []
        self._stray_tickets.clear()
        for connector in self._connectors.values():
            for pos_order_id, ticket in (await connector.changed_since(since, options=options)).items():
                known = statuses.get(pos_order_id)
                if known is not None:
                    found += [known[0]] if known[1] is not ticket.status else []
                    continue
                order_id = order_gid(ticket.external_order_id)
                is_unlisted = listed is not None and order_id not in listed
                is_stray = order_id in journals and pos_order_id not in remembered and ticket.status in _TO_BE_MADE
                if order_id is not None and (is_unlisted or is_stray):
                    found.append(order_id)
                    self._note_stray_ticket(order_id, ticket)
        return found

    def stray_tickets(self, order_id: GlobalId) -> dict[str, str]:
        """The order's tickets that its journal may not have, from the last list.

        The bare ids of their fulfillment orders by the tickets' ids.
        """
        return dict(self._stray_tickets.get(order_id, {}))

    def _note_stray_ticket(self, order_id: GlobalId, ticket: TicketState) -> None:
        key = _TICKET_KEY.fullmatch(ticket.key or "")
        if key is not None and ticket.status in _TO_BE_MADE:
            self._stray_tickets.setdefault(order_id, {})[ticket.pos_order_id] = key[1]


def _has_changed(record: PrintRecord, found: PrintOrder) -> bool:
    reported = {key for key, parcel in record.parcels.items() if parcel.fulfillments or parcel.note}
    return found.status != record.status or bool({str(each.id) for each in found.shipments} - reported)
