"""Virtual time: sleeping takes no real time, so no test waits."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from clients.timing import Timing

P = ParamSpec("P")
T = TypeVar("T")


class PassingTime:
    """A clock that only sleeping advances, without waiting. Records the sleeps. For one task only."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.timing = Timing(clock=lambda: self.now, sleep=self.sleep, jitter=lambda: 0.0)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class _NoWaiting(selectors.DefaultSelector):
    """A selector that advances the loop's clock to the next timer instead of waiting."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("all wait, and for nothing that time would bring")
        if not ready and timeout is not None:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock stands while tasks can run, and jumps to the next timer when none can."""

    def __init__(self) -> None:
        self._passing = _NoWaiting()
        super().__init__(self._passing)

    def time(self) -> float:
        return self._passing.now

    def run_in_executor(self, _: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """Threads take no time, and the loop does not wait for what is outside it."""
        done: asyncio.Future[T] = self.create_future()
        done.set_result(func(*args))
        return done


class SlowLoop(VirtualLoop):
    """A loop that the test can make late: `work(seconds)` holds it, as a long computation does."""

    held_s = 0.0

    def time(self) -> float:
        return super().time() + self.held_s

    def work(self, seconds: float) -> None:
        self.held_s += seconds


def in_virtual_time(test: Coroutine[Any, Any, T]) -> T:
    """The result of `test`, run on a loop that waits for nothing."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(test)


def in_no_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """A decorator that runs a test on a loop that waits for nothing."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        in_virtual_time(test(*args, **kwargs))

    return run


def virtual_timing() -> Timing:
    """The clock and the sleep of the running VirtualLoop."""
    return Timing(clock=asyncio.get_running_loop().time, sleep=asyncio.sleep, jitter=lambda: 0.0)
