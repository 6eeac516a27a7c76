"""How work under way ends with the process: by itself while there is time, else cut short."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Shutdown:
    """`begin` says that no new work is wanted; `cut` ends what `finishes` is waiting for, and all that comes later."""

    def __init__(self) -> None:
        self.has_begun = False
        self.cuts = False
        self._running: set[asyncio.Timeout] = set()

    def begin(self) -> None:
        self.has_begun = True

    def cut(self) -> None:
        self.cuts = True
        now = asyncio.get_running_loop().time()
        for each in self._running:
            each.reschedule(now)

    async def finishes(self, work: Coroutine[Any, Any, None]) -> bool:
        """Whether `work` came to its end; False when it was cut short. Raises what it raises."""
        bound = asyncio.timeout(0 if self.cuts else None)
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
