"""Too many concurrent operations are refused at once, while cached answers and webhooks continue."""

import asyncio
from typing import Any

import httpx

from tests.serving import STAFF, Served, sandbox_at_noon, serving
from tests.signed import headers, product

SHOP = {"query": "{ shop { name } }"}


class Held(httpx.AsyncBaseTransport):
    """Holds every request to Storefront back until it is let go."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.arrived = asyncio.Semaphore(0)
        self.free = asyncio.Event()
        self.free.set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.arrived.release()
        await self.free.wait()
        return await self._inner.handle_async_request(request)


async def ask(gateway: Served, number: int) -> httpx.Response:
    return await gateway.http.post("/graphql", json={"query": f"{{ a{number}: shop {{ name }} }}"})


async def test_an_overload_is_answered_at_once_and_spares_cached_answers_health_and_webhooks() -> None:
    sandbox = sandbox_at_noon()
    held = Held(sandbox.transport())
    limits: dict[str, Any] = {"limit_operations_at_once": 2, "limit_operations_waiting": 1, "deadline_admission_s": 60}
    async with serving(sandbox, transport=held, **limits) as gateway:
        await gateway.http.post("/graphql", json=SHOP)
        held.free.clear()
        running = [asyncio.create_task(ask(gateway, each)) for each in range(3)]
        for _ in range(3):  # the first is that of SHOP
            await held.arrived.acquire()
        refused = await ask(gateway, 9)
        cached = await gateway.http.post("/graphql", json=SHOP)
        health = await gateway.http.get("/health")
        body = product()
        webhook = await gateway.http.post("/webhooks/shopify", json=body, headers=headers(b"", "products/update"))
        held.free.set()
        answers = await asyncio.gather(*running)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["errors"][0]["extensions"]["code"] == "TRY_LATER"
    assert cached.json() == {"data": {"shop": {"name": "Kynda Coffee"}}}
    assert (health.status_code, webhook.status_code) == (200, 401)
    assert [each.status_code for each in answers] == [200] * 3


async def test_operations_refused_in_an_overload_are_counted() -> None:
    sandbox = sandbox_at_noon()
    held = Held(sandbox.transport())
    held.free.clear()
    async with serving(sandbox, transport=held, limit_operations_at_once=1, limit_operations_waiting=0) as gateway:
        running = asyncio.create_task(ask(gateway, 0))
        await held.arrived.acquire()
        for number in (1, 2):
            assert (await ask(gateway, number)).status_code == 503
        metrics = (await gateway.http.get("/metrics", headers=STAFF)).text
        held.free.set()
        await running

    assert 'gateway_http_requests_total{route="/graphql",status="503"} 2.0' in metrics
    assert "gateway_operations_refused_total 2.0" in metrics
