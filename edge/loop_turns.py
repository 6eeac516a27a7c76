"""Long pieces of work take turns in the event loop, so that what is quick never waits for two of them.

After each piece comes a turn of the loop for what arrived meanwhile: cached answers, refusals, webhooks, upstreams'
answers.
"""

import asyncio
from collections import deque
from enum import IntEnum


class Precedence(IntEnum):
    """Who comes first: what runs already, so that it ends; then staff; then others."""

    RUNNING = 0
    STAFF = 1
    OTHERS = 2


class LoopTurns:
    """The turns of one process."""

    def __init__(self) -> None:
        self._waiting: tuple[deque[tuple[asyncio.Future[None], float]], ...] = tuple(deque() for _ in Precedence)
        self._is_taken = False

    @property
    def is_taken(self) -> bool:
        """Whether a piece of work would wait."""
        return self._is_taken

    def oldest_wait_s(self, precedence: Precedence) -> float:
        """How long the first in this queue has waited: how late the event loop is with such work."""
        queue = self._waiting[precedence]
        while queue and queue[0][0].done():
            queue.popleft()
        return asyncio.get_running_loop().time() - queue[0][1] if queue else 0.0

    async def take(self, precedence: Precedence) -> None:
        """Returns when the caller may do one piece of work: at once unless another did one in this turn."""
        loop = asyncio.get_running_loop()
        if self._is_taken:
            turn: asyncio.Future[None] = loop.create_future()
            self._waiting[precedence].append((turn, loop.time()))
            await turn
        else:
            self._is_taken = True
            loop.call_soon(self._pause, loop)

    def _pause(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon(self._pass_on, loop)  # after a turn for what came during the work

    def _pass_on(self, loop: asyncio.AbstractEventLoop) -> None:
        for queue in self._waiting:
            while queue:
                turn, _ = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    loop.call_soon(self._pause, loop)
                    return
        self._is_taken = False
