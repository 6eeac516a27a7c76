"""Long pieces of work take turns in the event loop, so that quick work never waits for more than one of them."""

import asyncio

import pytest

from edge.loop_turns import LoopTurns, Precedence
from tests.virtual_time import SlowLoop, in_no_time


class TurnCounter:
    """Counts the pieces of work in each turn of the event loop while it runs."""

    def __init__(self) -> None:
        self.pieces: list[list[str]] = [[]]

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.pieces.append([])

    @property
    def most(self) -> int:
        """The most pieces in one turn."""
        return max(map(len, self.pieces))

    @property
    def order(self) -> list[str]:
        return [name for turn in self.pieces for name in turn]


async def piece(turns: LoopTurns, seen: TurnCounter, name: str, precedence: Precedence = Precedence.OTHERS) -> None:
    await turns.take(precedence)
    seen.pieces[-1].append(name)


async def run(turns: LoopTurns, seen: TurnCounter, *work: tuple[str, Precedence]) -> None:
    watch = asyncio.create_task(seen.watch())
    await asyncio.gather(*(piece(turns, seen, name, precedence) for name, precedence in work))
    watch.cancel()


@in_no_time
async def test_of_many_pieces_of_work_no_turn_of_the_event_loop_does_two() -> None:
    turns, seen = LoopTurns(), TurnCounter()
    await run(turns, seen, *((str(number), Precedence.OTHERS) for number in range(50)))

    assert (len(seen.order), seen.most) == (50, 1)


@in_no_time
async def test_what_came_during_a_piece_of_work_is_served_before_the_next_piece() -> None:
    turns, order = LoopTurns(), list[str]()

    async def quick() -> None:
        order.append("quick")

    async def long(name: str) -> None:
        await turns.take(Precedence.OTHERS)
        order.append(name)
        asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(quick()))  # as if it was read from a socket

    await asyncio.gather(*map(long, "abc"))
    assert order[:5] == ["a", "quick", "b", "quick", "c"]


@in_no_time
async def test_a_piece_of_work_that_comes_alone_does_not_wait() -> None:
    turns = LoopTurns()
    waiting = turns.take(Precedence.OTHERS)
    with pytest.raises(StopIteration):
        waiting.send(None)


@in_no_time
async def test_running_operations_come_first_then_staff_then_others() -> None:
    turns, seen = LoopTurns(), TurnCounter()
    names = {
        "first": Precedence.OTHERS,
        "other": Precedence.OTHERS,
        "staff": Precedence.STAFF,
        "running": Precedence.RUNNING,
    }
    await run(turns, seen, *names.items())

    assert seen.order == ["first", "running", "staff", "other"]


@in_no_time
async def test_those_that_went_away_are_passed_over() -> None:
    turns, seen = LoopTurns(), TurnCounter()
    tasks = [asyncio.create_task(piece(turns, seen, str(number))) for number in range(4)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert seen.order == ["0", "2", "3"]
    await asyncio.sleep(0)
    assert not turns.is_taken


def test_the_oldest_wait_is_that_of_the_first_who_still_waits() -> None:
    async def check() -> None:
        turns, seen, loop = LoopTurns(), TurnCounter(), asyncio.get_running_loop()
        assert isinstance(loop, SlowLoop)
        assert turns.oldest_wait_s(Precedence.OTHERS) == 0
        tasks = [asyncio.create_task(piece(turns, seen, str(number))) for number in range(4)]
        await asyncio.sleep(0)
        loop.work(0.25)
        tasks[1].cancel()

        assert turns.oldest_wait_s(Precedence.OTHERS) == pytest.approx(0.25)
        await asyncio.gather(*tasks, return_exceptions=True)
        assert turns.oldest_wait_s(Precedence.OTHERS) == 0

    with asyncio.Runner(loop_factory=SlowLoop) as runner:
        runner.run(check())
