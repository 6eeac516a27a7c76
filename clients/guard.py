"""Every request to an upstream passes here: admission, deadline, circuit breaker and retries."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from typing import TypeVar

from clients.breaker import Breaker, BreakerState, CallOutcome
from clients.budget import Admission, Budget, Capacity, Priority
from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.http import no_answer
from clients.latency import Latency
from clients.retry import Retries
from clients.shared_budget import SharedBudget, SharedReservation
from clients.timing import OPERATION_S, REAL, Deadline, Timing
from clients.tracing import upstream_span
from clients.upstream_calls import note_call
from clients.upstreams import UpstreamName

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CallOptions:
    """The priority and the deadline of a call; without a deadline it may take OPERATION_S.

    `attempt_s` bounds each attempt in place of the upstream's usual limit. No attempt starts with less than
    `least_s` left: an attempt that is cut short leaves its outcome unknown.
    """

    priority: Priority = Priority.PAGES
    deadline: Deadline | None = None
    attempt_s: float | None = None
    least_s: float = 0.0


PAGE = CallOptions()


class RequestOutcome(StrEnum):
    """How a request to an upstream ended."""

    OK = "ok"
    REJECTED = "rejected"
    THROTTLED = "throttled"
    DENIED = "denied"
    BROKEN = "broken"  # its answer could not be read
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"  # its caller went away


_OUTCOMES: Mapping[type[UpstreamError], RequestOutcome] = {
    Rejected: RequestOutcome.REJECTED,
    Throttled: RequestOutcome.THROTTLED,
    Denied: RequestOutcome.DENIED,
    Broken: RequestOutcome.BROKEN,
    Unavailable: RequestOutcome.UNAVAILABLE,
}
UNANSWERED = (RequestOutcome.UNAVAILABLE, RequestOutcome.TIMEOUT, RequestOutcome.CANCELLED)
"""The outcomes of requests that got no answer."""


@dataclass(frozen=True, slots=True)
class GuardState:
    """An upstream as its guard sees it: `requests` by outcome, and how long they took, since the start.

    `capacities`: what the upstream still allows, by what it counts.
    """

    breaker: BreakerState
    running: int
    waiting: int
    requests: Mapping[RequestOutcome, int]
    latency: Latency
    capacities: Mapping[str, Capacity]


def _outcome_of(error: UpstreamError) -> RequestOutcome:
    if error.timed_out:
        return RequestOutcome.TIMEOUT
    return next(outcome for kind, outcome in _OUTCOMES.items() if isinstance(error, kind))


def _one() -> float:
    return 1.0


class Guard:
    """One per upstream. `attempt_s` bounds each request unless the call's options do.

    `shared` is the budget of all processes, behind this process's own.

    The deadline of a call bounds its waits and retries as well.
    """

    def __init__(
        self,
        upstream: UpstreamName,
        *,
        attempt_s: float,
        budget: Budget,
        breaker: Breaker | None = None,
        retries: Retries | None = None,
        timing: Timing = REAL,
        shared: SharedBudget | None = None,
    ) -> None:
        self._upstream = upstream
        self._attempt_s = attempt_s
        self._budget = budget
        self._breaker = breaker or Breaker(timing.clock)
        self._retries = retries or Retries()
        self._timing = timing
        self._shared = shared
        self._requests = dict.fromkeys(RequestOutcome, 0)
        self._latency = Latency()

    @property
    def state(self) -> GuardState:
        """How the upstream does, for those who watch."""
        return GuardState(
            self._breaker.state,
            self._budget.running,
            self._budget.waiting,
            dict(self._requests),
            self._latency,
            self._budget.capacities,
        )

    async def call(
        self,
        operation: str,
        attempt: Callable[[], Awaitable[T]],
        *,
        idempotent: bool,
        options: CallOptions = PAGE,
        cost: Callable[[], float] = _one,
        group: str | None = None,
    ) -> T:
        """The result of `attempt`; retried, if `idempotent`, when it raises Unavailable or Throttled.

        `attempt` sends one request and raises UpstreamError. `cost` is called before each attempt. Raises
        UpstreamError: that of the last attempt, or the reason why no other was made.
        """
        deadline = options.deadline or Deadline.after(OPERATION_S, self._timing.clock)
        begun_by = replace(deadline, at=deadline.at - options.least_s) if options.least_s else deadline
        attempt_s = self._attempt_s if options.attempt_s is None else options.attempt_s
        failure: UpstreamError | None = None
        for number in count(1):
            try:
                self._check(operation, begun_by)
                admission = await self._budget.admit(
                    operation, deadline=begun_by, priority=options.priority, cost=cost(), group=group
                )
            except UpstreamError as refused:
                raise refused.after(failure) from failure
            reservation: SharedReservation | None = None
            try:
                if self._shared is not None:
                    reservation = await self._reserved(self._shared, operation, admission, group, options, begun_by)
                return await self._attempted(operation, attempt, attempt_s, deadline)
            except UpstreamError as error:
                failure = error.after(failure)
                if not isinstance(error, (Unavailable, Throttled)):
                    raise
            finally:
                if self._shared is not None and reservation is not None:
                    self._shared.settle(reservation)
                self._budget.give_back(admission)
            delay_s = self._delay_s(failure, number, deadline) if idempotent else None
            if delay_s is None:
                raise failure
            await self._timing.sleep(delay_s)
        raise AssertionError

    async def _reserved(
        self,
        shared: SharedBudget,
        operation: str,
        admission: Admission,
        group: str | None,
        options: CallOptions,
        deadline: Deadline,
    ) -> SharedReservation:
        """A reservation in the budget of all processes. Raises Throttled when it would come too late."""
        while True:
            reservation = await shared.reserve(admission.cost, options.priority, group)
            if reservation.wait_s <= 0:
                return reservation
            if reservation.wait_s > deadline.remaining_s:
                detail = "not sent: other processes use what the upstream allows"
                raise Throttled(self._upstream, operation, detail, reservation.wait_s, was_sent=False)
            await self._timing.sleep(reservation.wait_s * (1 + 0.2 * self._timing.jitter()))

    def _check(self, operation: str, deadline: Deadline) -> None:
        if deadline.remaining_s <= 0:
            raise Unavailable(self._upstream, operation, "not sent: no time is left", was_sent=False)
        if self._breaker.refuses:
            raise self._breaker_open(operation)

    async def _attempted(
        self, operation: str, attempt: Callable[[], Awaitable[T]], attempt_s: float, deadline: Deadline
    ) -> T:
        era = self._breaker.enter()
        if era is None:
            raise self._breaker_open(operation)
        with upstream_span(self._upstream, operation):
            return await self._observed(era, operation, attempt, attempt_s, deadline)

    async def _observed(
        self, era: int, operation: str, attempt: Callable[[], Awaitable[T]], attempt_s: float, deadline: Deadline
    ) -> T:
        """The result of one request, whose outcome the breaker, the counts and the trace get."""
        outcome, ending = CallOutcome.UNKNOWN, RequestOutcome.CANCELLED
        began_s = self._timing.clock()
        allowed_s = min(attempt_s, deadline.remaining_s)
        try:
            async with asyncio.timeout(allowed_s):
                answer = await attempt()
            outcome, ending = CallOutcome.ANSWERED, RequestOutcome.OK
            return answer
        except TimeoutError as error:
            ending = RequestOutcome.TIMEOUT
            if allowed_s >= self._attempt_s / 2:  # a shorter timeout says little of the upstream
                outcome = CallOutcome.FAILED
            raise no_answer(self._upstream, operation, error) from error
        except UpstreamError as error:
            outcome = CallOutcome.FAILED if isinstance(error, Unavailable) else CallOutcome.ANSWERED
            ending = _outcome_of(error)
            raise
        finally:
            self._breaker.leave(era, outcome)
            self._requests[ending] += 1
            seconds = self._timing.clock() - began_s
            self._latency.observe(seconds)
            note_call(self._upstream, operation, ending.value, seconds)

    def _delay_s(self, failure: UpstreamError, attempt: int, deadline: Deadline) -> float | None:
        return self._retries.delay_s(failure, attempt, jitter=self._timing.jitter(), remaining_s=deadline.remaining_s)

    def _breaker_open(self, operation: str) -> Unavailable:
        detail = "not sent: it has been failing and is left alone for a while"
        return Unavailable(self._upstream, operation, detail, was_sent=False)
