"""The sandbox's time: starts at a fixed or the real moment and can be moved on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count


class Clock:
    """The sandbox's clock: `source` (by default the system's) plus the time that `advance` added."""

    def __init__(self, source: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._source = source
        self._ahead = timedelta()
        # Called when time was moved on, and when something is put off until later.
        self.watchers: list[Callable[[], None]] = []
        self._put_off: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = count()

    def now(self) -> datetime:
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
        self.catch_up()
        self._tell()

    def at(self, moment: datetime, action: Callable[[], object]) -> None:
        """Puts something off until `moment`: done by the first `advance` or `catch_up` from then on."""
        heappush(self._put_off, (moment, next(self._numbers), action))
        self._tell()

    @property
    def next_due(self) -> datetime | None:
        """When the next scheduled task is due."""
        return self._put_off[0][0] if self._put_off else None

    def catch_up(self) -> None:
        """Runs the scheduled tasks that are due, in the order of their times."""
        while self._put_off and self._put_off[0][0] <= self.now():
            heappop(self._put_off)[2]()

    def _tell(self) -> None:
        for watcher in self.watchers:
            watcher()
