"""How many operations run at once. More wait for a moment, staff first; what cannot even wait is refused at once.

Where the processor is the bottleneck, and not an upstream, the event loop is late: then fewer run at once, and the
others are refused at once. Cached answers and webhooks need no place.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from edge.bodies import HttpRefusal
from resolvers.public_errors import ErrorCode

RETRY_AFTER_S = 1
_TICK_S = 0.005
_TICKS = 3


class ProcessorBound:
    """How many operations the processor can run at once: fewer while the event loop is late, more while it is in time.

    A timer measures how late the loop is, as long as operations come. One long computation makes it late once, which
    is no overload: what counts is that it is late again and again. Then the bound falls by a third a tick, and in
    time it grows by one a tick.
    """

    def __init__(self, most: int, late_s: float) -> None:
        self._most = self._allowed = most
        self._late_s = late_s
        self._late_ticks = 0
        self._running = 0
        self._is_ticking = False
        self._wanted = False

    def admits(self, running: int) -> bool:
        """Whether one more may run beside so many."""
        self._wanted = True
        self._running = running
        if not self._is_ticking:
            self._is_ticking = True
            self._set(asyncio.get_running_loop())
        return running < self._allowed

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        due_s = loop.time() + _TICK_S
        loop.call_at(due_s, self._tick, loop, due_s)

    def _tick(self, loop: asyncio.AbstractEventLoop, due_s: float) -> None:
        if loop.time() - due_s > self._late_s:
            self._late_ticks += 1
            if self._late_ticks >= _TICKS:
                self._allowed = max(1, min(self._allowed, self._running) * 2 // 3)
        else:
            self._late_ticks = 0
            self._allowed = min(self._most, self._allowed + 1)
        if self._wanted:
            self._wanted = False
            self._set(loop)
        else:
            self._is_ticking, self._late_ticks, self._allowed = False, 0, self._most


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """at_once: operations that run. waiting: those that wait for them, each at most `wait_s`.

    late_s: how late the event loop may be before fewer run. Staff are not refused for it. 0: as late as it likes.
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
        self._processor = ProcessorBound(limits.at_once, limits.late_s)
        self.running = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return sum(not each.done() for queue in (self._staff, self._others) for each in queue)

    @asynccontextmanager
    async def place(self, *, is_staff: bool) -> AsyncIterator[None]:
        """A place for one operation. Raises HttpRefusal (503) when there is none in time."""
        is_full = self.running >= self._limits.at_once
        is_late = bool(self._limits.late_s) and not self._processor.admits(self.running)
        if is_late and not is_full and not is_staff:
            raise self._refusal()
        if is_full:
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
