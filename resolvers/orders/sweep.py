"""Finds what messages lost and what was left for later, and settles it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from cachetools import LRUCache

from clients.admin.order_client import AdminOrders
from clients.admin.orders import OrderListing, bare_id
from clients.budget import Priority
from clients.errors import UpstreamError
from clients.guard import Terms
from clients.pos.orders import PosConnector
from clients.printful.order_client import PrintfulOrders
from clients.printful.orders import GONE
from clients.timing import Deadline, Timing
from resolvers.orders.desk import SWEEPING, Desk, Ending, NoSuchOrder, Wish
from resolvers.orders.journal import Journal, PrintRecord, State, read_journal
from resolvers.orders.marks import PENDING, is_pending
from resolvers.orders.plan import Confirm, ForwardingRules

log = structlog.get_logger(__name__)

LOOKBACK = timedelta(days=3)
OVERLAP = timedelta(minutes=10)
AT_ONCE = 8
OLD_DRAFT = timedelta(days=2)
CHANGED = "changed"  # perhaps by ourselves: the least urgent reason to look
_PAGE = 100
_MOST = 100_000
_READ_S = 120.0
_REMEMBERED = 20_000
_LIVE = (State.FORWARDED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Looked:
    """One order that the sweep settled, or would have: its name, why it was looked at, and what came of it."""

    name: str
    why: str
    done: tuple[str, ...] = ()
    failure: str | None = None
    is_pending: bool = False


@dataclass(slots=True)
class Report:
    """What a sweep found. `failures` are what could not be read at all; `old_drafts` wait for somebody to confirm."""

    listed: int = 0
    looked: list[Looked] = field(default_factory=list)
    old_drafts: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing failed and nothing is left for later."""
        return not self.failures and not any(each.failure or each.is_pending for each in self.looked)

    @property
    def got_on(self) -> bool:
        """Whether something was brought to its end."""
        return any(not (each.failure or each.is_pending) for each in self.looked)


@dataclass(slots=True)
class _Candidate:
    listing: OrderListing
    journal: Journal | None
    why: str
    look: bool = False


