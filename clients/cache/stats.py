"""What the cache counts."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(slots=True)
class Tally:
    """Counts of one policy, or of all: `entries` and `bytes` now, the others since the start.

    A call is counted as one of `hits`, `stale`, `misses`, `error_stale`, `bypassed`, or not at all when it failed;
    `fetches` are requests made for any of them, `failures` those that failed. Answers that came and were not kept
    are `overtaken` by a change or `too_large`; kept ones leave by `evictions` (for room) and `invalidated`
    (something changed), or simply run out.
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


@dataclass(frozen=True, slots=True)
class Stats:
    """`total` and, by name, each policy that answers were asked for or kept under; `guarded` tags await a probe."""

    total: Tally
    policies: Mapping[str, Tally]
    max_bytes: int
    invalidations: int
    guarded: int


def added(tallies: Mapping[str, Tally]) -> Tally:
    """The sum of all of them."""
    return Tally(**{each.name: sum(getattr(tally, each.name) for tally in tallies.values()) for each in fields(Tally)})
