"""How late the event loop is: what every request in this process waits for."""

from collections import deque

from clients.timing import Timing

INTERVAL_S = 0.25
WINDOW_S = 60.0


class LoopLag:
    """The delays of the last minute, measured while `watch` runs."""

    def __init__(self) -> None:
        self._delays: deque[float] = deque(maxlen=int(WINDOW_S / INTERVAL_S))

    @property
    def longest_s(self) -> float:
        """The longest delay of the last minute; 0 before the first measurement."""
        return max(self._delays, default=0.0)

    def note(self, delay_s: float) -> None:
        """Adds a measurement."""
        self._delays.append(max(0.0, delay_s))

    async def watch(self, timing: Timing) -> None:
        """Measures until it is cancelled: sleeps, and notes by how much it woke up late."""
        while True:
            began_s = timing.clock()
            await timing.sleep(INTERVAL_S)
            self.note(timing.clock() - began_s - INTERVAL_S)
