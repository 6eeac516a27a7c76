"""Work on the sandbox's stores gives the event loop its turns."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from sandbox.slices import in_slices, pause


async def test_the_event_loop_runs_in_each_pause_and_at_no_other_moment() -> None:
    seen: list[str] = []

    def work() -> str:
        for number in range(3):
            seen.append(f"work {number}")
            pause()
        return "done"

    async def other() -> None:
        for _ in range(3):
            seen.append("loop")
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    result = await in_slices(work, around=nullcontext)
    await beside

    assert result == "done"
    assert seen == ["work 0", "loop", "work 1", "loop", "work 2", "loop"]


async def test_each_slice_runs_in_a_context_of_its_own() -> None:
    entered: list[bool] = []
    within = False

    @contextmanager
    def around() -> Iterator[None]:
        nonlocal within
        within = True
        yield
        within = False

    def work() -> None:
        entered.append(within)
        pause()
        entered.append(within)

    async def other() -> None:
        entered.append(within)

    beside = asyncio.create_task(other())
    await in_slices(work, around=around)
    await beside

    assert entered == [True, False, True]


async def test_exceptions_of_the_work_reach_the_caller() -> None:
    def work() -> None:
        pause()
        raise LookupError("no such order")

    with pytest.raises(LookupError, match="no such order"):
        await in_slices(work, around=nullcontext)


async def test_short_work_that_changes_nothing_needs_no_thread() -> None:
    where = await in_slices(threading.current_thread, around=nullcontext, changes=False)

    assert where is threading.current_thread()


async def test_long_work_that_changes_nothing_begins_again_in_slices() -> None:
    seen: list[str] = []

    def work() -> str:
        seen.append("begun")
        pause()
        seen.append("ended")
        return "done"

    assert await in_slices(work, around=nullcontext, changes=False) == "done"
    assert seen == ["begun", "begun", "ended"]


async def test_abandoned_work_ends() -> None:
    ended: list[str] = []

    def work() -> None:
        try:
            pause()
            ended.append("too late")
        finally:
            ended.append("ended")

    task = asyncio.create_task(in_slices(work, around=nullcontext))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert ended == ["ended"]


def test_a_pause_outside_of_slices_does_nothing() -> None:
    pause()
