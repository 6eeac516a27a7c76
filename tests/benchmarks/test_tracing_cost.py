"""What the seam of traces costs a cached answer while traces are off, as a share of its processor time."""

import time
from statistics import median
from typing import Any

import pytest

from app import create_app
from clients.tracing import is_recorded
from edge.tracing import TracedRequests
from tests.benchmarks.test_metrics_cost import ANSWERS, BODY, ROUNDS, answer_us, answered
from tests.serving import GivenSettings, sandbox_at_noon

pytestmark = pytest.mark.benchmark

MOST = 1.02


def asking_us() -> float:
    """The processor time of all that a cached answer does about traces that are off."""
    began = time.process_time()
    for number in range(ANSWERS):
        _ = lambda: number  # noqa: B023, E731
        is_recorded()
    return (time.process_time() - began) / ANSWERS * 1e6


async def test_traces_that_are_off_cost_a_cached_answer_at_most_a_fiftieth() -> None:
    limits: dict[str, Any] = {"limit_client_cached_answers": 0, "graphiql": False, "sweep_minutes": 0}
    app = create_app(GivenSettings(**limits), sandbox=sandbox_at_noon())
    assert not isinstance(app.front, TracedRequests)
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
        whole, asked = [], []
        for _ in range(ROUNDS):
            whole.append(await answer_us(app, scope))
            asked.append(asking_us())

    ratio = median(whole) / (median(whole) - median(asked))
    print(f"\ncached answer {median(whole):.1f} us, of that traces {median(asked):.2f} us: ratio {ratio:.3f}")
    assert ratio < MOST
