"""The order service: the settler, the webhook handlers and the sweep of one process."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from clients.admin.client import Admin
from clients.admin.order_client import AdminOrders
from clients.errors import UpstreamError
from clients.global_ids import GlobalId
from clients.pos.orders import PosConnector, PosRoutes
from clients.printful.client import Printful
from clients.printful.order_client import PrintfulOrders
from clients.timing import Timing
from resolvers.designs import DesignCatalogue
from resolvers.orders.events import OrderEvents
from resolvers.orders.plan import ForwardingRules
from resolvers.orders.print_order import PrintOrderActions
from resolvers.orders.settlement import OnAttempt
from resolvers.orders.settler import OrderSettler
from resolvers.orders.shop_rates import KnownRates
from resolvers.orders.stock import PrintStock
from resolvers.orders.sweep import OnChanged, Sweep

log = structlog.get_logger(__name__)

SOON_S = 30.0


@dataclass(frozen=True, slots=True)
class OrderService:
    """Settles orders, handles webhooks about them, and sweeps. `print_orders` is None while Printful is off."""

    admin: AdminOrders
    print_orders: PrintfulOrders | None
    connectors: Mapping[str, PosConnector]
    rules: ForwardingRules
    settler: OrderSettler
    events: OrderEvents
    sweep: Sweep

    async def sweep_forever(
        self,
        every_s: float,
        timing: Timing,
        tidy: Callable[[], Awaitable[None]],
        is_our_turn: Callable[[], bool] = lambda: True,
    ) -> None:
        """Runs a sweep every `every_s` until cancelled. `tidy` is called before each sweep.

        When it is the turn of another process, this one sweeps only if it has deferred orders in its memory.

        The next sweep comes sooner when orders were deferred and the last sweep finished at least one.
        """
        made_progress = True
        while True:
            wait_s = every_s * (0.9 + 0.2 * timing.jitter())  # so that processes do not sweep at the same moment
            await self._until_due(wait_s, timing, made_progress)
            if not (is_our_turn() or self.events.has_deferred or self.settler.deferred):
                continue
            self.events.has_deferred = made_progress = False
            await self._tidied(tidy)
            try:
                report = await self.sweep.run()
                made_progress = report.made_progress
                self.events.has_deferred |= made_progress and not report.is_clean
            except UpstreamError as error:
                log.warning("sweep_failed", detail=str(error))
            except Exception:
                log.exception("sweep_crashed")

    async def _tidied(self, tidy: Callable[[], Awaitable[None]]) -> None:
        """Runs `tidy`; a failure does not stop the sweep."""
        try:
            await tidy()
        except UpstreamError as error:
            log.warning("upkeep_failed", detail=str(error))
        except Exception:
            log.exception("upkeep_crashed")

    async def _until_due(self, wait_s: float, timing: Timing, made_progress: bool) -> None:
        waited_s = 0.0
        while waited_s < wait_s and not (made_progress and self.events.has_deferred and waited_s > 0):
            step_s = min(SOON_S, wait_s - waited_s)
            await timing.sleep(step_s)
            waited_s += step_s


def order_service(
    admin: Admin,
    printful: Printful | None,
    connectors: Mapping[str, PosConnector],
    *,
    routes: PosRoutes,
    designs: DesignCatalogue,
    rules: ForwardingRules,
    app_allowed: bool,
    answer_s: float,
    sweeps: bool,
    now: Callable[[], datetime],
    timing: Timing,
    order_changed: Callable[[GlobalId], None] = lambda _: None,
    orders_listed: OnChanged = lambda _: None,
    on_attempt: OnAttempt | None = None,
) -> OrderService:
    """The service over the enabled upstreams. `order_changed` is called with the id of each order that may have
    changed, `orders_listed` with the orders that a sweep found changed.
    """
    orders = AdminOrders(admin)
    print_orders = None if printful is None else PrintfulOrders(printful)
    print_actions = None
    if printful is not None and print_orders is not None:
        print_actions = PrintOrderActions(printful, print_orders, rules, clock=timing.clock, app_allowed=app_allowed)
    settler = OrderSettler(
        orders,
        print_actions=print_actions,
        connectors=connectors,
        routes=routes,
        designs=designs,
        rules=rules,
        shop_rates=KnownRates(admin, clock=timing.clock),
        order_changed=order_changed,
        now=now,
        timing=timing,
        on_attempt=on_attempt,
    )
    stock = None if printful is None else PrintStock(orders, printful)
    events = OrderEvents(
        settler, orders, connectors, stock=stock, timing=timing, now=now, answer_s=answer_s, sweeps=sweeps
    )
    sweep = Sweep(
        settler,
        orders,
        print_orders=print_orders,
        connectors=connectors,
        rules=rules,
        now=now,
        timing=timing,
        on_changed=orders_listed,
    )
    return OrderService(orders, print_orders, connectors, rules, settler, events, sweep)
