"""A gateway whose Storefront gives prepared responses and records requests, for tests of the wire."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from app import create_app
from tests.serving import GivenSettings
from tests.virtual_time import virtual_timing

NAME = {"query": "{ shop { name } }"}
CART = {"query": "mutation { cartCreate { cart { id } } }"}
UNKNOWN = {"query": "{ shop { nextThing(of: NEW) { id } } }"}
UNSTABLE = "/api/unstable/graphql.json"
BODY = b'{"data": {"shop":  {"name": "Kynda"}}, "extensions": {"context": {"country": "US"}}}'


class Shopify(httpx.AsyncBaseTransport):
    """Answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[httpx.Request] = []
        self.answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(200, content=BODY)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return self.answer(request)


@asynccontextmanager
async def gateway(shopify: Shopify, peer: str = "198.51.100.1", **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    given = {
        "gateway_mode": "live",
        "shopify_store_domain": "kynda.example",
        "shopify_storefront_private_token": "private",
        "cors_allow_origins": "https://shop.example",
        "trusted_proxies": "10.0.0.0/8",
        "sweep_minutes": 0,
    }
    app = create_app(GivenSettings(**{**given, **settings}), transport=shopify, timing=virtual_timing())
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=(peer, 5000))
        # No cookie jar: each request says itself whose it is.
        jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway", cookies=jar) as client:
            yield client
