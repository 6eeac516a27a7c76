"""Brings an order's tickets at the point of sale to where the plan wants them, each exactly once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from clients.admin.orders import bare_id
from clients.errors import Rejected, Unavailable, UpstreamError
from clients.pos.orders import GenericOrder, PaymentStatus, PosConnector, TicketState, TicketStatus
from resolvers.orders.journal import IN_FLIGHT, AttemptResult, PartState, System, TicketRecord
from resolvers.orders.plan import Readiness, TicketPlan
from resolvers.orders.settlement import Settlement
from resolvers.orders.shared_goods import holders, is_superseded, units_of
from resolvers.orders.tickets import was_handed_over

_OVER = frozenset({TicketStatus.COMPLETED, TicketStatus.CANCELLED, TicketStatus.FAILED})
_NOT_MADE = frozenset({TicketStatus.CANCELLED, TicketStatus.FAILED})
_SEARCH_LAG = timedelta(seconds=60)  # how far behind a search at the point of sale may be
_RANK = {status: rank for rank, status in enumerate(TicketStatus)}


class TicketAction(StrEnum):
    """What is to be done next about a ticket."""

    REST = "rest"
    CLEAR = "clear"
    WAIT = "wait"
    REFUSE = "refuse"
    SEND = "send"
    RENEW = "renew"
    PAY = "pay"
    FOLLOW = "follow"
    WITHDRAW = "withdraw"
    FIND = "find"
    BLOCK = "block"


_AFTER_FIND = frozenset(
    {TicketAction.WAIT, TicketAction.REFUSE, TicketAction.FOLLOW, TicketAction.CLEAR}
)  # what makes nothing


class PosTicketActions:
    """`connectors` by the names that plans and journals know them by."""

    def __init__(self, connectors: Mapping[str, PosConnector]) -> None:
        self._connectors = connectors

    def next_step(self, settlement: Settlement, key: str) -> TicketAction:
        """Decides about one ticket, by the bare id of its fulfillment order; asks nobody."""
        plan = _plan_of(settlement, key)
        record = settlement.journal.tickets.get(key) or TicketRecord()
        exists = record.pos_order_id is not None or record.is_unseen
        is_refused = plan is not None and (plan.readiness is Readiness.REFUSED or plan.is_owed)
        if plan is None or plan.readiness is Readiness.NOTHING or (is_refused and settlement.is_flagged):
            if exists and self._is_to_be_withdrawn(settlement, key, record, is_refused=is_refused):
                return TicketAction.WITHDRAW
            if record.is_unseen:
                return TicketAction.FIND
            if plan is not None and is_refused and not exists:
                return TicketAction.REFUSE if record.reason != plan.reason else TicketAction.REST
            if not exists and record.state is not PartState.NONE:
                return TicketAction.CLEAR
            return self._followed(settlement, record)
        if plan.readiness is not Readiness.READY and record.is_unseen:
            return TicketAction.FIND
        if plan.readiness is Readiness.WAITING:
            if exists:
                return self._followed(settlement, record)
            return (
                TicketAction.WAIT
                if (record.state, record.reason) != (PartState.WAITING, plan.reason)
                else TicketAction.REST
            )
        if plan.readiness is Readiness.REFUSED:
            return TicketAction.REFUSE if record.reason != plan.reason else self._followed(settlement, record)
        return self._step_when_ready(settlement, key, plan, record)

    def _step_when_ready(
        self, settlement: Settlement, key: str, plan: TicketPlan, record: TicketRecord
    ) -> TicketAction:
        assert plan.order is not None
        if record.pos_order_id is None and record.refused_digest == plan.digest:
            return TicketAction.FIND if record.is_unseen else TicketAction.REST
        if record.pos_order_id is None or (record.state is PartState.FORWARDED and _is_another(plan, record)):
            if (block := _block(settlement, key, record)) is None:
                return TicketAction.SEND if record.pos_order_id is None else TicketAction.RENEW
            if (record.state, record.reason) != block:
                return TicketAction.BLOCK
            return self._followed(settlement, record)
        is_paid = plan.order.payment.status is PaymentStatus.PAID
        if record.state is PartState.FORWARDED and is_paid and not record.is_paid and record.status not in _OVER:
            return TicketAction.PAY
        return self._followed(settlement, record)

    def is_blocked(self, settlement: Settlement, key: str) -> bool:
        """Whether a ticket waits until another one, which holds the same goods, is cancelled."""
        plan, record = _plan_of(settlement, key), settlement.journal.tickets.get(key) or TicketRecord()
        is_to_be_made = (
            plan is not None and plan.readiness is Readiness.READY and record.state is not PartState.CANCELLED
        )
        return is_to_be_made and bool(holders(settlement, key))

    def note_seen_tickets(self, settlement: Settlement, seen: Mapping[str, str]) -> None:
        """Has tickets looked for that were seen at the point of sale, unless they are known by now.

        They are given by their ids, each with the bare id of its fulfillment order.
        """
        known = {record.pos_order_id for record in settlement.journal.tickets.values()}
        for pos_order_id, key in seen.items():
            if pos_order_id in known:
                continue
            record = settlement.journal.tickets.setdefault(key, TicketRecord())
            record.connector = record.connector or pos_order_id.split("-")[0]
            if record.pos_order_id is None:
                record.may_exist = True
            elif record.state is PartState.CANCELLED:
                record.sending_several = True  # another was made after the one that was cancelled
            elif not record.is_being_made:
                record.state = PartState.FAILED
                record.reason = f"There is another ticket of the same goods, {pos_order_id}: cancel one of them there."
                settlement.record_attempt(System.POS, "follow", AttemptResult.REFUSED, record.reason)

    def announce(self, settlement: Settlement, keys: Iterable[str]) -> bool:
        """Notes which tickets are about to be made, to be written down before any is; False when there are none."""
        announced = False
        for key in keys:
            if self.next_step(settlement, key) in (TicketAction.SEND, TicketAction.RENEW):
                plan, record = _plan_of(settlement, key), settlement.journal.tickets.setdefault(key, TicketRecord())
                assert plan is not None
                if record.sending in (None, plan.digest) and not record.sending_several:
                    record.sending = plan.digest
                else:
                    record.sending, record.sending_several = None, True
                record.connector, record.sent_at = record.connector or plan.connector, _ends_at(settlement)
                announced = True
        return announced

    def _is_to_be_withdrawn(self, settlement: Settlement, key: str, record: TicketRecord, *, is_refused: bool) -> bool:
        """Whether nothing is wanted any more; what was handed over is no reason."""
        if record.state in (PartState.CANCELLED, PartState.DONE) or record.cancel_refused:
            return False
        if is_refused or settlement.order.cancelled_at is not None:
            return True
        there = next((each for each in settlement.order.fulfillment_orders if each.id.endswith(f"/{key}")), None)
        if there is None or there.status == "CANCELLED" or is_superseded(settlement, key, record):
            return True
        if there.status == "CLOSED" and was_handed_over(settlement.order, there):
            return False
        lines = [settlement.order.line(part.line_id) for part in there.lines if part.total]
        return all(line is None or line.current_quantity == 0 for line in lines)

    def _followed(self, settlement: Settlement, record: TicketRecord) -> TicketAction:
        if record.pos_order_id is None:
            return TicketAction.REST
        is_over = record.state in (PartState.CANCELLED, PartState.DONE)
        return TicketAction.FOLLOW if record.follow_wanted or (settlement.follow and not is_over) else TicketAction.REST

    async def run(self, settlement: Settlement, key: str) -> TicketState | None:
        """Does what is to be done about one ticket. It as it is at the point of sale, where it was read."""
        step = self.next_step(settlement, key)
        if step is TicketAction.REST:
            return None
        record = settlement.journal.tickets.setdefault(key, TicketRecord())
        try:
            found = await self._do(step, settlement, key, record)
            if step is TicketAction.FIND and (step := self.next_step(settlement, key)) in _AFTER_FIND:
                found = await self._do(step, settlement, key, record)
            return found
        except UpstreamError as error:
            self._delay_or_refuse(step, settlement, key, record, error)
            return None

    async def _do(
        self, step: TicketAction, settlement: Settlement, key: str, record: TicketRecord
    ) -> TicketState | None:
        plan = _plan_of(settlement, key)
        match step:
            case TicketAction.CLEAR:
                record.state, record.reason = PartState.NONE, None
                record.forget_refusals()
            case TicketAction.WAIT:
                assert plan is not None
                record.state, record.reason = PartState.WAITING, plan.reason
            case TicketAction.REFUSE:
                assert plan is not None
                record.state = PartState.REFUSED if record.pos_order_id is None else PartState.FAILED
                record.reason = plan.reason
                settlement.record_attempt(System.POS, "plan", AttemptResult.REFUSED, plan.reason or "")
            case TicketAction.SEND:
                assert plan is not None
                return await self._send(settlement, plan, record)
            case TicketAction.RENEW:
                assert plan is not None
                return await self._renew(settlement, plan, record)
            case TicketAction.PAY:
                assert plan is not None
                await self._pay(settlement, plan, record)
            case TicketAction.FOLLOW:
                return await self._follow(settlement, record)
            case TicketAction.WITHDRAW:
                await self._withdraw(settlement, key, record)
            case TicketAction.FIND:
                await self._find(settlement, key, record)
            case TicketAction.BLOCK:
                block = _block(settlement, key, record)
                assert block is not None
                record.state, record.reason = block
                settlement.record_attempt(
                    System.POS,
                    "plan",
                    AttemptResult.DELAYED if block[0] is PartState.PENDING else AttemptResult.REFUSED,
                    block[1],
                )
        return None

    def _delay_or_refuse(
        self, step: TicketAction, settlement: Settlement, key: str, record: TicketRecord, error: UpstreamError
    ) -> None:
        words = settlement.failed(System.POS, step.value, error)
        if not isinstance(error, Rejected) or error.may_be_done:
            if record.pos_order_id is None:
                record.state, record.reason = PartState.PENDING, words
            else:
                record.follow_wanted = True
            return
        record.state = PartState.REFUSED if record.pos_order_id is None else PartState.FAILED
        record.reason, record.follow_wanted = words, False
        plan = _plan_of(settlement, key)
        if step is TicketAction.WITHDRAW:
            record.remember_refusal(cancelling=True)
        elif plan is not None and plan.order is not None:
            record.remember_refusal(plan.digest)

    def _connector(self, name: str | None) -> PosConnector:
        found = self._connectors.get(name or "")
        if found is None:
            raise Rejected("pos", "send", f"there is no point of sale {name!r} any more; see ACTIVE_POS_SYSTEM")
        return found

    async def _send(self, settlement: Settlement, plan: TicketPlan, record: TicketRecord) -> TicketState | None:
        assert plan.order is not None
        connector = self._connector(plan.connector)
        order = _revised(plan.order, record.revision)
        may_exist, record.may_exist = record.may_exist, True
        record.connector, record.sent_at = connector.name, _ends_at(settlement)
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
            record.digest, record.follow_wanted = record.sending, True  # made of what the order was then
        record.clear_sending()
        if record.location_id != order.location_id:
            record.follow_wanted = True  # it was moved while nobody knew of its ticket
        record.state, record.reason = PartState.FORWARDED, _reason(record, sent.warning)
        what = f"ticket {sent.pos_order_id}" + (f"; {sent.warning}" if sent.warning else "")
        settlement.record_attempt(System.POS, "adopt" if sent.adopted else "send", AttemptResult.DONE, what)
        if sent.status is TicketStatus.SENT:
            return None
        record.status = TicketStatus.SENT  # the counter went on with it before we knew of it
        return await self._follow(settlement, record)

    async def _renew(self, settlement: Settlement, plan: TicketPlan, record: TicketRecord) -> TicketState | None:
        """The order changed: its ticket is cancelled and another made, while nobody has begun with it."""
        assert plan.order is not None
        assert record.pos_order_id is not None
        cancelled = await self._connector(record.connector).cancel(record.pos_order_id, options=settlement.options)
        if not cancelled.done:
            record.remember_refusal(plan.digest)
            record.clear_sending()
            why = cancelled.reason or "the ticket is under way"
            record.reason = f"The order changed too late: {why}. Tell the counter."
            record.state = PartState.FAILED
            settlement.record_attempt(System.POS, "change", AttemptResult.TOO_LATE, record.reason)
            return None
        what = f"ticket {record.pos_order_id}, for the order changed"
        settlement.record_attempt(
            System.POS, "cancel", AttemptResult.DONE, f"{what}. {cancelled.reason}" if cancelled.reason else what
        )
        if cancelled.keeps_payment:
            record.paid_before.append(record.pos_order_id)
        record.start_renewal()
        return await self._send(settlement, plan, record)

    async def _pay(self, settlement: Settlement, plan: TicketPlan, record: TicketRecord) -> None:
        """The order was paid after its ticket had gone out unpaid: the counter must not ask for the money again."""
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

    async def _follow(self, settlement: Settlement, record: TicketRecord) -> TicketState | None:
        assert record.pos_order_id is not None
        found = await self._connector(record.connector).status(record.pos_order_id, options=settlement.options)
        record.follow_wanted = False
        if found is None:
            raise Rejected("pos", "follow", f"the ticket {record.pos_order_id} is not there any more")
        if found.status is TicketStatus.UNKNOWN:
            return found
        if record.status is not None and _RANK[found.status] < _RANK[record.status]:
            return found  # an older state, told late
        record.version = found.version
        if found.status is record.status:
            return found
        record.status = found.status
        if found.status in _NOT_MADE and record.cancel_refused:  # the counter did what came too late from here
            record.state, record.reason = PartState.CANCELLED, None
        elif found.status in _NOT_MADE and record.state is not PartState.CANCELLED:
            record.state = PartState.FAILED
            record.reason = f"The ticket was {found.status.value} at the counter. Refund or call the guest."
            settlement.record_attempt(System.POS, "follow", AttemptResult.REFUSED, record.reason)
        return found

    async def _withdraw(self, settlement: Settlement, key: str, record: TicketRecord) -> None:
        if record.pos_order_id is not None and record.is_being_made:  # making another was cut short
            cancelled = await self._connector(record.connector).cancel(record.pos_order_id, options=settlement.options)
            if cancelled.done:
                if cancelled.keeps_payment:
                    record.paid_before.append(record.pos_order_id)
                record.start_renewal()
        if record.pos_order_id is None:
            await self._find(settlement, key, record)
            if record.pos_order_id is None:
                return
        record.clear_sending()
        cancelled = await self._connector(record.connector).cancel(record.pos_order_id, options=settlement.options)
        record.follow_wanted = False
        if cancelled.done:
            record.state, record.status = PartState.CANCELLED, TicketStatus.CANCELLED
            plan = _plan_of(settlement, key)
            record.reason = _reason(record, _why_withdrawn(plan, cancelled.reason))
            settlement.record_attempt(System.POS, "cancel", AttemptResult.DONE, f"ticket {record.pos_order_id}")
            return
        record.state = PartState.FAILED
        record.remember_refusal(cancelling=True)
        record.reason = f"Too late to cancel: {cancelled.reason or 'the ticket is under way'}. Tell the counter."
        settlement.record_attempt(System.POS, "cancel", AttemptResult.TOO_LATE, record.reason)

    async def _find(self, settlement: Settlement, key: str, record: TicketRecord) -> None:
        """Looks for a ticket whose creation was never answered. Raises Unavailable while it may yet appear."""
        connector = self._connector(record.connector)
        revision = record.revision if record.pos_order_id is None else record.revision + 1
        name = _key(f"kynda-order-{settlement.order.number}-{key}", revision)
        tickets = await connector.changed_since(settlement.order.created_at, options=settlement.options)
        found = next((each for each in tickets.values() if each.key == name), None)
        if found is None and settlement.now() < _appears_until(record, settlement.now()):
            raise Unavailable(connector.name, "find", "the ticket may still be on its way there")
        digest = record.sending
        record.clear_sending()
        if found is None or found.status in _NOT_MADE:
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


def _why_withdrawn(plan: TicketPlan | None, said: str | None) -> str | None:
    """Why a ticket was cancelled: what the point of sale said of it, after the plan's reason where a person decides."""
    if plan is None or said is None:
        return said if plan is None else plan.reason
    return f"{plan.reason} {said}" if plan.is_owed and plan.reason else said


