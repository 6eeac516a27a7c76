"""Brings one order at a time to where it has to be, in Printful, at the point of sale and in Shopify.

Shopify holds what is remembered: the journal, in a metafield of the order. Whoever works on an order writes a lease
into it first, by comparing its digest, so that of several processes one does the work. Work that was cut short leaves
its lease behind, which tells the next that anything may have happened.
"""

import asyncio
import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count

import structlog
from cachetools import LRUCache

from clients.admin.order_client import AdminOrders
from clients.admin.orders import Order, bare_id
from clients.budget import Priority
from clients.errors import Conflict, Rejected, Unavailable, UpstreamError
from clients.guard import CallOptions
from clients.pos.orders import PosConnector, PosRoutes
from clients.printful.orders import PrintOrder
from clients.timing import Deadline, Timing
from resolvers.designs import DesignCatalogue
from resolvers.orders import notices
from resolvers.orders.delivery import is_for_the_counter
from resolvers.orders.journal import (
    FORWARDING_KEY,
    PRINTFUL_KEY,
    Journal,
    Lease,
    Parcel,
    PrintRecord,
    Result,
    State,
    System,
    TicketRecord,
    lost_journal,
    read_journal,
)
from resolvers.orders.keeper import Keeper
from resolvers.orders.lines import is_printfuls
from resolvers.orders.marks import (
    ALL_TAGS,
    PENDING,
    PRINTFUL_FORWARDED,
    is_pending,
    note_with_ids,
    wanted_note,
    wanted_tags,
)
from resolvers.orders.parcels import Parcels
from resolvers.orders.plan import ForwardingRules, OrderPlan, Readiness
from resolvers.orders.planning import plan_order
from resolvers.orders.pos_leg import PosLeg
from resolvers.orders.pos_leg import Step as TicketStep
from resolvers.orders.print_leg import PrintLeg
from resolvers.orders.print_leg import Step as PrintStep
from resolvers.orders.print_wish import take_print_wish
from resolvers.orders.shipping_choice import depends_on_rates
from resolvers.orders.shop_rates import KnownRates
from resolvers.orders.shutdown import Shutdown, doubt_ticket
from resolvers.orders.wishes import Ending, NoSuchOrder, Settled, Wish
from resolvers.orders.work import Work

log = structlog.get_logger(__name__)

