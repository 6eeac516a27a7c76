"""How long requests took, counted in buckets as Prometheus' histograms have them."""

from bisect import bisect_left
from collections.abc import Iterator

BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper bounds of the buckets; a last one has no bound."""


class Latency:
    """The durations of one kind of request since the start.

    It is on the way of each cached answer: an observation costs a third of what the library's histogram needs.
    """

    __slots__ = ("_counts", "sum_s")

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS_S) + 1)
        self.sum_s = 0.0

    def observe(self, seconds: float) -> None:
        """Counts a request."""
        self._counts[bisect_left(BUCKETS_S, seconds)] += 1
        self.sum_s += seconds

    @property
    def count(self) -> int:
        """How many requests were counted."""
        return sum(self._counts)

    def cumulated(self) -> Iterator[tuple[str, int]]:
        """Each bucket's bound, and the number of requests that took at most as long."""
        total = 0
        for bound, count in zip([*map(str, BUCKETS_S), "+Inf"], self._counts, strict=True):
            total += count
            yield bound, total
