"""The processor time of answers from the cache, and of one part of their work, in the same run."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Scope

from app import create_app
from edge.gateway import GatewayApp
from tests.serving import GivenSettings, sandbox_at_noon

ROUNDS, ANSWERS = 9, 3_000
BODY = orjson.dumps({"query": "{ products(first: 20) { nodes { id title handle } } }"})


def caching_gateway() -> GatewayApp:
    """A gateway over the sandbox, without a limit on cached answers."""
    limits: dict[str, Any] = {"limit_client_cached_answers": 0, "graphiql": False, "sweep_minutes": 0}
    return create_app(GivenSettings(**limits), sandbox=sandbox_at_noon())


async def ratio_without(app: GatewayApp, part: str, part_us: Callable[[], float]) -> float:
    """How many times what a cached answer takes without a part of its work it takes with it.

    `part_us` measures the part: microseconds an answer.
    """
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())],
        "client": ("127.0.0.1", 1),
    }
    async with app.router.lifespan_context(app):
        await _answered(app, scope)
        whole, parts = [], []
        for _ in range(ROUNDS):
            whole.append(await _answer_us(app, scope))
            parts.append(part_us())
    ratio = median(whole) / (median(whole) - median(parts))
    print(f"\ncached answer {median(whole):.1f} us, of that {part} {median(parts):.2f} us: ratio {ratio:.3f}")
    return ratio


async def _answered(app: ASGIApp, scope: Scope) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(_: Message) -> None:
        pass

    await app(scope, receive, send)


async def _answer_us(app: ASGIApp, scope: Scope) -> float:
    began = time.process_time()
    for _ in range(ANSWERS):
        await _answered(app, scope)
    return (time.process_time() - began) / ANSWERS * 1e6
