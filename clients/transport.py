"""The transport to real upstreams."""

from collections.abc import Mapping

import httpx

from clients.connections import KEPT_OPEN_S, Connections
from clients.http_messages import Response as CompleteResponse
from clients.http_messages import Url


class DirectTransport(httpx.AsyncBaseTransport):
    """Sends complete requests over its own connections, and whatever goes through an httpx client over httpx's.

    It stores no cookies: one buyer's must not reach the next. Its connections are unbounded: each client bounds its
    own, so that a slow upstream does not block others.
    """

    def __init__(self) -> None:
        self._connections = Connections()
        self._streams: httpx.AsyncHTTPTransport | None = None

    async def exchange(
        self, method: str, url: Url, headers: Mapping[str, str], content: bytes | None
    ) -> CompleteResponse:
        """The complete response to a request; see `Connections.exchange`."""
        return await self._connections.exchange(method, url, headers, content)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response to a request of an httpx client, whose body may be a stream. Raises httpx.TransportError."""
        if self._streams is None:
            self._streams = httpx.AsyncHTTPTransport(
                limits=httpx.Limits(max_connections=None, keepalive_expiry=KEPT_OPEN_S)
            )
        return await self._streams.handle_async_request(request)

    async def aclose(self) -> None:
        self._connections.close()
        if self._streams is not None:
            await self._streams.aclose()
