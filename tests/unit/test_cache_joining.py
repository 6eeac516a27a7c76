"""A caller that joins a running fetch keeps its own deadline and priority."""

import asyncio

import pytest

from clients.budget import Priority
from clients.cache.answers import Cached, Fetched
from clients.cache.policies import Policies
from clients.cache.store import Cache
from clients.errors import Throttled, Unavailable, UpstreamError, is_out_of_time
from clients.guard import CallOptions
from clients.timing import Deadline
from clients.upstreams import UpstreamName
from tests.virtual_time import in_no_time

CATALOG = Policies().catalog


class Upstream:
    """Answers after `takes_s` each; `failure` is raised in place of the first answer."""

    def __init__(self, *takes_s: float, failure: UpstreamError | None = None) -> None:
        clock = asyncio.get_running_loop().time
        self.cache = Cache(
            1_000_000,
            clock=clock,
            spawn=asyncio.create_task,
            stale_on=(UpstreamError,),
            out_of_time=is_out_of_time,
        )
        self.asked: list[Priority] = []
        self._takes_s = list(takes_s)
        self._failure = failure
        self._clock = clock

    def options(self, seconds: float | None, priority: Priority = Priority.PAGES) -> CallOptions:
        return CallOptions(priority, None if seconds is None else Deadline.after(seconds, self._clock))

    async def get(self, options: CallOptions) -> Cached[str]:
        async def fetch() -> Fetched[str]:
            deadline = options.deadline
            if deadline is not None and deadline.remaining_s <= 0:
                raise Unavailable(UpstreamName.ADMIN, "read", "no time is left", was_sent=False)
            self.asked.append(options.priority)
            number = len(self.asked)
            try:
                async with asyncio.timeout(None if deadline is None else deadline.remaining_s):
                    await asyncio.sleep(self._takes_s.pop(0))
            except TimeoutError:
                raise Unavailable(UpstreamName.ADMIN, "read", "too slow", timed_out=True) from None
            if number == 1 and self._failure is not None:
                raise self._failure
            return Fetched(f"answer {number}", (), 10)

        return await self.cache.get("key", CATALOG, fetch, options)


@in_no_time
async def test_a_late_caller_fetches_again_when_the_first_ran_out_of_time() -> None:
    shop = Upstream(60, 1)
    first = asyncio.create_task(shop.get(shop.options(8)))
    await asyncio.sleep(7.5)
    late = [asyncio.create_task(shop.get(shop.options(8))) for _ in range(20)]

    with pytest.raises(Unavailable):
        await first
    assert {(await each).value for each in late} == {"answer 2"}
    assert len(shop.asked) == 2


@in_no_time
async def test_a_caller_without_more_time_than_the_first_fails_with_it() -> None:
    shop = Upstream(60)
    options = shop.options(8)
    answers = await asyncio.gather(*(shop.get(options) for _ in range(5)), return_exceptions=True)
    assert all(isinstance(each, Unavailable) for each in answers)
    assert len(shop.asked) == 1


@in_no_time
async def test_a_caller_waits_for_a_shared_fetch_only_until_its_own_deadline() -> None:
    shop = Upstream(100)
    patient = asyncio.create_task(shop.get(shop.options(120)))
    await asyncio.sleep(1)
    began = asyncio.get_running_loop().time()

    with pytest.raises(Unavailable, match="no time is left"):
        await shop.get(shop.options(8))

    assert asyncio.get_running_loop().time() - began == pytest.approx(8)
    assert (await patient).value == "answer 1"


@in_no_time
async def test_an_urgent_caller_does_not_wait_for_a_less_urgent_fetch() -> None:
    shop = Upstream(100, 1)
    sweep = asyncio.create_task(shop.get(shop.options(120, Priority.SWEEPS)))
    await asyncio.sleep(1)

    assert (await shop.get(shop.options(8, Priority.ORDERS))).value == "answer 2"

    assert shop.asked == [Priority.SWEEPS, Priority.ORDERS]
    assert (await sweep).value == "answer 1"


@in_no_time
async def test_a_less_urgent_caller_joins_the_running_fetch() -> None:
    shop = Upstream(1)
    urgent = asyncio.create_task(shop.get(shop.options(8, Priority.ORDERS)))
    await asyncio.sleep(0.5)

    assert (await shop.get(shop.options(8, Priority.SWEEPS))).value == "answer 1"

    await urgent
    assert shop.asked == [Priority.ORDERS]


@in_no_time
async def test_an_admission_too_late_for_the_first_caller_may_serve_a_later_one() -> None:
    shop = Upstream(3, 1, failure=Throttled(UpstreamName.ADMIN, "read", "its turn would come too late", was_sent=False))
    first = asyncio.create_task(shop.get(shop.options(4)))
    await asyncio.sleep(2)

    assert (await shop.get(shop.options(8))).value == "answer 2"
    with pytest.raises(Throttled):
        await first


@in_no_time
async def test_an_outage_costs_one_request_for_all_concurrent_callers() -> None:
    shop = Upstream(1, failure=Unavailable(UpstreamName.ADMIN, "read", "HTTP 503"))
    calls = [asyncio.create_task(shop.get(shop.options(8)))]
    for _ in range(5):
        await asyncio.sleep(0.1)
        calls.append(asyncio.create_task(shop.get(shop.options(8))))

    answers = await asyncio.gather(*calls, return_exceptions=True)

    assert all(isinstance(each, Unavailable) for each in answers)
    assert len(shop.asked) == 1


@in_no_time
async def test_a_fetch_that_ends_after_an_urgent_one_does_no_harm() -> None:
    shop = Upstream(10, 1)
    slow = asyncio.create_task(shop.get(shop.options(None, Priority.SWEEPS)))
    await asyncio.sleep(1)
    await shop.get(shop.options(8))
    await slow
    assert (await shop.get(shop.options(8))).value in ("answer 1", "answer 2")
    assert len(shop.asked) == 2
