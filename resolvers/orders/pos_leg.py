"""Brings an order's tickets at the point of sale to where the plan wants them, each exactly once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum

from clients.admin.orders import bare_id
from clients.errors import Rejected, Unavailable, UpstreamError
from clients.pos.orders import GenericOrder, PaymentStatus, PosConnector, TicketState, TicketStatus
from resolvers.orders.journal import IN_FLIGHT, Result, State, System, TicketRecord
from resolvers.orders.plan import Readiness, TicketPlan
from resolvers.orders.work import Work

_OVER = frozenset({TicketStatus.COMPLETED, TicketStatus.CANCELLED, TicketStatus.FAILED})
_RANK = {status: rank for rank, status in enumerate(TicketStatus)}


class Step(StrEnum):
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


class PosLeg:
    """`connectors` by the names that plans and journals know them by."""

    def __init__(self, connectors: Mapping[str, PosConnector]) -> None:
        self._connectors = connectors

    def next_step(self, work: Work, key: str) -> Step:
        """Decides about one ticket, by the bare id of its fulfillment order; asks nobody."""
        plan = _plan_of(work, key)
        record = work.journal.tickets.get(key) or TicketRecord()
        exists = record.pos_order_id is not None or record.may_exist
        is_refused = plan is not None and plan.readiness is Readiness.REFUSED
        if plan is None or plan.readiness is Readiness.NOTHING or (is_refused and work.is_flagged):
            if exists and self._is_to_be_withdrawn(work, key, record, is_refused=is_refused):
                return Step.WITHDRAW
            if plan is not None and is_refused and not exists:
                return Step.REFUSE if record.reason != plan.reason else Step.REST
            if not exists and record.state is not State.NONE:
                return Step.CLEAR
            return self._followed(work, record)
        if plan.readiness is Readiness.WAITING:
            if exists:
                return self._followed(work, record)
            return Step.WAIT if (record.state, record.reason) != (State.WAITING, plan.reason) else Step.REST
        if plan.readiness is Readiness.REFUSED:
            return Step.REFUSE if record.reason != plan.reason else self._followed(work, record)
        assert plan.order is not None
        digest = plan.digest
        if record.pos_order_id is None:
            return Step.REST if record.refused_digest == digest else Step.SEND
        is_another = digest not in (record.digest, record.refused_digest) or _is_being_made(record)
        if record.state is State.FORWARDED and is_another:
            return Step.RENEW
        is_paid = plan.order.payment.status is PaymentStatus.PAID
        if record.state is State.FORWARDED and is_paid and not record.is_paid and record.status not in _OVER:
            return Step.PAY
        return self._followed(work, record)

    def announce(self, work: Work, keys: Iterable[str]) -> None:
        """Notes which tickets are about to be made, to be written down before any is."""
        for key in keys:
            if self.next_step(work, key) in (Step.SEND, Step.RENEW):
                plan, record = _plan_of(work, key), work.journal.tickets.setdefault(key, TicketRecord())
                assert plan is not None
                if record.sending in (None, plan.digest) and not record.sending_several:
                    record.sending = plan.digest
                else:
                    record.sending, record.sending_several = None, True

    def _is_to_be_withdrawn(self, work: Work, key: str, record: TicketRecord, *, is_refused: bool) -> bool:
        """Whether nothing is wanted any more; what was handed over is no reason."""
        if record.state in (State.CANCELLED, State.DONE) or record.cancel_refused:
            return False
        if is_refused or work.order.cancelled_at is not None:
            return True
        there = next((each for each in work.order.fulfillment_orders if each.id.endswith(f"/{key}")), None)
        if there is None or there.status == "CANCELLED":
            return True
        if there.status == "CLOSED" and work.order.fulfillments:
            return False
        lines = [work.order.line(part.line_id) for part in there.lines]
        return all(line is None or line.current_quantity == 0 for line in lines)

    def _followed(self, work: Work, record: TicketRecord) -> Step:
        if record.pos_order_id is None:
            return Step.REST
        is_over = record.state in (State.CANCELLED, State.DONE)
        return Step.FOLLOW if record.follow_wanted or (work.look and not is_over) else Step.REST

    async def run(self, work: Work, key: str) -> TicketState | None:
        """Does what is to be done about one ticket. It as it is at the point of sale, where it was read."""
        step = self.next_step(work, key)
        if step is Step.REST:
            return None
        record = work.journal.tickets.setdefault(key, TicketRecord())
        try:
            return await self._do(step, work, key, record)
        except UpstreamError as error:
            self._delay_or_refuse(step, work, key, record, error)
            return None

    async def _do(self, step: Step, work: Work, key: str, record: TicketRecord) -> TicketState | None:
        plan = _plan_of(work, key)
        match step:
            case Step.CLEAR:
                record.state, record.reason = State.NONE, None
                record.refuse()
            case Step.WAIT:
                assert plan is not None
                record.state, record.reason = State.WAITING, plan.reason
            case Step.REFUSE:
                assert plan is not None
                record.state = State.REFUSED if record.pos_order_id is None else State.FAILED
                record.reason = plan.reason
                work.note(System.POS, "plan", Result.REFUSED, plan.reason or "")
            case Step.SEND:
                assert plan is not None
                return await self._send(work, plan, record)
            case Step.RENEW:
                assert plan is not None
                return await self._renew(work, plan, record)
            case Step.PAY:
                assert plan is not None
                await self._pay(work, plan, record)
            case Step.FOLLOW:
                return await self._follow(work, record)
            case Step.WITHDRAW:
                await self._withdraw(work, key, record)
        return None

    def _delay_or_refuse(self, step: Step, work: Work, key: str, record: TicketRecord, error: UpstreamError) -> None:
        words = work.failed(System.POS, step.value, error)
        if not isinstance(error, Rejected):
            if record.pos_order_id is None:
                record.state, record.reason = State.PENDING, words
            else:
                record.follow_wanted = True
            return
        record.state = State.REFUSED if record.pos_order_id is None else State.FAILED
        record.reason, record.follow_wanted = words, False
        plan = _plan_of(work, key)
        if step is Step.WITHDRAW:
            record.refuse(cancelling=True)
        elif plan is not None and plan.order is not None:
            record.refuse(plan.digest)

    def _connector(self, name: str | None) -> PosConnector:
        found = self._connectors.get(name or "")
        if found is None:
            raise Rejected("pos", "send", f"there is no point of sale {name!r} any more; see ACTIVE_POS_SYSTEM")
        return found

    async def _send(self, work: Work, plan: TicketPlan, record: TicketRecord) -> TicketState | None:
        assert plan.order is not None
        connector = self._connector(plan.connector)
        order = _revised(plan.order, record.revision)
        may_exist, record.may_exist = record.may_exist, True
        record.connector, record.sent_at = connector.name, work.now()
        try:
            sent = await connector.send(order, may_exist=may_exist, terms=work.terms)
        except UpstreamError as error:
            if isinstance(error, Rejected) or not error.may_be_done:
                record.may_exist = may_exist
                if not may_exist:
                    record.sending, record.sending_several = None, False
            raise
        record.pos_order_id, record.status, record.may_exist = sent.pos_order_id, sent.status, False
        record.digest = plan.digest
        record.refuse()
        record.is_paid = order.payment.status is PaymentStatus.PAID
        if sent.adopted and (record.sending_several or record.sending not in (None, plan.digest)):
            record.digest, record.follow_wanted = record.sending, True  # made of what the order was then
        record.sent()
        record.state, record.reason = State.FORWARDED, sent.warning
        what = f"ticket {sent.pos_order_id}" + (f"; {sent.warning}" if sent.warning else "")
        work.note(System.POS, "adopt" if sent.adopted else "send", Result.DONE, what)
        if sent.status is TicketStatus.SENT:
            return None
        record.status = TicketStatus.SENT  # the counter went on with it before we knew of it
        return await self._follow(work, record)

    async def _renew(self, work: Work, plan: TicketPlan, record: TicketRecord) -> TicketState | None:
        """The order changed: its ticket is cancelled and another made, while nobody has begun with it."""
        assert plan.order is not None
        assert record.pos_order_id is not None
        cancelled = await self._connector(record.connector).cancel(record.pos_order_id, terms=work.terms)
        if not cancelled.done:
            record.refuse(plan.digest)
            record.sending, record.sending_several = None, False
            why = cancelled.reason or "the ticket is under way"
            record.reason = f"The order changed too late: {why}. Tell the counter."
            record.state = State.FAILED
            work.note(System.POS, "change", Result.TOO_LATE, record.reason)
            return None
        what = f"ticket {record.pos_order_id}, for the order changed"
        work.note(System.POS, "cancel", Result.DONE, f"{what}. {cancelled.reason}" if cancelled.reason else what)
        record.again()
        return await self._send(work, plan, record)

    async def _pay(self, work: Work, plan: TicketPlan, record: TicketRecord) -> None:
        """The order was paid after its ticket had gone out unpaid: the counter must not ask for the money again."""
        assert plan.order is not None
        order = _revised(plan.order, record.revision)
        sent = await self._connector(record.connector).send(order, may_exist=True, terms=work.terms)
        record.is_paid, record.follow_wanted = True, False
        record.reason = sent.warning
        work.note(System.POS, "pay", Result.DONE, f"ticket {sent.pos_order_id}")

    async def _follow(self, work: Work, record: TicketRecord) -> TicketState | None:
        assert record.pos_order_id is not None
        found = await self._connector(record.connector).status(record.pos_order_id, terms=work.terms)
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
        if found.status in (TicketStatus.CANCELLED, TicketStatus.FAILED) and record.state is not State.CANCELLED:
            record.state = State.FAILED
            record.reason = f"The ticket was {found.status.value} at the counter. Refund or call the guest."
            work.note(System.POS, "follow", Result.REFUSED, record.reason)
        return found

    async def _withdraw(self, work: Work, key: str, record: TicketRecord) -> None:
        if record.pos_order_id is not None and _is_being_made(record):  # making another was cut short
            cancelled = await self._connector(record.connector).cancel(record.pos_order_id, terms=work.terms)
            if cancelled.done:
                record.again()
        if record.pos_order_id is None:
            await self._find(work, key, record)
            if record.pos_order_id is None:
                return
        record.sent()
        cancelled = await self._connector(record.connector).cancel(record.pos_order_id, terms=work.terms)
        record.follow_wanted = False
        if cancelled.done:
            record.state, record.status = State.CANCELLED, TicketStatus.CANCELLED
            plan = _plan_of(work, key)
            record.reason = cancelled.reason or (plan.reason if plan is not None else None)
            work.note(System.POS, "cancel", Result.DONE, f"ticket {record.pos_order_id}")
            return
        record.state = State.FAILED
        record.refuse(cancelling=True)
        record.reason = f"Too late to cancel: {cancelled.reason or 'the ticket is under way'}. Tell the counter."
        work.note(System.POS, "cancel", Result.TOO_LATE, record.reason)

    async def _find(self, work: Work, key: str, record: TicketRecord) -> None:
        """Looks for a ticket whose creation was never answered."""
        connector = self._connector(record.connector)
        tickets = await connector.changed_since(work.order.created_at, terms=work.terms)
        name = f"kynda-order-{work.order.number}-{key}"
        mine = [
            each
            for each in tickets.values()
            if (each.key or "").removesuffix(f"-r{record.revision}") == name and each.status not in _OVER
        ]
        if mine:
            record.pos_order_id = mine[0].pos_order_id
        elif record.sent_at is not None and work.now() - record.sent_at < IN_FLIGHT:
            raise Unavailable("pos", "cancel", "the ticket may still be on its way there")
        else:
            record.state, record.reason = State.NONE, None
            record.sent()
        record.may_exist = False


def _plan_of(work: Work, key: str) -> TicketPlan | None:
    return next((each for each in work.plan.tickets if bare_id(each.fulfillment_order_id) == key), None)


def _is_being_made(record: TicketRecord) -> bool:
    """Whether another ticket may have been sent, without anybody writing down what came of it."""
    return record.sending is not None or record.sending_several


def _revised(order: GenericOrder, revision: int) -> GenericOrder:
    return order if revision == 1 else replace(order, key=f"{order.key}-r{revision}")
