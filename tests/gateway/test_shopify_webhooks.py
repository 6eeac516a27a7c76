"""Shopify's webhooks from the shop to the gateway's answers: changes show, and forged ones are refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from app import Sandbox, create_app, mended_webhooks
from resolvers.subscriptions import ALL_TOPICS, SubscriptionAction
from resolvers.webhooks import TOPICS
from sandbox.app import create_sandbox
from sandbox.clock import Clock
from sandbox.product_changes import change_product
from tests.gateway.test_doctor import LIVE
from tests.serving import NOON, GivenSettings, Served, serving
from tests.signed import dumped, headers, product, signature
from tests.virtual_time import in_no_time, virtual_timing

PRICE = '{ product(handle: "latte") { id priceRange { minVariantPrice { amount } } } }'
STOCK = '{ product(handle: "ceramic-mug") { id variants(first: 1) { nodes { id quantityAvailable } } } }'
LIST = "{ products(first: 5) { nodes { id title } } }"
PATHS = ["/webhooks/shopify", "/api/webhooks/shopify/orders"]
OWN = "http://localhost:8000"


@asynccontextmanager
async def shop(*, lag_s: float = 0, **settings: Any) -> AsyncIterator[Served]:
    """A gateway over a sandbox whose clock is the loop's, and whose Storefront lags behind."""
    loop = asyncio.get_running_loop()
    clock = Clock(lambda: NOON + timedelta(seconds=loop.time()))
    sandbox = Sandbox.filled(public_url=OWN, clock=clock)
    if lag_s:
        sandbox.faults.add("storefront", "lag", latency_s=lag_s)
    async with serving(sandbox, timing=virtual_timing(), **settings) as served:
        yield served


async def price(served: Served) -> str:
    amount: str = (await served.data(PRICE))["product"]["priceRange"]["minVariantPrice"]["amount"]
    return amount


async def requests_for(served: Served, query: str) -> int:
    """How many requests Storefront sees for a query."""
    before = served.requests.get("storefront", 0)
    await served.data(query)
    return served.requests.get("storefront", 0) - before


async def changed(served: Served, handle: str, **change: Any) -> None:
    """Changes a product, and waits until all that is due about it is sent."""
    change_product(served.sandbox.store, handle, **change)
    await served.sandbox.webhooks.settled()


@in_no_time
async def test_a_changed_price_shows_with_no_more_than_its_webhook() -> None:
    async with shop() as served:
        old = await price(served)
        assert await requests_for(served, PRICE) == 0

        await changed(served, "latte", price="9.75")

        assert await price(served) == "9.75" != old


@in_no_time
async def test_a_change_through_the_sandboxs_own_page_sends_a_webhook() -> None:
    async with shop() as served:
        await price(served)

        assert (await served.http.post("/sandbox/products/latte", json={"price": "9.75"})).status_code == 200
        await served.sandbox.webhooks.settled()

        assert await price(served) == "9.75"
        received = (await served.http.get("/sandbox/webhooks")).json()
        assert {each["topic"] for each in received["subscriptions"]} == set(ALL_TOPICS)
        [sent] = received["deliveries"]
        assert sent == {"sender": "shopify", "topic": "products/update", "uri": f"{OWN}{PATHS[0]}", "statuses": [200]}


@in_no_time
async def test_a_price_is_two_seconds_behind_lagging_replicas_at_most() -> None:
    async with shop(lag_s=7) as served:
        await price(served)
        await changed(served, "latte", price="9.75")

        await asyncio.sleep(7 + 2.1)

        assert await price(served) == "9.75"
        await asyncio.sleep(5)
        assert await requests_for(served, PRICE) == 0  # kept for its whole life again


@in_no_time
async def test_without_its_webhook_a_change_is_not_seen() -> None:
    async with shop() as served:
        served.sandbox.faults.add("webhooks", "lost")
        old = await price(served)

        await changed(served, "latte", price="9.75")

        assert await price(served) == old


@in_no_time
async def test_a_sale_refreshes_stock_and_leaves_lists_cached() -> None:
    async with shop() as served:
        await changed(served, "ceramic-mug", stock=50)  # from here on the gateway knows the product
        before = await served.data(STOCK)
        await served.data(LIST)

        await changed(served, "ceramic-mug", stock=49)

        assert await served.data(STOCK) != before
        assert await requests_for(served, LIST) == 0


@in_no_time
async def test_created_and_deleted_products_change_lists() -> None:
    async with shop() as served:
        newest = "{ products(first: 1, sortKey: CREATED_AT, reverse: true) { nodes { handle } } }"
        before = await served.data(newest)

        await changed(served, "oat-cortado", title="Oat cortado", price="4.20")
        assert (await served.data(newest))["products"]["nodes"] == [{"handle": "oat-cortado"}]

        await changed(served, "oat-cortado", removed=True)
        assert await served.data(newest) == before


@pytest.mark.parametrize("kind", ["doubled", "reordered", "delayed"])
def test_doubled_late_and_reordered_deliveries_end_in_the_newest_price(kind: str) -> None:
    @in_no_time
    async def scenario() -> None:
        async with shop() as served:
            served.sandbox.faults.add("webhooks", kind, times=1, latency_s=3)
            await price(served)
            await changed(served, "latte", price="8.00")
            await asyncio.sleep(2)
            await changed(served, "latte", price="9.75")
            await asyncio.sleep(4)
            await served.sandbox.webhooks.settled()

            assert await price(served) == "9.75"

    scenario()


