"""Measuring tools: server processes, clients that keep them busy, and the processor time of an operation."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from tests.servers.ports import free_port

ROOT = Path(__file__).parents[2]
CLIENTS = 16


@contextmanager
def served(name: str, *, upstream_port: int = 0, redis_port: int = 0) -> Iterator[tuple[int, int]]:
    """The port and process id of a server of `servers.py`, started as a process and ended afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.servers", name, str(port), str(upstream_port), str(redis_port)]
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line == b"ready", f"the server {name} did not start: {line!r}"
        yield port, process.pid
    finally:
        process.terminate()
        process.communicate(timeout=20)


class Connection:
    """One client: a connection that is kept, and as little work as HTTP allows."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer to a request as it goes over the wire."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return await self._reader.readexactly(length)


CPU_TIME = b"GET /cpu HTTP/1.1\r\nhost: bench\r\n\r\n"


def graphql_request(query: str, variables: Mapping[str, Any] | None = None) -> bytes:
    """A POST of an operation as it goes over the wire."""
    body = orjson.dumps({"query": query, "variables": variables or {}})
    head = (
        "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def answer(port: int, request: bytes) -> bytes:
    """The body of one answer."""
    async with Connection(port) as connection:
        return await connection.ask(request)


async def cpu_ms(port: int, request: bytes, operations: int) -> float:
    """Milliseconds of the server's processor time per operation, asked by 16 clients at once."""
    left = iter(range(operations))

    async def client() -> None:
        async with Connection(port) as connection:
            await connection.ask(request)
            ready.release()
            await started.wait()
            for _ in left:
                await connection.ask(request)

    ready, started = asyncio.Semaphore(0), asyncio.Event()
    async with asyncio.TaskGroup() as clients:
        for _ in range(CLIENTS):
            clients.create_task(client())
        for _ in range(CLIENTS):
            await ready.acquire()
        before = float(await answer(port, CPU_TIME))
        started.set()
    after = float(await answer(port, CPU_TIME))
    return (after - before) * 1000 / operations
