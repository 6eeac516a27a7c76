"""How many operations run at once. More wait for a moment, staff first; what cannot even wait is refused at once.

Where the processor is the bottleneck, and not an upstream, the event loop is late: then new operations are refused
at once, too. Cached answers and webhooks need no place.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from edge.bodies import HttpRefusal
from resolvers.public_errors import ErrorCode

RETRY_AFTER_S = 1
_STAFFS_PATIENCE = 10
_TICK_S = 0.005
_TICKS = 4


class LoopLateness:
    """Whether the event loop is late all the time, measured by a timer while anybody wants to know.

    One long computation makes it late once, which is no overload: what counts is that every tick of a while is late.
    """

    def __init__(self) -> None:
        self._lateness_s: deque[float] = deque(maxlen=_TICKS)
        self._is_ticking = False
        self._wanted = False

    def lasting_s(self) -> float:
        """The least lateness of the last ticks."""
        self._wanted = True
        if not self._is_ticking:
            self._is_ticking = True
            self._set(asyncio.get_running_loop())
        return min(self._lateness_s) if len(self._lateness_s) == _TICKS else 0.0

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        due_s = loop.time() + _TICK_S
        loop.call_at(due_s, self._tick, loop, due_s)

    def _tick(self, loop: asyncio.AbstractEventLoop, due_s: float) -> None:
        self._lateness_s.append(loop.time() - due_s)
        if self._wanted:
            self._wanted = False
            self._set(loop)
        else:
            self._is_ticking = False
            self._lateness_s.clear()


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """at_once: operations that run. waiting: those that wait for them, each at most `wait_s`.

    late_s: how late the event loop may be. Staff may find it ten times as late. 0: as late as it likes.
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
        self._lateness = LoopLateness()
        self.running = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return sum(not each.done() for queue in (self._staff, self._others) for each in queue)

    @asynccontextmanager
    async def place(self, *, is_staff: bool) -> AsyncIterator[None]:
        """A place for one operation. Raises HttpRefusal (503) when there is none in time."""
        if self._limits.late_s and self.running:
            late_s = self._lateness.lasting_s()
            if late_s > self._limits.late_s * (_STAFFS_PATIENCE if is_staff else 1):
                raise self._refusal()
        if self.running >= self._limits.at_once:
            await self._turn(self._staff if is_staff else self._others)
        else:
            self.running += 1
        try:
            yield
        finally:
            self._leave()

    async def _turn(self, queue: deque[asyncio.Future[None]]) -> None:
        if self.waiting >= self._limits.waiting:
            raise self._refusal()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            async with asyncio.timeout(self._limits.wait_s):
                await turn
        except TimeoutError:
            if turn.done() and not turn.cancelled():
                return  # it got the place in the same moment
            queue.remove(turn)
            raise self._refusal() from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            else:
                queue.remove(turn)
            raise

    def _leave(self) -> None:
        """Gives the place to whoever waits longest, staff first."""
        for queue in (self._staff, self._others):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self.running -= 1

    def _refusal(self) -> HttpRefusal:
        self.refused += 1
        message = f"The gateway has more to do than it can: try again in {RETRY_AFTER_S} s."
        return HttpRefusal(503, message, {"retry-after": str(RETRY_AFTER_S)}, code=ErrorCode.TRY_LATER)
