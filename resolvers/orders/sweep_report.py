"""The report of a sweep, and the exit status that follows from it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from clients.admin.orders import OrderListing
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
    """One order that the sweep settled, or in a dry run would settle: its name, the reason, and the actions.

    `is_pending`: a part of it is deferred, perhaps because it waits for the shop. `waits_for_us`: it waits for the
    gateway or an upstream, not for the shop.
    """

    name: str
    why: str
    actions: tuple[str, ...] = ()
    failure: str | None = None
    is_pending: bool = False
    waits_for_us: bool = False
    needs_a_person: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether the gateway still has work on it."""
        return self.waits_for_us or self.failure is not None


@dataclass(slots=True)
class Report:
    """The findings of a sweep. Changes after `listed_from` may be missing. `changed`: the orders that changed lately.

    `failures`: lists that could not be read. `old_drafts`: names of orders whose drafts nobody has confirmed.
    `stuck`: the reasons why orders need a person, by the order's name.
    """

    listed: int = 0
    listed_from: datetime | None = None
    changed: list[OrderListing] = field(default_factory=list)
    swept: list[SweptOrder] = field(default_factory=list)
    old_drafts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stuck: dict[str, str] = field(default_factory=dict)
    needs_a_person: bool = False

    def failed(self, what: str, error: UpstreamError) -> None:
        """Records a failure that is not about one order."""
        self.failures.append(f"{what}: {error}")
        self.needs_a_person = self.needs_a_person or is_for_a_person(error)

    def note_stuck(self, name: str, journal: Journal, tags: Collection[str]) -> None:
        """Records whether an order with these tags needs a person now."""
        reason = stuck_reason(journal, tags)
        if reason is not None:
            self.stuck[name] = reason
        else:
            self.stuck.pop(name, None)

    @property
    def is_clean(self) -> bool:
        """Whether nothing failed and nothing is pending."""
        return not self.failures and not any(each.failure or each.is_pending for each in self.swept)

    @property
    def made_progress(self) -> bool:
        """Whether at least one order was finished."""
        return any(not (each.failure or each.is_pending) for each in self.swept)

    @property
    def verdict(self) -> SweepVerdict:
        """The worst result of all orders: an order that needs a person outweighs one that needs a retry.

        An order that was stuck before and is unchanged is named, but counts only in `strict_verdict`.
        """
        if self.needs_a_person or any(each.needs_a_person for each in self.swept):
            return SweepVerdict.NEEDS_A_PERSON
        if self.failures or any(each.failure or each.waits_for_us for each in self.swept):
            return SweepVerdict.TRY_AGAIN
        return SweepVerdict.HEALED

    @property
    def strict_verdict(self) -> SweepVerdict:
        """The verdict, where every stuck order needs a person."""
        return SweepVerdict.NEEDS_A_PERSON if self.stuck else self.verdict


@dataclass(frozen=True, slots=True)
class SweepSummary:
    """The result of a finished sweep; a later one may be running.

    `settled`, `pending` and `failed` count orders. `unread`: lists that could not be read. `stuck`: the reasons why
    orders need a person, by the order's name. `oldest_waiting_at`: when the oldest order was placed that the gateway
    still has to forward or follow.
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
    """Whether a person must act, because a retry would fail again."""
    return isinstance(error, (Denied, Rejected))


def stuck_reason(journal: Journal, tags: Collection[str]) -> str | None:
    """Why an order with these tags needs a person; None when it does not."""
    reasons = _reasons(journal.print_records, PRINTFUL_FAILED in tags)
    reasons += _reasons([*journal.tickets.values()], POS_FAILED in tags)
    reasons += journal.print.unmade
    return " ".join(dict.fromkeys(reasons)) or None


def _reasons(records: Sequence[PrintRecord | TicketRecord], is_owed: bool) -> list[str]:
    """`is_owed`: the failure tag is set. Without a failed part, a cancelled part is then the reason."""
    stuck = [each for each in records if each.state in _STUCK]
    if not stuck and is_owed:
        stuck = [each for each in records if each.state is PartState.CANCELLED]
    return [each.reason or f"it is {each.state.value}" for each in stuck]


def waits_for_us(journal: Journal) -> bool:
    """Whether a part waits for the gateway or an upstream, not for the shop."""
    if any(record.is_due or record.state is PartState.PENDING for record in journal.print_records):
        return True
    return any(each.state is PartState.PENDING or each.follow_wanted for each in journal.tickets.values())
