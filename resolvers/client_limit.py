"""Limits of what one client may do in an hour, counted in this process."""

from collections.abc import Callable

from limits import RateLimitItemPerHour
from limits.strategies import MovingWindowRateLimiter

from clients.shared.counts import SharedCounts
from resolvers.moving_windows import LimitState, Windows, key_of, state_of

_HOUR_S = 3600.0


class TooOften(Exception):
    """A client has reached its limit for the hour; `state` says when it may try again."""

    def __init__(self, state: LimitState) -> None:
        super().__init__(f"{state.limit} in an hour")
        self.state = state


class HourlyLimit:
    """`take` counts, within an hour that moves. Clients without an address share one count.

    `on_refusal` is called with `name` for each refusal.
    """

    def __init__(
        self,
        per_client: int,
        *,
        clock: Callable[[], float],
        name: str = "hourly",
        on_refusal: Callable[[str], None] = lambda _: None,
        counts: SharedCounts | None = None,
    ) -> None:
        windows = Windows(clock, is_shared=counts is not None)
        if counts is not None:
            counts.join(name, _HOUR_S, windows)
        self._clock = clock
        self._on_refusal = on_refusal
        self._item = RateLimitItemPerHour(per_client, namespace=name)
        self._limiter = MovingWindowRateLimiter(windows)

    def take(self, client: str | None) -> None:
        """Counts one action. Raises TooOften, and counts nothing, when the limit is reached."""
        key = key_of(client)
        if not self._limiter.hit(self._item, key):
            self._on_refusal(self._item.namespace)
            raise TooOften(state_of(self._limiter, self._item, key, self._clock))
