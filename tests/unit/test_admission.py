"""Places of operations: bounded, given in order, staff first, and never lost."""

import asyncio
from collections.abc import Awaitable

import pytest

from edge.admission import AdmissionLimits, RequestAdmission
from edge.bodies import HttpRefusal
from tests.virtual_time import VirtualLoop, in_no_time


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
async def test_beyond_the_queue_requests_are_refused_at_once() -> None:
    work = Work(admission())
    tasks = await work.begin("a", "b", "c", "d")
    refusal = await refused(tasks[3])

    assert (refusal.status, refusal.headers["retry-after"]) == (503, "1")
    assert asyncio.get_running_loop().time() == 0
    work.end.set()
    await asyncio.gather(*tasks[:3])
    assert work.places.running == 0


@in_no_time
async def test_requests_that_wait_too_long_are_refused() -> None:
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


class SlowLoop(VirtualLoop):
    """A loop that the test can make late: `work(seconds)` holds it, as a long computation does."""

    held_s = 0.0

    def time(self) -> float:
        return super().time() + self.held_s

    def work(self, seconds: float) -> None:
        self.held_s += seconds


async def admitted(places: RequestAdmission, *, is_staff: bool = False) -> bool:
    try:
        async with places.place(is_staff=is_staff):
            return True
    except HttpRefusal as refusal:
        return refusal.status != 503


@pytest.mark.parametrize(
    ("held_s", "turns", "is_staff", "is_admitted"),
    [
        (0.0, 20, False, True),
        (0.5, 1, False, True),  # one long computation is no overload
        (0.003, 20, False, True),
        (0.05, 20, False, False),
        (0.05, 20, True, True),
        (0.5, 20, True, True),
    ],
)
def test_an_event_loop_that_stays_late_refuses_new_operations_at_once(
    held_s: float, turns: int, is_staff: bool, is_admitted: bool
) -> None:
    async def check() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SlowLoop)
        places = RequestAdmission(AdmissionLimits(at_once=10, waiting=10, wait_s=1.0, late_s=0.02))
        async with places.place(is_staff=False):
            for turn in range(20):
                await admitted(places)
                if turn < turns:
                    loop.work(held_s + 0.005)
                    await asyncio.sleep(0)
                else:
                    await asyncio.sleep(0.005)
            assert await admitted(places, is_staff=is_staff) == is_admitted
            await asyncio.sleep(0.1)
            await admitted(places)
            await asyncio.sleep(0.1)
            assert await admitted(places)  # it is in time again
        assert places.running == 0

    with asyncio.Runner(loop_factory=SlowLoop) as runner:
        runner.run(check())


@in_no_time
async def test_a_loop_that_is_late_admits_the_first_operation() -> None:
    places = RequestAdmission(AdmissionLimits(at_once=1, waiting=0, wait_s=1.0, late_s=1e-9))
    async with places.place(is_staff=False):
        assert places.running == 1
