"""Rate limits per client: how much its operations may cost in a minute, and how often it may do some other things.

The moving window is that of the package `limits`. Its storage is ours: it uses the gateway's clock and is bounded in
clients. It has one entry for everything that a client does within a second; that of the package has one for each unit
of cost.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MovingWindowSupport, Storage
from limits.strategies import MovingWindowRateLimiter

from edge.bodies import HttpRefusal
from resolvers.client_limit import household
from resolvers.public_errors import ErrorCode, PublicError, RequestRefused

MAX_CLIENTS = 50_000
_MINUTE_S = 60
_PARTS = 60  # of a window: what happens within one part is counted together


class Windows(Storage, MovingWindowSupport):
    """What each client did within its window, in this process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._clock()
        window = self._windows.get(key) or self._new(key)
        window.expire(now - expiry)
        if window.total + amount > limit:
            return False
        window.add(now, expiry / _PARTS, amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        window = self._windows.get(key) or self._new(key)
        window.expire(self._clock() - expiry)
        return (window.parts[0][0] if window.parts else self._clock()), window.total

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
    __slots__ = ("parts", "total")

    def __init__(self) -> None:
        self.parts: deque[list[float]] = deque()
        self.total = 0

    def add(self, now: float, part_s: float, amount: int) -> None:
        if self.parts and now - self.parts[-1][0] < part_s:
            self.parts[-1][1] += amount
        else:
            self.parts.append([now, amount])
        self.total += amount

    def expire(self, before: float) -> None:
        while self.parts and self.parts[0][0] <= before:
            self.total -= int(self.parts.popleft()[1])


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """What one client may do in a minute. 0: as much as it likes."""

    cost: int
    cached_answers: int
    failed_tokens: int


class RateLimits:
    """The limits of all clients."""

    def __init__(self, limits: ClientLimits, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows = Windows(clock)
        self._limiter = MovingWindowRateLimiter(self._windows)
        self._cost = _per_minute("cost", limits.cost)
        self._cached_answers = _per_minute("cached-answers", limits.cached_answers)
        self._cached_key = lru_cache(4_096)(self._key_of_cached)
        self._failed_tokens = _per_minute("failed-tokens", limits.failed_tokens)

    def budget(self, client: str | None) -> "ClientBudget":
        """What a client's operations may still cost."""
        return ClientBudget(self, self._cost, key_of(client))

    def count_cached_answer(self, client: str | None) -> None:
        """Raises HttpRefusal (429) for one too many."""
        item = self._cached_answers
        # Straight to the window: this is on the way of every answer out of memory.
        if item is not None and not self._windows.acquire_entry(self._cached_key(client), item.amount, _MINUTE_S):
            raise self._refusal(item, client, "cached answers")

    def _key_of_cached(self, client: str | None) -> str:
        assert self._cached_answers is not None
        return self._cached_answers.key_for(key_of(client))

    def refuse_guessing(self, client: str | None) -> None:
        """Raises HttpRefusal (429) for a client that showed too many wrong staff tokens."""
        item = self._failed_tokens
        if item is not None and not self._limiter.test(item, key_of(client)):
            raise self._refusal(item, client, "wrong staff tokens")

    def count_failed_token(self, client: str | None) -> None:
        """Notes that a client showed a wrong staff token."""
        if self._failed_tokens is not None:
            self._limiter.hit(self._failed_tokens, key_of(client))

    def take(self, item: RateLimitItem, client: str, amount: int) -> bool:
        """Whether a client may have so much more, which it then has."""
        return self._limiter.hit(item, client, cost=amount)

    def state(self, item: RateLimitItem, client: str) -> tuple[int, int]:
        """What is left, and in how many seconds some of what is used comes back."""
        reset_at, remaining = self._limiter.get_window_stats(item, client)
        return max(0, remaining), max(1, ceil(reset_at - self._clock()))

    def _refusal(self, item: RateLimitItem, client: str | None, what: str) -> HttpRefusal:
        remaining, reset_s = self.state(item, key_of(client))
        message = f"This client had {item.amount} {what} in a minute, which is the most: try again in {reset_s} s."
        headers = _headers(item, remaining, reset_s) | {"retry-after": str(reset_s)}
        return HttpRefusal(429, message, headers, code=ErrorCode.THROTTLED)


class ClientBudget:
    """What the operations of one client may cost; `headers` tell it once something was taken."""

    def __init__(self, limits: RateLimits, item: RateLimitItem | None, client: str) -> None:
        self._limits = limits
        self._item = item
        self._client = client
        self.headers: Mapping[str, str] = {}

    def take(self, cost: int) -> Mapping[str, int]:
        """Takes the cost of an operation; what is left. Raises RequestRefused."""
        item = self._item
        if item is None:
            return {}
        taken = self._limits.take(item, self._client, cost)
        remaining, reset_s = self._limits.state(item, self._client)
        self.headers = _headers(item, remaining, reset_s)
        if not taken:
            self.headers = {**self.headers, "retry-after": str(reset_s)}
            problem = (
                f"The operation costs {cost}, and this client has {remaining} of {item.amount} a minute left: try "
                f"again in {reset_s} s, or select less."
            )
            raise RequestRefused([PublicError(ErrorCode.THROTTLED, problem)])
        return {"limit": item.amount, "remaining": remaining}


def _headers(item: RateLimitItem, remaining: int, reset_s: int) -> dict[str, str]:
    return {
        "ratelimit-limit": str(item.amount),
        "ratelimit-remaining": str(remaining),
        "ratelimit-reset": str(reset_s),
    }


def _per_minute(name: str, amount: int) -> RateLimitItem | None:
    return RateLimitItemPerMinute(amount, namespace=name) if amount else None


@lru_cache(4_096)
def key_of(client: str | None) -> str:
    """What counts as one client: an IPv4 address, or the 64 bits of IPv6 that a network has."""
    return household(client)
