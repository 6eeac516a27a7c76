"""Many orders at once: the shop in virtual time, its orders, and the expected results."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

import httpx
import orjson
import structlog

from app import Sandbox, create_app
from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.order_life import place_order
from sandbox.order_making import Bought
from sandbox.order_records import Order
from sandbox.records import ProductVariant
from sandbox.store import SHOP_DOMAIN, Store
from sandbox.webhook_payloads import BODIES
from tests import signed
from tests.serving import NOON, GivenSettings
from tests.virtual_time import virtual_timing

PRINTED, PICKED_UP, BOTH = "printed", "picked up", "both"
MIX = (PRINTED, PRINTED, PICKED_UP, PRINTED, BOTH)

SANDBOX = "http://sandbox"
LIVE: dict[str, Any] = {
    "gateway_mode": "live",
    "shopify_store_domain": SHOP_DOMAIN,
    "shopify_storefront_private_token": "sandbox-private",
    "shopify_storefront_url": f"{SANDBOX}/api/2026-10/graphql.json",
    "shopify_admin_access_token": "sandbox-admin",
    "shopify_admin_url": f"{SANDBOX}/admin/api/2026-10/graphql.json",
    "shopify_webhook_secret": "sandbox-secret",
    "printful_api_key": "sandbox-printful",
    "printful_store_id": "1",
    "printful_api_url": f"{SANDBOX}/printful",
    "active_pos_system": "square",
    "square_access_token": "sandbox-square",
    "square_api_url": f"{SANDBOX}/square",
    "square_location_id": "SQMAIN",
    "sweep_minutes": 0,
}
"""Settings of a gateway that takes a sandbox for the real systems."""


def passing_sandbox(seconds_ahead: float = 0.0) -> Sandbox:
    """The coffee shop on the running loop's clock."""
    loop = asyncio.get_running_loop()
    start = NOON + timedelta(seconds=seconds_ahead)
    sandbox = Sandbox.filled(
        public_url="http://localhost:8000", clock=Clock(lambda: start + timedelta(seconds=loop.time()))
    )
    sandbox.webhooks.log = deque()  # all of them
    sandbox.faults.log = deque()
    return sandbox


@asynccontextmanager
async def gateways(sandbox: Sandbox, count: int, **settings: Any) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Several independent gateways over one sandbox."""
    async with AsyncExitStack() as stack:
        found = []
        for number in range(count):
            transport = httpx.ASGITransport(sandbox.app, raise_app_exceptions=False)
            app = create_app(GivenSettings(**{**LIVE, **settings}), transport=transport, timing=virtual_timing())
            await stack.enter_async_context(app.router.lifespan_context(app))
            http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://gateway-{number}")
            found.append(await stack.enter_async_context(http))
        yield found


def bought(store: Store, kind: str, quantity: int = 1) -> list[Bought]:
    """The lines of an order of that kind."""
    printed = Bought(_variant(store, "PFUL-SYNC-"), quantity, (), "SHIPPING")
    coffee = Bought(_variant(store, "LAT-"), quantity, (), "PICK_UP", (MAIN_STREET, RIVERSIDE)[quantity % 2])
    return {PRINTED: [printed], PICKED_UP: [coffee], BOTH: [printed, coffee]}[kind]


def _variant(store: Store, sku: str) -> ProductVariant:
    return next(each for each in store.variants.values() if (each.sku or "").startswith(sku))


def kinds(count: int) -> Iterator[str]:
    """The kinds of so many orders."""
    return islice(cycle(MIX), count)


@contextmanager
def nobody_told(store: Store) -> Iterator[None]:
    """Sends no webhooks of changes inside this context."""
    subscriptions = dict(store.webhook_subscriptions)
    store.webhook_subscriptions.clear()
    try:
        yield
    finally:
        store.webhook_subscriptions.update(subscriptions)


def unreported_order(store: Store, kind: str) -> Order:
    """A new order without a webhook."""
    with nobody_told(store):
        return place_order(store, bought(store, kind))


def message(store: Store, topic: str, about: object, **changed: str) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a Shopify webhook about a record."""
    body = orjson.dumps(BODIES[topic](store, about))
    triggered = f"{store.clock.now():%Y-%m-%dT%H:%M:%S.%f}000Z"
    return signed.headers(body, topic, **{"triggered_at": triggered, **changed}), body


def expected_units(order: Order) -> tuple[Counter[str], Counter[str]]:
    """The expected units at Printful by line number, and on tickets by title."""
    printed: Counter[str] = Counter()
    served: Counter[str] = Counter()
    for line in order.lines:
        if (line.sku or "").startswith("PFUL-"):
            printed[str(line.id)] += line.quantity
        else:
            served[line.title] += line.quantity
    return printed, served


def missing_or_wrong(store: Store, orders: Iterable[Order]) -> list[str]:
    """A sentence for each order that was not forwarded exactly once with the right goods."""
    prints: dict[str, list[Counter[str]]] = {}
    for made in store.print_orders.values():
        printed = Counter({str(item.external_id): item.quantity for item in made.items})
        prints.setdefault(made.external_id or "", []).append(printed)
    tickets: dict[str, list[Counter[str]]] = {}
    for ticket in store.square_orders.values():
        served: Counter[str] = Counter()
        for line in ticket.content["line_items"]:
            served[line["name"]] += int(line["quantity"])
        tickets.setdefault(ticket.content.get("reference_id", ""), []).append(served)
    found = []
    for order in orders:
        print_goods, counter_goods = expected_units(order)
        for where, there, goods in (("Printful", prints, print_goods), ("the counter", tickets, counter_goods)):
            expected = [goods] if goods else []
            if there.get(str(order.id), []) != expected:
                found.append(f"{order.name}: {where} has {there.get(str(order.id), [])}, not {expected}")
    return found


def is_marked(order: Order) -> bool:
    """Whether the order's own marks show where it was forwarded, with nothing left to do."""
    printed, served = expected_units(order)
    tags = {"printful-forwarded"} if printed else set()
    if served:
        tags.add("pos-forwarded")
    keys = {field.key: field.value for field in order.private_metafields if field.namespace == "kynda"}
    ids = {"printful_order_id"} if printed else set()
    if served:
        ids.add("pos_order_id")
    journal = orjson.loads(keys.get("forwarding", "{}"))
    return set(order.tags) == tags and ids <= set(keys) and journal != {} and "lease" not in journal


def operations(faults: Faults) -> Counter[str]:
    """The number of requests by GraphQL operation name, or else by method and path."""
    return Counter(seen.operation or f"{seen.method} {seen.path}" for seen in faults.log)


@contextmanager
def quietly() -> Iterator[None]:
    """Turns logging off inside this context."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)
