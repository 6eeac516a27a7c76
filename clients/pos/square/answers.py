"""Square's answers, before its package parses them, and the pauses that they ask for."""

import math
from collections.abc import Awaitable, Callable

import httpx

from clients.budget import Priority
from clients.errors import Throttled, UpstreamError
from clients.http import no_answer
from clients.pos.square.errors import UPSTREAM
from clients.tracing import note


class _Answered(Exception):
    """Takes the answer before the package parses it.

    The package's types check nothing, cost six milliseconds for each order of a search, and fail in many ways on
    unexpected input.
    """

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def take_answer(response: httpx.Response) -> None:
    await response.aread()
    raise _Answered(response)


async def answer_to(operation: str, request: Callable[[], Awaitable[object]]) -> httpx.Response:
    """The answer to a request that the package sends. Raises Unavailable when there is none."""
    try:
        await request()
    except _Answered as answered:
        note({"http.response.status_code": answered.response.status_code})
        return answered.response
    except httpx.HTTPError as error:
        raise no_answer(UPSTREAM, operation, error) from error
    raise AssertionError


class Pause:
    """A pause after a throttled answer. Square publishes no limits: it says how long to wait."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until = -math.inf

    @property
    def capacity(self) -> None:
        """None: Square states no limit."""
        return None

    def wait_s(self, cost: float, priority: Priority) -> float:
        return max(0.0, self._until - self._clock())

    def take(self, cost: float) -> None:
        """Does nothing: Square states no costs."""

    def give_back(self, cost: float) -> None:
        """Does nothing: Square states no costs."""

    def learn(self, failure: UpstreamError) -> None:
        if isinstance(failure, Throttled) and failure.retry_after_s is not None:
            self._until = max(self._until, self._clock() + failure.retry_after_s)
