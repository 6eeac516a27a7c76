"""Finds orders that webhooks missed or that were deferred, and settles them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import structlog
from cachetools import LRUCache

from clients.admin.order_client import AdminOrders
from clients.admin.orders import OrderListing
from clients.budget import Priority
from clients.errors import UpstreamError
from clients.global_ids import GlobalId, bare_id
from clients.guard import CallOptions
from clients.pos.orders import PosConnector
from clients.printful.order_client import PrintfulOrders
from clients.printful.orders import PrintStatus
from clients.timing import Deadline, Timing
from clients.tracing import span
from resolvers.orders.journal import Journal, PartState, PrintRecord, read_journal
from resolvers.orders.order_marks import PENDING, expected_tags, is_pending
from resolvers.orders.plan import ForwardingRules
from resolvers.orders.print_part import is_confirmed_by_rule
from resolvers.orders.searches import OPEN, PENDING_ORDERS, changed_since, may_be_lost, needs_nothing
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
CHANGED = "changed"  # perhaps by the gateway itself, so the least urgent reason
NOT_FORWARDED = "not forwarded"
PENDING_TAG = "pending"
DEFERRED = "a webhook about it could not be handled"
HELD_ELSEWHERE = "another process is settling it"
_MAX_LISTED = 100_000
_READ_S = 120.0
_REMEMBERED = 20_000
_MAY_BE_LOST, _CHANGED_UPSTREAM, _NEW, _CHANGED_LATELY = range(4)  # the first is the most urgent

OnChanged = Callable[[Sequence[OrderListing]], None]
"""Receives the orders that changed lately."""


@dataclass(slots=True)
class _Candidate:
    """An order to settle. The lowest `rank` goes first; within a rank, the oldest order."""

    id: GlobalId
    name: str
    created_at: datetime
    journal: Journal | None
    reason: str
    rank: int
    follow: bool = False
    is_marked: bool = False

    def failed(self, error: str, *, needs_a_person: bool) -> SweptOrder:
        return SweptOrder(self.name, self.reason, failure=error, needs_a_person=needs_a_person)


class Sweep:
    """`run` may run repeatedly and in several processes: the lease of an order admits one of them.

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
        on_changed: OnChanged = lambda _: None,
    ) -> None:
        self._on_changed = on_changed
        self._rules = rules
        self._settler = settler
        self._admin = admin
        self._upstream_changes = UpstreamChanges(print_orders, connectors, clock=timing.clock)
        self._now = now
        self._timing = timing
        self._last_began_at: datetime | None = None
        self.began_at: datetime | None = None
        self.last: SweepSummary | None = None
        self._nothing_to_do: LRUCache[GlobalId, datetime] = LRUCache(_REMEMBERED)

    async def run(self, *, dry_run: bool = False, progress: Callable[[int, int], None] | None = None) -> Report:
        """Settles all orders that need it. `progress` receives the numbers of finished orders and of all orders.

        Failures are in the report; they do not stop the rest.
        """
        with span("sweep", {"gateway.dry_run": dry_run}) as sweeping:
            report = await self._run(dry_run=dry_run, progress=progress)
            sweeping.note(
                {
                    "gateway.sweep.listed": report.listed,
                    "gateway.sweep.swept": len(report.swept),
                    "gateway.sweep.failures": len(report.failures),
                }
            )
        return report

    async def _run(self, *, dry_run: bool, progress: Callable[[int, int], None] | None) -> Report:
        report, self.began_at = Report(), self._now()
        candidates = await self._candidates(report)
        failed = await self._settle_all(candidates, report, dry_run=dry_run, progress=progress)
        if not dry_run:
            self._on_changed(report.changed)
            await self._quarantine(failed)
            if not report.failures:
                self._last_began_at = report.listed_from
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
            reason = self._reason_to_settle(each, journal)
            if journal is not None:
                self._report_listing(report, each, journal, is_candidate=reason is not None)
            if reason is not None:
                follow = reason == PENDING_TAG or journal is None
                rank, is_marked = _rank(each, reason), PENDING in each.tags
                made = _Candidate(each.id, each.name, each.created_at, journal, reason, rank, follow, is_marked)
                found[each.id] = made
        for order_id, reason in (await self._changed_upstream(report, journals)).items():
            name, journal = _name(order_id, listings), journals.get(order_id)
            if journal is not None and self._is_leased(journal):
                continue  # the holder of the lease handles the change, or the next sweep does
            created_at = listings[order_id].created_at if order_id in listings else self._now()
            found.setdefault(
                order_id, _Candidate(order_id, name, created_at, journal, reason, _CHANGED_UPSTREAM)
            ).follow = True
        for order_id in self._settler.deferred - set(found):
            name = _name(order_id, listings)
            journal = journals.get(order_id)
            found[order_id] = _Candidate(order_id, name, self._now(), journal, DEFERRED, _MAY_BE_LOST, follow=True)
        return list(found.values())

    def _is_leased(self, journal: Journal) -> bool:
        return journal.lease is not None and journal.lease.holds(self._now())

    def _report_listing(self, report: Report, listing: OrderListing, journal: Journal, *, is_candidate: bool) -> None:
        """Reports what the listing shows, without reading the order."""
        if journal.lease is not None and not is_candidate:
            report.swept.append(SweptOrder(listing.name, HELD_ELSEWHERE, is_pending=True, waits_for_us=True))
        report.note_stuck(listing.name, journal, listing.tags)
        oldest, records = self._now() - OLD_DRAFT, journal.print_records
        if any(
            each.status == PrintStatus.DRAFT and each.forwarded_at and each.forwarded_at < oldest for each in records
        ):
            report.old_drafts.append(listing.name)

    async def _listings(self, report: Report) -> dict[GlobalId, OrderListing]:
        """The orders that may need to be settled, by id: pending, open and recently changed ones."""
        found = await self._search(PENDING_ORDERS, report)  # the sweep's start is measured after the first search
        report.listed_from = now = self._now()
        since = now - LOOKBACK if self._last_began_at is None else self._last_began_at - OVERLAP
        found |= await self._search(OPEN, report)
        changed = await self._search(changed_since(since), report)
        report.changed = list(changed.values())
        return found | changed

    async def _search(self, search: str, report: Report) -> dict[GlobalId, OrderListing]:
        try:
            found = await self._admin.search(search, limit=_MAX_LISTED, with_contents=True, options=self._options())
        except UpstreamError as error:
            report.failed(f"the orders that match {search!r} could not be listed", error)
            return {}
        return {each.id: each for each in found}

    def _options(self) -> CallOptions:
        return CallOptions(Priority.SWEEPS, Deadline.after(_READ_S, self._timing.clock), SWEEPING.attempt_s)

    def _reason_to_settle(self, listing: OrderListing, journal: Journal | None) -> str | None:
        """Why an order must be settled, judged by its listing; None when it need not be."""
        if journal is None:
            return "its journal cannot be read"
        if journal.lease is not None:
            return None if self._is_leased(journal) else "its settlement was interrupted"
        if PENDING in listing.tags or is_pending(journal):
            return PENDING_TAG
        if self._nothing_to_do.get(listing.id) == listing.updated_at:
            return "a draft to confirm" if any(map(self._may_be_confirmed, journal.print_records)) else None
        if journal.is_new:
            return None if needs_nothing(listing) else NOT_FORWARDED
        return CHANGED

    def _may_be_confirmed(self, record: PrintRecord) -> bool:
        """Whether `PRINTFUL_CONFIRM` says to confirm this draft by now. The journal has confirmations by staff."""
        if record.status != PrintStatus.DRAFT or record.state is not PartState.FORWARDED:
            return False
        return is_confirmed_by_rule(self._rules, record.forwarded_at, self._now())

    async def _changed_upstream(
        self, report: Report, journals: Mapping[GlobalId, Journal | None]
    ) -> dict[GlobalId, str]:
        """Orders whose status at Printful or at the counter is newer than in the journal: the reason by id."""
        known = {order_id: journal for order_id, journal in journals.items() if journal is not None}
        found: dict[GlobalId, str] = {}
        try:
            moved = await self._upstream_changes.changed_at_printful(known, self._options())
            found |= dict.fromkeys(moved, "it changed at Printful")
        except UpstreamError as error:
            report.failed("Printful's orders could not be listed", error)
        since = (self._last_began_at or self._now() - LOOKBACK) - OVERLAP
        try:
            listed = None if report.failures else journals.keys()
            moved = await self._upstream_changes.changed_at_counter(known, listed, since, self._options())
            found |= dict.fromkeys(moved, "it changed at the counter")
        except UpstreamError as error:
            report.failed("the tickets at the counter could not be listed", error)
        return found

    async def _settle_all(
        self,
        candidates: Iterable[_Candidate],
        report: Report,
        *,
        dry_run: bool,
        progress: Callable[[int, int], None] | None,
    ) -> list[_Candidate]:
        """Settles the orders, most urgent first, and reports each. Returns the failed ones."""
        waiting = sorted(candidates, key=lambda each: (each.rank, each.created_at))
        failed: list[_Candidate] = []
        finished = count(1)
        room = asyncio.Semaphore(CONCURRENT_ORDERS)

        async def one(candidate: _Candidate) -> None:
            async with room:
                swept = await (self._preview(candidate) if dry_run else self._settle_one(candidate, report))
            if swept is not None:
                report.swept.append(swept)
                if swept.failure is not None:
                    failed.append(candidate)
            if progress is not None:
                progress(next(finished), len(waiting))

        await asyncio.gather(*(one(each) for each in waiting))
        report.swept.sort(key=lambda each: each.name)
        return failed

    def _orphaned_print_orders(self, candidate: _Candidate) -> SweptOrder | None:
        """The report on an order that is missing at Shopify but present at Printful; None when Printful has none."""
        left = sorted(self._upstream_changes.strays(candidate.id))
        if not left:
            return None
        numbers = ", ".join(map(str, left))
        log.warning("orphaned_print_order_found", order=bare_id(candidate.id), print_orders=left)
        what = f"printful: order {numbers} exists, but Shopify has no such order: cancel it at Printful"
        return SweptOrder(candidate.name, candidate.reason, (what,), needs_a_person=True)

    async def _settle_one(self, candidate: _Candidate, report: Report) -> SweptOrder | None:
        """Settles one order and reports it; None when nothing had to be done."""
        try:
            strays = self._upstream_changes.stray_tickets(candidate.id)
            request = SettleRequest(
                follow=candidate.follow, print_orders=self._upstream_changes.strays(candidate.id), tickets=strays
            )
            settled = await self._settler.settle(candidate.id, request, SWEEPING)
        except NoSuchOrder:
            self._settler.drop_deferred(candidate.id)
            return self._orphaned_print_orders(candidate)
        except UpstreamError as error:
            return candidate.failed(str(error), needs_a_person=is_for_a_person(error))
        except Exception as error:  # one order must not stop the sweep
            log.exception("settlement_failed", order=bare_id(candidate.id))
            return candidate.failed(type(error).__name__, needs_a_person=True)
        tags = expected_tags(settled.journal, settled.plan)
        report.note_stuck(candidate.name, settled.journal, tags)
        if settled.outcome is SettleOutcome.NOTHING_TO_DO:
            self._nothing_to_do[candidate.id] = settled.order.updated_at
            if not waits_for_us(settled.journal):
                return None
        before = len(candidate.journal.attempts) if candidate.journal is not None else 0
        actions = tuple(
            f"{attempt.system.value} {attempt.action}: {attempt.result.value}"
            for attempt in settled.journal.attempts[before:]
        )
        return SweptOrder(
            candidate.name,
            candidate.reason,
            actions,
            is_pending=settled.outcome is SettleOutcome.PENDING,
            waits_for_us=waits_for_us(settled.journal),
            needs_a_person=settled.outcome is not SettleOutcome.NOTHING_TO_DO
            and stuck_reason(settled.journal, tags) is not None,
        )

    async def _preview(self, candidate: _Candidate) -> SweptOrder | None:
        """What settling the order would do, and whether it would then need a person; None when it would do nothing."""
        try:
            expected = await self._settler.preview(candidate.id, self._options())
        except NoSuchOrder:
            return self._orphaned_print_orders(candidate)
        except UpstreamError as error:
            return candidate.failed(str(error), needs_a_person=is_for_a_person(error))
        words = expected.words
        if candidate.follow and not words:
            words = ("shopify: read the order again",)
        return SweptOrder(candidate.name, candidate.reason, words, needs_a_person=expected.refuses) if words else None

    async def _quarantine(self, failed: Iterable[_Candidate]) -> None:
        """Tags orders that could not be settled, so that every sweep finds them whatever their age."""
        unmarked = [each for each in failed if not each.is_marked]
        for number, each in enumerate(unmarked):
            try:
                await self._settler.mark_pending(each.id, self._options())
            except UpstreamError as error:  # most likely none can be tagged now, so this process remembers them
                log.warning("order_tagging_failed", order=bare_id(each.id), detail=str(error))
                for left in unmarked[number:]:
                    self._settler.defer(left.id)
                return


def _journal_of(listing: OrderListing) -> Journal | None:
    try:
        return read_journal(listing.forwarding, bare_id(listing.id))
    except ValueError:
        return None


def _rank(listing: OrderListing, reason: str) -> int:
    """Orders that may be lost come first; orders that the gateway probably changed itself come last."""
    if reason == CHANGED:
        return _CHANGED_LATELY
    if reason == NOT_FORWARDED and not may_be_lost(listing):
        return _NEW
    return _MAY_BE_LOST


def _name(order_id: GlobalId, listings: Mapping[GlobalId, OrderListing]) -> str:
    return listings[order_id].name if order_id in listings else f"order {bare_id(order_id)}"
