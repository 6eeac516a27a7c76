"""The transport to real upstreams: aiohttp's connections behind httpx's interface for transports.

httpx's own transport costs a multiple of it, and the package httpx-aiohttp reads bodies in pieces of 16 KiB:
docs/decisions/0023-transport-on-aiohttp.md has the measurements.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx

_NEVER_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_READ_AHEAD_BYTES = 1 << 20
_NO_TIMEOUT = aiohttp.ClientTimeout()  # the clients bound each call as a whole


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends requests over connections that are opened when they are needed, and kept open for the next.

    It stores no cookies: one buyer's must not reach the next. Its connections are unbounded: each client bounds its
    own, so that a slow upstream does not block others. Bodies of responses are not decompressed here; httpx does it.
    """

    def __init__(self) -> None:
        self._tls = httpx.create_ssl_context()
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response to a request. Raises httpx.TransportError."""
        with _errors_of_httpx():
            response = await self._opened().request(
                request.method,
                str(request.url),
                headers=request.headers.multi_items(),
                data=await request.aread() or None,
                allow_redirects=False,
                timeout=_NO_TIMEOUT,
            )
            body = response.content
            if not body.is_eof():
                return httpx.Response(response.status, headers=response.raw_headers, stream=_Streamed(response))
            # All of it has arrived with the headers.
            try:
                return httpx.Response(response.status, headers=response.raw_headers, content=body.read_nowait())
            finally:
                response.release()

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:  # it belongs to the event loop that runs
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._tls, limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=_READ_AHEAD_BYTES,
            )
        return self._session


class _Streamed(httpx.AsyncByteStream):
    """A body whose end has not arrived yet."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_of_httpx():
            async for part in self._response.content.iter_any():
                yield part

    async def aclose(self) -> None:
        self._response.release()


@contextmanager
def _errors_of_httpx() -> Iterator[None]:
    """Raises aiohttp's errors as those of httpx: whether there was a connection, and whether the time was over."""
    try:
        yield
    except aiohttp.InvalidURL as error:
        raise httpx.UnsupportedProtocol(str(error)) from error
    except _NEVER_CONNECTED as error:
        kind = httpx.ConnectTimeout if isinstance(error, TimeoutError) else httpx.ConnectError
        raise kind(str(error)) from error
    except aiohttp.ClientError as error:
        raise (httpx.ReadTimeout if isinstance(error, TimeoutError) else httpx.ReadError)(str(error)) from error
