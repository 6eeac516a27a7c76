"""What the cache of one process needs of a second level, which all processes share."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import msgspec

from clients.cache.answers import Fetched
from clients.cache.entries import Entry, Key
from clients.cache.tags import Tag


class ChangeKind(StrEnum):
    """What a change does to cached answers."""

    CHANGED = "changed"  # answers with a tag are outdated
    PURGED = "purged"  # all answers of some policies are to be fetched again
    CONFIRMED = "confirmed"  # upstream shows a change now


class SharedChange(msgspec.Struct, frozen=True, array_like=True):
    """A change that every process applies to its answers.

    `kinds`: names of policies; none means all. `time`: upstream's time of the change, or of what it shows.
    """

    kind: ChangeKind
    tags: tuple[Tag, ...] = ()
    kinds: tuple[str, ...] = ()
    time: datetime | None = None
    is_private: bool = False


class Position(NamedTuple):
    """How many changes a process has applied, and in which numbering."""

    epoch: str
    number: int


class SharedFind(NamedTuple):
    """An answer of the second level. `is_current`: serve it. If not, it may be served after a failed fetch."""

    answer: Fetched[Any] | None
    is_current: bool


class SecondLevel(Protocol):
    """Answers of all processes. It never raises; without its store it has nothing and stores nothing."""

    @property
    def position(self) -> Position | None:
        """Where this process stands; None while the store is away."""
        ...

    def covers(self, key: Key) -> bool:
        """Whether answers under this key are shared."""
        ...

    async def find(self, keys: Sequence[Key]) -> Mapping[Key, Fetched[Any]]:
        """The answers that are there and that no change has made outdated; also stale ones."""
        ...

    async def find_or_claim(self, key: Key, newer_than_s: float) -> SharedFind:
        """The answer of a key, current if it is newer than that. If it is not current, this process is to fetch it.

        Waits for a moment while another process fetches it.
        """
        ...

    def put(self, entry: Entry, value_bytes: int, position: Position) -> None:
        """Stores an answer soon. `position`: where this process stood when the fetch began."""
        ...

    def give_up(self, key: Key) -> None:
        """Ends this process's claim: its fetch failed, or its answer is not cacheable."""
        ...

    def publish(self, change: SharedChange) -> None:
        """Sends a change of this process to the others soon."""
        ...
