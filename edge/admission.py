"""How many operations run at once. More wait for a moment, staff first; what cannot even wait is refused at once.

Where the processor is the bottleneck, and not an upstream, operations wait for their turn in the event loop. When they
wait too long for it, new ones are refused. Cached answers and webhooks need neither a place nor a turn.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from edge.bodies import HttpRefusal
from edge.loop_turns import LoopTurns, Precedence
from resolvers.public_errors import ErrorCode

RETRY_AFTER_S = 1


class Overloaded(HttpRefusal):
    """503: there is more to do than the gateway can. Nothing of the request was done."""

    def __init__(self) -> None:
        message = f"The gateway has more to do than it can: try again in {RETRY_AFTER_S} s."
        super().__init__(503, message, {"retry-after": str(RETRY_AFTER_S)}, code=ErrorCode.TRY_LATER)


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """at_once: operations that run. waiting: those that wait for them, each at most `wait_s`.

    late_s: how long one may wait for its turn in the event loop before new ones are refused. Staff are not refused for
    it. 0: as long as it likes.
    """

    at_once: int
    waiting: int
    wait_s: float
    late_s: float = 0.0


class RequestAdmission:
    """The places of one process."""

    def __init__(self, limits: AdmissionLimits) -> None:
        self._limits = limits
        self._staff: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()
        self._turns = LoopTurns()
        self.running = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return sum(not each.done() for queue in (self._staff, self._others) for each in queue)

    @property
    def is_busy(self) -> bool:
        """Whether an operation would have to wait, or would be refused."""
        return self._turns.is_taken or self.running >= self._limits.at_once

    @asynccontextmanager
    async def place(self, *, is_staff: bool, is_refresh: bool = False) -> AsyncIterator[None]:
        """A place for one operation, in its turn. Raises Overloaded when there is none in time.

        `is_refresh`: it refreshes a cached answer, which spares the work of many others.
        """
        is_urgent = is_staff or is_refresh
        if self.running >= self._limits.at_once:
            await self._wait(self._staff if is_urgent else self._others)
        elif self._is_late and not is_urgent:
            raise self._refusal()
        else:
            self.running += 1
        try:
            await self._turns.take(Precedence.STAFF if is_urgent else Precedence.OTHERS)
            yield
        finally:
            self._leave()

    async def turn(self) -> None:
        """Lets others have their turn before an operation that runs does its next long piece of work."""
        await self._turns.take(Precedence.RUNNING)

    @property
    def _is_late(self) -> bool:
        late_s = self._limits.late_s
        return late_s > 0 and self._turns.oldest_wait_s(Precedence.OTHERS) > late_s

    async def _wait(self, queue: deque[asyncio.Future[None]]) -> None:
        if self.waiting >= self._limits.waiting:
            raise self._refusal()
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(place)
        try:
            async with asyncio.timeout(self._limits.wait_s):
                await place
        except TimeoutError:
            if place.done() and not place.cancelled():
                return  # it got the place in the same moment
            queue.remove(place)
            raise self._refusal() from None
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave()
            else:
                queue.remove(place)
            raise

    def _leave(self) -> None:
        """Gives the place to whoever waits longest, staff first."""
        for queue in (self._staff, self._others):
            while queue:
                place = queue.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self.running -= 1

    def _refusal(self) -> Overloaded:
        self.refused += 1
        return Overloaded()