_POLL_S, _LONGEST_POLL_S = 0.25, 8.0  # after how long a lease is looked at again
_CLOCKS_APART = timedelta(seconds=10)  # of processes on several machines
_REMEMBERED = 20_000
_WORK_SHARE = 0.6  # of the time that a shutdown grants; the rest is for writing down what was cut short
_INTERRUPTED = "The gateway was restarted while it worked on this; it goes on by itself."
# Where money came in, or waits for somebody to take it. An order that waits says so; one that nobody paid does not.
_PAYING = frozenset({"PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "REFUNDED", "AUTHORIZED"})


@dataclass(frozen=True, slots=True)
class Pace:
    """How urgent work is and how long it may take: on the order itself, and to write down what came of it.

    `attempt_s` bounds single requests where the upstream's usual bound is too short for an upstream that is slow.
    """

    priority: Priority = Priority.ORDERS
    work_s: float = 2.6
    keep_s: float = 0.9
    attempt_s: float | None = None

    @property
    def lease(self) -> timedelta:
        """For how long nobody else works on the order. Longer than the work may take, else two would."""
        return timedelta(seconds=self.work_s + self.keep_s) + _CLOCKS_APART

    def urgent(self, other: "Pace") -> "Pace":
        """The more urgent of the two."""
        return other if other.priority < self.priority else self

    def options(self, timing: Timing) -> tuple[CallOptions, CallOptions]:
        """The options of the work, and of writing it down."""
        work = Deadline.after(self.work_s, timing.clock)
        keep = Deadline.after(self.work_s + self.keep_s, timing.clock)
        return CallOptions(self.priority, work, self.attempt_s), CallOptions(Priority.NOTES, keep, self.attempt_s)


AT_ONCE = Pace()
SWEEPING = Pace(Priority.SWEEPS, work_s=180.0, keep_s=60.0, attempt_s=30.0)


@dataclass(slots=True)
class _Queued:
    """What runs next for an order: all wishes that wait for it, joined, at the most urgent of their paces."""

    wish: Wish
    pace: Pace
    task: asyncio.Task[Settled] = field(init=False)


class Desk:
    """`print_leg` is None while Printful is off; `routes` are empty while there is no point of sale."""

    def __init__(
        self,
        admin: AdminOrders,
        *,
        print_leg: PrintLeg | None,
        connectors: Mapping[str, PosConnector],
        routes: PosRoutes,
        designs: DesignCatalogue,
        rules: ForwardingRules,
        shop_rates: KnownRates,
        order_changed: Callable[[str], None],
        now: Callable[[], datetime],
        timing: Timing,
    ) -> None:
        self._admin = admin
        self._print = print_leg
        self._pos = PosLeg(connectors)
        self._parcels = Parcels(admin)
        self._routes = routes
        self._designs = designs
        self._rules = rules
        self._shop_rates = shop_rates
        self._order_changed = order_changed
        self._now = now
        self._timing = timing
        self._name = uuid.uuid4().hex
        self._running: dict[str, asyncio.Task[Settled]] = {}
        self._queued: dict[str, _Queued] = {}
        self._owed: dict[str, None] = {}
        self._shutdown = Shutdown()
        self._left: LRUCache[str, tuple[datetime, Ending]] = LRUCache(_REMEMBERED)  # when orders were read, and the end

    async def settle(self, order_id: str, wish: Wish | None = None, pace: Pace = AT_ONCE) -> Settled:
        """Does what is to be done for an order. In this process one at a time works on an order.

        The work goes on when the caller is cancelled. Raises NoSuchOrder, and UpstreamError when the order could not
        be read, taken or written down, or when the process is shutting down.
        """
        if self._shutdown.has_begun:
            raise Unavailable("shopify", "settle", "the gateway is shutting down", was_sent=False)
        wish = wish or Wish()
        waiting = self._queued.get(order_id)
        if waiting is not None:
            waiting.wish.join(wish)
            waiting.pace = waiting.pace.urgent(pace)
            return await asyncio.shield(waiting.task)
        running = self._running.get(order_id)
        if running is None:
            task = self._start(order_id, wish, pace)
        else:
            queued = _Queued(wish, pace)
            task = queued.task = asyncio.create_task(self._after(running, order_id, queued))
            task.add_done_callback(_heard)
            self._queued[order_id] = queued
        return await asyncio.shield(task)

    async def close(self, grace_s: float) -> None:
        """Ends the work under way within `grace_s`, and takes no more.

        What takes too long is cut short in time to write down what may have happened and to release the lease.
        """
        self._shutdown.begin()
        await self._shop_rates.close()
        tasks = {*self._running.values(), *(each.task for each in self._queued.values())}
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace_s * _WORK_SHARE)
        if late:
            log.warning("shutdown_cuts_work_short", orders=len(late))
            self._shutdown.cut()
            _, late = await asyncio.wait(late, timeout=grace_s * (1 - _WORK_SHARE))
        for task in late:
            task.cancel()
        if late:
            log.error("shutdown_left_leases", orders=len(late))
            await asyncio.wait(late)

    def _start(self, order_id: str, wish: Wish, pace: Pace) -> asyncio.Task[Settled]:
        task = asyncio.create_task(self._settle(order_id, wish, pace))
        self._running[order_id] = task

        def over(_: asyncio.Task[Settled]) -> None:
            if self._running.get(order_id) is task:
                del self._running[order_id]

        task.add_done_callback(over)
        task.add_done_callback(_heard)
        return task

    async def _after(self, running: asyncio.Task[Settled], order_id: str, queued: _Queued) -> Settled:
        try:
            await asyncio.wait([running])
        finally:
            del self._queued[order_id]
        return await asyncio.shield(self._start(order_id, queued.wish, queued.pace))

    def known(self, order_id: str, since: datetime) -> Ending | None:
        """How the last work on an order ended, when it was read well after `since`; None when it was not.

        What happened before then was seen.
        """
        left = self._left.get(order_id)
        return left[1] if left is not None and left[0] > since + _CLOCKS_APART else None

    async def mark_pending(self, order_id: str, options: CallOptions) -> None:
        """Has the sweep look at an order. Raises UpstreamError."""
        await self._admin.mark(order_id, add=[PENDING], options=options)

    def owe(self, order_id: str) -> None:
        """Remembers an order that could not even be marked; the next sweep of this process looks at it."""
        self._owed[order_id] = None

    def forgive(self, order_id: str) -> None:
        self._owed.pop(order_id, None)

    @property
    def owed(self) -> frozenset[str]:
        """The orders that this process alone knows to be left for later."""
        return frozenset(self._owed)

    async def preview(self, order_id: str, options: CallOptions) -> tuple[Order, OrderPlan, Journal]:
        """What would be sent for an order now; sends nothing. Raises NoSuchOrder, UpstreamError."""
        order = await self._read(order_id, options)
        journal = self._journal(order)
        return order, self._plan(order, journal), journal

    def outlook(self, order: Order, journal: Journal) -> list[str]:
        """What would be done for an order, a few words each; for who only wants to know."""
        work = Work(order, self._plan(order, journal), journal, self._now, CallOptions(), CallOptions())
        self._recall_cut_work(work)
        if not self._has_work(work):
            return []
        found = []
        if self._print is not None and (step := self._print.next_step(work)) is not PrintStep.REST:
            found.append(f"printful: {step.value}")
        for key in work.ticket_keys:
            if (ticket_step := self._pos.next_step(work, key)) is not TicketStep.REST:
                found.append(f"pos: {ticket_step.value}")
        return found or ["shopify: mark"]

    def foreseen(self, order: Order) -> tuple[OrderPlan, Journal, list[str]]:
        """What is wanted of an order, what is remembered of it, and what would be done for it now; asks nobody."""
        journal = self._journal(order)
        return self._plan(order, journal), journal, self.outlook(order, self._journal(order))

    async def _settle(self, order_id: str, wish: Wish, pace: Pace) -> Settled:
        self._left.pop(order_id, None)
        read_at = self._now()
        self._order_changed(order_id)
        try:
            settled = await self._worked(order_id, wish, pace)
        finally:
            self._order_changed(order_id)
        self._left[order_id] = (read_at, settled.ending)
        self.forgive(order_id)
        return settled

    async def _worked(self, order_id: str, wish: Wish, pace: Pace) -> Settled:
        options, record_options = pace.options(self._timing)
        for looks in count():
            read_at = self._now()
            order = await self._read(order_id, options)
            journal = self._journal(order)
            work = Work(order, self._plan(order, journal), journal, self._now, options, record_options, wish.look)
            work.seen_print_orders, work.read_at = frozenset(wish.print_orders), read_at
            if journal.lease is not None and journal.lease.by != self._name and journal.lease.holds(self._now()):
                await self._wait(looks, options)
                continue
            self._recall_cut_work(work)
            self._take_wish(work, wish)
            if not self._has_work(work) and not wish.withdraw_print:
                return Settled(Ending.RESTS, order, work.plan, journal)
            if self._shutdown.cuts:
                raise Unavailable("shopify", "lease", "the gateway is shutting down", was_sent=False)
            self._pos.announce(work, work.ticket_keys)
            try:
                keeper = await Keeper.take(self._admin, work, Lease(self._name, self._now() + pace.lease))
            except Conflict:
                await self._wait(looks, options)
                continue
            break
        work.save = keeper.save
        work.reread = lambda: self._reread(work)
        if not await self._shutdown.finishes(self._work(work, wish)):
            self._leave(work, wish)
        note, _ = await asyncio.gather(self._note(work), keeper.release())
        await self._mark(work, note)
        return Settled(Ending.PENDING if is_pending(journal) else Ending.WORKED, order, work.plan, journal)

    async def _reread(self, work: Work) -> tuple[Order, OrderPlan]:
        try:
            order = await self._read(work.order.id, work.options)
        except NoSuchOrder:
            raise Unavailable("shopify", "Order", "the order is not there any more") from None
        return order, self._plan(order, work.journal)

    async def _read(self, order_id: str, options: CallOptions) -> Order:
        order = await self._admin.order(order_id, options=options)
        if order is None:
            raise NoSuchOrder(order_id)
        if any(map(is_printfuls, order.lines)) and depends_on_rates(order, self._rules.shipping_methods):
            await self._shop_rates.refresh(options)
        return order

    def _journal(self, order: Order) -> Journal:
        kept = order.metafields.get(FORWARDING_KEY)
        if kept is None and (PRINTFUL_KEY in order.metafields or PRINTFUL_FORWARDED in order.tags):
            return lost_journal(order.number)
        try:
            return read_journal(None if kept is None else kept.value, order.number)
        except ValueError as error:
            log.error("journal_unreadable", order=order.number, detail=str(error))
            return lost_journal(order.number)

    def _plan(self, order: Order, journal: Journal) -> OrderPlan:
        return plan_order(
            order,
            designs=self._designs,
            routes=self._routes,
            rules=self._rules,
            shop_rates=self._shop_rates.rates,
            shipped=journal.shipped,
            sent=journal.sent,
            now=self._now(),
        )

    async def _wait(self, looks: int, options: CallOptions) -> None:
        """Until the lease may be free, the longer the more often it was looked at: each look costs points.

        Raises Unavailable when there is no time for that.
        """
        remaining_s = math.inf if options.deadline is None else options.deadline.remaining_s
        if remaining_s <= _POLL_S:
            raise Unavailable("shopify", "lease", "another process works on the order")
        wait_s = min(_LONGEST_POLL_S, _POLL_S * 2**looks) * (1 + self._timing.jitter())
        await self._timing.sleep(min(wait_s, remaining_s / 2))

    def _recall_cut_work(self, work: Work) -> None:
        """A lease left behind: whatever was under way may have happened without anybody writing it down."""
        journal, order = work.journal, work.order
        if journal.lease is None:
            return
        for printed in journal.print_records:
            printed.doubt(journal.lease.until)
        for there in order.fulfillment_orders:
            route = self._routes.of(there.location_id)
            if route is None or not is_for_the_counter(order, there):
                continue
            record = journal.tickets.setdefault(bare_id(there.id), TicketRecord())
            record.connector = record.connector or route[0]
            doubt_ticket(record)

    def _leave(self, work: Work, wish: Wish) -> None:
        """Notes what was cut short: each part of it may have happened, and the sweep goes on with it."""
        now = self._now()
        if self._print is not None and (wish.withdraw_print or self._print.next_step(work) is not PrintStep.REST):
            for record in work.journal.print_records:
                record.doubt(now)
                if record.order_id is None:
                    record.state, record.reason = State.PENDING, _INTERRUPTED
        for key in work.ticket_keys:
            if self._pos.next_step(work, key) is TicketStep.REST:
                continue
            ticket = work.journal.tickets.setdefault(key, TicketRecord())
            doubt_ticket(ticket)
            if ticket.pos_order_id is None:
                ticket.state, ticket.reason, ticket.sent_at = State.PENDING, _INTERRUPTED, now

    def _take_wish(self, work: Work, wish: Wish) -> None:
        self._pos.suspect(work, wish.tickets)
        work.plan = take_print_wish(work, self._plan, confirm=wish.confirm, retry=wish.retry)
        if wish.retry:
            ready = {bare_id(each.fulfillment_order_id) for each in work.plan.tickets if each.order is not None}
            for key, ticket in work.journal.tickets.items():
                ticket.refuse()
                if ticket.state is State.CANCELLED and key in ready:
                    ticket.again()

    def _has_work(self, work: Work) -> bool:
        if work.journal.lease is not None:
            return True
        if self._print is not None and self._print.next_step(work) is not PrintStep.REST:
            return not self._waits_for_payment(work)
        if any(self._pos.next_step(work, key) is not TicketStep.REST for key in work.ticket_keys):
            return not self._waits_for_payment(work)
        if notices.is_to_be_written(work, prints=self._print is not None):
            return not self._waits_for_payment(work)
        return bool(self._marks(work))

    def _waits_for_payment(self, work: Work) -> bool:
        """Nothing was sent and nothing is owed yet: the message of the payment will come."""
        order, plan = work.order, work.plan
        parts = [plan.print.readiness, *(ticket.readiness for ticket in plan.tickets)]
        if not work.journal.is_new or any(each in (Readiness.READY, Readiness.REFUSED) for each in parts):
            return False
        return order.financial_status not in _PAYING

    async def _work(self, work: Work, wish: Wish) -> None:
        """Both legs at once: a slow printer must not keep a guest from the coffee."""
        legs = [self._counters(work)]
        if self._print is not None:
            legs.append(self._printing(self._print, work, wish))
        await asyncio.gather(*legs)
        notices.write(work, prints=self._print is not None)

    async def _printing(self, leg: PrintLeg, work: Work, wish: Wish) -> None:
        record = work.journal.print
        repeats_us = record.state is State.CANCELLED and _cancelled_by_us(work.journal)
        read = await (leg.withdraw(work) if wish.withdraw_print else leg.run(work))
        if record.state in (State.FAILED, State.CANCELLED) and not repeats_us:  # else the message is no longer true
            for trouble in wish.troubles:
                words = work.clean(trouble)
                work.note(System.PRINTFUL, "message", Result.REFUSED, words)
                if record.state is State.FAILED:
                    record.reason = words
        for printed, found in read:
            self._take_returned(work, wish, printed, found)
        await self._parcels.tell_shipments(work, read)

    def _take_returned(self, work: Work, wish: Wish, record: PrintRecord, found: PrintOrder) -> None:
        """Printful tells only once that a parcel came back, perhaps before that it was sent."""
        sent = {str(each.id) for each in found.shipments}
        for parcel_id, why in wish.returned.items():
            if parcel_id in sent:
                parcel = record.parcels.setdefault(parcel_id, Parcel())
                parcel.returned, parcel.returned_at = work.clean(why), parcel.returned_at or self._now()

    async def _counters(self, work: Work) -> None:
        """All tickets at once, except those that wait until others are cancelled."""
        keys = work.ticket_keys
        blocked = [key for key in keys if self._pos.is_blocked(work, key)]
        await asyncio.gather(*(self._counter(work, key) for key in keys if key not in blocked))
        for key in blocked:
            if self._pos.announce(work, [key]):
                await work.save()
            await self._counter(work, key)

    async def _counter(self, work: Work, key: str) -> None:
        ticket = await self._pos.run(work, key)
        if ticket is not None:
            await self._parcels.tell_ticket(work, key, ticket)

    def _marks(self, work: Work) -> dict[str, object]:
        """What `AdminOrders.mark` has to change on the order."""
        wanted, present = wanted_tags(work.journal, work.plan), work.order.tags & ALL_TAGS
        note = wanted_note(work.order, work.journal)
        changes = {"add": sorted(wanted - present), "remove": sorted(present - wanted), "note": note}
        return {name: value for name, value in changes.items() if value}

    async def _note(self, work: Work) -> str | None:
        """The order's note, read again where it is to be written: staff may have written it since."""
        if wanted_note(work.order, work.journal) is None:
            return work.order.note
        try:
            return await self._admin.note(work.order.id, options=work.record_options)
        except UpstreamError:  # writing it tells what it replaced
            return work.order.note

    async def _mark(self, work: Work, note: str | None) -> None:
        changes = self._marks(work)
        if not changes:
            return
        try:
            if "note" in changes:
                wanted = wanted_tags(work.journal, work.plan)  # those it has already tell what the note is
                compose = partial(note_with_ids, journal=work.journal)
                rest = ALL_TAGS - wanted
                await self._admin.annotate(work.order.id, note, compose, wanted, rest, options=work.record_options)
                return
            await self._admin.mark(work.order.id, **changes, options=work.record_options)  # type: ignore[arg-type]
        except Rejected as error:  # it has as many tags as it can have: the work is done and written down all the same
            log.warning("marks_refused", order=work.order.number, detail=work.clean(error.detail))


def _cancelled_by_us(journal: Journal) -> bool:
    cancel = (System.PRINTFUL, "cancel", Result.DONE)
    return any((each.system, each.action, each.result) == cancel for each in journal.attempts)


def _heard(task: asyncio.Task[Settled]) -> None:
    """Its failure is told to whoever waits for it, be there one or none."""
    if not task.cancelled():
        task.exception()
