"""The sandbox's time: starts at a fixed or the real moment and can be moved on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the sandbox's time: `source` (the system's, by default) plus what `advance` added."""

    def __init__(self, source: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._source = source
        self._ahead = timedelta()
        # Called when time was moved on.
        self.watchers: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
        for watcher in self.watchers:
            watcher()