def _plan_of(settlement: Settlement, key: str) -> TicketPlan | None:
    return next((each for each in settlement.plan.tickets if bare_id(each.fulfillment_order_id) == key), None)


def _is_another(plan: TicketPlan, record: TicketRecord) -> bool:
    """Whether another ticket has to take the place of the one that was made."""
    assert plan.order is not None
    is_elsewhere = record.location_id not in (None, plan.order.location_id) or record.connector != plan.connector
    return plan.digest not in (record.digest, record.refused_digest) or record.is_being_made or is_elsewhere


def _block(settlement: Settlement, key: str, record: TicketRecord) -> tuple[PartState, str] | None:
    """The state and reason of a ticket that would hold what others hold; None when there are no others."""
    others = holders(settlement, key)
    if not others:
        return None
    names = " and ".join(each.pos_order_id or "a ticket that is still being looked for" for each in others)
    if any(each.cancel_refused or each.state in (PartState.FAILED, PartState.DONE) for each in others):
        reason = (
            f"The order was moved too late: {names} holds the same goods and cannot be cancelled. No second ticket is "
            "made. Tell both counters."
        )
        return (PartState.REFUSED if record.pos_order_id is None else PartState.FAILED), reason
    return PartState.PENDING, f"It waits until {names}, which holds the same goods, is cancelled."


def _reason(record: TicketRecord, warning: str | None) -> str | None:
    """What staff should know of a ticket that is at the counter."""
    if not record.paid_before:
        return warning
    before = ", ".join(record.paid_before)
    paid = f"The payment of the cancelled ticket {before} stays recorded at the point of sale: refund it there by hand."
    return f"{paid} {warning}" if warning else paid


def _ends_at(settlement: Settlement) -> datetime:
    """Until when this work may send something."""
    deadline = settlement.options.deadline
    return settlement.now() + timedelta(seconds=0 if deadline is None else max(0.0, deadline.remaining_s))


def _appears_until(record: TicketRecord, now: datetime) -> datetime:
    """Until when a ticket that was sent may yet be found. What was only suspected is not waited for."""
    if record.sent_at is None:
        record.sent_at = now if record.is_being_made else None
    return now if record.sent_at is None else record.sent_at + IN_FLIGHT + _SEARCH_LAG


def _key(name: str, revision: int) -> str:
    return name if revision == 1 else f"{name}-r{revision}"


def _revised(order: GenericOrder, revision: int) -> GenericOrder:
    return replace(order, key=_key(order.key, revision))
