"""Fetches pictures, bounded in size and time, without following redirects."""

import asyncio

import httpx

from clients.errors import Broken
from clients.http import no_answer, refusal
from clients.tracing import upstream_span
from clients.upstreams import UpstreamName

UPSTREAM = UpstreamName.PICTURES


class Pictures:
    """Pictures over `http`, of at most `max_bytes`, each within `deadline_s`. The creator of `http` closes it."""

    def __init__(self, http: httpx.AsyncClient, *, max_bytes: int = 20_000_000, deadline_s: float = 10.0) -> None:
        self._http = http
        self._max_bytes = max_bytes
        self._deadline_s = deadline_s

    async def picture(self, url: str) -> bytes:
        """The file at an address. The caller checks that the address may be fetched. Raises UpstreamError."""
        try:
            async with asyncio.timeout(self._deadline_s):
                with upstream_span(UPSTREAM, "picture"):
                    return await self._read(url)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise no_answer(UPSTREAM, "picture", error) from error

    async def _read(self, url: str) -> bytes:
        async with self._http.stream("GET", url, timeout=None, follow_redirects=False) as response:
            refused = refusal(UPSTREAM, "picture", response)
            if refused is not None:
                raise refused
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > self._max_bytes:
                    raise Broken(UPSTREAM, "picture", f"more than {self._max_bytes} bytes")
            return bytes(content)
