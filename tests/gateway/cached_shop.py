"""A gateway whose cache the test controls: the test reports changes as webhooks do, and time is virtual."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from app import Sandbox, add_graph, connected
from clients.cache.store import Cache
from clients.global_ids import GlobalId
from resolvers.changes import Changes
from resolvers.context import Services
from sandbox.clock import Clock
from sandbox.faults import LAG
from sandbox.product_changes import ProductFacts, change_product
from tests.serving import NOON, Answer, GivenSettings
from tests.virtual_time import virtual_timing


class CachedShop:
    """A running gateway, its cache, and its sandbox. `uncached` is a second gateway without a cache."""

    def __init__(
        self, http: httpx.AsyncClient, uncached: httpx.AsyncClient, sandbox: Sandbox, services: Services
    ) -> None:
        self.http = http
        self.uncached = uncached
        self.sandbox = sandbox
        self.services = services

    @property
    def cache(self) -> Cache:
        assert self.services.cache is not None
        return self.services.cache

    @property
    def changes(self) -> Changes:
        assert self.services.changes is not None
        return self.services.changes

    @property
    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def requests(self) -> dict[str, int]:
        """How many requests each upstream has seen."""
        return dict(self.sandbox.faults.counts)

    def forget_requests(self) -> None:
        self.sandbox.faults.forget_requests()

    def kill(self, upstream: str) -> None:
        self.sandbox.faults.add(upstream, "status", status=503)

    async def post(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        body = {"query": query, "variables": dict(variables or {}), **more}
        return await self.http.post("/graphql", json=body, headers=dict(headers or {}))

    async def ask(self, query: str, **variables: Any) -> Answer:
        answer: Answer = (await self.post(query, variables)).json()
        return answer

    async def truth(self, query: str, **variables: Any) -> Answer:
        """The answer of the gateway without a cache."""
        answer: Answer = (await self.uncached.post("/graphql", json={"query": query, "variables": variables})).json()
        return answer

    async def truth_without_lag(self, query: str, **variables: Any) -> Answer:
        """The answer without a cache, faults or replica lag."""
        faults = self.sandbox.faults
        active, faults.active = faults.active, []
        try:
            return await self.truth(query, **variables)
        finally:
            faults.active = active

    def clear_failures(self) -> None:
        """Ends all faults except replica lag."""
        faults = self.sandbox.faults
        faults.active = [fault for fault in faults.active if fault.kind == LAG]

    async def state(self, query: str, **variables: Any) -> str:
        """The cache state in `extensions.cache` of an answer."""
        answer = (await self.post(query, variables, extensions={"cache": True})).json()
        state: str = answer["extensions"]["cache"]["state"]
        return state

    def change(self, handle: str, **change: Any) -> ProductFacts:
        """Changes a product without notifying the gateway."""
        return change_product(self.sandbox.store, handle, **change)

    def tell(self, facts: ProductFacts, *, is_gone: bool = False) -> None:
        """Notifies the gateway of a change."""
        self.changes.product_changed(
            GlobalId(facts.id),
            # To the second, as webhooks tell it.
            changed_at=facts.updated_at.replace(microsecond=0),
            handle=facts.handle,
            variant_ids=map(GlobalId, facts.variant_ids),
            is_gone=is_gone,
        )


class ByHost(httpx.AsyncBaseTransport):
    """A transport that sends requests for CDN hosts to another transport."""

    def __init__(self, others: httpx.AsyncBaseTransport, cdn: httpx.AsyncBaseTransport) -> None:
        self._others, self._cdn = others, cdn

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_cdn = request.url.host in ("api.cloudflare.com", "api.fastly.com")
        return await (self._cdn if is_cdn else self._others).handle_async_request(request)


@asynccontextmanager
async def cached_shop(
    *, lag_s: float = 0, cdn_transport: httpx.AsyncBaseTransport | None = None, **settings: Any
) -> AsyncIterator[CachedShop]:
    """A gateway over a fresh sandbox whose Storefront shows changes of products `lag_s` seconds late.

    `cdn_transport`: the way to the hosts of CDNs.
    """
    loop = asyncio.get_running_loop()
    clock = Clock(lambda: NOON + timedelta(seconds=loop.time()))
    sandbox = Sandbox.filled(public_url="http://localhost:8000", clock=clock)
    if lag_s:
        sandbox.faults.add("storefront", "lag", latency_s=lag_s)
    async with (
        _gateway(sandbox, settings, cdn_transport) as (http, services),
        _gateway(sandbox, {"cache_max_bytes": 0}) as (uncached, _),
    ):
        yield CachedShop(http, uncached, sandbox, services)


@asynccontextmanager
async def _gateway(
    sandbox: Sandbox, given: Mapping[str, Any], cdn_transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    settings = GivenSettings(**{"graphiql": False, **given})
    carrier: httpx.AsyncBaseTransport = httpx.ASGITransport(sandbox.app, raise_app_exceptions=False)
    if cdn_transport is not None:
        carrier = ByHost(carrier, cdn_transport)
    async with connected(settings, carrier, virtual_timing(), sandbox.store.clock.now) as services:
        graph, _ = add_graph(FastAPI(), settings, lambda: services)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(graph), base_url="http://gateway") as http:
            yield http, services
