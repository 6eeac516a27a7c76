"""Reads one order for a person: the parts at Shopify, at Printful and at the counter, each when it is needed."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog

from clients.admin.orders import Order, OrderListing
from clients.cache.answers import Fetched
from clients.cache.policies import Policy
from clients.cache.tags import of_id
from clients.errors import Broken, UpstreamError
from clients.global_ids import GlobalId, bare_id
from clients.guard import CallOptions
from clients.pos.orders import TicketState
from clients.printful.orders import PrintOrder
from clients.upstreams import UpstreamName
from resolvers.orders.journal import FORWARDING_KEY, Journal, read_journal
from resolvers.orders.service import OrderService
from resolvers.orders.view import (
    OrderStage,
    PrintView,
    TicketView,
    TimelineEvent,
    print_view,
    step,
    ticket_views,
    timeline,
)
from resolvers.request_cache import RequestCache

log = structlog.get_logger(__name__)
T = TypeVar("T")
_BYTES_OF_STATUS = 4000


class StatusCache:
    """Caches the statuses of orders at Printful and at the point of sale for the seconds of `policy`.

    Pages poll for the next step, but Printful allows only 120 requests a minute in total.
    """

    def __init__(self, reads: RequestCache, policy: Policy) -> None:
        self._reads = reads
        self._policy = policy

    async def read(self, upstream: UpstreamName, key: str, order_id: GlobalId, fetch: Callable[[], Awaitable[T]]) -> T:
        """The cached value of `key`, or the result of `fetch`. Raises what `fetch` raises."""

        async def fetched() -> Fetched[T]:
            return Fetched(await fetch(), (of_id(order_id),), _BYTES_OF_STATUS)

        return await self._reads.read(upstream, ("order_status", key), self._policy, fetched)


class OrderReading:
    """An order of which only the listing is read at first. Each upstream is read at most once, when needed.

    When Printful or the point of sale fails, their parts come from the journal. Methods raise UpstreamError when
    Shopify itself fails.
    """

    def __init__(
        self,
        service: OrderService,
        listing: OrderListing,
        options: CallOptions,
        order: Order | None = None,
        status_cache: StatusCache | None = None,
    ) -> None:
        self.listing = listing
        self._service = service
        self._options = options
        self._order = order
        self._status_cache = status_cache
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        try:
            self.journal = read_journal(listing.forwarding, bare_id(listing.id))
        except ValueError as error:
            log.error("journal_read_failed", order=listing.name, detail=str(error))
            self.journal = Journal(order=bare_id(listing.id))

    @classmethod
    def of(
        cls, service: OrderService, order: Order, options: CallOptions, status_cache: StatusCache | None = None
    ) -> "OrderReading":
        """The reading of an order that was already read."""
        return cls(service, listing_of(order), options, order, status_cache)

    async def order(self) -> Order:
        """The complete order in Shopify."""
        if self._order is None:
            self._order = await self._once("order", self._read_order)
        return self._order

    async def printed(self) -> PrintView | None:
        """The order at Printful; None if it has none."""
        return print_view(self.journal, await self._once("print", self._read_print))

    async def print_order(self) -> PrintOrder | None:
        """The first order at Printful as it is there now; None where it has none or does not answer."""
        return await self._once("print", self._read_print)

    async def tickets(self) -> tuple[TicketView, ...]:
        """The order's tickets at the counter."""
        order, states = await asyncio.gather(self.order(), self._once("tickets", self._read_tickets))
        return ticket_views(order, self.journal, states)

    async def step(self) -> OrderStage:
        """How far the order is, for the buyer."""
        order, printed, tickets = await asyncio.gather(self.order(), self.printed(), self.tickets())
        return step(order, self.journal, printed, tickets)

    async def timeline(self) -> tuple[TimelineEvent, ...]:
        """The events of the order in all systems, oldest first."""
        order, printed, tickets = await asyncio.gather(self.order(), self.printed(), self.tickets())
        return timeline(order, self.journal, printed, tickets)

    async def _once(self, name: str, read: Callable[[], Coroutine[Any, Any, T]]) -> T:
        task: asyncio.Task[T] | None = self._tasks.get(name)
        if task is None:
            task = self._tasks[name] = asyncio.create_task(read())
        return await task

    async def _read_order(self) -> Order:
        order = await self._service.admin.order(self.listing.id, options=self._options)
        if order is None:
            raise Broken(UpstreamName.ADMIN, "Order", "a listed order cannot be read")
        return order

    async def _read_print(self) -> PrintOrder | None:
        order_id, orders = self.journal.print.order_id, self._service.print_orders
        if order_id is None or orders is None:
            return None
        try:
            return await self._status(
                UpstreamName.PRINTFUL, order_id, lambda: orders.order(order_id, options=self._options)
            )
        except UpstreamError as error:
            log.info("order_part_read_failed", upstream=error.upstream, operation=error.operation, detail=error.detail)
            return None

    async def _read_tickets(self) -> dict[str, TicketState]:
        records = [each for each in self.journal.tickets.values() if each.pos_order_id is not None]
        states = await asyncio.gather(*(self._read_ticket(each.connector, each.pos_order_id) for each in records))
        return {state.pos_order_id: state for state in states if state is not None}

    async def _read_ticket(self, name: str | None, pos_order_id: str | None) -> TicketState | None:
        connector = self._service.connectors.get(name or "")
        if connector is None or pos_order_id is None:
            return None
        try:
            return await self._status(
                UpstreamName.POS, pos_order_id, lambda: connector.status(pos_order_id, options=self._options)
            )
        except UpstreamError as error:
            log.info("order_part_read_failed", upstream=error.upstream, operation=error.operation, detail=error.detail)
            return None

    async def _status(self, upstream: UpstreamName, key: object, fetch: Callable[[], Awaitable[T]]) -> T:
        if self._status_cache is None:
            return await fetch()
        return await self._status_cache.read(upstream, str(key), self.listing.id, fetch)


def listing_of(order: Order) -> OrderListing:
    """The listing of an order, as a search returns it."""
    journal = order.metafields.get(FORWARDING_KEY)
    return OrderListing(
        id=order.id,
        name=order.name,
        created_at=order.created_at,
        updated_at=order.updated_at,
        financial_status=order.financial_status,
        fulfillment_status=order.fulfillment_status,
        email=order.email,
        phone=order.phone,
        cancelled_at=order.cancelled_at,
        tags=order.tags,
        forwarding=None if journal is None else journal.value,
    )
