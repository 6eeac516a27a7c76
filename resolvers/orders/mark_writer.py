"""Writes what people see of a settlement onto the order in Shopify: tags and lines of the note."""

from dataclasses import dataclass
from functools import partial

import structlog

from clients.admin.order_client import AdminOrders
from clients.errors import Rejected, UpstreamError
from resolvers.orders.order_marks import ALL_TAGS, expected_note, expected_tags, note_with_ids
from resolvers.orders.settlement import Settlement

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MarkChanges:
    """The tags to add and to remove; the note to be, None when it stays."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    note: str | None = None

    def __bool__(self) -> bool:
        return bool(self.add or self.remove or self.note)


def mark_changes(settlement: Settlement) -> MarkChanges:
    """What has to change on the order for people to see how it stands."""
    wanted, present = expected_tags(settlement.journal, settlement.plan), settlement.order.tags & ALL_TAGS
    note = expected_note(settlement.order, settlement.journal)
    return MarkChanges(tuple(sorted(wanted - present)), tuple(sorted(present - wanted)), note)


class MarkWriter:
    def __init__(self, admin: AdminOrders) -> None:
        self._admin = admin

    async def current_note(self, settlement: Settlement) -> str | None:
        """The order's note, read again where it is to be written: staff may have changed it since."""
        if expected_note(settlement.order, settlement.journal) is None:
            return settlement.order.note
        try:
            return await self._admin.note(settlement.order.id, options=settlement.record_options)
        except UpstreamError:  # writing it says what it replaced
            return settlement.order.note

    async def write(self, settlement: Settlement, note: str | None) -> None:
        """Writes what has to change; `note` is what `current_note` found. Raises UpstreamError."""
        changes = mark_changes(settlement)
        if not changes:
            return
        order_id, options = settlement.order.id, settlement.record_options
        try:
            if changes.note is not None:
                wanted = expected_tags(settlement.journal, settlement.plan)  # adding those it has says what the note is
                compose = partial(note_with_ids, journal=settlement.journal)
                await self._admin.annotate(order_id, note, compose, wanted, ALL_TAGS - wanted, options=options)
            else:
                await self._admin.mark(order_id, add=changes.add, remove=changes.remove, options=options)
        except Rejected as error:  # such as too many tags: what was done is written down all the same
            log.warning("marks_refused", order=settlement.order.number, detail=settlement.clean(error.detail))
