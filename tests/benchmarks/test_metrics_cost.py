"""What the metrics cost a cached answer, as a share of its processor time in the same run."""

import time

import pytest

from edge.metrics import RequestMetrics
from tests.benchmarks.cached_answers import ANSWERS, caching_gateway, ratio_without

pytestmark = pytest.mark.benchmark

MOST = 1.05


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
    ratio = await ratio_without(caching_gateway(), "counting", counting_us)

    assert ratio < MOST
