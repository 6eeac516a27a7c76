"""Writes the visible result of a settlement to the order in Shopify: tags and note lines."""

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
    """The tags to add and to remove, and the new note; None to keep the note."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    note: str | None = None

    def __bool__(self) -> bool:
        return bool(self.add or self.remove or self.note)


def mark_changes(settlement: Settlement) -> MarkChanges:
    """The changes that bring the order's tags and note up to date."""
    expected, present = expected_tags(settlement.journal, settlement.plan), settlement.order.tags & ALL_TAGS
    note = expected_note(settlement.order, settlement.journal)
    return MarkChanges(tuple(sorted(expected - present)), tuple(sorted(present - expected)), note)


class MarkWriter:
    def __init__(self, admin: AdminOrders) -> None:
        self._admin = admin

    async def current_note(self, settlement: Settlement) -> str | None:
        """The order's note, read again before it is written, because staff may have changed it."""
        if expected_note(settlement.order, settlement.journal) is None:
            return settlement.order.note
        try:
            return await self._admin.note(settlement.order.id, options=settlement.record_options)
        except UpstreamError:  # the response to the write shows what it replaced
            return settlement.order.note

    async def write(self, settlement: Settlement, note: str | None) -> None:
        """Writes the changes; `note` is the result of `current_note`. Raises UpstreamError."""
        changes = mark_changes(settlement)
        if not changes:
            return
        order_id, options = settlement.order.id, settlement.record_options
        try:
            if changes.note is not None:
                expected = expected_tags(
                    settlement.journal, settlement.plan
                )  # adding existing tags returns the current note
                compose = partial(note_with_ids, journal=settlement.journal)
                await self._admin.annotate(order_id, note, compose, expected, ALL_TAGS - expected, options=options)
            else:
                await self._admin.mark(order_id, add=changes.add, remove=changes.remove, options=options)
        except Rejected as error:  # such as too many tags: the journal is saved nevertheless
            log.warning("marks_refused", order=settlement.order.number, detail=settlement.clean(error.detail))