class Sweep:
    """`run` may be called again and again, by any number of processes: each order is done by one of them."""

    def __init__(
        self,
        desk: Desk,
        admin: AdminOrders,
        *,
        print_orders: PrintfulOrders | None,
        connectors: Mapping[str, PosConnector],
        rules: ForwardingRules,
        now: Callable[[], datetime],
        timing: Timing,
    ) -> None:
        self._rules = rules
        self._desk = desk
        self._admin = admin
        self._print_orders = print_orders
        self._connectors = connectors
        self._now = now
        self._timing = timing
        self._began_last: datetime | None = None
        # By order, the ids of what Printful's list has under its number beside what the journal knows.
        self._strays: dict[str, set[int]] = {}
        self._rested: LRUCache[str, datetime] = LRUCache(_REMEMBERED)

    async def run(self, *, dry_run: bool = False, progress: Callable[[int, int], None] | None = None) -> Report:
        """Settles what has to be settled. `progress` is told how many orders of how many are done.

        What fails is in the report; the rest goes on.
        """
        began = self._now()
        report = Report()
        candidates = await self._candidates(report)
        report.looked += await self._settled(candidates, dry_run=dry_run, progress=progress)
        if not dry_run and not report.failures and not any(each.failure for each in report.looked):
            self._began_last = began
        log.info(
            "sweep",
            listed=report.listed,
            looked=len(report.looked),
            pending=sum(each.is_pending for each in report.looked),
            failed=sum(each.failure is not None for each in report.looked) + len(report.failures),
            dry_run=dry_run,
        )
        return report

    async def _candidates(self, report: Report) -> list[_Candidate]:
        listings = await self._listings(report)
        report.listed = len(listings)
        journals: dict[str, Journal | None] = {}
        for each in listings.values():
            try:
                journals[each.id] = read_journal(each.forwarding, bare_id(each.id))
            except ValueError:
                journals[each.id] = None
        found = {}
        for each in listings.values():
            journal = journals[each.id]
            why = self._why(each, journal)
            if why is None and journal is not None and journal.lease is not None:
                report.looked.append(Looked(each.name, "somebody works on it", is_pending=True))
            if why is not None:
                found[each.id] = _Candidate(each, journal, why, look=why == "pending" or journal is None)
        for order_id, why in (await self._moved(report, listings, journals)).items():
            known = found.get(order_id) or _Candidate(listings[order_id], journals[order_id], why)
            known.look = True
            found[order_id] = known
        oldest = self._now() - OLD_DRAFT
        report.old_drafts = [
            listings[order_id].name
            for order_id, journal in journals.items()
            if journal is not None
            and journal.print.status == "draft"
            and journal.print.forwarded_at is not None
            and journal.print.forwarded_at < oldest
        ]
        return list(found.values())

    async def _listings(self, report: Report) -> dict[str, OrderListing]:
        """The orders that may need something, by id: those that are open, and those that changed lately."""
        since = (self._began_last - OVERLAP) if self._began_last is not None else self._now() - LOOKBACK
        searches = (
            f"tag:{PENDING}",
            "status:open AND financial_status:paid AND fulfillment_status:unfulfilled",
            "status:open AND financial_status:paid AND fulfillment_status:partial",
            "status:open AND financial_status:partially_refunded AND fulfillment_status:unfulfilled",
            "status:open AND financial_status:partially_refunded AND fulfillment_status:partial",
            f"updated_at:>='{since.strftime('%Y-%m-%dT%H:%M:%SZ')}'",
        )
        found: dict[str, OrderListing] = {}
        for search in searches:
            try:
                for each in await self._admin.search(search, limit=_MOST, terms=self._terms()):
                    found[each.id] = each
            except UpstreamError as error:
                report.failures.append(f"orders that fit {search!r} were not listed: {error}")
        return found

    def _terms(self) -> Terms:
        return Terms(Priority.SWEEPS, Deadline.after(_READ_S, self._timing.clock), SWEEPING.attempt_s)

    def _why(self, listing: OrderListing, journal: Journal | None) -> str | None:
        """Why an order has to be looked at by what Shopify says of it; None when it has not."""
        if journal is None:
            return "its journal cannot be read"
        if journal.lease is not None:
            return None if journal.lease.holds(self._now()) else "work on it was cut short"
        if PENDING in listing.tags or is_pending(journal):
            return "pending"
        if self._rested.get(listing.id) == listing.updated_at:
            return "a draft to confirm" if self._may_be_confirmed(journal.print) else None
        return CHANGED if not journal.is_new else "not forwarded"

    def _may_be_confirmed(self, record: PrintRecord) -> bool:
        """Whether it is a draft that the shop's rule wants confirmed by now. What staff confirm needs no looking."""
        if record.status != "draft" or record.state is not State.FORWARDED:
            return False
        match self._rules.confirm:
            case Confirm.AUTO:
                return True
            case Confirm.HOLD:
                held_until = (record.forwarded_at or self._now()) + timedelta(minutes=self._rules.hold_minutes)
                return held_until <= self._now()
        return False

    async def _moved(
        self, report: Report, listings: Mapping[str, OrderListing], journals: Mapping[str, Journal | None]
    ) -> dict[str, str]:
        """Orders of which Printful or the counter knows more than Shopify: by id, why."""
        found: dict[str, str] = {}
        try:
            for order_id in await self._moved_at_printful(journals):
                found[order_id] = "Printful went on with it"
        except UpstreamError as error:
            report.failures.append(f"Printful's orders were not listed: {error}")
        try:
            for order_id in await self._moved_at_the_counter(journals):
                found[order_id] = "the counter went on with it"
        except UpstreamError as error:
            report.failures.append(f"tickets were not listed: {error}")
        return {order_id: why for order_id, why in found.items() if order_id in listings}

    async def _moved_at_printful(self, journals: Mapping[str, Journal | None]) -> list[str]:
        live = {
            journal.print.order_id: (order_id, journal)
            for order_id, journal in journals.items()
            if journal is not None and journal.print.order_id is not None and journal.print.state in _LIVE
        }
        if self._print_orders is None or not live:
            return []
        by_number = {bare_id(order_id): order_id for order_id, _ in live.values()}
        self._strays.clear()
        found, seen, offset = [], 0, 0
        while seen < len(live):
            page, total = await self._print_orders.orders(offset=offset, limit=_PAGE, terms=self._terms())
            for each in page:
                known = live.get(each.id)
                if known is None:
                    if each.status not in GONE and (twice := by_number.get((each.external_id or "").split("-")[0])):
                        self._strays.setdefault(twice, set()).add(each.id)
                        found.append(twice)
                    continue
                seen += 1
                order_id, journal = known
                told = {key for key, parcel in journal.print.parcels.items() if parcel.fulfillments or parcel.note}
                if each.status != journal.print.status or {str(s.id) for s in each.shipments} - told:
                    found.append(order_id)
            offset += len(page)
            if not page or offset >= total:
                break
        return found

    async def _moved_at_the_counter(self, journals: Mapping[str, Journal | None]) -> list[str]:
        statuses = {
            ticket.pos_order_id: (order_id, ticket.status)
            for order_id, journal in journals.items()
            if journal is not None
            for ticket in journal.tickets.values()
            if ticket.pos_order_id is not None and ticket.state in _LIVE
        }
        if not statuses:
            return []
        since = (self._began_last or self._now() - LOOKBACK) - OVERLAP
        found = []
        for connector in self._connectors.values():
            for pos_order_id, ticket in (await connector.changed_since(since, terms=self._terms())).items():
                known = statuses.get(pos_order_id)
                if known is not None and known[1] is not ticket.status:
                    found.append(known[0])
        return found

    async def _settled(
        self, candidates: Iterable[_Candidate], *, dry_run: bool, progress: Callable[[int, int], None] | None
    ) -> list[Looked]:
        waiting = sorted(candidates, key=lambda each: (each.why == CHANGED, each.listing.created_at))
        looked: list[Looked] = []
        room = asyncio.Semaphore(AT_ONCE)

        async def one(candidate: _Candidate) -> None:
            async with room:
                done = await (self._foreseen(candidate) if dry_run else self._one(candidate))
            if done is not None:
                looked.append(done)
            if progress is not None:
                progress(len(finished) + 1, len(waiting))
            finished.append(candidate)

        finished: list[_Candidate] = []
        await asyncio.gather(*(one(each) for each in waiting))
        return sorted(looked, key=lambda each: each.name)

    async def _one(self, candidate: _Candidate) -> Looked | None:
        """None for an order that needed nothing."""
        listing = candidate.listing
        try:
            settled = await self._desk.settle(
                listing.id, Wish(look=candidate.look, print_orders=self._strays.get(listing.id, set())), SWEEPING
            )
        except NoSuchOrder:
            return None
        except UpstreamError as error:
            return Looked(listing.name, candidate.why, failure=str(error))
        except Exception as error:  # the others have to be looked at all the same
            log.exception("settling_broke", order=bare_id(listing.id))
            return Looked(listing.name, candidate.why, failure=type(error).__name__)
        if settled.ending is Ending.RESTS:
            self._rested[listing.id] = settled.order.updated_at
            return None
        before = len(candidate.journal.attempts) if candidate.journal is not None else 0
        done = tuple(
            f"{attempt.system.value} {attempt.action}: {attempt.result.value}"
            for attempt in settled.journal.attempts[before:]
        )
        return Looked(listing.name, candidate.why, done, is_pending=settled.ending is Ending.PENDING)

    async def _foreseen(self, candidate: _Candidate) -> Looked | None:
        try:
            order, _, journal = await self._desk.preview(candidate.listing.id, self._terms())
        except NoSuchOrder:
            return None
        except UpstreamError as error:
            return Looked(candidate.listing.name, candidate.why, failure=str(error))
        words = self._desk.outlook(order, journal)
        if candidate.look and not words:
            words = ["look again"]
        return Looked(candidate.listing.name, candidate.why, tuple(words)) if words else None
