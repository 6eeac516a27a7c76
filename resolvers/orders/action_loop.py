"""Carries out an order's actions, records each result in the journal, and stops when an action fails."""

import asyncio
from typing import Protocol, TypeVar

from clients.errors import Rejected, UpstreamError
from clients.pos.orders import TicketState
from clients.printful.orders import PrintOrder
from resolvers.orders import notices
from resolvers.orders.actions import IN_JOURNAL_ALONE, may_follow, next_action
from resolvers.orders.journal import AttemptResult, Journal, Parcel, PartState, PrintRecord, System
from resolvers.orders.parcels import Parcels
from resolvers.orders.parts import Action, Part
from resolvers.orders.print_part import PrintPart
from resolvers.orders.settle_request import SettleRequest
from resolvers.orders.settlement import Settlement
from resolvers.orders.ticket_part import TicketPart, ticket_parts

_MOST_ACTIONS = 4  # the most actions on one part in one settlement, such as forward, then confirm
P = TypeVar("P", bound=Part)
P_contra = TypeVar("P_contra", bound=Part, contravariant=True)
R = TypeVar("R")


class SystemActions(Protocol[P_contra, R]):
    """Carries out actions in one system."""

    async def carry_out(self, action: Action, part: P_contra, reading: R | None) -> R | None:
        """The part's state in its system afterwards, if it was read. Raises UpstreamError."""


class ActionLoop:
    """`print_actions` is None while Printful is off."""

    def __init__(
        self,
        print_actions: SystemActions[PrintPart, PrintOrder] | None,
        ticket_actions: SystemActions[TicketPart, TicketState],
        parcels: Parcels,
    ) -> None:
        self._print_actions = print_actions
        self._ticket_actions = ticket_actions
        self._parcels = parcels

    async def run(self, settlement: Settlement, request: SettleRequest) -> None:
        """Handles Printful's part and the tickets concurrently, so that Printful does not delay a coffee."""
        lanes = [self._tickets(settlement)]
        if self._print_actions is not None:
            lanes.append(self._prints(self._print_actions, settlement, request))
        await asyncio.gather(*lanes)
        notices.write(settlement)

    async def _prints(
        self, system: SystemActions[PrintPart, PrintOrder], settlement: Settlement, request: SettleRequest
    ) -> None:
        """Handles the Printful orders one after another, then reports shipments to Shopify."""
        was_cancelled_here = _was_cancelled_here(settlement.journal)
        readings: list[tuple[PrintRecord, PrintOrder]] = []
        position = 0
        while position < len(
            settlement.journal.print_records
        ):  # an action may add an order for goods that were added too late
            part = PrintPart(settlement, position)
            reading = await self._advance(part, system)
            if reading is not None:
                readings.append((part.record, reading))
            position += 1
        if not was_cancelled_here:
            _record_troubles(settlement, request)
        for record, reading in readings:
            _record_returns(settlement, request, record, reading)
        await self._parcels.report_shipments(settlement, readings)

    async def _tickets(self, settlement: Settlement) -> None:
        """Handles the tickets concurrently, except those that must wait until others are cancelled."""
        tickets = ticket_parts(settlement)
        blocked = [part.key for part in tickets if part.is_blocked]
        await asyncio.gather(*(self._ticket(part) for part in tickets if part.key not in blocked))
        for part in tickets:
            if part.key in blocked:
                await self._ticket(part)

    async def _ticket(self, part: TicketPart) -> None:
        reading = await self._advance(part, self._ticket_actions)
        if reading is not None:
            await self._parcels.report_ticket(part.settlement, part.key, reading)

    async def _advance(self, part: P, system: SystemActions[P, R]) -> R | None:
        """Carries out the actions of one part in sequence; returns its state in its system as last read."""
        reading: R | None = None
        before: Action | None = None
        for _ in range(_MOST_ACTIONS):
            action = next_action(part)
            if not may_follow(before, action, was_read=reading is not None):
                break
            if part.begin(action):
                await part.settlement.save()
            try:
                if action in IN_JOURNAL_ALONE:
                    write_down(action, part)
                else:
                    reading = await system.carry_out(action, part, reading) or reading
            except UpstreamError as error:
                delay_or_refuse(action, part, error)
                part.end(action)
                return reading
            part.end(action)
            before = action
        part.rest()
        return reading


def write_down(action: Action, part: Part) -> None:
    """Carries out an action that changes only the journal."""
    record, reason = part.record, part.plan.reason
    match action:
        case Action.CLEAR:
            record.state, record.reason = PartState.NONE, None
            record.forget_refusals()
        case Action.WAIT:
            record.state, record.reason = PartState.WAITING, reason
        case Action.REFUSE:
            record.state, record.reason = part.state_when_refused, reason
            part.settlement.record_attempt(part.system, "plan", AttemptResult.REFUSED, reason or "")
        case Action.BLOCK:
            assert part.obstacle is not None
            record.state, record.reason = part.obstacle
            is_delayed = record.state is PartState.PENDING
            result = AttemptResult.DELAYED if is_delayed else AttemptResult.REFUSED
            part.settlement.record_attempt(part.system, "plan", result, record.reason)


def delay_or_refuse(action: Action, part: Part, error: UpstreamError) -> None:
    """Records a failed action: it is retried later, or refused until something changes."""
    record = part.record
    words = part.settlement.failed(part.system, action.value, error)
    if not isinstance(error, Rejected) or error.may_be_done:
        if part.is_known:
            record.follow_wanted = True
        else:
            record.state, record.reason = PartState.PENDING, words
        return
    record.state, record.reason, record.follow_wanted = part.state_when_refused, words, False
    part.remember_refusal(action)


def _record_troubles(settlement: Settlement, request: SettleRequest) -> None:
    """Records Printful's reasons for a problem with its order, while the problem exists."""
    record = settlement.journal.print
    if record.state not in (PartState.FAILED, PartState.CANCELLED):
        return
    for trouble in request.troubles:
        words = settlement.clean(trouble)
        settlement.record_attempt(System.PRINTFUL, "message", AttemptResult.REFUSED, words)
        if record.state is PartState.FAILED:
            record.reason = words


def _record_returns(settlement: Settlement, request: SettleRequest, record: PrintRecord, reading: PrintOrder) -> None:
    """Records returned parcels. Printful reports a return only once, perhaps before the shipment."""
    sent = {str(each.id) for each in reading.shipments}
    for parcel_id, why in request.returned.items():
        if parcel_id in sent:
            parcel = record.parcels.setdefault(parcel_id, Parcel())
            parcel.returned, parcel.returned_at = settlement.clean(why), parcel.returned_at or settlement.now()


def _was_cancelled_here(journal: Journal) -> bool:
    """Whether the gateway cancelled Printful's order, so that Printful's webhook reports nothing new."""
    cancel = (System.PRINTFUL, "cancel", AttemptResult.DONE)
    is_ours = any((each.system, each.action, each.result) == cancel for each in journal.attempts)
    return journal.print.state is PartState.CANCELLED and is_ours
