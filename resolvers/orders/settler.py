"""Settles orders: brings one at a time up to date at Printful, at the point of sale and in Shopify.

The state of an order is its journal, a metafield at Shopify. A process first writes a lease into it with a compared
digest, so that only one process works on the order. The lease of a process that died tells the next one that anything
may have been sent.
"""

import asyncio
import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from cachetools import LRUCache

from clients.admin.order_client import AdminOrders
from clients.admin.order_statuses import PAID, FinancialStatus
from clients.admin.orders import Order
from clients.budget import Priority
from clients.errors import Conflict, Unavailable
from clients.global_ids import GlobalId, bare_id
from clients.guard import CallOptions
from clients.pos.orders import PosConnector, PosRoutes
from clients.timing import Deadline, Timing
from clients.tracing import span
from clients.upstreams import UpstreamName
from resolvers.designs import DesignCatalogue
from resolvers.orders import interruptions, notices
from resolvers.orders.action_loop import ActionLoop
from resolvers.orders.actions import actions
from resolvers.orders.journal import Journal, Lease
from resolvers.orders.lease_holder import LeaseHolder
from resolvers.orders.mark_writer import MarkWriter, mark_changes
from resolvers.orders.order_marks import PENDING, is_pending
from resolvers.orders.order_planner import OrderPlanner
from resolvers.orders.parcels import Parcels
from resolvers.orders.parts import Action
from resolvers.orders.plan import ForwardingRules, OrderPlan, Readiness
from resolvers.orders.pos_tickets import PosTicketActions
from resolvers.orders.print_order import PrintOrderActions
from resolvers.orders.request_effects import apply_request
from resolvers.orders.settle_request import Settled, SettleOutcome, SettleRequest
from resolvers.orders.settlement import OnAttempt, Settlement
from resolvers.orders.shop_rates import KnownRates
from resolvers.orders.shutdown import Shutdown
from resolvers.orders.time_budget import CLOCKS_APART, IMMEDIATE, TimeBudget

log = structlog.get_logger(__name__)

_POLL_S, _LONGEST_POLL_S = 0.25, 8.0  # the first and the longest wait before a lease is read again
_REMEMBERED = 20_000
_WORK_SHARE = 0.6  # of the shutdown's grace period; the rest is for recording interrupted settlements
_CLOSING_REQUESTS = 3  # for that: read the lease, release it, mark the order
# Paid orders, and orders whose payment waits for a person. Their journals record what they wait for.
_PAYING = PAID | {FinancialStatus.PARTIALLY_PAID, FinancialStatus.REFUNDED, FinancialStatus.AUTHORIZED}


@dataclass(frozen=True, slots=True)
class ExpectedActions:
    """The actions that a settlement would take, in words. `refuses`: one of them would leave a part to staff."""

    words: tuple[str, ...]
    refuses: bool = False


