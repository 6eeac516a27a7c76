"""Admission, deadline, circuit breaker and retries of a request together."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from clients.breaker import Breaker
from clients.budget import Budget
from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.guard import CallOptions, Guard
from clients.retry import Retries
from clients.timing import Deadline
from clients.upstreams import UpstreamName
from tests.virtual_time import in_virtual_time, virtual_timing

ADMIN = UpstreamName.ADMIN

DOWN = Unavailable(ADMIN, "Ask")
ATTEMPT_S = 4.0


class Shop:
    """An upstream that answers with what `outcomes` says in turn, and then well; each answer takes `takes_s`."""

    def __init__(self, *outcomes: UpstreamError, takes_s: float = 0.0, at_once: int = 100) -> None:
        self.timing = virtual_timing()
        budget = Budget(ADMIN, at_once=at_once, timing=self.timing)
        self.guard = Guard(
            ADMIN,
            attempt_s=ATTEMPT_S,
            budget=budget,
            breaker=Breaker(self.timing.clock, failures=5, open_s=5),
            retries=Retries(attempts=3),
            timing=self.timing,
        )
        self.outcomes = list(outcomes)
        self.takes_s = takes_s
        self.asked_at: list[float] = []

    async def _attempt(self) -> str:
        self.asked_at.append(self.timing.clock())
        await asyncio.sleep(self.takes_s)
        if self.outcomes:
            raise self.outcomes.pop(0)
        return "well"

    async def ask(
        self,
        *,
        idempotent: bool = True,
        within_s: float | None = None,
        attempt_s: float | None = None,
        least_s: float = 0.0,
    ) -> str:
        deadline = None if within_s is None else Deadline.after(within_s, self.timing.clock)
        options = CallOptions(deadline=deadline, attempt_s=attempt_s, least_s=least_s)
        return await self.guard.call("Ask", self._attempt, idempotent=idempotent, options=options)

    async def fails(self, kind: type[UpstreamError], *, idempotent: bool = True, within_s: float | None = None) -> None:
        with pytest.raises(kind):
            await self.ask(idempotent=idempotent, within_s=within_s)


def virtually(test: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await test()

    in_virtual_time(run())


def test_a_read_survives_a_hiccup() -> None:
    async def test() -> None:
        shop = Shop(DOWN, DOWN)
        assert await shop.ask() == "well"
        assert len(shop.asked_at) == 3

    virtually(test)


@pytest.mark.parametrize("failure", [DOWN, Throttled(ADMIN, "Ask", retry_after_s=1)])
def test_a_call_that_is_not_idempotent_is_sent_once(failure: UpstreamError) -> None:
    async def test() -> None:
        shop = Shop(failure)
        await shop.fails(type(failure), idempotent=False)
        assert len(shop.asked_at) == 1

    virtually(test)


@pytest.mark.parametrize(
    "failure",
    [Denied(ADMIN, "Ask"), Rejected(ADMIN, "Ask"), Broken(ADMIN, "Ask")],
)
def test_a_permanent_failure_is_not_retried(failure: UpstreamError) -> None:
    async def test() -> None:
        shop = Shop(failure)
        await shop.fails(type(failure))
        assert len(shop.asked_at) == 1

    virtually(test)


def test_a_required_wait_is_respected() -> None:
    async def test() -> None:
        shop = Shop(Throttled(ADMIN, "Ask", retry_after_s=3))
        await shop.ask()
        assert shop.asked_at == [0, 3]

    virtually(test)


def test_a_wait_beyond_the_deadline_does_not_start() -> None:
    async def test() -> None:
        shop = Shop(Throttled(ADMIN, "Ask", retry_after_s=3))
        await shop.fails(Throttled, within_s=2)
        assert shop.timing.clock() == 0

    virtually(test)


def test_an_attempt_ends_in_its_own_time() -> None:
    async def test() -> None:
        shop = Shop(takes_s=60)
        await shop.fails(Unavailable, idempotent=False)
        assert shop.timing.clock() == ATTEMPT_S

    virtually(test)


def test_a_call_may_grant_each_attempt_more_time() -> None:
    async def test() -> None:
        shop = Shop(takes_s=6)
        assert await shop.ask(attempt_s=7) == "well"
        assert shop.asked_at == [0]

    virtually(test)


def test_a_call_may_grant_each_attempt_less_time() -> None:
    async def test() -> None:
        shop = Shop(takes_s=60)
        with pytest.raises(Unavailable):
            await shop.ask(idempotent=False, attempt_s=3)
        assert shop.timing.clock() == 3

    virtually(test)


def test_a_call_without_its_least_time_does_not_start() -> None:
    async def test() -> None:
        shop = Shop(at_once=1, takes_s=2)
        before = asyncio.create_task(shop.ask())
        await asyncio.sleep(0)
        with pytest.raises(Throttled, match="not sent"):
            await shop.ask(idempotent=False, within_s=2.5, least_s=1)
        await before
        assert shop.asked_at == [0]

    virtually(test)


def test_a_call_with_its_least_time_starts() -> None:
    async def test() -> None:
        shop = Shop(takes_s=1)
        assert await shop.ask(idempotent=False, within_s=2, least_s=1) == "well"

    virtually(test)


def test_the_deadline_bounds_also_a_longer_attempt() -> None:
    async def test() -> None:
        shop = Shop(takes_s=60)
        with pytest.raises(Unavailable):
            await shop.ask(within_s=5, attempt_s=30)
        assert (shop.asked_at, shop.timing.clock()) == ([0], 5)

    virtually(test)


def test_attempts_with_short_timeouts_do_not_open_the_breaker() -> None:
    async def test() -> None:
        shop = Shop(takes_s=1)
        for _ in range(20):
            with pytest.raises(Unavailable):
                await shop.ask(idempotent=False, attempt_s=0.5)
        assert await shop.ask() == "well"

    virtually(test)


def test_a_call_ends_with_its_deadline_however_often_it_is_repeated() -> None:
    async def test() -> None:
        shop = Shop(takes_s=60)
        await shop.fails(Unavailable, within_s=6)
        assert shop.asked_at == [0, 4]
        assert shop.timing.clock() == 6

    virtually(test)


def test_after_the_deadline_nothing_is_sent() -> None:
    async def test() -> None:
        shop = Shop()
        await shop.fails(Unavailable, within_s=0)
        assert shop.asked_at == []

    virtually(test)


def test_a_dead_upstream_gets_fewer_requests_and_is_found_again() -> None:
    async def test() -> None:
        shop = Shop(*[DOWN] * 1000)
        for _ in range(100):
            await shop.fails(Unavailable)
            await asyncio.sleep(0.1)
        assert len(shop.asked_at) <= 10  # five to find out, then one in five seconds
        shop.outcomes.clear()
        await asyncio.sleep(5)
        assert await shop.ask() == "well"
        assert await shop.ask() == "well"

    virtually(test)


def test_refusals_do_not_stop_requests_to_an_upstream() -> None:
    async def test() -> None:
        kinds = [
            Denied(ADMIN, "Ask"),
            Rejected(ADMIN, "Ask"),
            Throttled(ADMIN, "Ask"),
            Broken(ADMIN, "Ask"),
        ]
        shop = Shop(*kinds * 5)
        for failure in kinds * 5:
            await shop.fails(type(failure), idempotent=False)
        assert await shop.ask() == "well"

    virtually(test)


def test_callers_with_short_deadlines_do_not_open_the_breaker() -> None:
    async def test() -> None:
        shop = Shop(takes_s=1)
        for _ in range(20):
            await shop.fails(Unavailable, within_s=0.5)
        assert await shop.ask() == "well"

    virtually(test)


def test_cancelled_callers_count_neither_as_failures_nor_as_admissions() -> None:
    async def test() -> None:
        shop = Shop(takes_s=1, at_once=2)
        for _ in range(20):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await shop.ask()
        assert await shop.ask() == "well"

    virtually(test)
