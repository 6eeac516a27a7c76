"""The limits of Shopify Admin: 250 ids and 1,000 cost points a request, and the points of the app's bucket."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from cachetools import LRUCache

from clients.budget import Capacity, Priority
from clients.global_ids import GlobalId

MAX_IDS = 250
MAX_COST = 1000
# The assumed cost of an operation until Shopify states it.
GUESS = 50.0
# Requests with fewer ids say little about the cost per id, as each request has a base cost.
_ENOUGH_TO_LEARN = 10
# When to check again for the first answer, which states the real size of the bucket.
_SOON_TOLD_S = 0.1


def batches(ids: Sequence[GlobalId], cost_per_id: float) -> list[list[GlobalId]]:
    """`ids` without repetitions, in order, cut into requests of at most 250 ids and 1,000 cost points."""
    distinct = list(dict.fromkeys(ids))
    size = max(1, min(MAX_IDS, int(MAX_COST / cost_per_id)))
    return [distinct[start : start + size] for start in range(0, len(distinct), size)]


class Costs:
    """The costs of operations by name and number of ids, learnt from the answers."""

    def __init__(self, guesses: Mapping[str, float]) -> None:
        self._per_id = dict(guesses)
        self._seen: LRUCache[tuple[str, int], float] = LRUCache(maxsize=2_000)

    def per_id(self, operation: str) -> float:
        """The cost that each id adds."""
        return self._per_id.get(operation, GUESS)

    def of(self, operation: str, ids: int = 1) -> float:
        """The cost of a request, at most 1,000: Shopify executes no request that costs more."""
        return min(MAX_COST, self._seen.get((operation, ids), self.per_id(operation) * ids))

    def learn(self, operation: str, ids: int, cost: float) -> None:
        """Stores the cost that Shopify states for a request."""
        self._seen[operation, ids] = cost
        if ids >= _ENOUGH_TO_LEARN or cost > MAX_COST:
            self._per_id[operation] = max(cost / ids, 1.0)


@dataclass(frozen=True, slots=True)
class Charge:
    """What an answer states about the bucket, and the points that it took from it."""

    actual: float
    maximum: float
    available: float
    restore_per_s: float

    @classmethod
    def read(cls, extensions: Mapping[str, Any]) -> Self | None:
        """The charge in an answer's `extensions`; None where there is none."""
        try:
            cost = extensions["cost"]
            status = cost["throttleStatus"]
            return cls(
                actual=float(cost["actualQueryCost"] or 0),  # null: throttled, nothing was taken
                maximum=float(status["maximumAvailable"]),
                available=float(status["currentlyAvailable"]),
                restore_per_s=float(status["restoreRate"]),
            )
        except (KeyError, TypeError, ValueError):
            return None


class PointBucket:
    """Our account of the bucket of this app and shop at Shopify: the points that are safe to spend.

    Before the first answer it assumes the smallest bucket that Shopify sells. A request's points are reserved
    until its answer arrives. Then Shopify's own figure counts, which includes the use of other processes.

    Shopify computed that figure before it sent the answer. Points of answers that arrived meanwhile may be
    missing in it, so they are subtracted. The account may be too low for a moment, and is never too high.
    """

    def __init__(self, clock: Callable[[], float], *, maximum: float = 2000.0, restore_per_s: float = 100.0) -> None:
        self._clock = clock
        self._maximum = maximum
        self._restore_per_s = restore_per_s
        self._level = maximum
        self._as_of = clock()
        self._set_aside = 0.0
        self._is_told = False
        self.charged = 0.0  # by all answers so far; a caller notes it before it sends

    @property
    def available(self) -> float:
        """Points that are not reserved."""
        restored = (self._clock() - self._as_of) * self._restore_per_s
        return min(self._maximum, self._level + restored) - self._set_aside

    @property
    def capacity(self) -> Capacity:
        """The size of the bucket, and the points in it that are not reserved."""
        return Capacity(self._maximum, max(0.0, self.available))

    def wait_s(self, cost: float, priority: Priority) -> float:
        """Seconds until `cost` points are available."""
        available = self.available
        if available >= self._maximum:  # the bucket never holds more, so waiting would not help
            return 0.0
        # Shopify states whole points, and its clock differs from ours: leave one point in the bucket.
        lacking_s = max(0.0, (cost + 1 - available) / self._restore_per_s)
        return lacking_s if self._is_told else min(lacking_s, _SOON_TOLD_S)

    def take(self, cost: float) -> None:
        self._set_aside += cost

    def give_back(self, cost: float) -> None:
        self._set_aside -= cost

    def learn(self, charge: Charge, *, charged_before: float) -> None:
        """Learns from an answer. `charged_before` is the value of `charged` when its request was sent."""
        if charge.restore_per_s <= 0 or charge.maximum <= 0:
            return
        taken_meanwhile = self.charged - charged_before
        self.charged += charge.actual
        self._is_told = True
        self._maximum = charge.maximum
        self._restore_per_s = charge.restore_per_s
        self._level = charge.available - taken_meanwhile
        self._as_of = self._clock()
