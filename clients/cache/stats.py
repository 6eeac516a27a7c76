"""What the cache counts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields

from clients.cache.answers import CacheState
from clients.cache.entries import Entry


@dataclass(slots=True)
class Tally:
    """Counts of one policy, or of all: `entries` and `bytes` now, the others since the start.

    A call counts as one of `hits`, `stale`, `misses`, `error_stale` and `bypassed`; a failed call counts as none.
    `fetches` are the requests that calls caused; `failures` are those that failed.

    Fetched answers that were not cached are `overtaken` by a change or `too_large`. Entries leave by `evictions`
    (for room), as `invalidated` (something changed), or expire. `shared` came from the second level; they count
    among the hits and the stale ones, too.
    """

    entries: int = 0
    bytes: int = 0
    hits: int = 0
    stale: int = 0
    misses: int = 0
    error_stale: int = 0
    bypassed: int = 0
    fetches: int = 0
    failures: int = 0
    overtaken: int = 0
    too_large: int = 0
    evictions: int = 0
    invalidated: int = 0
    shared: int = 0

    def answered(self, state: CacheState) -> None:
        """Counts an answer that was not in memory."""
        match state:
            case CacheState.HIT:
                self.hits += 1
            case CacheState.STALE:
                self.stale += 1
            case CacheState.MISS:
                self.misses += 1
            case _:
                self.bypassed += 1


class Tallies(defaultdict[str, Tally]):
    """The counts of each policy by its name."""

    def __init__(self) -> None:
        super().__init__(Tally)

    def joined(self, entry: Entry) -> None:
        """Counts an entry that is stored."""
        tally = self[entry.policy.name]
        tally.entries += 1
        tally.bytes += entry.size_bytes

    def left(self, entry: Entry) -> None:
        """Counts an entry that is gone."""
        tally = self[entry.policy.name]
        tally.entries -= 1
        tally.bytes -= entry.size_bytes

    def evicted(self, entry: Entry) -> None:
        """Counts an entry that had to make room."""
        self[entry.policy.name].evictions += 1


@dataclass(frozen=True, slots=True)
class Stats:
    """`total` and each policy by name, as requested or as cached; `guarded` tags wait for a probe."""

    total: Tally
    policies: Mapping[str, Tally]
    max_bytes: int
    invalidations: int
    guarded: int


def added(tallies: Mapping[str, Tally]) -> Tally:
    """The sum of all of them."""
    return Tally(**{each.name: sum(getattr(tally, each.name) for tally in tallies.values()) for each in fields(Tally)})
