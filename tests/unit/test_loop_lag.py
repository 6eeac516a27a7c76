"""How late the event loop is."""

import asyncio
from contextlib import suppress

from clients.timing import Timing
from edge.loop_lag import INTERVAL_S, WINDOW_S, LoopLag
from tests.virtual_time import in_virtual_time


class LateTime:
    """A clock on which each sleep lasts longer than it should, by the next of `late_s`; then it is stopped."""

    def __init__(self, late_s: list[float]) -> None:
        self._late_s = iter(late_s)
        self._now = 0.0
        self.timing = Timing(clock=lambda: self._now, sleep=self._sleep, jitter=lambda: 0.0)

    async def _sleep(self, seconds: float) -> None:
        late_s = next(self._late_s, None)
        if late_s is None:
            raise asyncio.CancelledError
        self._now += seconds + late_s


def watched(late_s: list[float]) -> LoopLag:
    lag = LoopLag()

    async def watch() -> None:
        with suppress(asyncio.CancelledError):
            await lag.watch(LateTime(late_s).timing)

    in_virtual_time(watch())
    return lag


def test_the_longest_delay_of_the_last_minute_is_shown() -> None:
    assert round(watched([0.0, 0.5, 0.25]).longest_s, 6) == 0.5


def test_delays_of_the_minute_before_are_forgotten() -> None:
    lag = watched([5.0, *([0.0] * int(WINDOW_S / INTERVAL_S))])

    assert round(lag.longest_s, 6) == 0.0


def test_before_the_first_measurement_the_delay_is_zero() -> None:
    assert LoopLag().longest_s == 0.0
