"""One ticket of an order: its plan, its record, and the action that it needs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from clients.admin.order_statuses import FulfillmentOrderStatus
from clients.global_ids import global_id
from clients.pos.orders import PaymentStatus, TicketStatus
from resolvers.orders.journal import PartState, System, TicketRecord
from resolvers.orders.parts import ENDED, Action, Part
from resolvers.orders.plan import Readiness, TicketPlan
from resolvers.orders.settlement import Settlement
from resolvers.orders.shared_goods import holders, is_superseded
from resolvers.orders.tickets import was_handed_over

NOT_MADE = frozenset({TicketStatus.CANCELLED, TicketStatus.FAILED})
_OVER = NOT_MADE | {TicketStatus.COMPLETED}


def ticket_parts(settlement: Settlement) -> "list[TicketPart]":
    """All planned and recorded tickets."""
    return [TicketPart(settlement, key) for key in settlement.ticket_keys]


@dataclass(frozen=True, slots=True)
class TicketPart(Part):
    """The ticket of the fulfillment order with the bare id `key`."""

    settlement: Settlement
    key: str
    _new: TicketRecord = field(default_factory=TicketRecord, repr=False)
    system: ClassVar[System] = System.POS

    @property
    def plan(self) -> TicketPlan:
        return self.settlement.ticket_plan(self.key) or TicketPlan(
            global_id("FulfillmentOrder", self.key), Readiness.NOTHING
        )

    @property
    def record(self) -> TicketRecord:
        return self.settlement.journal.tickets.get(self.key, self._new)

    def remember(self) -> None:
        """Adds a new record to the journal."""
        self.settlement.journal.tickets.setdefault(self.key, self._new)

    @property
    def is_known(self) -> bool:
        return self.record.pos_order_id is not None

    @property
    def is_unconfirmed(self) -> bool:
        """Whether a ticket may have been created without confirmation, perhaps besides the known one."""
        return self.record.is_unconfirmed

    @property
    def is_not_needed(self) -> bool:
        plan = self.plan
        return plan.readiness is Readiness.NOTHING or (self.names_reason and self.settlement.is_flagged)

    @property
    def names_reason(self) -> bool:
        return self.plan.readiness is Readiness.REFUSED or self.plan.is_owed

    @property
    def is_withdrawable(self) -> bool:
        """Whether a withdrawal was neither done nor refused yet; handed-over goods alone are no reason for one."""
        order, record = self.settlement.order, self.record
        if record.state in ENDED or record.cancel_refused:
            return False
        if self.names_reason or order.cancelled_at is not None:
            return True
        there = next((each for each in order.fulfillment_orders if each.id.endswith(f"/{self.key}")), None)
        if (
            there is None
            or there.status == FulfillmentOrderStatus.CANCELLED
            or is_superseded(self.settlement, self.key, record)
        ):
            return True
        if there.status == FulfillmentOrderStatus.CLOSED and was_handed_over(order, there):
            return False
        lines = [order.line(part.line_id) for part in there.lines if part.total]
        return all(line is None or line.current_quantity == 0 for line in lines)

    @property
    def needs_follow_up(self) -> bool:
        return self.record.follow_wanted or (self.settlement.follow and self.record.state not in ENDED)

    @property
    def planned_digest(self) -> str | None:
        return self.plan.digest if self.plan.order is not None else None

    def action_when_ready(self) -> Action:
        record, order = self.record, self.plan.order
        assert order is not None
        if record.pos_order_id is None and record.refused_digest == self.plan.digest:
            return Action.FIND if record.is_unconfirmed else Action.REST
        if record.pos_order_id is None or (record.state is PartState.FORWARDED and self._is_another()):
            return self._creation_action()
        is_paid = order.payment.status is PaymentStatus.PAID
        if record.state is PartState.FORWARDED and is_paid and not record.is_paid and record.status not in _OVER:
            return Action.PAY
        return self.follow_up_action()

    def _creation_action(self) -> Action:
        record, obstacle = self.record, self.obstacle
        if obstacle is None:
            return Action.RENEW if self.is_known else Action.SEND
        return self.follow_up_action() if (record.state, record.reason) == obstacle else Action.BLOCK

    def _is_another(self) -> bool:
        """Whether the ticket must be replaced."""
        plan, record = self.plan, self.record
        assert plan.order is not None
        is_elsewhere = record.location_id not in (None, plan.order.location_id) or record.connector != plan.connector
        return plan.digest not in (record.digest, record.refused_digest) or record.is_being_created or is_elsewhere

    @property
    def is_blocked(self) -> bool:
        """Whether it waits until another ticket with the same goods is cancelled."""
        is_to_be_made = self.plan.readiness is Readiness.READY and self.record.state is not PartState.CANCELLED
        return is_to_be_made and bool(holders(self.settlement, self.key))

    @property
    def obstacle(self) -> tuple[PartState, str] | None:
        """The state and reason of a ticket whose goods are on another ticket; None when there is none."""
        others = holders(self.settlement, self.key)
        if not others:
            return None
        names = " and ".join(each.pos_order_id or "a ticket whose creation is unconfirmed" for each in others)
        if any(each.cancel_refused or each.state in (PartState.FAILED, PartState.DONE) for each in others):
            reason = (
                f"The order was moved too late: {names} has the same goods and cannot be cancelled. No second ticket "
                "is created. Inform both counters."
            )
            return (PartState.FAILED if self.is_known else PartState.REFUSED), reason
        return PartState.PENDING, f"It waits until {names}, which has the same goods, is cancelled."

    def begin(self, action: Action) -> bool:
        """Whether the journal must be saved first, because it does not record this creation: after a crash it must be
        looked for.
        """
        self.remember()
        is_new = action in (Action.SEND, Action.RENEW) and self.key not in self.settlement.announced
        if is_new:
            self._announce()
        return is_new

    def _announce(self) -> None:
        record, plan = self.record, self.plan
        if record.sending in (None, plan.digest) and not record.sending_several:
            record.sending = plan.digest
        else:
            record.sending, record.sending_several = None, True
        record.connector, record.sent_at = record.connector or plan.connector, sends_until(self.settlement)
        self.settlement.announced.add(self.key)


def sends_until(settlement: Settlement) -> datetime:
    """Until when this settlement may send something."""
    deadline = settlement.options.deadline
    return settlement.now() + timedelta(seconds=0 if deadline is None else max(0.0, deadline.remaining_s))
