"""What the seam of traces costs a cached answer while traces are off, as a share of its processor time."""

import time

import pytest

from clients.tracing import is_recorded
from edge.tracing import TracedRequests
from tests.benchmarks.cached_answers import ANSWERS, caching_gateway, ratio_without

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
    app = caching_gateway()
    assert not isinstance(app.front, TracedRequests)

    ratio = await ratio_without(app, "traces", asking_us)

    assert ratio < MOST
