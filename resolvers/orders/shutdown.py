"""Ends running settlements when the process stops: they may finish for a while, then they are interrupted."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from clients.guard import CallOptions


class Shutdown:
    """`begin` refuses new settlements; `cut` interrupts those in `finishes`, and all later ones.

    `closing` limits the requests that record an interruption; None until `cut`.
    """

    def __init__(self) -> None:
        self.has_begun = False
        self.closing: CallOptions | None = None
        self._running: set[asyncio.Timeout] = set()

    def begin(self) -> None:
        self.has_begun = True

    def cut(self, closing: CallOptions) -> None:
        self.closing = closing
        now = asyncio.get_running_loop().time()
        for each in self._running:
            each.reschedule(now)

    async def finishes(self, work: Coroutine[Any, Any, None]) -> bool:
        """Whether `work` finished; False when it was interrupted. Raises what it raises."""
        bound = asyncio.timeout(None if self.closing is None else 0)
        try:
            async with bound:
                self._running.add(bound)
                await work
        except TimeoutError:
            if not bound.expired():
                raise
            return False
        finally:
            self._running.discard(bound)
        return True
