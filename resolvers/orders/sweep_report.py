"""What a sweep found and did, and what that means for whoever started it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from clients.errors import Denied, Rejected, UpstreamError
from resolvers.orders.journal import Journal, PartState, PrintRecord, TicketRecord

_STUCK = (PartState.REFUSED, PartState.FAILED)


class Verdict(IntEnum):
    """How a sweep ended, as the exit status of `python -m app reconcile`."""

    HEALED = 0
    NEEDS_A_PERSON = 1
    TRY_AGAIN = 3  # 2 stands for wrong settings


@dataclass(frozen=True, slots=True)
class SweptOrder:
    """One order that the sweep settled, or would have: its name, why it was looked at, and what came of it.

    `is_pending`: something of it is left for later, be it for the shop's own reasons. `waits_for_us` leaves those out.
    """

    name: str
    why: str
    done: tuple[str, ...] = ()
    failure: str | None = None
    is_pending: bool = False
    waits_for_us: bool = False
    needs_a_person: bool = False


@dataclass(slots=True)
class Report:
    """What a sweep found; what changed after `listed_from` may not be in it.

    `failures` are what could not be read at all; `old_drafts` wait for somebody to confirm.

    `stuck` are orders that somebody has to do something about, by name, and why.
    """

    listed: int = 0
    listed_from: datetime | None = None
    swept: list[SweptOrder] = field(default_factory=list)
    old_drafts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stuck: dict[str, str] = field(default_factory=dict)
    needs_a_person: bool = False

    def failed(self, what: str, error: UpstreamError) -> None:
        """Keeps what could not be read or set up."""
        self.failures.append(f"{what}: {error}")
        self.needs_a_person = self.needs_a_person or is_for_a_person(error)

    def note_stuck(self, name: str, journal: Journal) -> None:
        """Keeps whether somebody has to do something about an order, as it stands now."""
        reason = stuck_reason(journal)
        if reason is not None:
            self.stuck[name] = reason
        else:
            self.stuck.pop(name, None)

    @property
    def is_clean(self) -> bool:
        """Whether nothing failed and nothing is left for later."""
        return not self.failures and not any(each.failure or each.is_pending for each in self.swept)

    @property
    def got_on(self) -> bool:
        """Whether something was brought to its end."""
        return any(not (each.failure or each.is_pending) for each in self.swept)

    @property
    def verdict(self) -> Verdict:
        """What is to be done now. Who has to look comes before what time may heal.

        An order that was stuck before and has not changed is named, but was told of then.
        """
        if self.needs_a_person or any(each.needs_a_person for each in self.swept):
            return Verdict.NEEDS_A_PERSON
        if self.failures or any(each.failure or each.waits_for_us for each in self.swept):
            return Verdict.TRY_AGAIN
        return Verdict.HEALED


def is_for_a_person(error: UpstreamError) -> bool:
    """Whether the same would fail again, however often it is tried."""
    return isinstance(error, (Denied, Rejected))


def stuck_reason(journal: Journal) -> str | None:
    """Why somebody has to do something about an order; None when nobody has to."""
    records: list[PrintRecord | TicketRecord] = [*journal.print_records, *journal.tickets.values()]
    reasons = [each.reason or f"it is {each.state.value}" for each in records if each.state in _STUCK]
    reasons += journal.print.unmade
    return " ".join(dict.fromkeys(reasons)) or None


def waits_for_us(journal: Journal) -> bool:
    """Whether something is left that the gateway does by itself, and not only once the shop has done its part."""
    if any(record.is_due or record.state is PartState.PENDING for record in journal.print_records):
        return True
    return any(each.state is PartState.PENDING or each.follow_wanted for each in journal.tickets.values())
