"""Long pieces of work take turns in the event loop, so that what is quick never waits for two of them.

After each piece comes a turn of the loop for what arrived meanwhile: cached answers, refusals, webhooks, upstreams'
answers.
"""

import asyncio
from enum import IntEnum

from edge.waiting_line import WaitingLine


class Precedence(IntEnum):
    """Who comes first: what runs already, so that it ends; then staff; then others."""

    RUNNING = 0
    STAFF = 1
    OTHERS = 2


class LoopTurns:
    """The turns of one process."""

    def __init__(self) -> None:
        self._lines = tuple(WaitingLine() for _ in Precedence)
        self._is_taken = False

    @property
    def is_taken(self) -> bool:
        """Whether a piece of work would wait."""
        return self._is_taken

    def oldest_wait_s(self, precedence: Precedence) -> float:
        """How long the first of these has waited: how late the event loop is with such work."""
        return self._lines[precedence].oldest_wait_s

    async def take(self, precedence: Precedence) -> None:
        """Returns when the caller may do one piece of work: at once unless another did one in this turn."""
        if self._is_taken:
            await self._lines[precedence].join()
        else:
            self._is_taken = True
            loop = asyncio.get_running_loop()
            loop.call_soon(self._pause, loop)

    def _pause(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon(self._pass_on, loop)  # after a turn for what came during the work

    def _pass_on(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_taken = any(line.wake_next() for line in self._lines)
        if self._is_taken:
            loop.call_soon(self._pause, loop)
