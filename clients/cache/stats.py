"""What the cache counts."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


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
