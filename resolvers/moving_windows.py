"""What each client did within a moving window, in this process.

The window is that of the package `limits`. Its storage is ours: it uses the gateway's clock and is bounded in clients.
It has one entry for everything that a client does within a sixtieth of the window; that of the package has one for
each unit of cost.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from itertools import islice
from math import ceil

from limits import RateLimitItem
from limits.storage import MovingWindowSupport, Storage
from limits.strategies import MovingWindowRateLimiter

MAX_CLIENTS = 50_000
_PARTS = 60  # of a window: what happens within one part is counted together


class Windows(Storage, MovingWindowSupport):
    """What each client did within its window, in this process.

    `is_shared`: what other processes counted is added, as of the last settlement.
    """

    def __init__(self, clock: Callable[[], float], *, is_shared: bool = False) -> None:
        super().__init__()
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._unsettled: dict[str, int] | None = {} if is_shared else None

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._clock()
        window = self._windows.get(key) or self._new(key)
        window.expire(now - expiry)
        if window.total + window.elsewhere + amount > limit:
            return False
        window.add(now, expiry / _PARTS, amount)
        if self._unsettled is not None:
            if len(self._unsettled) >= MAX_CLIENTS:
                self._unsettled.clear()  # nobody has settled for long
            self._unsettled[key] = self._unsettled.get(key, 0) + amount
        return True

    def take_unsettled(self, most: int) -> dict[str, int]:
        """What was counted since it was settled last, of so many clients."""
        if not self._unsettled:
            return {}
        taken = dict(islice(self._unsettled.items(), most))
        self._unsettled = {key: amount for key, amount in self._unsettled.items() if key not in taken}
        return taken

    def note_total(self, key: str, total: int, window_s: float) -> None:
        """Notes what all processes counted within the window."""
        if (window := self._windows.get(key)) is not None:
            now = self._clock()
            window.expire(now - window_s)
            window.elsewhere = max(0, total - window.total)
            window.elsewhere_from_s = now

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        window = self._windows.get(key) or self._new(key)
        window.expire(self._clock() - expiry)
        return (window.parts[0][0] if window.parts else self._clock()), window.total + window.elsewhere

    @property
    def clients(self) -> int:
        """How many clients are counted."""
        return len(self._windows)

    @property
    def largest(self) -> int:
        """The most entries of one client."""
        return max((len(each.parts) for each in self._windows.values()), default=0)

    def _new(self, key: str) -> "_Window":
        while len(self._windows) >= MAX_CLIENTS:
            del self._windows[next(iter(self._windows))]
        window = self._windows[key] = _Window()
        return window

    @property
    def base_exceptions(self) -> type[Exception]:
        return RuntimeError

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        count = len(self._windows)
        self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        self._windows.pop(key, None)

    def get(self, key: str) -> int:
        raise NotImplementedError("only moving windows are counted")

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        raise NotImplementedError("only moving windows are counted")

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError("only moving windows are counted")


class _Window:
    __slots__ = ("elsewhere", "elsewhere_from_s", "parts", "total")

    def __init__(self) -> None:
        self.elsewhere = 0
        self.elsewhere_from_s = 0.0
        self.parts: deque[list[float]] = deque()
        self.total = 0

    def add(self, now: float, part_s: float, amount: int) -> None:
        if self.parts and now - self.parts[-1][0] < part_s:
            self.parts[-1][1] += amount
        else:
            self.parts.append([now, amount])
        self.total += amount

    def expire(self, before: float) -> None:
        if self.elsewhere and self.elsewhere_from_s <= before:
            self.elsewhere = 0
        while self.parts and self.parts[0][0] <= before:
            self.total -= int(self.parts.popleft()[1])


@dataclass(frozen=True, slots=True)
class LimitState:
    """A client's limit: the most, what is left, and in how many seconds some of what is used comes back."""

    limit: int
    remaining: int
    reset_s: int


def state_of(
    limiter: MovingWindowRateLimiter, item: RateLimitItem, client: str, clock: Callable[[], float]
) -> LimitState:
    """How much of a limit a client has left."""
    reset_at, remaining = limiter.get_window_stats(item, client)
    return LimitState(item.amount, max(0, remaining), max(1, ceil(reset_at - clock())))


@lru_cache(4_096)
def key_of(client: str | None) -> str:
    """What counts as one client: an IPv4 address, or the 64 bits of IPv6 that a network has."""
    try:
        whole = IPv6Address(client or "")
    except AddressValueError:
        return client or ""
    if whole.ipv4_mapped is not None:
        return str(whole.ipv4_mapped)
    return f"{int(whole) >> 64:x}/64"
