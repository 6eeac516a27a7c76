"""When to leave a failing upstream alone: a circuit breaker. Asks nothing itself."""

from collections import deque
from collections.abc import Callable
from enum import Enum, auto


class State(Enum):
    CLOSED = auto()  # all may ask
    OPEN = auto()  # nobody may
    HALF_OPEN = auto()  # one may, and its outcome decides


class Outcome(Enum):
    ANSWERED = auto()  # also with a refusal: who refuses is alive
    FAILED = auto()  # not reached, too slow, or failing on its own account
    UNKNOWN = auto()  # given up before there was anything to learn


class Breaker:
    """Opens when of the last outcomes `failures` or more, and at least half, were failures; after `open_s` tries one.

    The last outcomes are those of the last `window_s` seconds, 50 at most. `clock` gives seconds that only ever grow.
    """

    def __init__(
        self, clock: Callable[[], float], *, failures: int = 5, window_s: float = 30.0, open_s: float = 5.0
    ) -> None:
        self._clock = clock
        self._failures = failures
        self._window_s = window_s
        self._open_s = open_s
        self._outcomes: deque[tuple[float, Outcome]] = deque(maxlen=max(50, failures))
        self._opened_at: float | None = None
        self._probe_is_out = False
        # Grows with each opening and closing, so that what began before does not count after.
        self._era = 0

    @property
    def state(self) -> State:
        if self._opened_at is None:
            return State.CLOSED
        return State.OPEN if self._clock() < self._opened_at + self._open_s else State.HALF_OPEN

    @property
    def refuses(self) -> bool:
        """Whether asking now would be refused."""
        return self.state is State.OPEN or (self.state is State.HALF_OPEN and self._probe_is_out)

    def enter(self) -> int | None:
        """Leave to ask, to be handed to `leave` with the outcome; None: do not ask."""
        if self.refuses:
            return None
        self._probe_is_out = self.state is State.HALF_OPEN
        return self._era

    def leave(self, era: int, outcome: Outcome) -> None:
        """Learns how it went."""
        if era != self._era:
            return
        if self._opened_at is not None:
            self._probe_is_out = False
            if outcome is not Outcome.UNKNOWN:
                self._turn(open_=outcome is Outcome.FAILED)
            return
        if outcome is Outcome.UNKNOWN:
            return
        self._outcomes.append((self._clock(), outcome))
        if outcome is Outcome.FAILED and self._has_failed_too_often():
            self._turn(open_=True)

    def _has_failed_too_often(self) -> bool:
        since = self._clock() - self._window_s
        recent = [outcome for at, outcome in self._outcomes if at > since]
        failures = recent.count(Outcome.FAILED)
        return failures >= self._failures and 2 * failures >= len(recent)

    def _turn(self, *, open_: bool) -> None:
        self._opened_at = self._clock() if open_ else None
        self._outcomes.clear()
        self._era += 1
