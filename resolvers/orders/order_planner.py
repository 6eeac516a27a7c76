"""Reads an order with its journal from Shopify, and plans it."""

from collections.abc import Callable
from datetime import datetime

import structlog

from clients.admin.order_client import AdminOrders
from clients.admin.orders import Order
from clients.errors import Unavailable
from clients.global_ids import GlobalId
from clients.guard import CallOptions
from clients.pos.orders import PosRoutes
from clients.upstreams import UpstreamName
from resolvers.designs import DesignCatalogue
from resolvers.orders.journal import FORWARDING_KEY, PRINTFUL_KEY, Journal, lost_journal, read_journal
from resolvers.orders.lines import is_printful_line
from resolvers.orders.order_marks import PRINTFUL_FORWARDED
from resolvers.orders.plan import ForwardingRules, OrderPlan
from resolvers.orders.planning import plan_order
from resolvers.orders.settle_request import NoSuchOrder
from resolvers.orders.settlement import OnAttempt, Settlement
from resolvers.orders.shipping_choice import depends_on_rates
from resolvers.orders.shop_rates import KnownRates

log = structlog.get_logger(__name__)


class OrderPlanner:
    """Reads and plans orders. `routes` are empty without a point of sale. `prints`: Printful is on."""

    def __init__(
        self,
        admin: AdminOrders,
        *,
        designs: DesignCatalogue,
        routes: PosRoutes,
        rules: ForwardingRules,
        shop_rates: KnownRates,
        prints: bool,
        now: Callable[[], datetime],
        on_attempt: OnAttempt | None = None,
    ) -> None:
        self._admin = admin
        self._designs = designs
        self._routes = routes
        self._rules = rules
        self._shop_rates = shop_rates
        self._prints = prints
        self._now = now
        self._on_attempt = on_attempt

    async def read(self, order_id: GlobalId, options: CallOptions) -> Order:
        """The current order. Raises NoSuchOrder and UpstreamError."""
        order = await self._admin.order(order_id, options=options)
        if order is None:
            raise NoSuchOrder(order_id)
        if any(map(is_printful_line, order.lines)) and depends_on_rates(order, self._rules.shipping_methods):
            await self._shop_rates.refresh(options)
        return order

    def journal(self, order: Order) -> Journal:
        """The order's journal; if it is missing or unreadable, one that says that anything may have been sent."""
        field = order.metafields.get(FORWARDING_KEY)
        if field is None and (PRINTFUL_KEY in order.metafields or PRINTFUL_FORWARDED in order.tags):
            return lost_journal(order.number)
        try:
            return read_journal(None if field is None else field.value, order.number)
        except ValueError as error:
            log.error("journal_read_failed", order=order.number, detail=str(error))
            return lost_journal(order.number)

    def plan(self, order: Order, journal: Journal) -> OrderPlan:
        """The plan of the order."""
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

    def settlement(self, order: Order, options: CallOptions, record_options: CallOptions) -> Settlement:
        """A new settlement of an order that was just read."""
        journal = self.journal(order)
        settlement = Settlement(
            order,
            self.plan(order, journal),
            journal,
            self._now,
            options,
            record_options,
            self._rules,
            self._prints,
            on_attempt=self._on_attempt,
        )
        settlement.reread = lambda: self._reread(settlement)
        return settlement

    async def _reread(self, settlement: Settlement) -> tuple[Order, OrderPlan]:
        try:
            order = await self.read(settlement.order.id, settlement.options)
        except NoSuchOrder:
            raise Unavailable(UpstreamName.SHOPIFY, "Order", "the order no longer exists") from None
        return order, self.plan(order, settlement.journal)
