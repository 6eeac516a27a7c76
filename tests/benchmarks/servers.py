"""The servers that are measured, each its own process: `python -m tests.benchmarks.servers NAME PORT UPSTREAM_PORT`.

Every server also tells, at `/cpu`, how many seconds of processor time its process has used.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from app import Settings, create_app, serve
from clients.cache.second_level import SecondLevel
from clients.cache.store import Cache
from clients.timing import Timing
from edge.logs import set_up_logs
from tests.benchmarks.plain_strawberry import plain_strawberry
from tests.benchmarks.strawberry_view import strawberry_view
from tests.benchmarks.upstreams import canned_upstreams
from tests.serving import GivenSettings

STAFF_TOKEN = "benchmark-staff-token"


def keeping_gateway(given: Settings) -> ASGIApp:
    """The gateway with the cache, and the bound for a late event loop, that it has unless it is told otherwise."""
    names = ("cache_max_bytes", "limit_loop_lateness_ms")
    return create_app(given.model_copy(update={name: Settings.model_fields[name].default for name in names}))


def warm_gateway(given: Settings) -> ASGIApp:
    """The gateway with Printful's catalogue cached and nothing else."""
    other = ("catalog", "content", "stock")
    never = {f"{kind}_{age}_s": 0 for kind in other for age in ("fresh", "stale_while_revalidate", "stale_if_error")}
    return create_app(given.model_copy(update={"cache_max_bytes": 64_000_000, "cache_seconds": never}))


class SharingSettings(GivenSettings):
    """Settings with a cache and a Redis, whose first level is within reach."""

    def cache(self, timing: Timing, second: SecondLevel | None = None) -> Cache | None:
        _CACHES[:] = [super().cache(timing, second)]
        return _CACHES[0]


_CACHES: list[Cache | None] = []


def sharing_gateway(given: Settings) -> ASGIApp:
    """The gateway with a cache and a Redis behind it, the port of which is the last argument."""
    usual = Settings.model_fields["cache_max_bytes"].default
    more = {
        "cache_max_bytes": usual,
        "redis_url": SecretStr(f"redis://127.0.0.1:{sys.argv[4]}/0"),
        "deadline_redis_s": 1.0,
    }
    return create_app(SharingSettings(**{**dict(given), **more}))


def forgetful_gateway(given: Settings) -> ASGIApp:
    """As `sharing_gateway`, and each request finds the memory of the process empty."""
    return _forgetting(sharing_gateway(given))


def cold_gateway(given: Settings) -> ASGIApp:
    """As `keeping_gateway`, and each request finds the memory of the process empty."""
    usual = Settings.model_fields["cache_max_bytes"].default
    return _forgetting(create_app(SharingSettings(**{**dict(given), "cache_max_bytes": usual})))


def _forgetting(app: ASGIApp) -> ASGIApp:
    async def forgetting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _CACHES and _CACHES[0] is not None:
            entries = _CACHES[0]._entries
            entries.clear()
            for index in (entries._by_tag, entries._by_type, entries._by_kind):
                index._found.clear()
        await app(scope, receive, send)

    return forgetting


async def same_bytes(scope: Scope, receive: Receive, send: Send) -> None:
    """The least that uvicorn can do: it sends bytes that it was given once, by PUT, as the answer to every POST."""
    body = b""
    more = scope["type"] == "http"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if scope["type"] != "http":
        return
    if scope["method"] == "PUT":
        _SAME[:] = [body]
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_SAME[0])).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _SAME[0]})


_SAME = [b"{}"]
SERVERS: dict[str, Callable[[Settings], ASGIApp]] = {
    "gateway": create_app,
    "gateway-keeping": keeping_gateway,
    "plain": plain_strawberry,
    "strawberry-view": strawberry_view,
    "gateway-warm": warm_gateway,
    "gateway-sharing": sharing_gateway,
    "gateway-forgetful": forgetful_gateway,
    "gateway-cold": cold_gateway,
    "same-bytes": lambda _: same_bytes,
    "upstreams": lambda _: canned_upstreams(),
}


def with_cpu_time(app: ASGIApp) -> ASGIApp:
    """The app, and `/cpu` in front of it."""

    async def measured(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") != "/cpu":
            await app(scope, receive, send)
            return
        body = repr(time.process_time()).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return measured


def settings(port: int, upstream_port: int) -> Settings:
    """A gateway in live mode, on the canned upstreams, that keeps no answers."""
    upstream = f"http://127.0.0.1:{upstream_port}"
    given: dict[str, Any] = {
        "gateway_mode": "live",
        "port": port,
        "cache_max_bytes": 0,
        "limit_client_cost": 0,
        "limit_client_cached_answers": 0,
        "limit_answer_fields": 10**6,  # listings are measured that are longer than one may be
        "limit_operation_cost": 10**6,
        "limit_loop_lateness_ms": 0,  # on a busy machine the loop is late, whatever the gateway does
        "shopify_store_domain": "kynda-sandbox.myshopify.com",
        "shopify_storefront_private_token": "sandbox-private",
        "shopify_storefront_url": f"{upstream}/api/2026-10/graphql.json",
        "shopify_admin_access_token": "sandbox-admin",
        "shopify_admin_url": f"{upstream}/admin/api/2026-10/graphql.json",
        "printful_api_key": "sandbox-printful",
        "printful_store_id": "1",
        "staff_token": STAFF_TOKEN,
        "printful_api_url": f"{upstream}/printful",
    }
    return GivenSettings(**given)


if __name__ == "__main__":
    set_up_logs("ERROR", as_json=True, to=sys.stderr)
    name, port, upstream_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chosen = settings(port, upstream_port)
    serve(with_cpu_time(SERVERS[name](chosen)), chosen, "ready")
