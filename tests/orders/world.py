"""The simulated world: a shop, its upstreams and the gateways, in one process and in virtual time."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx

from app import Sandbox, create_app, reconciled
from edge.sharing import NETWORK, Stores
from sandbox.clock import Clock
from sandbox.order_records import Order
from sandbox.print_order_records import PrintOrder
from tests.orders.mortal import Died, Life, Wire, owned_tasks
from tests.orders.shared_stores import SharedStores
from tests.serving import NOON, STAFF, GivenSettings

PUBLIC_URL = "http://localhost:8000"
_CONFIRM = re.compile(r".*/orders/(\d+)/confirm")


class Quiet(Sandbox):
    """A sandbox whose webhooks the world sends and subscribes, once for all gateways."""

    def tells(self, settings: object) -> None:
        """Does nothing: the world has done so."""

    @asynccontextmanager
    async def telling(self, transport: httpx.AsyncBaseTransport) -> AsyncIterator[None]:
        """Does nothing: the world does so."""
        yield


class Gateway:
    """A gateway process: its app, which runs until it crashes."""

    def __init__(self, world: "World", name: str, *, sweep_minutes: float) -> None:
        self.life = Life(name)
        wire = Wire(self.life, world.upstreams, world.random, world.saw)
        self.app = create_app(
            world.settings(sweep_minutes=sweep_minutes),
            sandbox=world.sandbox,
            transport=wire,
            timing=self.life.timing(world.random),
            stores=world.stores(self.life),
        )
        self._door = httpx.ASGITransport(self.app)
        self._ready = asyncio.Event()
        self._leaves = asyncio.Event()
        self._running = self.life.start(self._run())

    async def _run(self) -> None:
        with suppress(Died):
            async with self.app.router.lifespan_context(self.app):
                self._ready.set()
                await self._leaves.wait()
            self.life.end()

    @property
    def listens(self) -> bool:
        return not self.life.is_over and not self._leaves.is_set()

    async def leave(self) -> None:
        """Shuts down cleanly, as after SIGTERM: accepts no more requests and finishes the current ones."""
        self._leaves.set()
        await asyncio.wait([self._running])

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """The response to a request. Raises ReadError when the gateway crashes before."""
        await self._ready.wait()
        answering = self.life.start(self._door.handle_async_request(request))
        either: set[asyncio.Future[Any]] = {answering, self.life.over}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self.life.is_over or not answering.done():
            raise httpx.ReadError("the connection was lost", request=request)
        try:
            return answering.result()
        except Died:
            raise httpx.ReadError("the connection was lost", request=request) from None

    async def stop(self) -> None:
        """Ends the gateway, and waits for its end."""
        self.life.end()
        await asyncio.wait([self._running])


class Doors(httpx.AsyncBaseTransport):
    """A transport to any gateway that runs."""

    def __init__(self, world: "World") -> None:
        self._world = world

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self._world.random.uniform(0.005, 0.05))
        running = [each for each in self._world.gateways if each.listens]
        if not running:
            raise httpx.ConnectError("nobody listens", request=request)
        return await self._world.random.choice(running).answer(request)


@dataclass(frozen=True, slots=True)
class Fact:
    """From when on the gateway may confirm an order at Printful, or may not."""

    at: datetime
    confirmable: bool


@dataclass(slots=True)
class History:
    """What the world records about an order in addition to its systems.

    `made`: ids of Printful's orders that were in production when the order changed, so the change was too late.
    `gone`: ids of Printful's orders that Printful itself cancelled. `ready`: tickets that were once ready or done.
    `by_hand`: units by line that were marked as fulfilled in Shopify without a parcel.
    """

    facts: list[Fact] = field(default_factory=list)
    made: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    called_off: set[str] = field(default_factory=set)
    ready: set[str] = field(default_factory=set)
    by_hand: dict[int, int] = field(default_factory=dict)
    was_unwanted: bool = False
    print_unwanted: bool = False
    reduced: bool = False
    edited: bool = False
    moved: bool = False


class World:
    """`problems` are violations at one moment that would be invisible in the end.

    With `shared` the gateways share a Redis and the database of a history.
    """

    def __init__(self, *, seed: int, gateways: int, confirm: str, shared: SharedStores | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.random = Random(seed)
        self.confirm = confirm
        self.shared = shared
        began = loop.time()
        clock = Clock(lambda: NOON + timedelta(seconds=loop.time() - began))
        filled = Sandbox.filled(public_url=PUBLIC_URL, clock=clock)
        self.sandbox = Quiet(filled.store, filled.faults, filled.webhooks, filled.app)
        self.store, self.faults = self.sandbox.store, self.sandbox.faults
        self.store.random = Random(seed)
        self.store.orders.clear()
        filled.tells(self.settings())
        self.subscriptions = len(self.store.webhook_subscriptions)
        self.upstreams = self.sandbox.transport()
        self.gateways: list[Gateway] = []
        self.orders: list[Order] = []
        self.histories: dict[int, History] = {}
        self.problems: list[str] = []
        self.http: httpx.AsyncClient | None = None
        self.crashes = 0
        self.sweep_minutes = 5.0 if shared is None else 2.0
        self._size = gateways
        self._last_read: dict[tuple[Life, int], datetime] = {}
        self._stack = AsyncExitStack()
        self.store.watchers.append(self._happened)

    @classmethod
    @asynccontextmanager
    async def running(
        cls, *, seed: int = 1, gateways: int = 1, confirm: str = "manual", shared: SharedStores | None = None
    ) -> AsyncIterator["World"]:
        """A world with running gateways."""
        async with owned_tasks():
            world = cls(seed=seed, gateways=gateways, confirm=confirm, shared=shared)
            async with httpx.AsyncClient(transport=Doors(world), base_url=PUBLIC_URL) as http:
                world.http = http
                sending = asyncio.create_task(world.sandbox.webhooks.run(http))
                for _ in range(gateways):
                    world.start_gateway()
                try:
                    yield world
                finally:
                    for gateway in world.gateways:
                        await gateway.stop()
                    sending.cancel()
                    with suppress(asyncio.CancelledError):
                        await sending

    def settings(self, *, sweep_minutes: float = 0) -> GivenSettings:
        given: dict[str, Any] = {"sweep_minutes": sweep_minutes, "printful_confirm": self.confirm}
        if self.shared is not None:
            given |= self.shared.settings
        return GivenSettings(**{"graphiql": False, "public_url": PUBLIC_URL, **given})

    def stores(self, life: Life) -> Stores:
        """The connections of a process to what the gateways share."""
        return NETWORK if self.shared is None else self.shared.stores(life)

    def start_gateway(self) -> Gateway:
        """Starts another process with empty memory."""
        made = Gateway(self, f"gateway {len(self.gateways)}", sweep_minutes=self.sweep_minutes)
        self.gateways.append(made)
        return made

    def crash_gateway(self, number: int, *, after: int, back_s: float) -> None:
        """Crashes a gateway at its `after`-th await from now; another one starts later."""
        running = [each for each in self.gateways if not each.life.is_over and each.life.ends_in is None]
        if not running:
            return
        dying = running[number % len(running)]
        dying.life.ends_in = after
        loop = asyncio.get_running_loop()

        def replaced(_: asyncio.Future[None]) -> None:
            self.crashes += 1
            loop.call_later(back_s, self.start_gateway)

        dying.life.over.add_done_callback(replaced)

    async def end_gateway(self, number: int, *, back_s: float) -> None:
        """Shuts a gateway down cleanly; another one starts later."""
        running = [each for each in self.gateways if each.listens and each.life.ends_in is None]
        if not running:
            return
        leaving = running[number % len(running)]
        await leaving.leave()
        asyncio.get_running_loop().call_later(back_s, self.start_gateway)

    async def sweep(self, *, dies_after: int | None = None) -> None:
        """Runs a sweep in a separate process, which may crash."""
        life = Life("reconcile")
        life.ends_in = dies_after
        wire = Wire(life, self.upstreams, self.random, self.saw)
        timing = life.timing(self.random)
        running = life.start(
            reconciled(
                self.settings(),
                dry_run=False,
                sandbox=self.sandbox,
                transport=wire,
                timing=timing,
                stores=self.stores(life),
            )
        )
        await asyncio.wait([running])
        if life.is_over:
            self.crashes += 1
            with suppress(Died, asyncio.CancelledError):
                running.result()
            return
        life.ends_in = None
        running.result()
        life.end()

    async def failed_forwards(self) -> set[str]:
        """The names of the orders in `failedForwards`."""
        gateway = next(each for each in self.gateways if not each.life.is_over)
        query = {"query": "{ failedForwards(first: 100) { name forwarding { parts { state reason } } } }"}
        request = httpx.Request("POST", f"{PUBLIC_URL}/graphql", json=query, headers=STAFF)
        answer = json.loads(await (await gateway.answer(request)).aread())
        return {each["name"] for each in answer["data"]["failedForwards"]}

    async def quieten(self) -> None:
        """Ends all faults and delays."""
        self.faults.clear()
        if self.shared is not None:
            self.shared.end_faults()
        self.store.square_commit_s = self.store.square_search_lag_s = 0
        for gateway in self.gateways:
            gateway.life.ends_in = None

    async def stop_sweeping(self) -> None:
        """Replaces the gateways by ones without a periodic sweep, which share nothing."""
        for gateway in self.gateways:
            await gateway.stop()
        self.sweep_minutes = 0
        if self.shared is not None:
            self.shared.is_over = True
        for _ in range(self._size):
            self.start_gateway()

    # What the world watches

    def history(self, order: Order) -> History:
        return self.histories.setdefault(order.id, History())

    def print_orders(self, order: Order) -> list[PrintOrder]:
        """All orders that Printful ever had for an order, under any of its external ids."""
        number = str(order.id)
        return [
            each
            for each in self.store.print_orders.values()
            if each.external_id is not None and each.external_id.split("-")[0] == number
        ]

    def _happened(self, *_: tuple[str, Any]) -> None:
        for order in self.store.orders.values():
            facts = self.history(order).facts
            now = is_confirmable(order)
            if not facts or facts[-1].confirmable is not now:
                facts.append(Fact(self.store.clock.now(), now))

    def saw(self, life: Life, request: httpx.Request, response: httpx.Response) -> None:
        """Checks each change of the gateways when they make it."""
        path = request.url.path
        if path.startswith("/admin/") and b"query Order(" in request.content:
            variables = json.loads(request.content)["variables"]
            self._last_read[life, int(variables["id"].rsplit("/", 1)[-1])] = self.store.clock.now()
        confirmed = _CONFIRM.fullmatch(path)
        if confirmed is not None and response.status_code == 200:
            self._judge_confirmation(life, self.store.print_orders[int(confirmed[1])])

    def _judge_confirmation(self, life: Life, print_order: PrintOrder) -> None:
        number = int((print_order.external_id or "0").split("-")[0])
        read_at = self._last_read[life, number]
        facts = [fact for fact in self.histories[number].facts if fact.at <= read_at]
        if self.confirm == "manual":
            self.problems.append(f"{number}: confirmed against the shop's policy")
        if not facts or not facts[-1].confirmable:
            self.problems.append(f"{number}: confirmed though it was not fit to be")
        minutes = self.confirm.partition(":")[2]
        if minutes and self.store.clock.now() - print_order.created_at < timedelta(minutes=int(minutes)):
            self.problems.append(f"{number}: confirmed too early")


def is_confirmable(order: Order) -> bool:
    """Whether an order is paid, open and without a risk."""
    levels = {each.level for each in order.risk}
    is_paid = order.financial_status in ("PAID", "PARTIALLY_REFUNDED")
    return is_paid and order.canceled_at is None and not levels & {"PENDING", "MEDIUM", "HIGH"}
