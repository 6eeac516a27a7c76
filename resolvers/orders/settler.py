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
    AttemptResult,
    Journal,
    Lease,
    Parcel,
    PartState,
    PrintRecord,
    System,
    TicketRecord,
    lost_journal,
    read_journal,
)
from resolvers.orders.lease_holder import LeaseHolder
from resolvers.orders.lines import is_printfuls
from resolvers.orders.order_marks import (
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
from resolvers.orders.pos_tickets import PosTicketActions, TicketAction
from resolvers.orders.print_order import PrintAction, PrintOrderActions
from resolvers.orders.settle_request import NoSuchOrder, Settled, SettleOutcome, SettleRequest
from resolvers.orders.settlement import Settlement
from resolvers.orders.shipping_choice import depends_on_rates
from resolvers.orders.shop_rates import KnownRates
from resolvers.orders.shutdown import Shutdown, mark_ticket_uncertain
from resolvers.orders.staff_requests import apply_staff_request

log = structlog.get_logger(__name__)

_POLL_S, _LONGEST_POLL_S = 0.25, 8.0  # after how long a lease is looked at again
_CLOCKS_APART = timedelta(seconds=10)  # of processes on several machines
_REMEMBERED = 20_000
_WORK_SHARE = 0.6  # of the time that a shutdown grants; the rest is for writing down what was cut short
_INTERRUPTED = "The gateway was restarted while it worked on this; it goes on by itself."
# Where money came in, or waits for somebody to take it. An order that waits says so; one that nobody paid does not.
_PAYING = frozenset({"PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "REFUNDED", "AUTHORIZED"})


@dataclass(frozen=True, slots=True)
class TimeBudget:
    """How urgent work is and how long it may take: on the order itself, and to write down what came of it.

    `attempt_s` bounds single requests where the upstream's usual bound is too short for an upstream that is slow.
    """

    priority: Priority = Priority.ORDERS
    work_s: float = 2.6
    write_s: float = 0.9
    attempt_s: float | None = None

    @property
    def lease(self) -> timedelta:
        """For how long nobody else works on the order. Longer than the work may take, else two would."""
        return timedelta(seconds=self.work_s + self.write_s) + _CLOCKS_APART

    def urgent(self, other: "TimeBudget") -> "TimeBudget":
        """The more urgent of the two."""
        return other if other.priority < self.priority else self

    def options(self, timing: Timing) -> tuple[CallOptions, CallOptions]:
        """The options of the work, and of writing it down."""
        work = Deadline.after(self.work_s, timing.clock)
        keep = Deadline.after(self.work_s + self.write_s, timing.clock)
        return CallOptions(self.priority, work, self.attempt_s), CallOptions(Priority.NOTES, keep, self.attempt_s)


AT_ONCE = TimeBudget()
SWEEPING = TimeBudget(Priority.SWEEPS, work_s=180.0, write_s=60.0, attempt_s=30.0)


@dataclass(slots=True)
class _Queued:
    """What runs next for an order: all wishes that wait for it, joined, at the most urgent of their paces."""

    request: SettleRequest
    time_budget: TimeBudget
    task: asyncio.Task[Settled] = field(init=False)


class OrderSettler:
    """`print_actions` is None while Printful is off; `routes` are empty while there is no point of sale."""

    def __init__(
        self,
        admin: AdminOrders,
        *,
        print_actions: PrintOrderActions | None,
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
        self._print_actions = print_actions
        self._ticket_actions = PosTicketActions(connectors)
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
        self._deferred: dict[str, None] = {}
        self._shutdown = Shutdown()
        self._left: LRUCache[str, tuple[datetime, SettleOutcome]] = LRUCache(
            _REMEMBERED
        )  # when orders were read, and the end

    async def settle(
        self, order_id: str, request: SettleRequest | None = None, time_budget: TimeBudget = AT_ONCE
    ) -> Settled:
        """Does what is to be done for an order. In this process one at a time works on an order.

        The work goes on when the caller is cancelled. Raises NoSuchOrder, and UpstreamError when the order could not
        be read, taken or written down, or when the process is shutting down.
        """
        if self._shutdown.has_begun:
            raise Unavailable("shopify", "settle", "the gateway is shutting down", was_sent=False)
        request = request or SettleRequest()
        waiting = self._queued.get(order_id)
        if waiting is not None:
            waiting.request.join(request)
            waiting.time_budget = waiting.time_budget.urgent(time_budget)
            return await asyncio.shield(waiting.task)
        running = self._running.get(order_id)
        if running is None:
            task = self._start(order_id, request, time_budget)
        else:
            queued = _Queued(request, time_budget)
            task = queued.task = asyncio.create_task(self._after(running, order_id, queued))
            task.add_done_callback(_retrieve_failure)
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

    def _start(self, order_id: str, request: SettleRequest, time_budget: TimeBudget) -> asyncio.Task[Settled]:
        task = asyncio.create_task(self._settle(order_id, request, time_budget))
        self._running[order_id] = task

        def over(_: asyncio.Task[Settled]) -> None:
            if self._running.get(order_id) is task:
                del self._running[order_id]

        task.add_done_callback(over)
        task.add_done_callback(_retrieve_failure)
        return task

    async def _after(self, running: asyncio.Task[Settled], order_id: str, queued: _Queued) -> Settled:
        try:
            await asyncio.wait([running])
        finally:
            del self._queued[order_id]
        return await asyncio.shield(self._start(order_id, queued.request, queued.time_budget))

    def known(self, order_id: str, since: datetime) -> SettleOutcome | None:
        """How the last work on an order ended, when it was read well after `since`; None when it was not.

        What happened before then was seen.
        """
        left = self._left.get(order_id)
        return left[1] if left is not None and left[0] > since + _CLOCKS_APART else None

    async def mark_pending(self, order_id: str, options: CallOptions) -> None:
        """Has the sweep look at an order. Raises UpstreamError."""
        await self._admin.mark(order_id, add=[PENDING], options=options)

    def defer(self, order_id: str) -> None:
        """Remembers an order that could not even be marked; the next sweep of this process looks at it."""
        self._deferred[order_id] = None

    def drop_deferred(self, order_id: str) -> None:
        self._deferred.pop(order_id, None)

    @property
    def deferred(self) -> frozenset[str]:
        """The orders that this process alone knows to be left for later."""
        return frozenset(self._deferred)

    async def preview(self, order_id: str, options: CallOptions) -> tuple[Order, OrderPlan, Journal]:
        """What would be sent for an order now; sends nothing. Raises NoSuchOrder, UpstreamError."""
        order = await self._read(order_id, options)
        journal = self._journal(order)
        return order, self._plan(order, journal), journal

    def expected_actions(self, order: Order, journal: Journal) -> list[str]:
        """What would be done for an order, a few words each; for who only wants to know."""
        settlement = Settlement(order, self._plan(order, journal), journal, self._now, CallOptions(), CallOptions())
        self._recover_interrupted(settlement)
        if not self._has_work(settlement):
            return []
        found = []
        if (
            self._print_actions is not None
            and (step := self._print_actions.next_step(settlement)) is not PrintAction.REST
        ):
            found.append(f"printful: {step.value}")
        for key in settlement.ticket_keys:
            if (ticket_step := self._ticket_actions.next_step(settlement, key)) is not TicketAction.REST:
                found.append(f"pos: {ticket_step.value}")
        return found or ["shopify: mark"]

    def plan_with_actions(self, order: Order) -> tuple[OrderPlan, Journal, list[str]]:
        """What is wanted of an order, what is remembered of it, and what would be done for it now; asks nobody."""
        journal = self._journal(order)
        return self._plan(order, journal), journal, self.expected_actions(order, self._journal(order))

    async def _settle(self, order_id: str, request: SettleRequest, time_budget: TimeBudget) -> Settled:
        self._left.pop(order_id, None)
        read_at = self._now()
        self._order_changed(order_id)
        try:
            settled = await self._settle_under_lease(order_id, request, time_budget)
        finally:
            self._order_changed(order_id)
        self._left[order_id] = (read_at, settled.outcome)
        self.drop_deferred(order_id)
        return settled

    async def _settle_under_lease(self, order_id: str, request: SettleRequest, time_budget: TimeBudget) -> Settled:
        options, record_options = time_budget.options(self._timing)
        for attempts_made in count():
            read_at = self._now()
            order = await self._read(order_id, options)
            journal = self._journal(order)
            settlement = Settlement(
                order, self._plan(order, journal), journal, self._now, options, record_options, request.follow
            )
            settlement.seen_print_orders, settlement.read_at = frozenset(request.print_orders), read_at
            if journal.lease is not None and journal.lease.by != self._name and journal.lease.holds(self._now()):
                await self._wait(attempts_made, options)
                continue
            self._recover_interrupted(settlement)
            self._apply_request(settlement, request)
            if not self._has_work(settlement) and not request.withdraw_print:
                return Settled(SettleOutcome.RESTS, order, settlement.plan, journal)
            if self._shutdown.cuts:
                raise Unavailable("shopify", "lease", "the gateway is shutting down", was_sent=False)
            self._ticket_actions.announce(settlement, settlement.ticket_keys)
            try:
                lease_holder = await LeaseHolder.take(
                    self._admin, settlement, Lease(self._name, self._now() + time_budget.lease)
                )
            except Conflict:
                await self._wait(attempts_made, options)
                continue
            break
        settlement.save = lease_holder.save
        settlement.reread = lambda: self._reread(settlement)
        if not await self._shutdown.finishes(self._carry_out(settlement, request)):
            self._record_interruption(settlement, request)
        note, _ = await asyncio.gather(self._note(settlement), lease_holder.release())
        await self._mark(settlement, note)
        return Settled(
            SettleOutcome.PENDING if is_pending(journal) else SettleOutcome.WORKED, order, settlement.plan, journal
        )

    async def _reread(self, settlement: Settlement) -> tuple[Order, OrderPlan]:
        try:
            order = await self._read(settlement.order.id, settlement.options)
        except NoSuchOrder:
            raise Unavailable("shopify", "Order", "the order is not there any more") from None
        return order, self._plan(order, settlement.journal)

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

    async def _wait(self, attempts_made: int, options: CallOptions) -> None:
        """Until the lease may be free, the longer the more often it was looked at: each look costs points.

        Raises Unavailable when there is no time for that.
        """
        remaining_s = math.inf if options.deadline is None else options.deadline.remaining_s
        if remaining_s <= _POLL_S:
            raise Unavailable("shopify", "lease", "another process works on the order")
        wait_s = min(_LONGEST_POLL_S, _POLL_S * 2**attempts_made) * (1 + self._timing.jitter())
        await self._timing.sleep(min(wait_s, remaining_s / 2))

    def _recover_interrupted(self, settlement: Settlement) -> None:
        """A lease left behind: whatever was under way may have happened without anybody writing it down."""
        journal, order = settlement.journal, settlement.order
        if journal.lease is None:
            return
        for printed in journal.print_records:
            printed.mark_uncertain(journal.lease.until)
        for there in order.fulfillment_orders:
            route = self._routes.of(there.location_id)
            if route is None or not is_for_the_counter(order, there):
                continue
            record = journal.tickets.setdefault(bare_id(there.id), TicketRecord())
            record.connector = record.connector or route[0]
            mark_ticket_uncertain(record)

    def _record_interruption(self, settlement: Settlement, request: SettleRequest) -> None:
        """Notes what was cut short: each part of it may have happened, and the sweep goes on with it."""
        now = self._now()
        if self._print_actions is not None and (
            request.withdraw_print or self._print_actions.next_step(settlement) is not PrintAction.REST
        ):
            for record in settlement.journal.print_records:
                record.mark_uncertain(now)
                if record.order_id is None:
                    record.state, record.reason = PartState.PENDING, _INTERRUPTED
        for key in settlement.ticket_keys:
            if self._ticket_actions.next_step(settlement, key) is TicketAction.REST:
                continue
            ticket = settlement.journal.tickets.setdefault(key, TicketRecord())
            mark_ticket_uncertain(ticket)
            if ticket.pos_order_id is None:
                ticket.state, ticket.reason, ticket.sent_at = PartState.PENDING, _INTERRUPTED, now

    def _apply_request(self, settlement: Settlement, request: SettleRequest) -> None:
        self._ticket_actions.note_seen_tickets(settlement, request.tickets)
        settlement.plan = apply_staff_request(settlement, self._plan, confirm=request.confirm, retry=request.retry)
        if request.retry:
            ready = {bare_id(each.fulfillment_order_id) for each in settlement.plan.tickets if each.order is not None}
            for key, ticket in settlement.journal.tickets.items():
                ticket.forget_refusals()
                if ticket.state is PartState.CANCELLED and key in ready:
                    ticket.start_renewal()

    def _has_work(self, settlement: Settlement) -> bool:
        if settlement.journal.lease is not None:
            return True
        if self._print_actions is not None and self._print_actions.next_step(settlement) is not PrintAction.REST:
            return not self._waits_for_payment(settlement)
        if any(
            self._ticket_actions.next_step(settlement, key) is not TicketAction.REST for key in settlement.ticket_keys
        ):
            return not self._waits_for_payment(settlement)
        if notices.is_to_be_written(settlement, prints=self._print_actions is not None):
            return not self._waits_for_payment(settlement)
        return bool(self._mark_changes(settlement))

    def _waits_for_payment(self, settlement: Settlement) -> bool:
        """Nothing was sent and nothing is owed yet: the message of the payment will come."""
        order, plan = settlement.order, settlement.plan
        parts = [plan.print.readiness, *(ticket.readiness for ticket in plan.tickets)]
        if not settlement.journal.is_new or any(each in (Readiness.READY, Readiness.REFUSED) for each in parts):
            return False
        return order.financial_status not in _PAYING

    async def _carry_out(self, settlement: Settlement, request: SettleRequest) -> None:
        """Both legs at once: a slow printer must not keep a guest from the coffee."""
        both = [self._counters(settlement)]
        if self._print_actions is not None:
            both.append(self._printing(self._print_actions, settlement, request))
        await asyncio.gather(*both)
        notices.write(settlement, prints=self._print_actions is not None)

    async def _printing(self, print_actions: PrintOrderActions, settlement: Settlement, request: SettleRequest) -> None:
        record = settlement.journal.print
        repeats_us = record.state is PartState.CANCELLED and _cancelled_by_us(settlement.journal)
        read = await (print_actions.withdraw(settlement) if request.withdraw_print else print_actions.run(settlement))
        if (
            record.state in (PartState.FAILED, PartState.CANCELLED) and not repeats_us
        ):  # else the message is no longer true
            for trouble in request.troubles:
                words = settlement.clean(trouble)
                settlement.record_attempt(System.PRINTFUL, "message", AttemptResult.REFUSED, words)
                if record.state is PartState.FAILED:
                    record.reason = words
        for printed, found in read:
            self._record_returns(settlement, request, printed, found)
        await self._parcels.report_shipments(settlement, read)

    def _record_returns(
        self, settlement: Settlement, request: SettleRequest, record: PrintRecord, found: PrintOrder
    ) -> None:
        """Printful tells only once that a parcel came back, perhaps before that it was sent."""
        sent = {str(each.id) for each in found.shipments}
        for parcel_id, why in request.returned.items():
            if parcel_id in sent:
                parcel = record.parcels.setdefault(parcel_id, Parcel())
                parcel.returned, parcel.returned_at = settlement.clean(why), parcel.returned_at or self._now()

    async def _counters(self, settlement: Settlement) -> None:
        """All tickets at once, except those that wait until others are cancelled."""
        keys = settlement.ticket_keys
        blocked = [key for key in keys if self._ticket_actions.is_blocked(settlement, key)]
        await asyncio.gather(*(self._counter(settlement, key) for key in keys if key not in blocked))
        for key in blocked:
            if self._ticket_actions.announce(settlement, [key]):
                await settlement.save()
            await self._counter(settlement, key)

    async def _counter(self, settlement: Settlement, key: str) -> None:
        ticket = await self._ticket_actions.run(settlement, key)
        if ticket is not None:
            await self._parcels.report_ticket(settlement, key, ticket)

    def _mark_changes(self, settlement: Settlement) -> dict[str, object]:
        """What `AdminOrders.mark` has to change on the order."""
        wanted, present = wanted_tags(settlement.journal, settlement.plan), settlement.order.tags & ALL_TAGS
        note = wanted_note(settlement.order, settlement.journal)
        changes = {"add": sorted(wanted - present), "remove": sorted(present - wanted), "note": note}
        return {name: value for name, value in changes.items() if value}

    async def _note(self, settlement: Settlement) -> str | None:
        """The order's note, read again where it is to be written: staff may have written it since."""
        if wanted_note(settlement.order, settlement.journal) is None:
            return settlement.order.note
        try:
            return await self._admin.note(settlement.order.id, options=settlement.record_options)
        except UpstreamError:  # writing it tells what it replaced
            return settlement.order.note

    async def _mark(self, settlement: Settlement, note: str | None) -> None:
        changes = self._mark_changes(settlement)
        if not changes:
            return
        try:
            if "note" in changes:
                wanted = wanted_tags(settlement.journal, settlement.plan)  # those it has already tell what the note is
                compose = partial(note_with_ids, journal=settlement.journal)
                rest = ALL_TAGS - wanted
                await self._admin.annotate(
                    settlement.order.id, note, compose, wanted, rest, options=settlement.record_options
                )
                return
            await self._admin.mark(settlement.order.id, **changes, options=settlement.record_options)  # type: ignore[arg-type]
        except Rejected as error:  # it has as many tags as it can have: the work is done and written down all the same
            log.warning("marks_refused", order=settlement.order.number, detail=settlement.clean(error.detail))


def _cancelled_by_us(journal: Journal) -> bool:
    cancel = (System.PRINTFUL, "cancel", AttemptResult.DONE)
    return any((each.system, each.action, each.result) == cancel for each in journal.attempts)


def _retrieve_failure(task: asyncio.Task[Settled]) -> None:
    """Its failure is told to whoever waits for it, be there one or none."""
    if not task.cancelled():
        task.exception()