@dataclass(slots=True)
class _Queued:
    """The next settlement of an order: its waiting requests, merged, with the most urgent of their budgets."""

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
        order_changed: Callable[[GlobalId], None],
        now: Callable[[], datetime],
        timing: Timing,
        on_attempt: OnAttempt | None = None,
    ) -> None:
        self._admin = admin
        self._planner = OrderPlanner(
            admin,
            designs=designs,
            routes=routes,
            rules=rules,
            shop_rates=shop_rates,
            prints=print_actions is not None,
            now=now,
            on_attempt=on_attempt,
        )
        self._loop = ActionLoop(print_actions, PosTicketActions(connectors), Parcels(admin))
        self._marks = MarkWriter(admin)
        self._routes = routes
        self._shop_rates = shop_rates
        self._order_changed = order_changed
        self._now = now
        self._timing = timing
        self._name = uuid.uuid4().hex
        self._running: dict[GlobalId, asyncio.Task[Settled]] = {}
        self._queued: dict[GlobalId, _Queued] = {}
        self._deferred: dict[GlobalId, None] = {}
        self._shutdown = Shutdown()
        # When orders were last read, and how their settlement ended.
        self._outcomes: LRUCache[GlobalId, tuple[datetime, SettleOutcome]] = LRUCache(_REMEMBERED)

    async def settle(
        self, order_id: GlobalId, request: SettleRequest | None = None, time_budget: TimeBudget = IMMEDIATE
    ) -> Settled:
        """Settles an order. Concurrent requests for one order are merged.

        The settlement continues when the caller is cancelled. Raises NoSuchOrder; UpstreamError when the order could
        not be read, leased or saved, or when the process is shutting down.
        """
        if self._shutdown.has_begun:
            raise _shuts_down("settle")
        request = request or SettleRequest()
        waiting = self._queued.get(order_id)
        if waiting is not None:
            waiting.request.join(request)
            waiting.time_budget = waiting.time_budget.more_urgent(time_budget)
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
        """Waits up to `grace_s` for running settlements, and starts no more.

        Late settlements are cancelled early enough to record what may have happened and release the lease.
        """
        self._shutdown.begin()
        await self._shop_rates.close()
        tasks = {*self._running.values(), *(each.task for each in self._queued.values())}
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace_s * _WORK_SHARE)
        if late:
            log.warning("settlements_cut_short", orders=len(late))
            closing_s = grace_s * (1 - _WORK_SHARE)
            deadline = Deadline.after(closing_s, self._timing.clock)
            self._shutdown.cut(CallOptions(Priority.ORDERS, deadline, attempt_s=closing_s / _CLOSING_REQUESTS))
            _, late = await asyncio.wait(late, timeout=closing_s)
        for task in late:
            task.cancel()
        if late:
            log.error("leases_left_behind", orders=len(late))
            await asyncio.wait(late)

    def _start(self, order_id: GlobalId, request: SettleRequest, time_budget: TimeBudget) -> asyncio.Task[Settled]:
        task = asyncio.create_task(self._settle(order_id, request, time_budget))
        self._running[order_id] = task

        def over(_: asyncio.Task[Settled]) -> None:
            if self._running.get(order_id) is task:
                del self._running[order_id]

        task.add_done_callback(over)
        task.add_done_callback(_retrieve_failure)
        return task

    async def _after(self, running: asyncio.Task[Settled], order_id: GlobalId, queued: _Queued) -> Settled:
        try:
            await asyncio.wait([running])
        finally:
            del self._queued[order_id]
        return await asyncio.shield(self._start(order_id, queued.request, queued.time_budget))

    def outcome_since(self, order_id: GlobalId, since: datetime) -> SettleOutcome | None:
        """The outcome of the last settlement that read the order after `since`; None when there was none.

        Such a settlement saw every change before `since`.
        """
        last = self._outcomes.get(order_id)
        return last[1] if last is not None and last[0] > since + CLOCKS_APART else None

    async def mark_pending(self, order_id: GlobalId, options: CallOptions) -> None:
        """Tags an order so that every sweep settles it. Raises UpstreamError."""
        await self._admin.mark(order_id, add=[PENDING], options=options)

    def defer(self, order_id: GlobalId) -> None:
        """Defers an order to this process's next sweep, when it could not be tagged."""
        self._deferred[order_id] = None

    def drop_deferred(self, order_id: GlobalId) -> None:
        """Forgets a deferred order: it is settled, or gone."""
        self._deferred.pop(order_id, None)

    @property
    def deferred(self) -> frozenset[GlobalId]:
        """The deferred orders, which only this process remembers."""
        return frozenset(self._deferred)

    async def preview(self, order_id: GlobalId, options: CallOptions) -> ExpectedActions:
        """The actions that a settlement would take now. Raises NoSuchOrder and UpstreamError."""
        return self._expected_actions(await self._planner.read(order_id, options))

    def plan_with_actions(self, order: Order) -> tuple[OrderPlan, Journal, list[str]]:
        """An order's plan, its journal, and the actions that a settlement would take now. Sends nothing."""
        journal = self._planner.journal(order)
        return self._planner.plan(order, journal), journal, list(self._expected_actions(order).words)

    def _expected_actions(self, order: Order) -> ExpectedActions:
        settlement = self._planner.settlement(order, CallOptions(), CallOptions())
        interruptions.recover(settlement, self._routes)
        if not _has_work(settlement):
            return ExpectedActions(())
        planned = actions(settlement)
        return ExpectedActions(
            tuple(each.words for each in planned) or ("shopify: mark",),
            refuses=any(each.action is Action.REFUSE for each in planned),
        )

    async def _settle(self, order_id: GlobalId, request: SettleRequest, time_budget: TimeBudget) -> Settled:
        self._outcomes.pop(order_id, None)
        read_at = self._now()
        self._order_changed(order_id)
        try:
            with span("settle order", {"gateway.order": bare_id(order_id)}) as settling:
                settled = await self._settle_when_free(order_id, request, time_budget)
                settling.note({"gateway.outcome": settled.outcome.value})
        finally:
            self._order_changed(order_id)
        self._outcomes[order_id] = (read_at, settled.outcome)
        self.drop_deferred(order_id)
        return settled

    async def _settle_when_free(self, order_id: GlobalId, request: SettleRequest, time_budget: TimeBudget) -> Settled:
        """Reads the order and settles it once no other process holds its lease."""
        options, record_options = time_budget.options(self._timing)
        attempt = 0
        while True:
            read_at = self._now()
            settlement = self._planner.settlement(await self._planner.read(order_id, options), options, record_options)
            settlement.read_at, settlement.follow, settlement.by = read_at, request.follow, request.by
            if not self._is_taken(settlement.journal):
                interruptions.recover(settlement, self._routes)
                apply_request(settlement, request, self._planner.plan)
                if not _has_work(settlement):
                    return _settled(SettleOutcome.NOTHING_TO_DO, settlement)
                lease_holder = await self._take_lease(settlement, time_budget)
                if lease_holder is not None:
                    return await self._settle_under(lease_holder, settlement, request)
            await self._wait(attempt, options)
            attempt += 1

    def _is_taken(self, journal: Journal) -> bool:
        """Whether another process works on the order."""
        lease = journal.lease
        return lease is not None and lease.by != self._name and lease.holds(self._now())

    async def _take_lease(self, settlement: Settlement, time_budget: TimeBudget) -> LeaseHolder | None:
        """Writes the lease together with the planned actions; None when another process was faster."""
        if self._shutdown.closing is not None:
            raise _shuts_down("lease")
        for part, action in actions(settlement):
            part.begin(action)
        lease_holder = LeaseHolder(self._admin, settlement, Lease(self._name, self._now() + time_budget.lease))
        try:
            if await self._shutdown.finishes(lease_holder.take()):
                return lease_holder
        except Conflict:
            return None
        settlement.record_options = self._shutdown.closing or settlement.record_options
        if await lease_holder.is_ours():
            await lease_holder.put_back()
        raise _shuts_down("lease")

    async def _settle_under(self, lease_holder: LeaseHolder, settlement: Settlement, request: SettleRequest) -> Settled:
        """Carries out the actions, then saves the results and releases the lease."""
        settlement.save = lease_holder.save
        is_done = await self._shutdown.finishes(self._loop.run(settlement, request))
        if not is_done:
            interruptions.record_interruption(settlement)
        if not is_done or not await self._shutdown.finishes(self._write_down(lease_holder, settlement)):
            settlement.record_options = self._shutdown.closing or settlement.record_options
            if await lease_holder.is_ours():
                await self._write_down(lease_holder, settlement)
            else:  # the answer to the release was lost
                await self._marks.write(settlement, await self._marks.current_note(settlement))
        is_left = is_pending(settlement.journal)
        return _settled(SettleOutcome.PENDING if is_left else SettleOutcome.WORKED, settlement)

    async def _write_down(self, lease_holder: LeaseHolder, settlement: Settlement) -> None:
        note, _ = await asyncio.gather(self._marks.current_note(settlement), lease_holder.release())
        await self._marks.write(settlement, note)

    async def _wait(self, attempt: int, options: CallOptions) -> None:
        """Waits with exponential backoff, because each read costs points of Admin's budget.

        Raises Unavailable when the deadline is too close.
        """
        remaining_s = math.inf if options.deadline is None else options.deadline.remaining_s
        if remaining_s <= _POLL_S:
            raise Unavailable(UpstreamName.SHOPIFY, "lease", "another process works on the order")
        wait_s = min(_LONGEST_POLL_S, _POLL_S * 2**attempt) * (1 + self._timing.jitter())
        await self._timing.sleep(min(wait_s, remaining_s / 2))


def _has_work(settlement: Settlement) -> bool:
    if settlement.journal.lease is not None:
        return True
    if actions(settlement) or notices.is_to_be_written(settlement):
        return not _waits_for_payment(settlement)
    return bool(mark_changes(settlement))


def _waits_for_payment(settlement: Settlement) -> bool:
    """Whether nothing was sent or is due before the payment, which a webhook will report."""
    order, plan = settlement.order, settlement.plan
    parts = [plan.print.readiness, *(ticket.readiness for ticket in plan.tickets)]
    if not settlement.journal.is_new or any(each in (Readiness.READY, Readiness.REFUSED) for each in parts):
        return False
    return order.financial_status not in _PAYING


def _settled(outcome: SettleOutcome, settlement: Settlement) -> Settled:
    return Settled(outcome, settlement.order, settlement.plan, settlement.journal)


def _shuts_down(operation: str) -> Unavailable:
    return Unavailable(UpstreamName.SHOPIFY, operation, "the gateway is shutting down", was_sent=False)


def _retrieve_failure(task: asyncio.Task[Settled]) -> None:
    """Marks the task's exception as retrieved, in case that no caller waits any more."""
    if not task.cancelled():
        task.exception()
