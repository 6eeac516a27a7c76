"""How many operations run at once. More wait for a moment, staff first; what cannot even wait is refused at once.

Where the processor is the bottleneck, and not an upstream, operations wait for their turn in the event loop. When they
have waited too long for it for a while, new ones are refused. A burst, such as all pages at once after a start, is
worked off. Cached answers and webhooks need neither a place nor a turn.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from edge.bodies import HttpRefusal
from edge.loop_turns import LoopTurns, Precedence
from edge.waiting_line import WaitingLine
from resolvers.public_errors import ErrorCode

RETRY_AFTER_S = 1

_REFRESH_SHARE = 10
"""One in so many operations may be a refresh of a cached answer beyond the limit."""

_HOPE = 0.05
"""When the first in line has waited for this share of the longest wait, those who come now are refused at once."""


_BURST_S = 0.5
"""How long operations may wait too long for their turns before new ones are refused."""


class Overloaded(HttpRefusal):
    """503: there is more to do than the gateway can. Nothing of the request was done."""

    def __init__(self) -> None:
        message = f"The gateway has more to do than it can: try again in {RETRY_AFTER_S} s."
        super().__init__(503, message, {"retry-after": str(RETRY_AFTER_S)}, code=ErrorCode.TRY_LATER)


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """at_once: operations that run. waiting: those that wait for them, each at most `wait_s`.

    late_s: how long one may wait for its turn in the event loop; when it is longer for a while, new ones are refused.
    Staff are not refused for it. 0: as long as it likes.
    """

    at_once: int
    waiting: int
    wait_s: float
    late_s: float = 0.0


class RequestAdmission:
    """The places of one process."""

    def __init__(self, limits: AdmissionLimits) -> None:
        self._limits = limits
        self._staff = WaitingLine()
        self._others = WaitingLine()
        self._turns = LoopTurns()
        self._late_since_s: float | None = None
        self._moved_s = 0.0  # when a place was last taken or left
        self.running = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._staff) + len(self._others)

    @property
    def is_busy(self) -> bool:
        """Whether an operation would have to wait, or would be refused."""
        return self._turns.is_taken or self.running >= self._limits.at_once

    @asynccontextmanager
    async def place(self, *, is_staff: bool, is_refresh: bool = False) -> AsyncIterator[None]:
        """A place for one operation, in its turn. Raises Overloaded when there is none in time.

        `is_refresh`: it refreshes a cached answer, which spares the work of many others. It never waits for a place,
        because the stale answer can be sent at once; a few may run beyond the limit.
        """
        at_once = self._limits.at_once
        if is_refresh:
            if self.running >= at_once + at_once // _REFRESH_SHARE + 1:
                raise self._refusal()
        elif self._has_been_late() and not is_staff:
            raise self._refusal()
        if self.running < at_once or is_refresh:
            self.running += 1
        else:
            await self._wait(is_staff=is_staff)
        self._moved_s = asyncio.get_running_loop().time()
        try:
            await self._turns.take(Precedence.STAFF if is_staff or is_refresh else Precedence.OTHERS)
            yield
        finally:
            self._leave()

    async def turn(self) -> None:
        """Lets others have their turn before an operation that runs does its next long piece of work."""
        await self._turns.take(Precedence.RUNNING)

    def _has_been_late(self) -> bool:
        """Whether each operation that came within `_BURST_S` found that others wait too long for their turns."""
        late_s = self._limits.late_s
        if not late_s or self._turns.oldest_wait_s(Precedence.OTHERS) <= late_s:
            self._late_since_s = None
            return False
        now_s = asyncio.get_running_loop().time()
        if self._late_since_s is None:
            self._late_since_s = now_s
        return now_s - self._late_since_s >= _BURST_S

    async def _wait(self, *, is_staff: bool) -> None:
        """Waits for a place, which is then the caller's."""
        if self.waiting >= self._limits.waiting or (self._is_slow and not is_staff):
            raise self._refusal()
        line = self._staff if is_staff else self._others
        try:
            async with asyncio.timeout(self._limits.wait_s):
                await line.join(on_waste=self._leave)
        except TimeoutError:
            raise self._refusal() from None

    @property
    def _is_slow(self) -> bool:
        """Whether places become free so slowly that a refusal is better now than after the whole wait."""
        hope_s = self._limits.wait_s * _HOPE
        return self._others.oldest_wait_s > hope_s or asyncio.get_running_loop().time() - self._moved_s > hope_s

    def _leave(self) -> None:
        """Gives the place to whoever waits longest, staff first."""
        self._moved_s = asyncio.get_running_loop().time()
        is_beyond = self.running > self._limits.at_once
        if is_beyond or not (self._staff.wake_next() or self._others.wake_next()):
            self.running -= 1

    def _refusal(self) -> Overloaded:
        self.refused += 1
        return Overloaded()
