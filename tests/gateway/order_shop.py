"""The fixture of order tests: a gateway over a shop whose orders change, with helpers to read the results."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from app import Sandbox, reconciled
from edge.tracing import RequestTracer
from resolvers.orders.sweep_report import Report
from sandbox.catalogue.shelf import MAIN_STREET
from sandbox.clock import Clock
from sandbox.order_life import place_order
from sandbox.order_records import Order
from sandbox.print_order_records import PrintOrder
from sandbox.printful.order_states import PrintOrderStates
from sandbox.records import ProductVariant
from sandbox.square import states as counter
from sandbox.square.records import SquareOrder
from sandbox.store import Store
from tests.gateway.admin_replica import LaggingReplica
from tests.serving import NOON, GivenSettings, Served, serving
from tests.virtual_time import virtual_timing

OWN = "http://localhost:8000"
ART, ART_NAME = "_customArtUrl", "_customArtName"
WITH_ART = {ART: f"{OWN}/sandbox/designs/design-001.png", ART_NAME: "Abstract Swirls"}
NAMESPACE = "kynda"
FORWARD = "mutation ($id: ID!) { forwardOrder(id: $id) { id } }"
READS = ("/search", "/shipping/rates")  # reads that use POST


class OrderShop:
    """The gateway and its three systems. Their webhooks are sent when `settled` is awaited."""

    def __init__(
        self, served: Served, settings: dict[str, Any], transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.served = served
        self.sandbox = served.sandbox
        self.store: Store = served.sandbox.store
        self.printful = PrintOrderStates(self.store)
        self._settings = settings
        self._transport = transport

    def variant(self, handle: str, sku: str | None = None) -> ProductVariant:
        product = self.store.product_by_handle(handle)
        assert product is not None
        return next(each for each in product.variants if sku is None or each.sku == sku)

    async def placed(self, *lines: Any, **how: Any) -> Order:
        """A new order after all its webhooks were received; by default a shirt and a mug of Printful's."""
        order = place_order(self.store, lines or self.prints(), **how)
        await self.settled()
        return order

    def prints(self) -> list[tuple[Any, ...]]:
        """Two shirts of Printful's store, and a mug of its catalogue with a design."""
        mug = self.variant("your-design-mug", "PFUL-1320")
        return [(self.variant("roastery-crest-shirt"), 2), (mug, 1, WITH_ART)]

    async def pickup(self, *lines: Any, **how: Any) -> Order:
        """A new order for the Main Street Cafe; by default two lattes."""
        lines = lines or ((self.variant("latte"), 2),)
        return await self.placed(*lines, **{"method": "PICK_UP", "location_id": MAIN_STREET, **how})

    async def settled(self) -> None:
        await self.sandbox.webhooks.settled()

    async def later(self, seconds: float) -> None:
        """Advances the clock, and runs what becomes due."""
        await asyncio.sleep(seconds)
        await self.settled()

    async def sweep(self, *, dry_run: bool = False, **settings: Any) -> Report:
        """The report of `python -m app reconcile`, run as a process beside the gateway."""
        given = GivenSettings(**{**self._settings, **settings})
        report = await reconciled(
            given, dry_run=dry_run, sandbox=self.sandbox, transport=self._transport, timing=virtual_timing()
        )
        await self.settled()
        return report

    async def forward(self, order: Order) -> None:
        """The result when staff forward an order by hand."""
        answer = await self.served.ask(FORWARD, {"id": f"gid://shopify/Order/{order.id}"}, staff=True)
        assert "errors" not in answer, answer["errors"]
        await self.settled()

    @property
    def print_orders(self) -> list[PrintOrder]:
        return list(self.store.print_orders.values())

    @property
    def tickets(self) -> list[SquareOrder]:
        return list(self.store.square_orders.values())

    @property
    def live_tickets(self) -> list[SquareOrder]:
        """The tickets with goods left to make or to hand over."""
        return [each for each in self.tickets if each.fulfillments[0]["state"] not in ("CANCELED", "FAILED")]

    @property
    def print_order(self) -> PrintOrder:
        """The only Printful order."""
        [order] = self.print_orders
        return order

    @property
    def ticket(self) -> SquareOrder:
        """The only ticket."""
        [ticket] = self.tickets
        return ticket

    async def at_printful(self, *steps: str) -> None:
        """Runs these steps on the only Printful order; the webhooks of each are delivered before the next step."""
        for step in steps:
            getattr(self.printful, step)(self.print_order)
            await self.settled()

    async def at_the_counter(self, *steps: str) -> None:
        """Runs these steps on the only ticket in the same way."""
        for step in steps:
            counter.act(self.store, self.ticket.id, step)
            await self.settled()

    @property
    def writes(self) -> list[str]:
        """The requests to the three systems that change something, in order."""
        return [
            f"{each.upstream} {each.operation or f'{each.method} {each.path}'}"
            for each in self.sandbox.faults.log
            if (each.upstream == "admin" and b"mutation" in each.body)
            or (each.upstream in ("printful", "square") and each.method != "GET" and not each.path.endswith(READS))
        ]

    def counted(self) -> None:
        """Resets the counts of `requests` and `writes`."""
        self.sandbox.faults.forget_requests()

    @property
    def requests(self) -> dict[str, int]:
        return {name: number for name, number in self.served.requests.items() if number}


def field(order: Order, key: str) -> str | None:
    """The value of one of the gateway's metafields on an order."""
    metafields = [*order.private_metafields, *order.metafields]
    return next((each.value for each in metafields if (each.namespace, each.key) == (NAMESPACE, key)), None)


def journal(order: Order) -> dict[str, Any]:
    """The gateway's journal of an order."""
    found: dict[str, Any] = json.loads(field(order, "forwarding") or "{}")
    return found


def reason(order: Order) -> str:
    """Why the order's prints are pending or refused."""
    found: str = journal(order)["print"]["reason"]
    return found


def attempts(order: Order) -> list[str]:
    """The attempts recorded for an order, as `system action result`."""
    return [f"{each['system']} {each['action']} {each['result']}" for each in journal(order).get("attempts", [])]


def quantities(printed: PrintOrder) -> dict[str | None, int]:
    """The quantity of each of the shop's lines in a Printful order."""
    return {each.external_id: each.quantity for each in printed.items}


@asynccontextmanager
async def order_shop(
    *, replica_lag_s: float = 0, tracer: RequestTracer | None = None, **settings: Any
) -> AsyncIterator[OrderShop]:
    """The shop on a virtual clock. The gateway's periodic sweep is off: tests call `sweep`.

    `replica_lag_s`: Admin shows single orders as they were so many seconds ago.
    """
    loop = asyncio.get_running_loop()
    clock = Clock(lambda: NOON + timedelta(seconds=loop.time()))
    sandbox = Sandbox.filled(public_url=OWN, clock=clock)
    given = {"sweep_minutes": 0, **settings}
    replica = LaggingReplica(sandbox.transport(), replica_lag_s) if replica_lag_s else None
    async with serving(sandbox, timing=virtual_timing(), transport=replica, tracer=tracer, **given) as served:
        try:
            yield OrderShop(served, given, replica)
        finally:
            if replica is not None:
                replica.stop()
