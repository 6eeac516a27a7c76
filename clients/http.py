"""What all HTTP upstreams share: turning statuses and network failures into errors."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import aiohttp
import httpx
import orjson

from clients.errors import AccountSuspended, AddressUnknown, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.tracing import note
from clients.upstreams import UpstreamName

_HEADERS = {"accept": "application/json", "accept-encoding": "gzip, deflate"}
_NEVER_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


DENIALS: Mapping[int, type[Denied]] = MappingProxyType(
    {401: Denied, 402: AccountSuspended, 403: Denied, 404: AddressUnknown, 423: AccountSuspended}
)
"""The failures that mean that an upstream refuses us, by HTTP status."""


def retry_after_s(headers: httpx.Headers) -> float | None:
    """The seconds in `Retry-After`, also in the decimal form that Shopify sends; None when absent or not a number."""
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def refusal(upstream: UpstreamName, operation: str, response: httpx.Response, detail: str = "") -> UpstreamError | None:
    """The error for a status; None for 2xx. `detail` is for the log.

    430 is Shopify's security rejection of traffic that looks automated. 419 is Printful's warning before 429.
    """
    status = response.status_code
    if response.is_success:
        return None
    detail = f"HTTP {status} {detail}".strip()
    if status in (419, 429, 430):
        return Throttled(upstream, operation, detail, retry_after_s(response.headers))
    if status in DENIALS:
        return DENIALS[status](upstream, operation, detail)
    if status >= 500 or status == 408:
        return Unavailable(upstream, operation, detail)
    return Rejected(upstream, operation, detail)


def no_answer(upstream: UpstreamName, operation: str, error: Exception) -> Unavailable:
    """The error for a request without a response: connection refused or lost, or deadline passed."""
    cause = error.__cause__
    if isinstance(cause, aiohttp.ClientError):  # some transports raise ConnectTimeout for a lost connection, too
        was_sent = not isinstance(cause, _NEVER_CONNECTED)
        return Unavailable(
            upstream, operation, type(cause).__name__, was_sent=was_sent, timed_out=isinstance(cause, TimeoutError)
        )
    was_sent = not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
    timed_out = isinstance(error, (TimeoutError, httpx.TimeoutException))
    return Unavailable(upstream, operation, type(error).__name__, was_sent=was_sent, timed_out=timed_out)


async def sent(
    transport: httpx.AsyncBaseTransport, request: httpx.Request, upstream: UpstreamName, operation: str
) -> httpx.Response:
    """The complete response to a request. Raises Unavailable.

    It uses the transport directly. An httpx.AsyncClient would cost more than the rest of the call, and would send
    one buyer's cookies for the next.
    """
    try:
        response = await transport.handle_async_request(request)
        response.request = request
        try:
            await response.aread()
        finally:
            await response.aclose()
        note({"http.response.status_code": response.status_code})
    except httpx.HTTPError as error:
        raise no_answer(upstream, operation, error) from error
    return response


class HttpUpstream:
    """An upstream's address and the transport to it. The creator of the transport closes it."""

    def __init__(self, transport: httpx.AsyncBaseTransport, base_url: str) -> None:
        self._transport = transport
        self._base_url = base_url.rstrip("/")

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: Any = None,
        upstream: UpstreamName,
        operation: str,
    ) -> httpx.Response:
        """The response to a request, whose `body` is sent as JSON. Raises Unavailable."""
        content = None if body is None else orjson.dumps(body)
        request = httpx.Request(
            method, self._base_url + path, params=params, headers={**_HEADERS, **headers}, content=content
        )
        if content is not None:
            request.headers["content-type"] = "application/json"
        return await sent(self._transport, request, upstream, operation)


class LentTransport(httpx.AsyncBaseTransport):
    """A transport that stays open when the client that uses it closes; its creator closes it."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._transport.handle_async_request(request)
