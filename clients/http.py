"""What all HTTP upstreams share: turning statuses and network failures into errors."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson

from clients.errors import AccountSuspended, AddressUnknown, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.http_messages import AnyResponse, Response, Url, url_of
from clients.tracing import note
from clients.transport import DirectTransport
from clients.upstreams import UpstreamName

_HEADERS = {"accept": "application/json", "accept-encoding": "gzip, deflate"}
JSON_HEADERS: Mapping[str, str] = MappingProxyType({**_HEADERS, "content-type": "application/json"})
"""The headers of a request whose body and answer are JSON."""
_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)

DENIALS: Mapping[int, type[Denied]] = MappingProxyType(
    {401: Denied, 402: AccountSuspended, 403: Denied, 404: AddressUnknown, 423: AccountSuspended}
)
"""The failures that mean that an upstream refuses us, by HTTP status."""


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The seconds in `Retry-After`, also in the decimal form that Shopify sends; None when absent or not a number."""
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def refusal(upstream: UpstreamName, operation: str, response: AnyResponse, detail: str = "") -> UpstreamError | None:
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
    was_sent = not isinstance(error, _NOTHING_SENT)
    timed_out = isinstance(error, (TimeoutError, httpx.TimeoutException))
    return Unavailable(upstream, operation, type(error).__name__, was_sent=was_sent, timed_out=timed_out)


async def sent(
    transport: httpx.AsyncBaseTransport,
    method: str,
    url: Url,
    headers: Mapping[str, str],
    content: bytes | None,
    *,
    upstream: UpstreamName,
    operation: str,
) -> Response:
    """The complete response to a request. Raises Unavailable.

    It uses the transport directly. An httpx.AsyncClient would cost more than the rest of the call, and would send
    one buyer's cookies for the next.
    """
    try:
        if isinstance(transport, DirectTransport):
            response = await transport.exchange(method, url, headers, content)
        else:
            response = await _sent_by_httpx(
                transport, httpx.Request(method, url.text, headers=headers, content=content)
            )
    except httpx.HTTPError as error:
        raise no_answer(upstream, operation, error) from error
    note({"http.response.status_code": response.status_code})
    return response


async def _sent_by_httpx(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> Response:
    response = await transport.handle_async_request(request)
    response.request = request
    try:
        await response.aread()
    finally:
        await response.aclose()
    return Response.of(response)


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
    ) -> Response:
        """The response to a request, whose `body` is sent as JSON. Raises Unavailable."""
        content = None if body is None else orjson.dumps(body)
        sending = {**(_HEADERS if body is None else JSON_HEADERS), **headers}
        query = f"?{urlencode(params)}" if params else ""
        url = url_of(f"{self._base_url}{path}{query}")
        return await sent(self._transport, method, url, sending, content, upstream=upstream, operation=operation)


class LentTransport(httpx.AsyncBaseTransport):
    """A transport that stays open when the client that uses it closes; its creator closes it."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._transport.handle_async_request(request)
