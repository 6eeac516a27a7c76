"""Places of operations: bounded, given in order, staff first, and never lost."""

import asyncio
from collections.abc import Awaitable

import pytest

from edge.admission import AdmissionLimits, RequestAdmission
from edge.bodies import HttpRefusal
from tests.virtual_time import in_no_time


def admission(at_once: int = 1, waiting: int = 2) -> RequestAdmission:
    return RequestAdmission(AdmissionLimits(at_once, waiting, wait_s=1.0))


class Work:
    """Operations that run until they are told to end."""

    def __init__(self, places: RequestAdmission) -> None:
        self.places = places
        self.done: list[str] = []
        self.end = asyncio.Event()

    async def run(self, name: str, *, is_staff: bool = False) -> None:
        async with self.places.place(is_staff=is_staff):
            await self.end.wait()
            self.done.append(name)

    async def begin(self, *names: str, is_staff: bool = False) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self.run(name, is_staff=is_staff)) for name in names]
        await asyncio.sleep(0)
        return tasks


async def refused(task: Awaitable[None]) -> HttpRefusal:
    with pytest.raises(HttpRefusal) as refusal:
        await task
    return refusal.value


@in_no_time
async def test_staff_come_before_others_who_came_first() -> None:
    work = Work(admission())
    tasks = await work.begin("first", "guest") + await work.begin("staff", is_staff=True)
    work.end.set()
    await asyncio.gather(*tasks)

    assert work.done == ["first", "staff", "guest"]
    assert work.places.running == 0


@in_no_time
async def test_what_cannot_even_wait_is_refused_at_once() -> None:
    work = Work(admission())
    tasks = await work.begin("a", "b", "c", "d")
    refusal = await refused(tasks[3])

    assert (refusal.status, refusal.headers["retry-after"]) == (503, "1")
    assert asyncio.get_running_loop().time() == 0
    work.end.set()
    await asyncio.gather(*tasks[:3])
    assert work.places.running == 0


@in_no_time
async def test_whoever_waits_too_long_is_refused() -> None:
    work = Work(admission())
    tasks = await work.begin("a", "b")

    assert (await refused(tasks[1])).status == 503
    assert asyncio.get_running_loop().time() == 1
    assert (work.places.running, work.places.waiting) == (1, 0)
    work.end.set()
    await tasks[0]
    assert work.places.running == 0


@pytest.mark.parametrize("which", [0, 1])
def test_a_caller_that_goes_away_leaves_its_place_to_others(which: int) -> None:
    @in_no_time
    async def check() -> None:
        work = Work(admission())
        tasks = await work.begin("a", "b", "c")
        tasks[which].cancel()
        await asyncio.sleep(0)
        work.end.set()
        await asyncio.gather(*tasks, return_exceptions=True)

        assert len(work.done) == 2
        assert work.places.running == work.places.waiting == 0

    check()


@in_no_time
async def test_no_more_run_at_once_than_may_and_no_place_is_lost() -> None:
    places, most = admission(at_once=3, waiting=1_000), 0

    async def one(number: int) -> None:
        nonlocal most
        async with places.place(is_staff=number % 7 == 0):
            most = max(most, places.running)
            await asyncio.sleep(0.001 * (number % 3))

    await asyncio.gather(*map(one, range(200)))

    assert most == 3
    assert places.running == places.waiting == 0
