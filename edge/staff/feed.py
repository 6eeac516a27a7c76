"""Live counts of the desk: one read for all open pages of a process, sent as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from clients.timing import Timing
from edge.bodies import HttpRefusal
from edge.staff.graph import StaffGraph

READ_EVERY_S = 30.0
STREAM_S = 300.0  # then the browser connects again, and its session is checked again
LISTS = {"needsSomebody": "needs", "toConfirm": "confirm", "leftForLater": "later", "sent": "sent"}

Counts = Mapping[str, int]


class CountsFeed:
    """The latest counts, by `LISTS`' short names; empty before the first reading."""

    def __init__(self, graph: StaffGraph, timing: Timing) -> None:
        self._graph = graph
        self._timing = timing
        self._changed = asyncio.Event()
        self._is_over = False
        self._read_at = -READ_EVERY_S
        self._reading = asyncio.Lock()
        self.counts: Counts = {}

    def publish(self, desk: Mapping[str, Any]) -> None:
        """Publishes the counts in an answer that a page has just received."""
        counts = {name: desk[field]["totalCount"] for field, name in LISTS.items()}
        self._read_at = self._timing.clock()
        if counts != self.counts:
            self.counts = counts
            self._changed.set()
            self._changed = asyncio.Event()

    async def refresh(self, staff_name: str = "") -> None:
        """Reads the counts now. If that fails, the previous ones stay."""
        try:
            answer = await self._graph.ask("counts", staff_name)
        except HttpRefusal:
            return
        self._read_at = self._timing.clock()
        if (found := answer.get("orderDesk")) is not None:
            self.publish(found)

    def close(self) -> None:
        """Ends all streams at shutdown."""
        self._is_over = True
        self._changed.set()

    async def stream(self, staff_name: str) -> AsyncIterator[str]:
        """Events named `counts`: one immediately, then one for each change."""
        ends_at = self._timing.clock() + STREAM_S
        sent: Counts | None = None
        yield "retry: 3000\n\n"
        while not self._is_over and self._timing.clock() < ends_at:
            async with self._reading:
                if self._timing.clock() - self._read_at >= READ_EVERY_S:
                    await self.refresh(staff_name)
            if self.counts != sent:
                sent = self.counts
                yield f"event: counts\ndata: {json.dumps(sent)}\n\n"
            else:
                yield ": still here\n\n"
            await self._until_changed()

    async def _until_changed(self) -> None:
        changed, pause = (
            asyncio.ensure_future(self._changed.wait()),
            asyncio.ensure_future(self._timing.sleep(READ_EVERY_S)),
        )
        try:
            await asyncio.wait((changed, pause), return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            pause.cancel()
