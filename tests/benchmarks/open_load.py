"""A load generator with open arrivals: requests are sent at their times, however slow the answers are.

Raw protocols instead of streams: the generator must cost so little that it is never late itself.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

Answered = Callable[[int, bytes, float], None]
"""Gets the status, the body and the milliseconds from sending to the last byte; status 0: the connection was lost."""


class Wire(asyncio.Protocol):
    """A connection for one request at a time. It tells `free` when it may send again."""

    def __init__(self, free: Callable[["Wire"], None]) -> None:
        self._free = free
        self._answered: Answered | None = None
        self._received = bytearray()
        self._length = 0
        self._sent_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes, answered: Answered) -> None:
        """Sends a request."""
        self._answered, self._length = answered, 0
        self._received.clear()
        self._sent_s = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._length:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._received[:end]).lower()
            self._length = end + 4 + int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            self._head_bytes = end + 4
        if len(self._received) >= self._length:
            took_ms = (time.perf_counter() - self._sent_s) * 1_000
            self._end(int(self._received[9:12]), bytes(self._received[self._head_bytes :]), took_ms)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answered is not None:
            self._end(0, repr(error).encode(), (time.perf_counter() - self._sent_s) * 1_000)

    @property
    def is_lost(self) -> bool:
        """Whether the server closed the connection."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Closes the connection."""
        self._transport.close()

    def _end(self, status: int, body: bytes, took_ms: float) -> None:
        answered, self._answered = self._answered, None
        if answered is not None:
            answered(status, body, took_ms)
            self._free(self)


class Load:
    """Connections to one server.

    `late_ms`: by how much each request was sent late. `unsent`: those for which no connection was free. `unanswered`:
    those without an answer at the end.
    """

    def __init__(self, port: int, connections: int) -> None:
        self._port = port
        self._most = connections
        self._free: list[Wire] = []
        self._all_free = asyncio.Event()
        self.late_ms: list[float] = []
        self.unsent = self.unanswered = 0

    async def __aenter__(self) -> "Load":
        self._free += [await self._opened() for _ in range(self._most)]
        return self

    async def __aexit__(self, *error: object) -> None:
        for wire in self._free:
            wire.close()

    async def _opened(self) -> Wire:
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(lambda: Wire(self._take_back), "127.0.0.1", self._port))[1]

    def _take_back(self, wire: Wire) -> None:
        self._free.append(wire)
        if len(self._free) == self._most:
            self._all_free.set()

    async def one(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer to one request."""
        done: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._free.pop().send(request, lambda status, body, _: done.set_result((status, body)))
        return await done

    async def offer(self, arrivals: Iterator[tuple[float, bytes, Answered]], *, patience_s: float = 30.0) -> None:
        """Sends each request so many seconds after the one before, and waits for the last answers."""
        due_s = time.perf_counter()
        for after_s, request, answered in arrivals:
            due_s += after_s
            if (wait_s := due_s - time.perf_counter()) > 0:
                await asyncio.sleep(wait_s)
            self.late_ms.append((time.perf_counter() - due_s) * 1_000)
            if self._free:
                self._all_free.clear()
                wire = self._free.pop()
                if wire.is_lost:
                    wire = await self._opened()
                wire.send(request, answered)
            else:
                self.unsent += 1
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_free.wait(), patience_s)
        self.unanswered = self._most - len(self._free)


def gaps(chance: Any, rate: float, seconds: float) -> Iterator[float]:
    """The seconds between arrivals that come independently of each other, for so long."""
    total_s = 0.0
    while (total_s := total_s + (gap_s := chance.expovariate(rate))) < seconds:
        yield gap_s
