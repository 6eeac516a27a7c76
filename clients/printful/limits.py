"""Printful's rate limits: 120 requests a minute in all, fewer of some kinds, none during a lockout.

Source: Printful API v1 (2026-03), Rate limits.
"""

import math
from collections.abc import Callable, Mapping
from enum import StrEnum

from clients.budget import Capacity, Priority
from clients.errors import Throttled, UpstreamError

PER_MINUTE = 120
WINDOW_S = 60.0
LOCKOUT_S = 60.0
RESERVED_FOR_ORDERS = 0.2
RESERVED_FROM_HISTORY = 0.5


class Group(StrEnum):
    """Kinds of request that have a limit of their own."""

    MOCKUPS = "mockups"
    LARGE_SHIPPING_RATES = "large_shipping_rates"  # of more than 100 units together
    PRODUCT_WRITES = "product_writes"


# Mockups: 2 for new stores, 10 for stores with sales; the first answer's headers say which.
PER_MINUTE_IN: Mapping[Group, int] = {Group.MOCKUPS: 2, Group.LARGE_SHIPPING_RATES: 5, Group.PRODUCT_WRITES: 10}


def reserved_share(priority: Priority) -> float:
    """The share of a minute's requests that this priority leaves to the more urgent ones."""
    if priority >= Priority.HISTORY:
        return RESERVED_FROM_HISTORY
    return RESERVED_FOR_ORDERS if priority > Priority.ORDERS else 0.0


class Window:
    """Our account of a fixed window: a number of requests, then none until it ends.

    `reserved` is the share that a priority leaves to the more urgent ones.
    """

    def __init__(
        self, clock: Callable[[], float], limit: int, *, reserved: Callable[[Priority], float] = lambda _: 0.0
    ) -> None:
        self._clock = clock
        self.limit = limit
        self._reserved = reserved
        self._used = 0.0
        self._ends_at = -math.inf
        self._locked_until = -math.inf

    @property
    def capacity(self) -> Capacity:
        """The requests of a whole window, and those that the current one still allows."""
        now = self._clock()
        used = self._used if now < self._ends_at else 0.0
        return Capacity(self.limit, 0.0 if now < self._locked_until else max(0.0, self.limit - used))

    def wait_s(self, cost: float, priority: Priority) -> float:
        now = self._clock()
        locked_s = max(0.0, self._locked_until - now)
        usable = max(1, self.limit - math.ceil(self.limit * self._reserved(priority)))
        left = usable - (self._used if now < self._ends_at else 0.0)
        if cost <= left:
            return locked_s
        windows_more = math.ceil((cost - max(0.0, left)) / usable) - 1
        return max(locked_s, self._ends_at - now + windows_more * WINDOW_S)

    def take(self, cost: float) -> None:
        now = self._clock()
        if now >= self._ends_at:
            self._begin(now + WINDOW_S)
        self._used += cost

    def give_back(self, cost: float) -> None:
        """Does nothing: capacity returns when the window ends."""

    def learn(self, *, limit: int, remaining: int, reset_s: float) -> None:
        """Learns the limit from an answer's headers."""
        now = self._clock()
        # A window that ends much later, or after the known one, began without our notice.
        if now >= self._ends_at or now + reset_s > self._ends_at + WINDOW_S / 2:
            self._begin(now + reset_s)
        self.limit = limit
        self._used = max(self._used, limit - remaining)
        self._ends_at = now + reset_s

    def lock(self, seconds: float) -> None:
        """Blocks all requests for that time."""
        self._locked_until = max(self._locked_until, self._clock() + seconds)

    def _begin(self, ends_at: float) -> None:
        self._used = 0.0
        self._ends_at = ends_at


Stated = Callable[[str | None, int, int, float, float], None]
"""Called with a group (None: all requests), its limit, what remains, the seconds to its reset and of a lockout."""


class Limits:
    """The windows of one account: the one that counts all requests, and those of the groups.

    `stated` is called with what answers state.
    """

    def __init__(self, clock: Callable[[], float], stated: Stated | None = None) -> None:
        self._stated = stated
        self.all = Window(clock, PER_MINUTE, reserved=reserved_share)
        self.groups: Mapping[str, Window] = {group: Window(clock, limit) for group, limit in PER_MINUTE_IN.items()}

    def learn(self, group: Group | None, headers: Mapping[str, str], failure: UpstreamError | None) -> None:
        """Learns from an answer's headers, or from a refusal for too many requests."""
        try:
            limit, remaining = int(headers["x-ratelimit-limit"]), int(headers["x-ratelimit-remaining"])
            reset_s = float(headers["x-ratelimit-reset"])
        except (KeyError, ValueError):
            limit = remaining = 0
            reset_s = 0.0
        # The headers of a request in a group describe only one of its two limits.
        window = self.all if group is None or limit == self.all.limit else self.groups[group]
        if limit > 0 and math.isfinite(reset_s):
            window.learn(limit=limit, remaining=remaining, reset_s=reset_s)
        lock_s = 0.0
        if isinstance(failure, Throttled):
            lock_s = LOCKOUT_S if failure.retry_after_s is None else failure.retry_after_s
            window.lock(lock_s)
        if self._stated is not None and math.isfinite(reset_s):
            self._stated(None if window is self.all else group, limit, remaining, reset_s, lock_s)
