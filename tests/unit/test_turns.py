"""Of several processes one does the work, until it ends."""

import asyncio
from contextlib import suppress
from pathlib import Path

from clients.shared.state import Alone
from clients.shared.turns import OneMachine, Turn
from tests.virtual_time import in_no_time, virtual_timing


async def end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@in_no_time
async def test_a_single_process_always_holds_the_lease() -> None:
    turn = Turn(Alone(), "sweep", virtual_timing())
    task = asyncio.create_task(turn.keep())
    await asyncio.sleep(1)

    assert turn.is_ours
    await end(task)
    assert not turn.is_ours


def test_when_the_first_of_two_processes_ends_the_second_takes_over(tmp_path: Path) -> None:
    @in_no_time
    async def run() -> None:
        turns = [Turn(OneMachine(tmp_path), "sweep", virtual_timing()) for _ in range(2)]
        first, second = [asyncio.create_task(each.keep()) for each in turns]
        await asyncio.sleep(1)
        assert [each.is_ours for each in turns] == [True, False]
        await end(first)
        await asyncio.sleep(10)

        assert [each.is_ours for each in turns] == [False, True]
        await end(second)

    run()
