"""What an error says about the request: whether it was sent, may have succeeded, or took too long."""

import asyncio

import httpx
import pytest

from clients.budget import Budget
from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.guard import CallOptions, Guard
from clients.http import no_answer
from clients.retry import Retries
from clients.timing import Deadline
from clients.upstreams import UpstreamName
from tests.virtual_time import in_no_time, virtual_timing

ADMIN = UpstreamName.ADMIN


@pytest.mark.parametrize("kind", [Denied, Rejected, Throttled])
def test_a_refused_request_was_not_done(kind: type[UpstreamError]) -> None:
    error = kind(ADMIN, "Create")
    assert (error.was_sent, error.may_be_done) == (True, False)


@pytest.mark.parametrize("kind", [Unavailable, Broken])
def test_a_request_without_a_clear_answer_may_be_done(kind: type[UpstreamError]) -> None:
    error = kind(ADMIN, "Create")
    assert (error.was_sent, error.may_be_done) == (True, True)


@pytest.mark.parametrize("kind", [Unavailable, Throttled, Rejected])
def test_a_request_that_was_not_sent_was_not_done(kind: type[UpstreamError]) -> None:
    assert not kind(ADMIN, "Create", was_sent=False).may_be_done


@pytest.mark.parametrize(
    ("error", "was_sent", "timed_out"),
    [
        (httpx.ConnectError("refused"), False, False),
        (httpx.ConnectTimeout("slow"), False, True),
        (httpx.PoolTimeout("full"), False, True),
        (httpx.LocalProtocolError("a line break"), False, False),
        (httpx.UnsupportedProtocol("ftp"), False, False),
        (httpx.ReadTimeout("slow"), True, True),
        (httpx.ReadError("lost"), True, False),
        (TimeoutError(), True, True),
    ],
)
def test_a_lost_answer_says_whether_the_request_was_sent(error: Exception, was_sent: bool, timed_out: bool) -> None:
    found = no_answer(ADMIN, "Create", error)
    assert (found.was_sent, found.may_be_done, found.timed_out) == (was_sent, was_sent, timed_out)


def guard(attempts: int = 2) -> Guard:
    timing = virtual_timing()
    budget = Budget(ADMIN, at_once=1, timing=timing)
    return Guard(ADMIN, attempt_s=4, budget=budget, retries=Retries(attempts=attempts), timing=timing)


@in_no_time
async def test_a_slow_answer_has_timed_out_and_may_be_done() -> None:
    with pytest.raises(Unavailable) as raised:
        await guard().call("Create", lambda: asyncio.sleep(60), idempotent=False)
    assert (raised.value.timed_out, raised.value.may_be_done) == (True, True)


@in_no_time
async def test_a_request_without_time_is_not_sent() -> None:
    options = CallOptions(deadline=Deadline.after(0, virtual_timing().clock))
    with pytest.raises(Unavailable) as raised:
        await guard().call("Create", lambda: asyncio.sleep(0), idempotent=False, options=options)
    assert (raised.value.was_sent, raised.value.may_be_done) == (False, False)


@pytest.mark.parametrize(
    "last",
    [
        Throttled(ADMIN, "Create"),
        Rejected(ADMIN, "Create"),
        Denied(ADMIN, "Create"),
    ],
)
@in_no_time
async def test_a_refused_repetition_does_not_hide_that_the_first_attempt_may_be_done(last: UpstreamError) -> None:
    answers: list[UpstreamError] = [Unavailable(ADMIN, "Create"), last]

    async def attempt() -> None:
        raise answers.pop(0)

    with pytest.raises(type(last)) as raised:
        await guard().call("Create", attempt, idempotent=True)
    assert raised.value.may_be_done
