"""Reads a request's body, bounded in size and time."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from starlette.types import Message, Receive, Scope

from resolvers.public_errors import ErrorCode

WHOLE_REQUEST = "kynda.whole_request"
"""The key of a scope whose body arrived together with its head: reading it never waits, and needs no timer."""

_DIGITS = 18


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The limits of a request's body, in bytes and seconds. A URL may be as long as a body."""

    body_bytes: int
    body_s: float


class HttpRefusal(Exception):
    """A request that is refused before it is read as GraphQL, with HTTP status, error code and message."""

    def __init__(
        self,
        status: int,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        code: ErrorCode = ErrorCode.BAD_REQUEST,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.headers = headers or {}


def refuse_large_headers(headers: Iterable[tuple[bytes, bytes]], limit_bytes: int) -> None:
    """Raises HttpRefusal (431) when all headers together are larger than `limit_bytes`."""
    if sum(map(len, chain.from_iterable(headers))) > limit_bytes:
        raise HttpRefusal(431, f"The headers are larger than {limit_bytes} bytes: send fewer or shorter cookies.")


async def read_body(scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, limits: RequestLimits) -> bytes:
    """The complete body. Raises HttpRefusal when it is too large, too slow or incomplete."""
    limit = limits.body_bytes
    length = headers.get(b"content-length", b"")
    if length.isdigit() and (len(length) > _DIGITS or int(length) > limit):
        raise _too_large(limit)
    if scope.get(WHOLE_REQUEST):
        message = await receive()
        body: bytes = message.get("body", b"")
        if message["type"] == "http.request" and not message.get("more_body") and len(body) <= limit:
            return body
        return await _chunks(receive, limit, message)
    try:
        async with asyncio.timeout(limits.body_s):
            return await _chunks(receive, limit)
    except TimeoutError:
        raise HttpRefusal(408, f"The body took longer than {limits.body_s:g} s.") from None


async def _chunks(receive: Receive, limit: int, first: Message | None = None) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message, first = first or await receive(), None
        if message["type"] == "http.disconnect":
            raise HttpRefusal(400, "The connection closed before the body was complete.")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return b"".join((*chunks, chunk)) if chunks else chunk
        chunks.append(chunk)


def _too_large(limit: int) -> HttpRefusal:
    return HttpRefusal(413, f"The body is larger than {limit} bytes.")
