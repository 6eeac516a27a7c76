"""Rate limits per client: how much its operations may cost in a minute, and how often it may do some other things."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from clients.shared.counts import SharedCounts
from edge.bodies import HttpRefusal
from resolvers.moving_windows import LimitState, Windows, key_of, state_of
from resolvers.public_errors import ErrorCode, PublicError, RequestRefused

_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """What one client may do in a minute. 0: as much as it likes."""

    cost: int
    cached_answers: int
    failed_tokens: int


class RateLimits:
    """The limits of all clients. `on_refusal` is called with the name of a limit for each refusal."""

    def __init__(
        self,
        limits: ClientLimits,
        *,
        clock: Callable[[], float],
        on_refusal: Callable[[str], None] = lambda _: None,
        counts: SharedCounts | None = None,
    ) -> None:
        self._on_refusal = on_refusal
        self._clock = clock
        self._windows = Windows(clock, is_shared=counts is not None)
        if counts is not None:
            counts.join("minute", _MINUTE_S, self._windows)
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

    def state(self, item: RateLimitItem, client: str) -> LimitState:
        """How much of a limit a client has left."""
        return state_of(self._limiter, item, client, self._clock)

    def note_refusal(self, item: RateLimitItem) -> None:
        """Counts that a client was refused."""
        self._on_refusal(item.namespace)

    def _refusal(self, item: RateLimitItem, client: str | None, what: str) -> HttpRefusal:
        self.note_refusal(item)
        state = self.state(item, key_of(client))
        most = f"This client had {item.amount} {what} in a minute, which is the most"
        message = f"{most}: try again in {state.reset_s} s."
        return HttpRefusal(429, message, refusal_headers(state), code=ErrorCode.THROTTLED)


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
        state = self._limits.state(item, self._client)
        self.headers = limit_headers(state)
        if not taken:
            self._limits.note_refusal(item)
            self.headers = refusal_headers(state)
            problem = (
                f"The operation costs {cost}, and this client has {state.remaining} of {item.amount} a minute left: "
                f"try again in {state.reset_s} s, or select less."
            )
            raise RequestRefused([PublicError(ErrorCode.THROTTLED, problem)])
        return {"limit": item.amount, "remaining": state.remaining}


def limit_headers(state: LimitState) -> dict[str, str]:
    """The headers that say how much of a limit is left."""
    return {
        "ratelimit-limit": str(state.limit),
        "ratelimit-remaining": str(state.remaining),
        "ratelimit-reset": str(state.reset_s),
    }


def refusal_headers(state: LimitState) -> dict[str, str]:
    """The same for a client that is refused, and when it may come back."""
    return limit_headers(state) | {"retry-after": str(state.reset_s)}


def _per_minute(name: str, amount: int) -> RateLimitItem | None:
    return RateLimitItemPerMinute(amount, namespace=name) if amount else None
