"""A circuit breaker: stops requests to a failing upstream. Sends nothing itself."""

from collections import deque
from collections.abc import Callable
from enum import Enum, auto


class BreakerState(Enum):
    CLOSED = auto()  # all requests pass
    OPEN = auto()  # no request passes
    HALF_OPEN = auto()  # one request passes, and its outcome decides


class CallOutcome(Enum):
    ANSWERED = auto()  # also with a refusal: an upstream that refuses is up
    FAILED = auto()  # not reached, too slow, or failed by itself
    UNKNOWN = auto()  # cancelled before the outcome was known


class Breaker:
    """Opens when at least `failures` of the last outcomes, and at least half of them, were failures.

    After `open_s` it lets one request pass. The last outcomes are those of the last `window_s` seconds, 50 at
    most. `clock` returns monotonic seconds.
    """

    def __init__(
        self, clock: Callable[[], float], *, failures: int = 5, window_s: float = 30.0, open_s: float = 5.0
    ) -> None:
        self._clock = clock
        self._failures = failures
        self._window_s = window_s
        self._open_s = open_s
        self._outcomes: deque[tuple[float, CallOutcome]] = deque(maxlen=max(50, failures))
        self._opened_at: float | None = None
        self._probe_is_out = False
        # Grows with each opening and closing, so that outcomes of earlier requests do not count.
        self._era = 0

    @property
    def state(self) -> BreakerState:
        if self._opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._clock() < self._opened_at + self._open_s else BreakerState.HALF_OPEN

    @property
    def refuses(self) -> bool:
        """Whether a request now would be refused."""
        return self.state is BreakerState.OPEN or (self.state is BreakerState.HALF_OPEN and self._probe_is_out)

    def enter(self) -> int | None:
        """A permit for one request, to be passed to `leave` with the outcome; None: do not send it."""
        if self.refuses:
            return None
        self._probe_is_out = self.state is BreakerState.HALF_OPEN
        return self._era

    def leave(self, era: int, outcome: CallOutcome) -> None:
        """Records the outcome of a request."""
        if era != self._era:
            return
        if self._opened_at is not None:
            self._probe_is_out = False
            if outcome is not CallOutcome.UNKNOWN:
                self._set_open(is_open=outcome is CallOutcome.FAILED)
            return
        if outcome is CallOutcome.UNKNOWN:
            return
        self._outcomes.append((self._clock(), outcome))
        if outcome is CallOutcome.FAILED and self._has_failed_too_often():
            self._set_open(is_open=True)

    def _has_failed_too_often(self) -> bool:
        since = self._clock() - self._window_s
        recent = [outcome for at, outcome in self._outcomes if at > since]
        failures = recent.count(CallOutcome.FAILED)
        return failures >= self._failures and 2 * failures >= len(recent)

    def _set_open(self, *, is_open: bool) -> None:
        self._opened_at = self._clock() if is_open else None
        self._outcomes.clear()
        self._era += 1
