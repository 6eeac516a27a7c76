"""Places of operations: bounded, given in order, staff first, and never lost."""

import asyncio
from collections.abc import Awaitable

import pytest

from edge.admission import AdmissionLimits, Overloaded, RequestAdmission
from edge.bodies import HttpRefusal
from tests.virtual_time import SlowLoop, in_no_time


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
async def test_a_place_that_becomes_free_when_a_wait_ends_goes_to_the_next() -> None:
    places = admission(at_once=1, waiting=3)
    outcomes: list[int] = []

    async def one(seconds: float, begins_s: float) -> None:
        await asyncio.sleep(begins_s)
        try:
            async with places.place(is_staff=False):
                await asyncio.sleep(seconds)
                outcomes.append(200)
        except HttpRefusal as refusal:
            outcomes.append(refusal.status)

    await asyncio.gather(one(1.0, 0.0), one(0.001, 0.0), one(0.001, 0.01), one(0.001, 0.02))

    assert sorted(outcomes) in ([200, 200, 200, 200], [200, 200, 200, 503])
    assert places.running == places.waiting == 0


@in_no_time
async def test_when_places_become_free_slowly_those_who_come_are_refused_at_once() -> None:
    work = Work(admission(at_once=1, waiting=100))
    tasks = await work.begin("a", "b")
    await asyncio.sleep(0.3)
    refused_tasks = await work.begin("c", "d")
    staff = await work.begin("staff", is_staff=True)

    assert [(await refused(task)).status for task in refused_tasks] == [503, 503]
    assert asyncio.get_running_loop().time() == 0.3
    work.end.set()
    await asyncio.gather(*tasks, *staff)
    assert work.done == ["a", "staff", "b"]


@in_no_time
async def test_a_busy_second_refuses_nobody_when_places_become_free_quickly() -> None:
    places = admission(at_once=2, waiting=100)
    refusals = 0

    async def one(number: int) -> None:
        nonlocal refusals
        await asyncio.sleep(0.01 * number)
        try:
            async with places.place(is_staff=False):
                await asyncio.sleep(0.02)
        except HttpRefusal:
            refusals += 1

    await asyncio.gather(*map(one, range(100)))
    assert refusals == 0


@in_no_time
async def test_a_refresh_never_waits_for_a_place_and_few_run_beyond_the_limit() -> None:
    places = admission(at_once=10, waiting=100)
    end = asyncio.Event()

    async def one(*, is_refresh: bool) -> bool:
        async with places.place(is_staff=False, is_refresh=is_refresh):
            await end.wait()
        return True

    tasks = [asyncio.create_task(one(is_refresh=False)) for _ in range(15)]
    await asyncio.sleep(0.01)
    refreshes = [asyncio.create_task(one(is_refresh=True)) for _ in range(20)]
    await asyncio.sleep(0.01)

    assert places.running == 12
    assert sum(each.done() for each in refreshes) == 18
    end.set()
    await asyncio.gather(*tasks, *refreshes, return_exceptions=True)
    assert places.running == places.waiting == 0


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


async def held(places: RequestAdmission, seconds: float) -> None:
    """An operation that holds the loop for so long."""
    async with places.place(is_staff=False):
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SlowLoop)
        loop.work(seconds)


async def admitted(places: RequestAdmission, **kind: bool) -> bool:
    try:
        async with places.place(**{"is_staff": False} | kind):
            return True
    except Overloaded:
        return False


@pytest.mark.parametrize(
    ("held_s", "kind", "is_admitted"),
    [
        (0.001, {}, True),
        (0.02, {}, False),
        (0.02, {"is_staff": True}, True),
        (0.02, {"is_refresh": True}, True),
    ],
)
def test_while_operations_keep_waiting_long_for_their_turn_new_ones_are_refused_at_once(
    held_s: float, kind: dict[str, bool], is_admitted: bool
) -> None:
    async def check() -> None:
        places = RequestAdmission(AdmissionLimits(at_once=80, waiting=10, wait_s=1.0, late_s=0.05))
        tasks = [asyncio.create_task(held(places, held_s)) for _ in range(60)]
        for _ in range(10):
            await asyncio.sleep(0)  # an operation in every second turn
        early = asyncio.create_task(admitted(places))
        for _ in range(60):
            await asyncio.sleep(0)

        assert await admitted(places, **kind) == is_admitted
        assert await early  # it came at the beginning of the burst
        await asyncio.gather(*tasks)
        assert await admitted(places)
        assert (places.running, places.refused) == (0, 0 if is_admitted else 1)

    with asyncio.Runner(loop_factory=SlowLoop) as runner:
        runner.run(check())


def test_a_burst_is_worked_off() -> None:
    async def check() -> None:
        places = RequestAdmission(AdmissionLimits(at_once=80, waiting=10, wait_s=1.0, late_s=0.05))
        for _ in range(3):
            burst = [asyncio.create_task(held(places, 0.01)) for _ in range(40)]
            for _ in range(20):
                await asyncio.sleep(0)
            assert await admitted(places)
            await asyncio.gather(*burst)
        assert places.refused == 0

    with asyncio.Runner(loop_factory=SlowLoop) as runner:
        runner.run(check())


def test_one_long_piece_of_work_is_no_overload() -> None:
    async def check() -> None:
        places = RequestAdmission(AdmissionLimits(at_once=50, waiting=10, wait_s=1.0, late_s=0.05))
        await held(places, 1.0)
        assert all(await asyncio.gather(*(admitted(places) for _ in range(10))))

    with asyncio.Runner(loop_factory=SlowLoop) as runner:
        runner.run(check())


@in_no_time
async def test_an_operation_that_runs_continues_before_others_begin() -> None:
    places, order = RequestAdmission(AdmissionLimits(at_once=50, waiting=10, wait_s=1.0)), list[str]()

    async def operation(name: str) -> None:
        async with places.place(is_staff=False):
            order.append(f"{name} began")
            await places.turn()
            order.append(f"{name} ended")

    await asyncio.gather(*map(operation, "abc"))
    assert order == ["a began", "a ended", "b began", "b ended", "c began", "c ended"]


@in_no_time
async def test_a_caller_that_goes_away_while_it_waits_for_its_turn_gives_its_place_back() -> None:
    places = RequestAdmission(AdmissionLimits(at_once=50, waiting=10, wait_s=1.0))
    tasks = [asyncio.create_task(admitted(places)) for _ in range(3)]
    await asyncio.sleep(0)
    assert places.running == 2  # the first did not have to wait
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert places.running == 0
    assert await admitted(places)


@in_no_time
async def test_a_loop_that_is_late_admits_the_first_operation() -> None:
    places = RequestAdmission(AdmissionLimits(at_once=1, waiting=0, wait_s=1.0, late_s=1e-9))
    async with places.place(is_staff=False):
        assert places.running == 1