@in_no_time
async def test_a_delivery_that_failed_is_repeated_and_then_counts() -> None:
    async with shop() as served:
        await price(served)
        subscription = next(s for s in served.sandbox.store.webhook_subscriptions.values() if s.topic == TOPICS[1])
        subscription.uri = f"{OWN}/nowhere"
        await changed(served, "latte", price="9.75")
        delivery = served.sandbox.webhooks.log[-1]
        assert delivery.statuses == [404]

        delivery.uri = f"{OWN}{PATHS[0]}"
        await asyncio.sleep(60)
        await served.sandbox.webhooks.settled()

        assert delivery.statuses == [404, 200]
        assert await price(served) == "9.75"


@pytest.mark.parametrize("path", PATHS)
async def test_both_paths_take_a_signed_webhook(gateway: Served, path: str) -> None:
    body = dumped(product())

    assert (await gateway.http.post(path, content=body, headers=headers(body, "products/update"))).status_code == 200
    assert (await gateway.http.get(path)).status_code == 405


@pytest.mark.parametrize(
    "change",
    [
        {"hmac_sha256": signature(b"another body")},
        {"hmac_sha256": "geschützt"},
        {"hmac_sha256": ""},
        {"shop_domain": "other.myshopify.com"},
    ],
)
async def test_a_forged_webhook_is_refused_and_changes_nothing(gateway: Served, change: dict[str, str]) -> None:
    await gateway.data(LIST)
    body = dumped(product())
    sent = {name.encode(): value.encode() for name, value in headers(body, "products/update", **change).items()}

    with capture_logs() as logs:
        response = await gateway.http.post(PATHS[0], content=body, headers=sent)

    assert response.status_code == 401
    assert response.content == b""
    assert await requests_for(gateway, LIST) == 0
    assert [each["event"] for each in logs if each["event"].startswith("webhook")] == ["webhook_refused"]


@pytest.mark.parametrize("topic", ["orders/updated", "no/such/topic"])
async def test_topics_without_effect_get_the_same_answer(gateway: Served, topic: str) -> None:
    body = dumped({"id": 1, "email": "guest@buyer.example", "note": "printful_order_id: 1"})

    with capture_logs() as logs:
        response = await gateway.http.post(PATHS[0], content=body, headers=headers(body, topic))

    assert response.status_code == 200
    assert logs[-1] == {**logs[-1], "event": "webhook_received", "topic": topic, "outcome": "no_effect"}
    assert "guest@buyer.example" not in str(logs)


async def test_a_webhook_is_logged_as_one_event(gateway: Served) -> None:
    body = dumped(product())

    with capture_logs() as logs:
        for _ in range(2):
            await gateway.http.post(PATHS[0], content=body, headers=headers(body, "products/update"))

    received = [each for each in logs if each["event"] == "webhook_received"]
    assert [each["outcome"] for each in received] == ["applied", "duplicate"]
    assert received[0]["about"] == "gid://shopify/Product/7"
    assert received[0]["triggered_at"] == "2026-11-22T12:00:00.123456+00:00"


async def test_a_webhook_that_is_too_large_is_not_read(sandbox: Sandbox) -> None:
    async with serving(sandbox, limit_webhook_bytes=100) as served:
        body = dumped(product())
        response = await served.http.post(PATHS[0], content=body, headers=headers(body, "products/update"))

    assert response.status_code == 413


async def test_without_a_secret_a_live_gateway_refuses_every_webhook() -> None:
    live: dict[str, Any] = {**LIVE, "graphiql": False, "shopify_store_domain": "kynda-sandbox.myshopify.com"}
    settings = GivenSettings(**live)
    app = create_app(settings, transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    body = dumped(product())
    empty = headers(body, "products/update", hmac_sha256=signature(body, ""))

    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        for sent in (empty, headers(body, "products/update")):
            assert (await http.post(PATHS[0], content=body, headers=sent)).status_code == 401

    assert any("SHOPIFY_WEBHOOK_SECRET" in each for each in settings.switched_off())


@pytest.mark.parametrize(
    ("given", "secrets"),
    [
        ({"gateway_mode": "sandbox"}, ("sandbox-secret",)),
        ({"gateway_mode": "live"}, ()),
        ({"shopify_client_secret": "client"}, ("client",)),
        ({"shopify_client_secret": "client", "shopify_webhook_secret": "own"}, ("own",)),
        ({"shopify_webhook_secret": "new", "shopify_webhook_secret_previous": "old", **LIVE}, ("new", "old")),
        ({"shopify_webhook_secret": "", **LIVE}, ()),
    ],
)
def test_webhooks_are_proven_by_the_secrets_that_are_set(given: dict[str, Any], secrets: tuple[str, ...]) -> None:
    assert GivenSettings(**given).webhook_secrets == secrets


@in_no_time
async def test_the_command_subscribes_a_live_gateway_once() -> None:
    sandbox = Sandbox.filled(public_url=OWN, clock=Clock(lambda: NOON))
    live: dict[str, Any] = LIVE
    settings, address = GivenSettings(**live), "https://graph.kynda.example"

    async def run() -> dict[SubscriptionAction, int]:
        transport = httpx.ASGITransport(create_sandbox(sandbox.store))
        done = await mended_webhooks(settings, address, transport=transport, timing=virtual_timing())
        return {action: sum(each.action is action for each in done) for action in SubscriptionAction}

    assert (await run())[SubscriptionAction.CREATE] == len(ALL_TOPICS)
    assert {each.uri for each in sandbox.store.webhook_subscriptions.values()} == {f"{address}{PATHS[0]}"}
    assert (await run())[SubscriptionAction.KEEP] == len(ALL_TOPICS)
