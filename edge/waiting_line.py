"""A line of tasks that wait, each until it is woken."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress


class WaitingLine:
    """Wakes tasks in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[asyncio.Future[None], float]] = deque()

    def __len__(self) -> int:
        return sum(not place.done() for place, _ in self._waiting)

    @property
    def oldest_wait_s(self) -> float:
        """How long the first has waited; 0 when nobody waits."""
        while self._waiting and self._waiting[0][0].done():
            self._waiting.popleft()
        return asyncio.get_running_loop().time() - self._waiting[0][1] if self._waiting else 0.0

    async def join(self, on_waste: Callable[[], None] = lambda: None) -> None:
        """Waits to be woken. `on_waste` is called when it was woken, and cancelled at the same moment."""
        loop = asyncio.get_running_loop()
        entry = (loop.create_future(), loop.time())
        self._waiting.append(entry)
        try:
            await entry[0]
        except asyncio.CancelledError:
            if not entry[0].cancelled():
                on_waste()
            with suppress(ValueError):  # it may have been passed over already
                self._waiting.remove(entry)
            raise

    def wake_next(self) -> bool:
        """Wakes the first; False when nobody waits."""
        while self._waiting:
            place, _ = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return True
        return False
