"""The circuit breaker against a simple model, step by step."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from clients.breaker import Breaker, BreakerState, CallOutcome

FAILURES, WINDOW_S, OPEN_S = 3, 10.0, 5.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def breaker_on(clock: Clock) -> Breaker:
    return Breaker(clock, failures=FAILURES, window_s=WINDOW_S, open_s=OPEN_S)


def ask(breaker: Breaker, outcome: CallOutcome) -> None:
    era = breaker.enter()
    assert era is not None
    breaker.leave(era, outcome)


def opened(clock: Clock) -> Breaker:
    breaker = breaker_on(clock)
    for _ in range(FAILURES):
        ask(breaker, CallOutcome.FAILED)
    assert breaker.state is BreakerState.OPEN
    return breaker


def test_refusals_do_not_open_the_breaker() -> None:
    breaker = breaker_on(Clock())
    for _ in range(100):
        ask(breaker, CallOutcome.ANSWERED)
    assert breaker.state is BreakerState.CLOSED


def test_a_few_failures_among_many_answers_do_not_open_it() -> None:
    breaker = breaker_on(Clock())
    for number in range(100):
        ask(breaker, CallOutcome.FAILED if number % 3 == 0 else CallOutcome.ANSWERED)
    assert breaker.state is BreakerState.CLOSED


def test_failures_far_apart_do_not_open_it() -> None:
    clock = Clock()
    breaker = breaker_on(clock)
    for _ in range(20):
        ask(breaker, CallOutcome.FAILED)
        clock.now += WINDOW_S / 2
    assert breaker.state is BreakerState.CLOSED


def test_no_request_passes_while_it_is_open() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += OPEN_S - 0.1
    assert breaker.enter() is None
    assert breaker.refuses


def test_after_a_while_one_request_passes_and_its_outcome_decides() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += OPEN_S
    probe = breaker.enter()
    assert probe is not None
    assert breaker.enter() is None
    breaker.leave(probe, CallOutcome.ANSWERED)
    assert breaker.state is BreakerState.CLOSED


def test_a_probe_that_fails_leaves_it_alone_for_another_while() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += OPEN_S
    ask(breaker, CallOutcome.FAILED)
    clock.now += OPEN_S - 0.1
    assert breaker.state is BreakerState.OPEN


def test_a_cancelled_probe_makes_room_for_the_next() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += OPEN_S
    ask(breaker, CallOutcome.UNKNOWN)
    assert breaker.state is BreakerState.HALF_OPEN
    assert breaker.enter() is not None


def test_a_late_answer_from_before_the_opening_does_not_close_it() -> None:
    clock = Clock()
    breaker = breaker_on(clock)
    early = breaker.enter()
    assert early is not None
    for _ in range(FAILURES):
        ask(breaker, CallOutcome.FAILED)
    clock.now += OPEN_S
    breaker.leave(early, CallOutcome.ANSWERED)
    assert breaker.state is BreakerState.HALF_OPEN


class BreakerMachine(RuleBasedStateMachine):
    """Requests that overlap, in any order, with any outcome, while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = breaker_on(self.clock)
        self.out: list[tuple[int, int]] = []  # the breaker's leave, and how often the model had turned by then
        self.turns = 0
        self.recent: list[tuple[float, CallOutcome]] = []
        self.opened_at: float | None = None
        self.probe: tuple[int, int] | None = None

    @property
    def expected(self) -> BreakerState:
        if self.opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self.clock.now < self.opened_at + OPEN_S else BreakerState.HALF_OPEN

    def turn(self, opened_at: float | None) -> None:
        self.opened_at, self.recent, self.probe = opened_at, [], None
        self.turns += 1

    @rule(seconds=st.floats(min_value=0.1, max_value=12))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def somebody_asks(self) -> None:
        era = self.breaker.enter()
        allowed = self.expected is BreakerState.CLOSED or (
            self.expected is BreakerState.HALF_OPEN and self.probe is None
        )
        assert (era is not None) == allowed
        if era is not None:
            self.out.append((era, self.turns))
            if self.expected is BreakerState.HALF_OPEN:
                self.probe = self.out[-1]

    @precondition(lambda self: self.out)
    @rule(data=st.data(), outcome=st.sampled_from(CallOutcome))
    def a_request_ends(self, data: st.DataObject, outcome: CallOutcome) -> None:
        ended = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        self.breaker.leave(ended[0], outcome)
        if ended[1] != self.turns:
            return
        if self.opened_at is not None:
            self.probe = None
            if outcome is not CallOutcome.UNKNOWN:
                self.turn(self.clock.now if outcome is CallOutcome.FAILED else None)
            return
        if outcome is CallOutcome.UNKNOWN:
            return
        self.recent = [each for each in self.recent if each[0] > self.clock.now - WINDOW_S]
        self.recent.append((self.clock.now, outcome))
        failures = [each for _, each in self.recent].count(CallOutcome.FAILED)
        if outcome is CallOutcome.FAILED and failures >= FAILURES and 2 * failures >= len(self.recent):
            self.turn(self.clock.now)

    @invariant()
    def it_is_as_the_model_has_it(self) -> None:
        assert self.breaker.state is self.expected

    @invariant()
    def at_most_one_probe_is_out(self) -> None:
        if self.expected is BreakerState.HALF_OPEN:
            assert sum(1 for _, turns in self.out if turns == self.turns) <= 1


TestBreakerMachine = BreakerMachine.TestCase
