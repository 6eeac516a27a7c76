"""Connections to upstreams over HTTP/1.1: one request and its complete response at a time, on httptools' parser.

General HTTP clients cost several times as much: docs/decisions/0031-own-connections-on-httptools.md has the
measurements. What the gateway's calls do not need is absent here: redirects, cookies, proxies and streamed bodies.
"""

import asyncio
import ssl
import zlib
from collections.abc import Mapping

import httptools
import httpx

from clients.http_messages import Origin, Response, Url

KEPT_OPEN_S = 15.0
"""How long an unused connection is kept. Servers close theirs later, so that few requests meet a closed one."""
MAX_BODY_BYTES = 64_000_000
"""The largest body of a response, before and after decompression."""

_WITHOUT_BODY = (204, 304)
_EITHER_FORMAT = 32 + zlib.MAX_WBITS  # gzip, or deflate as the standard has it
_RAW_DEFLATE = -zlib.MAX_WBITS

_READ_AT_ONCE_BYTES = 1 << 18


class Connections:
    """Open connections by origin. They are opened when needed and kept for the next request; their number is unbounded.

    All requests come from one event loop.
    """

    def __init__(self, kept_open_s: float = KEPT_OPEN_S) -> None:
        self._kept_open_s = kept_open_s
        self._tls: ssl.SSLContext | None = None
        self._open: set[_Connection] = set()
        self._buffer = memoryview(bytearray(_READ_AT_ONCE_BYTES))  # what was read is used up before the next read
        self._idle: dict[Origin, list[_Connection]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    async def exchange(self, method: str, url: Url, headers: Mapping[str, str], content: bytes | None) -> Response:
        """The complete response to a request.

        Raises httpx.ConnectError when nothing was sent, and another httpx.TransportError or httpx.DecodingError when
        the request may have arrived. It is never repeated.
        """
        request = _written(method, url, headers, content)
        connection = self._unused(url.origin) or await self._opened(url.origin)
        response = await connection.exchange(request)
        if connection.is_reusable:
            self._keep(url.origin, connection)
        else:
            connection.close()
        return _decompressed(response) if "content-encoding" in response.headers else response

    def close(self) -> None:
        """Closes all connections. Requests that still run fail."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        self._idle.clear()
        for connection in list(self._open):
            connection.close()

    def _unused(self, origin: Origin) -> "_Connection | None":
        """The connection that was used last, if it is still open."""
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.is_reusable and self._is_fresh(connection):
                return connection
            connection.close()
        return None

    def _is_fresh(self, connection: "_Connection") -> bool:
        """Whether it was used recently enough for its server to keep it."""
        return asyncio.get_running_loop().time() - connection.used_s < self._kept_open_s

    async def _opened(self, origin: Origin) -> "_Connection":
        scheme, host, port = origin
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(
                lambda: _Connection(loop, self._open, self._buffer), host, port, ssl=self._tls_for(scheme)
            )
        except (OSError, UnicodeError) as error:  # UnicodeError: no host can have that name
            kind = httpx.ConnectTimeout if isinstance(error, TimeoutError) else httpx.ConnectError
            raise kind(str(error) or type(error).__name__) from error
        return connection

    def _tls_for(self, scheme: str) -> ssl.SSLContext | None:
        if scheme != "https":
            return None
        self._tls = self._tls or httpx.create_ssl_context()
        return self._tls

    def _keep(self, origin: Origin, connection: "_Connection") -> None:
        self._idle.setdefault(origin, []).append(connection)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._kept_open_s, self._close_old)

    def _close_old(self) -> None:
        self._sweep = None
        for origin, idle in list(self._idle.items()):
            fresh = [each for each in idle if each.is_reusable and self._is_fresh(each)]
            for connection in idle:
                if connection not in fresh:
                    connection.close()
            if fresh:
                self._idle[origin] = fresh
            else:
                del self._idle[origin]
        if self._idle:
            self._sweep = asyncio.get_running_loop().call_later(self._kept_open_s, self._close_old)


class _Connection(asyncio.BufferedProtocol):
    """One connection. httptools calls the methods `on_...` while it parses."""

    def __init__(self, loop: asyncio.AbstractEventLoop, opened: "set[_Connection]", buffer: memoryview) -> None:
        self._loop = loop
        self._buffer = buffer
        self._opened = opened
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answered: asyncio.Future[Response] | None = None
        self.used_s = loop.time()
        self._begin()

    @property
    def is_reusable(self) -> bool:
        """Whether it may carry another request."""
        return self._transport is not None and self._answered is None and not self._transport.is_closing()

    async def exchange(self, request: bytes) -> Response:
        """The response to a request. A request that is cancelled, or fails, closes the connection."""
        if self._transport is None:
            raise httpx.ConnectError("The connection was closed before the request was sent.")
        self._begin()
        self._answered = self._loop.create_future()
        try:
            self._transport.write(request)
            return await self._answered
        except BaseException:
            self.close()
            raise
        finally:
            self._answered = None
            self.used_s = self._loop.time()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._opened.add(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._answered is None:  # an answer to nothing, such as that the connection was unused for too long
            self.close()
            return
        try:
            self._parser.feed_data(self._buffer[:nbytes])
        except httptools.HttpParserError as error:
            self._fail(httpx.RemoteProtocolError(str(error)))

    def eof_received(self) -> None:
        if self._ends_with_connection:
            self._complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._opened.discard(self)
        self._fail(httpx.ReadError(str(exc) if exc is not None else "The upstream closed the connection."))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._lines.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        sized = any(
            name == "content-length" or (name == "transfer-encoding" and "chunked" in value.lower())
            for name, value in self._lines
        )
        self._ends_with_connection = not sized and self._status >= 200 and self._status not in _WITHOUT_BODY

    def on_body(self, body: bytes) -> None:
        self._body.append(body)
        self._body_bytes += len(body)
        if self._body_bytes > MAX_BODY_BYTES:
            self._fail(httpx.ReadError(f"The body is larger than {MAX_BODY_BYTES} bytes."))

    def on_message_complete(self) -> None:
        if self._status < 200:  # an interim response; the real one follows
            self._begin()
            return
        self._complete()

    def _begin(self) -> None:
        self._status = 0
        self._lines: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._ends_with_connection = False

    def _complete(self) -> None:
        answered = self._answered
        if answered is None or answered.done():
            self.close()
            return
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        answered.set_result(Response(self._status, self._lines, body))
        if self._ends_with_connection or not self._parser.should_keep_alive():
            self.close()

    def _fail(self, error: httpx.TransportError) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error)
        self.close()


def _written(method: str, url: Url, headers: Mapping[str, str], content: bytes | None) -> bytes:
    """A request as it is sent. Raises httpx.LocalProtocolError for a header that would end its line."""
    lines = [f"{method} {url.target} HTTP/1.1", f"host: {url.host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if content is not None:
        lines.append(f"content-length: {len(content)}")
    try:
        head = "\r\n".join(lines).encode("latin-1")
    except UnicodeEncodeError as error:
        raise httpx.LocalProtocolError(f"A header has characters outside Latin-1: {error}") from error
    if head.count(b"\n") != len(lines) - 1 or head.count(b"\r") != len(lines) - 1 or b"\0" in head:
        raise httpx.LocalProtocolError("A header has a line break or a zero byte in it.")
    return b"%b\r\n\r\n%b" % (head, content or b"")


def _decompressed(response: Response) -> Response:
    """The response with its body decompressed. Raises httpx.DecodingError."""
    for encoding in reversed(response.headers["content-encoding"].lower().split(",")):
        match encoding.strip():
            case "gzip" | "x-gzip" | "deflate":
                response = Response(response.status_code, response.lines, _inflated(response.content))
            case "identity" | "":
                continue
            case other:
                raise httpx.DecodingError(f"The body is compressed as {other}, which was not asked for.")
    return response


def _inflated(body: bytes) -> bytes:
    if not body:
        return body
    try:
        return _inflated_as(body, _EITHER_FORMAT)
    except zlib.error:
        pass
    try:
        return _inflated_as(body, _RAW_DEFLATE)
    except zlib.error as error:
        raise httpx.DecodingError(f"The body cannot be decompressed: {error}") from error


def _inflated_as(body: bytes, window: int) -> bytes:
    inflater = zlib.decompressobj(window)
    content = inflater.decompress(body, MAX_BODY_BYTES + 1)
    if len(content) > MAX_BODY_BYTES:
        raise httpx.DecodingError(f"The decompressed body is larger than {MAX_BODY_BYTES} bytes.")
    if not inflater.eof:
        raise httpx.DecodingError("The compressed body ends too early.")
    return content
