"""The parts of an order in other systems: Printful orders and tickets, with the actions they need. No I/O."""

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import ClassVar

from resolvers.orders.journal import PartState, PrintRecord, System, TicketRecord
from resolvers.orders.plan import PrintPlan, Readiness, TicketPlan
from resolvers.orders.settlement import Settlement

ENDED = (PartState.CANCELLED, PartState.DONE)


class Action(StrEnum):
    """An action on a part. The values are used in journals and logs."""

    REST = "rest"
    # These change only the journal:
    CLEAR = "clear"  # nothing is planned and nothing was created
    WAIT = "wait"  # the shop must act first
    REFUSE = "refuse"  # a person must fix something first
    BLOCK = "block"  # another ticket must be cancelled first
    # These read from a system:
    FIND = "find"  # looks for what an earlier request may have created
    FOLLOW = "follow"  # reads the part's state
    # These change something in a system:
    FORWARD = "forward"
    UPDATE = "update"
    CONFIRM = "confirm"
    SEND = "send"
    RENEW = "renew"
    PAY = "pay"
    WITHDRAW = "withdraw"


class Part(ABC):
    """A Printful order or a ticket of the order in `settlement`: its plan and its record."""

    __slots__ = ()
    system: ClassVar[System]
    settlement: Settlement

    @property
    @abstractmethod
    def plan(self) -> PrintPlan | TicketPlan:
        """Its current plan."""

    @property
    @abstractmethod
    def record(self) -> PrintRecord | TicketRecord:
        """Its record in the journal."""

    @property
    @abstractmethod
    def is_known(self) -> bool:
        """Whether its id in its system is known."""

    @property
    @abstractmethod
    def is_unconfirmed(self) -> bool:
        """Whether its system may have it without a confirmation here."""

    @property
    def exists(self) -> bool:
        """Whether it exists in its system, or may exist."""
        return self.is_known or self.is_unconfirmed

    @property
    def is_not_needed(self) -> bool:
        """Whether it must not be created, or must be withdrawn."""
        readiness = self.plan.readiness
        return readiness is Readiness.NOTHING or (readiness is Readiness.REFUSED and self.settlement.is_flagged)

    @property
    @abstractmethod
    def is_withdrawable(self) -> bool:
        """Whether a withdrawal was neither done nor refused yet."""

    @property
    @abstractmethod
    def names_reason(self) -> bool:
        """Whether staff must know why it is not created, although it is not needed."""

    @property
    def is_over(self) -> bool:
        """Whether no change of the order can affect it any more."""
        return False

    @property
    def is_cancelled_by_staff(self) -> bool:
        """Whether staff requested its cancellation, whatever the plan says."""
        return False

    @property
    @abstractmethod
    def needs_follow_up(self) -> bool:
        """Whether it must be read again in its system."""

    @abstractmethod
    def action_when_ready(self) -> Action:
        """The next action while its plan is READY."""

    @property
    @abstractmethod
    def planned_digest(self) -> str | None:
        """The digest of what would be sent now; None when nothing can be sent."""

    def begin(self, action: Action) -> bool:
        """Records the start of an action; returns whether the journal must be saved before it."""
        return False

    @property
    def state_when_refused(self) -> PartState:
        """REFUSED before it was sent, FAILED afterwards."""
        return PartState.FAILED if self.is_known else PartState.REFUSED

    @property
    def obstacle(self) -> tuple[PartState, str] | None:
        """The state and reason of a part that must wait for another one; None when it need not."""
        return None

    def remember_refusal(self, action: Action) -> None:
        """Records a permanent refusal, so that the same is not sent again."""
        if action is Action.WITHDRAW:
            self.record.remember_refusal(cancelling=True)
        elif self.planned_digest is not None:
            self.record.remember_refusal(self.planned_digest)

    def end(self, action: Action) -> None:  # noqa: B027 tickets have nothing to note
        """Records the end of an action, whatever its result."""

    def rest(self) -> None:  # noqa: B027 tickets have nothing to note
        """Records that nothing is due now."""

    def follow_up_action(self) -> Action:
        """The action on a part that agrees with its plan."""
        return Action.FOLLOW if self.is_known and self.needs_follow_up else Action.REST
