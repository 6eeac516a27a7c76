"""Ends settlements under way when the process stops: they finish while there is time, else they are cut short."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from clients.guard import CallOptions


class Shutdown:
    """`begin` refuses new settlements; `cut` ends those that `finishes` waits for, and all later ones.

    `closing` bounds the requests that write down what was cut short; None until `cut`.
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
        """Whether `work` came to its end; False when it was cut short. Raises what it raises."""
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
