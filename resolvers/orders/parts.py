"""The parts of an order in other systems, Printful orders and tickets, and what may be done about one. No I/O."""

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import ClassVar

from resolvers.orders.journal import PartState, PrintRecord, System, TicketRecord
from resolvers.orders.plan import PrintPlan, Readiness, TicketPlan
from resolvers.orders.settlement import Settlement

ENDED = (PartState.CANCELLED, PartState.DONE)


class Action(StrEnum):
    """What is done about a part. The words stand in the journal's attempts and in the log."""

    REST = "rest"
    # They change the journal alone:
    CLEAR = "clear"  # nothing is wanted and nothing was made
    WAIT = "wait"  # the shop has to do something first
    REFUSE = "refuse"  # somebody has to fix something first
    BLOCK = "block"  # another ticket has to be cancelled first
    # They read what a system has:
    FIND = "find"  # what an earlier request may have made
    FOLLOW = "follow"  # how the part stands
    # They change what a system has:
    FORWARD = "forward"
    UPDATE = "update"
    CONFIRM = "confirm"
    SEND = "send"
    RENEW = "renew"
    PAY = "pay"
    WITHDRAW = "withdraw"


class Part(ABC):
    """A Printful order or a ticket of the order in `settlement`: what is wanted of it and what is remembered."""

    __slots__ = ()
    system: ClassVar[System]
    settlement: Settlement

    @property
    @abstractmethod
    def plan(self) -> PrintPlan | TicketPlan:
        """What is wanted of it now."""

    @property
    @abstractmethod
    def record(self) -> PrintRecord | TicketRecord:
        """What is remembered of it."""

    @property
    @abstractmethod
    def is_known(self) -> bool:
        """Whether it has an id in its system."""

    @property
    @abstractmethod
    def is_unconfirmed(self) -> bool:
        """Whether it may be in its system without anybody having seen it there."""

    @property
    def exists(self) -> bool:
        """Whether it is in its system, or may be."""
        return self.is_known or self.is_unconfirmed

    @property
    def is_not_needed(self) -> bool:
        """Whether it is not to be made, or is to be taken back."""
        readiness = self.plan.readiness
        return readiness is Readiness.NOTHING or (readiness is Readiness.REFUSED and self.settlement.is_flagged)

    @property
    @abstractmethod
    def is_withdrawable(self) -> bool:
        """Whether taking it back, once it is not wanted, was neither done nor refused yet."""

    @property
    @abstractmethod
    def names_reason(self) -> bool:
        """Whether staff have to know why it is not made, though it is not wanted."""

    @property
    def is_over(self) -> bool:
        """Whether nothing that happens to the order can change it any more."""
        return False

    @property
    def is_cancelled_by_staff(self) -> bool:
        """Whether staff ask to have it cancelled, whatever the plan wants."""
        return False

    @property
    @abstractmethod
    def needs_follow_up(self) -> bool:
        """Whether it is to be read again in its system, where it is known."""

    @abstractmethod
    def action_when_ready(self) -> Action:
        """What is to be done about it while the plan wants it."""

    @property
    @abstractmethod
    def planned_digest(self) -> str | None:
        """The digest of what would be sent now; None when nothing can be sent."""

    def begin(self, action: Action) -> bool:
        """Notes that an action is about to be carried out; whether the journal has to be written before it is."""
        return False

    @property
    def state_when_refused(self) -> PartState:
        """REFUSED before it was sent, FAILED afterwards."""
        return PartState.FAILED if self.is_known else PartState.REFUSED

    @property
    def obstacle(self) -> tuple[PartState, str] | None:
        """The state and reason of a part that has to wait for another one; None when it has not."""
        return None

    def remember_refusal(self, action: Action) -> None:
        """Notes what was refused for good, so that the same is not sent again."""
        if action is Action.WITHDRAW:
            self.record.remember_refusal(cancelling=True)
        elif self.planned_digest is not None:
            self.record.remember_refusal(self.planned_digest)

    def end(self, action: Action) -> None:  # noqa: B027 tickets have nothing to note
        """Notes that an action was carried out, whatever came of it."""

    def rest(self) -> None:  # noqa: B027 tickets have nothing to note
        """Notes that nothing is left to be done now."""

    def follow_up_action(self) -> Action:
        """What is to be done about a part that is as it should be."""
        return Action.FOLLOW if self.is_known and self.needs_follow_up else Action.REST
