"""Carries out the actions on an order's tickets at the point of sale, each exactly once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from clients.errors import Rejected, Unavailable, UpstreamError
from clients.pos.orders import GenericOrder, PaymentStatus, PosConnector, TicketState, TicketStatus
from clients.upstreams import UpstreamName
from resolvers.orders.journal import IN_FLIGHT, AttemptResult, PartState, System, TicketRecord
from resolvers.orders.notices import remaining_payments
from resolvers.orders.parts import Action
from resolvers.orders.plan import TicketPlan
from resolvers.orders.shared_goods import units_of
from resolvers.orders.ticket_part import NOT_MADE, TicketPart, sends_until

_SEARCH_LAG = timedelta(seconds=60)  # a search at the point of sale may lag behind for so long
_RANK = {status: rank for rank, status in enumerate(TicketStatus)}


class PosTicketActions:
    """`connectors`: by their names in plans and journals."""

    def __init__(self, connectors: Mapping[str, PosConnector]) -> None:
        self._connectors = connectors

    async def carry_out(self, action: Action, part: TicketPart, reading: TicketState | None) -> TicketState | None:
        """The state of the ticket afterwards, if it was read. Raises UpstreamError."""
        match action:
            case Action.SEND:
                return await self._send(part)
            case Action.RENEW:
                return await self._renew(part)
            case Action.FOLLOW:
                return await self._follow(part)
            case Action.PAY:
                await self._pay(part)
            case Action.WITHDRAW:
                await self._withdraw(part)
            case Action.FIND:
                await self._find(part)
            case _:
                raise ValueError(f"not an action for a ticket: {action}")
        return reading

    def _connector(self, name: str | None) -> PosConnector:
        found = self._connectors.get(name or "")
        if found is None:
            raise Rejected(UpstreamName.POS, "send", f"point of sale {name!r} is not configured: set ACTIVE_POS_SYSTEM")
        return found

    async def _send(self, part: TicketPart) -> TicketState | None:
        settlement, plan, record = part.settlement, part.plan, part.record
        assert plan.order is not None
        connector = self._connector(plan.connector)
        order = _revised(plan.order, record.revision)
        may_exist, record.may_exist = record.may_exist, True
        record.connector, record.sent_at = connector.name, sends_until(settlement)
        try:
            sent = await connector.send(order, may_exist=may_exist, options=settlement.options)
        except UpstreamError as error:
            record.sent_at = settlement.now()
            if not error.may_be_done:
                record.may_exist = may_exist
                if not may_exist:
                    record.clear_sending()
            raise
        record.pos_order_id, record.status, record.may_exist = sent.pos_order_id, sent.status, False
        record.digest = plan.digest
        record.forget_refusals()
        record.location_id, record.units = sent.location_id or order.location_id, units_of(plan)
        record.is_paid = order.payment.status is PaymentStatus.PAID
        if sent.adopted and (record.sending_several or record.sending not in (None, plan.digest)):
            record.digest, record.follow_wanted = record.sending, True  # created for an earlier state of the order
        record.clear_sending()
        if record.location_id != order.location_id:
            record.follow_wanted = True  # the goods were moved before the ticket was known
        record.state, record.reason = PartState.FORWARDED, _reason(record, sent.warning)
        what = f"ticket {sent.pos_order_id}" + (f"; {sent.warning}" if sent.warning else "")
        settlement.record_attempt(System.POS, "adopt" if sent.adopted else "send", AttemptResult.DONE, what)
        if sent.status is TicketStatus.SENT:
            return None
        record.status = TicketStatus.SENT  # the counter began with it before it was known here
        return await self._follow(part)

    async def _renew(self, part: TicketPart) -> TicketState | None:
        """Replaces the ticket of a changed order, unless the counter has begun with it."""
        settlement, plan, record = part.settlement, part.plan, part.record
        assert plan.order is not None
        assert record.pos_order_id is not None
        cancelled = await self._connector(record.connector).cancel(record.pos_order_id, options=settlement.options)
        if not cancelled.done:
            record.remember_refusal(plan.digest)
            record.clear_sending()
            why = (cancelled.reason or "the counter has begun with it").rstrip(".")
            record.reason = f"The order changed too late: {why}. Inform the counter."
            record.state = PartState.FAILED
            settlement.record_attempt(System.POS, "change", AttemptResult.TOO_LATE, record.reason)
            return None
        what = f"ticket {record.pos_order_id}, because the order changed"
        settlement.record_attempt(
            System.POS, "cancel", AttemptResult.DONE, f"{what}. {cancelled.reason}" if cancelled.reason else what
        )
        if cancelled.keeps_payment:
            record.paid_before.append(record.pos_order_id)
        record.start_renewal()
        return await self._send(part)

    async def _pay(self, part: TicketPart) -> None:
        """Records a late payment on an unpaid ticket, so that the counter does not charge the guest again."""
        settlement, plan, record = part.settlement, part.plan, part.record
        assert plan.order is not None
        assert record.pos_order_id is not None
        order = _revised(plan.order, record.revision)
        warning = await self._connector(record.connector).pay(record.pos_order_id, order, options=settlement.options)
        record.is_paid, record.follow_wanted = True, False
        if warning is not None:
            record.reason = _reason(record, warning)
        settlement.record_attempt(
            System.POS, "pay", AttemptResult.DONE, f"ticket {record.pos_order_id}{f'; {warning}' if warning else ''}"
        )

    async def _follow(self, part: TicketPart) -> TicketState | None:
        settlement, record = part.settlement, part.record
        assert record.pos_order_id is not None
        found = await self._connector(record.connector).status(record.pos_order_id, options=settlement.options)
        record.follow_wanted = False
        if found is None:
            raise Rejected(UpstreamName.POS, "follow", f"the ticket {record.pos_order_id} no longer exists")
        if found.status is TicketStatus.UNKNOWN:
            return found
        if record.status is not None and _RANK[found.status] < _RANK[record.status]:
            return found  # an older state
        record.version = found.version
        if found.status is record.status:
            return found
        record.status = found.status
        if found.status in NOT_MADE and record.cancel_refused:  # so that the counter can still cancel it
            record.state, record.reason = PartState.CANCELLED, None
        elif found.status in NOT_MADE and record.state is not PartState.CANCELLED:
            record.state = PartState.FAILED
            record.reason = f"The counter {found.status.value} the ticket: refund the guest or call them."
            settlement.record_attempt(System.POS, "follow", AttemptResult.REFUSED, record.reason)
        return found

    async def _withdraw(self, part: TicketPart) -> None:
        settlement, record = part.settlement, part.record
        if record.pos_order_id is not None and record.is_being_created:  # a renewal was interrupted
            cancelled = await self._connector(record.connector).cancel(record.pos_order_id, options=settlement.options)
            if cancelled.done:
                if cancelled.keeps_payment:
                    record.paid_before.append(record.pos_order_id)
                record.start_renewal()
        if record.pos_order_id is None:
            await self._find(part)
            if record.pos_order_id is None:
                return
        record.clear_sending()
        cancelled = await self._connector(record.connector).cancel(record.pos_order_id, options=settlement.options)
        record.follow_wanted = False
        if cancelled.done:
            record.state, record.status = PartState.CANCELLED, TicketStatus.CANCELLED
            record.reason = _reason(record, _why_withdrawn(part.plan, cancelled.reason))
            if cancelled.keeps_payment and record.pos_order_id not in record.paid_before:
                record.paid_before.append(record.pos_order_id)
            settlement.record_attempt(System.POS, "cancel", AttemptResult.DONE, f"ticket {record.pos_order_id}")
            return
        record.state = PartState.FAILED
        record.remember_refusal(cancelling=True)
        why = (cancelled.reason or "the counter has begun with it").rstrip(".")
        record.reason = f"Too late to cancel: {why}. Inform the counter."
        settlement.record_attempt(System.POS, "cancel", AttemptResult.TOO_LATE, record.reason)

    async def _find(self, part: TicketPart) -> None:
        """Looks for a ticket whose creation was not answered. Raises Unavailable while it may still appear."""
        settlement, record = part.settlement, part.record
        connector = self._connector(record.connector)
        revision = record.revision if record.pos_order_id is None else record.revision + 1
        name = _key(f"kynda-order-{settlement.order.number}-{part.key}", revision)
        tickets = await connector.changed_since(settlement.order.created_at, options=settlement.options)
        found = next((each for each in tickets.values() if each.key == name), None)
        if found is None and settlement.now() < _appears_until(record, settlement.now()):
            raise Unavailable(connector.upstream, "find", "the ticket may still be created")
        digest = record.sending
        record.clear_sending()
        if found is None or found.status in NOT_MADE:
            if record.pos_order_id is None:
                record.may_exist = False
                if record.state is PartState.PENDING:
                    record.state, record.reason = PartState.NONE, None
            return
        if record.pos_order_id is not None:
            record.start_renewal()
        record.pos_order_id, record.status, record.may_exist = found.pos_order_id, TicketStatus.SENT, False
        record.state, record.digest, record.follow_wanted = PartState.FORWARDED, digest, True
        settlement.record_attempt(System.POS, "adopt", AttemptResult.DONE, f"ticket {found.pos_order_id}")


def _why_withdrawn(plan: TicketPlan, said: str | None) -> str | None:
    """Why a ticket was cancelled: the plan's reason where a person decides, with the point of sale's text."""
    if said is None:
        return plan.reason
    return f"{plan.reason} {said}" if plan.is_owed and plan.reason else said


def _reason(record: TicketRecord, warning: str | None) -> str | None:
    """What staff should know about a ticket at the counter."""
    return " ".join([*remaining_payments(record), *([warning] if warning else [])]) or None


def _appears_until(record: TicketRecord, now: datetime) -> datetime:
    """Until when a sent ticket may still appear; None if it was only suspected."""
    if record.sent_at is None:
        record.sent_at = now if record.is_being_created else None
    return now if record.sent_at is None else record.sent_at + IN_FLIGHT + _SEARCH_LAG


def _key(name: str, revision: int) -> str:
    return name if revision == 1 else f"{name}-r{revision}"


def _revised(order: GenericOrder, revision: int) -> GenericOrder:
    return replace(order, key=_key(order.key, revision))
