"""An Admin whose replica shows single orders as they were some seconds ago."""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from typing import Self

import httpx

_LOOKS_EVERY_S = 1.0


class LaggingReplica(httpx.AsyncBaseTransport):
    """The way to the upstreams, with reads of single orders `lag_s` seconds behind. Within it time passes by itself."""

    def __init__(self, upstreams: httpx.AsyncBaseTransport, lag_s: float) -> None:
        self._upstreams = upstreams
        self._lag_s = lag_s
        self._seen: dict[bytes, list[tuple[float, httpx.Response]]] = defaultdict(list)
        self._watching: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.startswith("/admin/") or b"query Order(" not in request.content:
            return await self._upstreams.handle_async_request(request)
        seen = self._seen[request.content]
        if not seen:
            await self._look(request)
            self._watching.add(asyncio.create_task(self._watch(request)))
        now = asyncio.get_running_loop().time()
        shown = bisect_right([at for at, _ in seen], now - self._lag_s)
        old = seen[max(0, shown - 1)][1]
        return httpx.Response(old.status_code, headers=old.headers, content=old.content)

    async def _watch(self, request: httpx.Request) -> None:
        while True:
            await asyncio.sleep(_LOOKS_EVERY_S)
            await self._look(request)

    async def _look(self, request: httpx.Request) -> None:
        again = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        response = await self._upstreams.handle_async_request(again)
        await response.aread()
        if response.status_code == 200:
            self._seen[request.content].append((asyncio.get_running_loop().time(), response))

    async def __aenter__(self) -> Self:
        return self

    async def aclose(self) -> None:
        """The replica is of no gateway's: it goes on until `stop`."""

    def stop(self) -> None:
        for task in self._watching:
            task.cancel()
