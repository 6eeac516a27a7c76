"""Finds orders that messages missed or that were left for later, and settles them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import structlog
from cachetools import LRUCache

from clients.admin.order_client import AdminOrders
from clients.admin.orders import OrderListing, bare_id
from clients.budget import Priority
from clients.errors import UpstreamError
from clients.guard import CallOptions
from clients.pos.orders import PosConnector
from clients.printful.order_client import PrintfulOrders
from clients.printful.orders import PrintStatus
from clients.timing import Deadline, Timing
from resolvers.orders.journal import Journal, PartState, PrintRecord, read_journal
from resolvers.orders.order_marks import PENDING, is_pending, wanted_tags
from resolvers.orders.plan import ForwardingRules
from resolvers.orders.print_part import is_confirmed_by_rule
from resolvers.orders.searches import LEFT_FOR_LATER, OPEN, changed_since, may_be_lost, rests
from resolvers.orders.settle_request import NoSuchOrder, SettleOutcome, SettleRequest
from resolvers.orders.settler import OrderSettler
from resolvers.orders.sweep_report import (
    Report,
    SweepSummary,
    SweptOrder,
    is_for_a_person,
    stuck_reason,
    summary,
    waits_for_us,
)
from resolvers.orders.time_budget import SWEEPING
from resolvers.orders.upstream_changes import UpstreamChanges

log = structlog.get_logger(__name__)

LOOKBACK = timedelta(days=3)
OVERLAP = timedelta(minutes=10)
CONCURRENT_ORDERS = 8
OLD_DRAFT = timedelta(days=2)
CHANGED = "changed"  # perhaps by ourselves: the least urgent reason to look
NOT_FORWARDED = "not forwarded"
LEFT = "pending"
OWED = "a message about it could not be handled"
_MOST = 100_000
_READ_S = 120.0
_REMEMBERED = 20_000
_MAY_BE_LOST, _MOVED, _NEW, _CHANGED_ONLY = range(4)  # the first is the most urgent


@dataclass(slots=True)
class _Candidate:
    """An order to be settled. Those of the lowest `rank` go first, the oldest of them before the others."""

    id: str
    name: str
    created_at: datetime
    journal: Journal | None
    why: str
    rank: int
    follow: bool = False
    is_marked: bool = False

    def failed(self, error: str, *, needs_a_person: bool) -> SweptOrder:
        return SweptOrder(self.name, self.why, failure=error, needs_a_person=needs_a_person)


class Sweep:
    """`run` may be called again and again, by any number of processes: each order is done by one of them.

    `began_at` is when this process began its latest sweep, `last` how the latest finished one that was no dry run
    ended.
    """

    def __init__(
        self,
        settler: OrderSettler,
        admin: AdminOrders,
        *,
        print_orders: PrintfulOrders | None,
        connectors: Mapping[str, PosConnector],
        rules: ForwardingRules,
        now: Callable[[], datetime],
        timing: Timing,
    ) -> None:
        self._rules = rules
        self._settler = settler
        self._admin = admin
        self._upstream_changes = UpstreamChanges(print_orders, connectors, clock=timing.clock)
        self._now = now
        self._timing = timing
        self._began_last: datetime | None = None
        self.began_at: datetime | None = None
        self.last: SweepSummary | None = None
        self._rested: LRUCache[str, datetime] = LRUCache(_REMEMBERED)

    async def run(self, *, dry_run: bool = False, progress: Callable[[int, int], None] | None = None) -> Report:
        """Settles what has to be settled. `progress` gets the number of finished orders and of all.

        What fails is in the report; the rest goes on.
        """
        report, self.began_at = Report(), self._now()
        candidates = await self._candidates(report)
        failed = await self._settle_all(candidates, report, dry_run=dry_run, progress=progress)
        if not dry_run:
            await self._quarantine(failed)
            if not report.failures:
                self._began_last = report.listed_from
            placed_at = {each.name: each.created_at for each in candidates}
            self.last = summary(report, began_at=self.began_at, ended_at=self._now(), placed_at=placed_at)
        log.info(
            "sweep_ended",
            listed=report.listed,
            swept=len(report.swept),
            pending=sum(each.is_pending for each in report.swept),
            failed=sum(each.failure is not None for each in report.swept) + len(report.failures),
            dry_run=dry_run,
        )
        return report

    async def _candidates(self, report: Report) -> list[_Candidate]:
        listings = await self._listings(report)
        report.listed = len(listings)
        journals = {each.id: _journal_of(each) for each in listings.values()}
        found = {}
        for each in listings.values():
            journal = journals[each.id]
            why = self._why(each, journal)
            if journal is not None:
                self._report_listing(report, each, journal, is_looked_at=why is not None)
            if why is not None:
                follow = why == LEFT or journal is None
                rank, is_marked = _rank(each, why), PENDING in each.tags
                made = _Candidate(each.id, each.name, each.created_at, journal, why, rank, follow, is_marked)
                found[each.id] = made
        for order_id, why in (await self._moved(report, journals)).items():
            name, journal = _name(order_id, listings), journals.get(order_id)
            if journal is not None and self._is_leased(journal):
                continue  # whoever holds the lease sees it, or the next sweep does
            created_at = listings[order_id].created_at if order_id in listings else self._now()
            found.setdefault(order_id, _Candidate(order_id, name, created_at, journal, why, _MOVED)).follow = True
        for order_id in self._settler.deferred - set(found):
            name = _name(order_id, listings)
            journal = journals.get(order_id)
            found[order_id] = _Candidate(order_id, name, self._now(), journal, OWED, _MAY_BE_LOST, follow=True)
        return list(found.values())

    def _is_leased(self, journal: Journal) -> bool:
        return journal.lease is not None and journal.lease.holds(self._now())

    def _report_listing(self, report: Report, listing: OrderListing, journal: Journal, *, is_looked_at: bool) -> None:
        """Reports what the search alone shows of an order."""
        if journal.lease is not None and not is_looked_at:
            report.swept.append(SweptOrder(listing.name, "somebody works on it", is_pending=True, waits_for_us=True))
        report.note_stuck(listing.name, journal, listing.tags)
        oldest, records = self._now() - OLD_DRAFT, journal.print_records
        if any(
            each.status == PrintStatus.DRAFT and each.forwarded_at and each.forwarded_at < oldest for each in records
        ):
            report.old_drafts.append(listing.name)

    async def _listings(self, report: Report) -> dict[str, OrderListing]:
        """The orders that may need something, by id: those that are open, and those that changed lately."""
        found = await self._found(LEFT_FOR_LATER, report)  # its answer also gives the shop's time
        report.listed_from = now = self._now()
        since = now - LOOKBACK if self._began_last is None else self._began_last - OVERLAP
        for search in (OPEN, changed_since(since)):
            found |= await self._found(search, report)
        return found

    async def _found(self, search: str, report: Report) -> dict[str, OrderListing]:
        try:
            found = await self._admin.search(search, limit=_MOST, with_contents=True, options=self._options())
        except UpstreamError as error:
            report.failed(f"orders that fit {search!r} were not listed", error)
            return {}
        return {each.id: each for each in found}

    def _options(self) -> CallOptions:
        return CallOptions(Priority.SWEEPS, Deadline.after(_READ_S, self._timing.clock), SWEEPING.attempt_s)

    def _why(self, listing: OrderListing, journal: Journal | None) -> str | None:
        """Why an order has to be settled, from its listing alone; None when it has not."""
        if journal is None:
            return "its journal cannot be read"
        if journal.lease is not None:
            return None if self._is_leased(journal) else "its settlement was interrupted"
        if PENDING in listing.tags or is_pending(journal):
            return LEFT
        if self._rested.get(listing.id) == listing.updated_at:
            return "a draft to confirm" if any(map(self._may_be_confirmed, journal.print_records)) else None
        if journal.is_new:
            return None if rests(listing) else NOT_FORWARDED
        return CHANGED

    def _may_be_confirmed(self, record: PrintRecord) -> bool:
        """Whether it is a draft that the shop's rule wants confirmed by now. What staff confirm is due by itself."""
        if record.status != PrintStatus.DRAFT or record.state is not PartState.FORWARDED:
            return False
        return is_confirmed_by_rule(self._rules, record.forwarded_at, self._now())

    async def _moved(self, report: Report, journals: Mapping[str, Journal | None]) -> dict[str, str]:
        """Orders of which Printful or the counter knows more than Shopify: by id, why."""
        known = {order_id: journal for order_id, journal in journals.items() if journal is not None}
        found: dict[str, str] = {}
        try:
            moved = await self._upstream_changes.moved_at_printful(known, self._options())
            found |= dict.fromkeys(moved, "it changed at Printful")
        except UpstreamError as error:
            report.failed("Printful's orders were not listed", error)
        since = (self._began_last or self._now() - LOOKBACK) - OVERLAP
        try:
            listed = None if report.failures else journals.keys()
            moved = await self._upstream_changes.moved_at_the_counter(known, listed, since, self._options())
            found |= dict.fromkeys(moved, "it changed at the counter")
        except UpstreamError as error:
            report.failed("tickets were not listed", error)
        return found

    async def _settle_all(
        self,
        candidates: Iterable[_Candidate],
        report: Report,
        *,
        dry_run: bool,
        progress: Callable[[int, int], None] | None,
    ) -> list[_Candidate]:
        """Settles the orders, the urgent ones first, and reports each. Returns those that failed."""
        waiting = sorted(candidates, key=lambda each: (each.rank, each.created_at))
        failed: list[_Candidate] = []
        finished = count(1)
        room = asyncio.Semaphore(CONCURRENT_ORDERS)

        async def one(candidate: _Candidate) -> None:
            async with room:
                swept = await (self._preview(candidate) if dry_run else self._one(candidate, report))
            if swept is not None:
                report.swept.append(swept)
                if swept.failure is not None:
                    failed.append(candidate)
            if progress is not None:
                progress(next(finished), len(waiting))

        await asyncio.gather(*(one(each) for each in waiting))
        report.swept.sort(key=lambda each: each.name)
        return failed

    def _left_at_printful(self, candidate: _Candidate) -> SweptOrder | None:
        """What staff should know of an order that Shopify does not have; None when Printful has nothing of it."""
        left = sorted(self._upstream_changes.strays(candidate.id))
        if not left:
            return None
        numbers = ", ".join(map(str, left))
        log.warning("orphaned_print_order_found", order=bare_id(candidate.id), print_orders=left)
        what = f"printful: order {numbers} is there, and Shopify has no such order: cancel it at Printful"
        return SweptOrder(candidate.name, candidate.why, (what,), needs_a_person=True)

    async def _one(self, candidate: _Candidate, report: Report) -> SweptOrder | None:
        """None for an order that needed nothing."""
        try:
            strays = self._upstream_changes.stray_tickets(candidate.id)
            request = SettleRequest(
                follow=candidate.follow, print_orders=self._upstream_changes.strays(candidate.id), tickets=strays
            )
            settled = await self._settler.settle(candidate.id, request, SWEEPING)
        except NoSuchOrder:
            self._settler.drop_deferred(candidate.id)
            return self._left_at_printful(candidate)
        except UpstreamError as error:
            return candidate.failed(str(error), needs_a_person=is_for_a_person(error))
        except Exception as error:  # the others have to be looked at all the same
            log.exception("settlement_failed", order=bare_id(candidate.id))
            return candidate.failed(type(error).__name__, needs_a_person=True)
        tags = wanted_tags(settled.journal, settled.plan)
        report.note_stuck(candidate.name, settled.journal, tags)
        if settled.outcome is SettleOutcome.RESTS:
            self._rested[candidate.id] = settled.order.updated_at
            if not waits_for_us(settled.journal):
                return None
        before = len(candidate.journal.attempts) if candidate.journal is not None else 0
        done = tuple(
            f"{attempt.system.value} {attempt.action}: {attempt.result.value}"
            for attempt in settled.journal.attempts[before:]
        )
        return SweptOrder(
            candidate.name,
            candidate.why,
            done,
            is_pending=settled.outcome is SettleOutcome.PENDING,
            waits_for_us=waits_for_us(settled.journal),
            needs_a_person=settled.outcome is not SettleOutcome.RESTS
            and stuck_reason(settled.journal, tags) is not None,
        )

    async def _preview(self, candidate: _Candidate) -> SweptOrder | None:
        try:
            words = await self._settler.preview(candidate.id, self._options())
        except NoSuchOrder:
            return None
        except UpstreamError as error:
            return candidate.failed(str(error), needs_a_person=is_for_a_person(error))
        if candidate.follow and not words:
            words = ["read it again"]
        return SweptOrder(candidate.name, candidate.why, tuple(words)) if words else None

    async def _quarantine(self, failed: Iterable[_Candidate]) -> None:
        """Tags orders that could not be settled, so that every sweep finds them without searching further back."""
        unmarked = [each for each in failed if not each.is_marked]
        for number, each in enumerate(unmarked):
            try:
                await self._settler.mark_pending(each.id, self._options())
            except UpstreamError as error:  # most likely none can be marked now: this process remembers them
                log.warning("order_tagging_failed", order=bare_id(each.id), detail=str(error))
                for left in unmarked[number:]:
                    self._settler.defer(left.id)
                return


def _journal_of(listing: OrderListing) -> Journal | None:
    try:
        return read_journal(listing.forwarding, bare_id(listing.id))
    except ValueError:
        return None


def _rank(listing: OrderListing, why: str) -> int:
    """What may be lost comes first, what was most likely changed by ourselves last."""
    if why == CHANGED:
        return _CHANGED_ONLY
    if why == NOT_FORWARDED and not may_be_lost(listing):
        return _NEW
    return _MAY_BE_LOST


def _name(order_id: str, listings: Mapping[str, OrderListing]) -> str:
    return listings[order_id].name if order_id in listings else f"order {bare_id(order_id)}"
