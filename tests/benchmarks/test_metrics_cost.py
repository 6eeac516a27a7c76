"""What the metrics cost a cached answer, as a share of its processor time in the same run."""

import time
from statistics import median
from typing import Any

import orjson
import pytest
from starlette.types import ASGIApp, Message, Scope

from app import create_app
from edge.metrics import RequestMetrics
from tests.serving import GivenSettings, sandbox_at_noon

pytestmark = pytest.mark.benchmark

ROUNDS, ANSWERS = 9, 3_000
BODY = orjson.dumps({"query": "{ products(first: 20) { nodes { id title handle } } }"})
MOST = 1.05


async def answered(app: ASGIApp, scope: Scope) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(_: Message) -> None:
        pass

    await app(scope, receive, send)


async def answer_us(app: ASGIApp, scope: Scope) -> float:
    """The processor time of one cached answer in microseconds."""
    began = time.process_time()
    for _ in range(ANSWERS):
        await answered(app, scope)
    return (time.process_time() - began) / ANSWERS * 1e6


def counting_us() -> float:
    """The processor time of all that is counted for it."""
    metrics, clock = RequestMetrics(), time.monotonic
    began = time.process_time()
    for _ in range(ANSWERS):
        began_s = clock()
        metrics.answers[("/graphql", 200)] += 1
        metrics.memory.observe(clock() - began_s)
    return (time.process_time() - began) / ANSWERS * 1e6


async def test_the_metrics_cost_a_cached_answer_at_most_a_twentieth() -> None:
    sandbox = sandbox_at_noon()
    limits: dict[str, Any] = {"limit_client_cached_answers": 0, "graphiql": False, "sweep_minutes": 0}
    app = create_app(GivenSettings(**limits), sandbox=sandbox)
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())],
        "client": ("127.0.0.1", 1),
    }
    async with app.router.lifespan_context(app):
        await answered(app, scope)
        whole, counted = [], []
        for _ in range(ROUNDS):
            whole.append(await answer_us(app, scope))
            counted.append(counting_us())

    ratio = median(whole) / (median(whole) - median(counted))
    print(f"\ncached answer {median(whole):.1f} us, of that counting {median(counted):.2f} us: ratio {ratio:.3f}")
    assert ratio < MOST
