"""What a sweep found and did, and what that means for whoever started it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from clients.errors import Denied, Rejected, UpstreamError
from resolvers.orders.journal import Journal, PartState, PrintRecord, TicketRecord
from resolvers.orders.order_marks import POS_FAILED, PRINTFUL_FAILED

_STUCK = (PartState.REFUSED, PartState.FAILED)


class SweepVerdict(IntEnum):
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

    @property
    def is_waiting(self) -> bool:
        """Whether the gateway still has to do something for it."""
        return self.waits_for_us or self.failure is not None


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

    def note_stuck(self, name: str, journal: Journal, tags: Collection[str]) -> None:
        """Keeps whether somebody has to do something about an order with these tags, as it stands now."""
        reason = stuck_reason(journal, tags)
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
        """Whether something was finished."""
        return any(not (each.failure or each.is_pending) for each in self.swept)

    @property
    def verdict(self) -> SweepVerdict:
        """What is to be done now. A need for a person outweighs what a retry may heal.

        An order that was stuck before and has not changed is named, and counts in `strict_verdict` alone.
        """
        if self.needs_a_person or any(each.needs_a_person for each in self.swept):
            return SweepVerdict.NEEDS_A_PERSON
        if self.failures or any(each.failure or each.waits_for_us for each in self.swept):
            return SweepVerdict.TRY_AGAIN
        return SweepVerdict.HEALED

    @property
    def strict_verdict(self) -> SweepVerdict:
        """The same, and as long as an order is stuck somebody has to look."""
        return SweepVerdict.NEEDS_A_PERSON if self.stuck else self.verdict


@dataclass(frozen=True, slots=True)
class SweepSummary:
    """How a sweep ended. Later sweeps may have begun since.

    `settled`, `pending` and `failed` count orders; `unread` are what could not be listed at all. `stuck` are orders
    that a person has to look at, by name, and why. `oldest_waiting_at`: when the oldest order was placed that the
    gateway still has to forward or to follow.
    """

    began_at: datetime
    ended_at: datetime
    listed: int
    settled: int
    pending: int
    failed: int
    unread: tuple[str, ...]
    stuck: Mapping[str, str]
    old_drafts: tuple[str, ...]
    oldest_waiting_at: datetime | None


def summary(
    report: Report, *, began_at: datetime, ended_at: datetime, placed_at: Mapping[str, datetime]
) -> SweepSummary:
    """The summary of a report. `placed_at`: when each order was placed, by name."""
    waiting = [placed_at[each.name] for each in report.swept if each.is_waiting and each.name in placed_at]
    failed = sum(each.failure is not None for each in report.swept)
    pending = sum(each.is_pending for each in report.swept)
    return SweepSummary(
        began_at,
        ended_at,
        listed=report.listed,
        settled=len(report.swept) - failed - pending,
        pending=pending,
        failed=failed,
        unread=tuple(report.failures),
        stuck=dict(report.stuck),
        old_drafts=tuple(sorted(report.old_drafts)),
        oldest_waiting_at=min(waiting, default=None),
    )


def is_for_a_person(error: UpstreamError) -> bool:
    """Whether a retry would fail again."""
    return isinstance(error, (Denied, Rejected))


def stuck_reason(journal: Journal, tags: Collection[str]) -> str | None:
    """Why somebody has to do something about an order with these tags; None when nobody has to."""
    reasons = _reasons(journal.print_records, PRINTFUL_FAILED in tags)
    reasons += _reasons([*journal.tickets.values()], POS_FAILED in tags)
    reasons += journal.print.unmade
    return " ".join(dict.fromkeys(reasons)) or None


def _reasons(records: Sequence[PrintRecord | TicketRecord], is_owed: bool) -> list[str]:
    """`is_owed`: the failure tag is set, so that without a failed part one that was cancelled is still owed."""
    stuck = [each for each in records if each.state in _STUCK]
    if not stuck and is_owed:
        stuck = [each for each in records if each.state is PartState.CANCELLED]
    return [each.reason or f"it is {each.state.value}" for each in stuck]


def waits_for_us(journal: Journal) -> bool:
    """Whether something is left that the gateway does by itself, without the shop doing its part first."""
    if any(record.is_due or record.state is PartState.PENDING for record in journal.print_records):
        return True
    return any(each.state is PartState.PENDING or each.follow_wanted for each in journal.tickets.values())
