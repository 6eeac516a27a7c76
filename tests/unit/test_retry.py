"""Whether and when a failed request is repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.retry import Retries
from clients.upstreams import UpstreamName

ADMIN = UpstreamName.ADMIN

DOWN = Unavailable(ADMIN, "Ask")
JITTER = st.floats(min_value=0, max_value=1, exclude_max=True)
REMAINING = st.floats(min_value=0, max_value=100)


def throttled(retry_after_s: float | None) -> Throttled:
    return Throttled(ADMIN, "Ask", retry_after_s=retry_after_s)


@pytest.mark.parametrize(
    "failure",
    [Denied(ADMIN, "Ask"), Rejected(ADMIN, "Ask"), Broken(ADMIN, "Ask")],
)
def test_a_permanent_failure_is_not_retried(failure: UpstreamError) -> None:
    assert Retries().delay_s(failure, 1, jitter=0, remaining_s=100) is None


def test_retries_end() -> None:
    delays = [Retries(attempts=3).delay_s(DOWN, attempt, jitter=0.5, remaining_s=100) for attempt in (1, 2, 3)]
    assert [each is None for each in delays] == [False, False, True]


def test_waits_double_up_to_the_longest() -> None:
    retries = Retries(attempts=9, first_s=1, longest_s=5)
    assert [retries.delay_s(DOWN, attempt, jitter=1, remaining_s=100) for attempt in range(1, 6)] == [1, 2, 4, 5, 5]


@given(st.integers(1, 20), JITTER, REMAINING)
def test_a_wait_is_spread_over_all_of_its_range_and_ends_before_the_deadline(
    attempt: int, jitter: float, remaining_s: float
) -> None:
    retries = Retries(attempts=30)
    longest_s = min(retries.longest_s, retries.first_s * 2 ** (attempt - 1))
    delay_s = retries.delay_s(DOWN, attempt, jitter=jitter, remaining_s=remaining_s)
    assert delay_s == (jitter * longest_s if jitter * longest_s < remaining_s else None)


@given(st.floats(min_value=0, max_value=100), JITTER, REMAINING)
def test_a_required_wait_is_respected_or_not_started(asked_s: float, jitter: float, remaining_s: float) -> None:
    delay_s = Retries().delay_s(throttled(asked_s), 1, jitter=jitter, remaining_s=remaining_s)
    if asked_s >= remaining_s:
        assert delay_s is None
    if delay_s is not None:
        assert asked_s <= delay_s < remaining_s


def test_throttling_without_a_wait_time_is_retried_like_an_outage() -> None:
    assert Retries(first_s=1).delay_s(throttled(None), 1, jitter=0.5, remaining_s=100) == 0.5
