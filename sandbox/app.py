"""The sandbox as one ASGI app: the filled store, the stand-ins over it, and the pages beside them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp

from sandbox import catalogue, content, designs, order_pages, order_watch, pages, shoppers
from sandbox.admin import app as admin
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.printful import app as printful
from sandbox.square import app as square
from sandbox.store import Store
from sandbox.storefront import app as storefront
from sandbox.webhooks import Webhooks

UPSTREAM_PATHS = {"/api/": "storefront", "/admin/": "admin", "/printful/": "printful", "/square/": "square"}


def build_store(clock: Clock | None = None, public_url: str = "http://localhost:8000") -> Store:
    """The coffee shop's store, filled. `public_url` is where a browser reaches this sandbox."""
    store = Store(clock, public_url)
    catalogue.fill(store)
    content.fill(store)
    shoppers.fill(store)
    return store


def create_sandbox(
    store: Store,
    faults: Faults | None = None,
    webhooks: Webhooks | None = None,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
) -> Starlette:
    """All stand-ins over `store`, with the pages under `/sandbox`. `faults` are its switches and its request log.

    `webhooks` are shown; whoever runs the sandbox has to let them run.
    """
    switches = faults or Faults()
    sender = webhooks or Webhooks(store, switches)

    def watched(app: ASGIApp) -> ASGIApp:
        return switches.around(app, upstream_of)

    return Starlette(
        routes=[
            *storefront.routes(store, switches),
            *admin.routes(store, switches),
            *printful.routes(store, switches),
            *square.routes(store, switches),
            *designs.routes(store),
            *order_pages.routes(store),
            *order_watch.routes(store, sender),
            *pages.routes(store, switches, sender),
        ],
        middleware=[Middleware(watched)],
        exception_handlers={404: _not_served, 405: _not_served},
        lifespan=lifespan,
    )


def _not_served(request: Request, refusal: Exception) -> Response:
    """The answer to a path or a method that is not served: under `/sandbox` it says what to do."""
    assert isinstance(refusal, HTTPException)
    if upstream_of(request.url.path) is not None:
        return PlainTextResponse(refusal.detail, refusal.status_code, refusal.headers)
    if refusal.status_code == 405:
        allowed = (refusal.headers or {}).get("Allow", "another method")
        advice = f"{request.method} is not possible here: use {allowed}."
    else:
        advice = f"There is nothing at {request.url.path}. All pages and controls are listed at /sandbox."
    return JSONResponse({"error": advice}, refusal.status_code, refusal.headers)


def upstream_of(path: str) -> str | None:
    """Which upstream answers at a path; None for the sandbox's own pages."""
    return next((upstream for start, upstream in UPSTREAM_PATHS.items() if path.startswith(start)), None)
