"""Records changes of the store, so that a replica can show an earlier state."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

CHANGES_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class _Change:
    at: datetime
    record: Any
    attribute: str
    before: Any


class History:
    """Changes of attributes with their earlier values. Lists and dicts are replaced, never changed in place."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._changes: deque[_Change] = deque(maxlen=CHANGES_KEPT)

    def set(self, record: Any, attribute: str, value: Any) -> None:
        """Changes an attribute of a record."""
        self._changes.append(_Change(self._now(), record, attribute, getattr(record, attribute)))
        setattr(record, attribute, value)

    @contextmanager
    def as_it_was(self, moment: datetime) -> Iterator[None]:
        """Within it all records are as they were at `moment`. Nothing else may run meanwhile, so: no `await` in it."""
        undone: list[tuple[_Change, Any]] = []
        for change in reversed(self._changes):
            if change.at <= moment:
                break
            undone.append((change, getattr(change.record, change.attribute)))
            setattr(change.record, change.attribute, change.before)
        try:
            yield
        finally:
            for change, after in reversed(undone):
                setattr(change.record, change.attribute, after)
