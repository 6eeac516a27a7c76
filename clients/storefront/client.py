"""The client of Shopify's Storefront API: forwards operations and leaves the data of the answers undecoded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from clients.budget import Budget
from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.guard import PAGE, CallOptions, Guard
from clients.http import refusal, sent
from clients.timing import REAL, Timing

UPSTREAM = "storefront"
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class StorefrontAccess:
    """Where Storefront is and who we are. A private token (server side) goes before a public one; none: tokenless."""

    url: str
    private_token: str | None = field(default=None, repr=False)
    public_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StorefrontFault:
    """One of an answer's errors: where in the answer, and Shopify's code for it. `message` is for our log."""

    path: Sequence[str | int] | None
    code: str | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class StorefrontAnswer:
    """`data` is the JSON text of an object or of null; `faults` says what is missing in it and why."""

    data: bytes
    faults: Sequence[StorefrontFault] = ()


class _Envelope(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw()
    errors: msgspec.Raw = msgspec.Raw()


_read_envelope = msgspec.json.Decoder(_Envelope).decode


class Storefront:
    """Forwards operations over a transport that is opened and closed by whoever hands it over.

    No httpx.AsyncClient between: it costs a fifth of a forwarded operation, and keeps one buyer's cookies for the next.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        access: StorefrontAccess,
        *,
        deadline_s: float,
        timing: Timing = REAL,
    ) -> None:
        self._transport = transport
        self._url = httpx.URL(access.url)
        budget = Budget(UPSTREAM, at_once=_AT_ONCE, timing=timing)
        self._guard = Guard(UPSTREAM, attempt_s=deadline_s, budget=budget, timing=timing)
        self.served_version: str | None = None  # the API version that answered last, which may not be the one asked for
        self._sends_buyer_ip = access.private_token is not None
        self._headers = httpx.Headers(
            {"accept": "application/json", "accept-encoding": "gzip, deflate", "content-type": "application/json"}
        )
        if access.private_token is not None:
            self._headers["shopify-storefront-private-token"] = access.private_token
        elif access.public_token is not None:
            self._headers["x-shopify-storefront-access-token"] = access.public_token

    async def forward(
        self,
        operation: str,
        body: bytes,
        *,
        buyer_ip: str | None,
        idempotent: bool = False,
        options: CallOptions = PAGE,
    ) -> StorefrontAnswer:
        """The answer to a GraphQL request, whole or in part; `operation` names it in errors and logs.

        Sent once, unless it is `idempotent`: a mutation is never repeated. With a private token Shopify wants the
        buyer's address, so that buyers are told apart. Raises UpstreamError when there is no answer to the operation
        at all.
        Source: Storefront API 2026-10, https://shopify.dev/docs/api/storefront
        """

        async def attempt() -> StorefrontAnswer:
            return await self._send(operation, body, buyer_ip)

        return await self._guard.call(operation, attempt, idempotent=idempotent, options=options)

    async def _send(self, operation: str, body: bytes, buyer_ip: str | None) -> StorefrontAnswer:
        request = httpx.Request("POST", self._url, headers=self._headers, content=body)
        if self._sends_buyer_ip and buyer_ip is not None:
            request.headers["shopify-storefront-buyer-ip"] = buyer_ip
        response = await sent(self._transport, request, UPSTREAM, operation)
        self.served_version = response.headers.get("x-shopify-api-version")
        refused = refusal(UPSTREAM, operation, response)
        if refused is not None:
            raise refused
        return read_answer(operation, response.content)


def read_answer(operation: str, content: bytes) -> StorefrontAnswer:
    """The answer in a response body. Raises UpstreamError when it holds no data for the operation."""
    try:
        envelope = _read_envelope(content)
        errors = msgspec.json.decode(envelope.errors) if envelope.errors else None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(UPSTREAM, operation, str(error)) from error
    faults = [_fault(error) for error in errors] if isinstance(errors, list) else []
    if errors and not faults:
        raise Rejected(UPSTREAM, operation, str(errors))
    data = bytes(envelope.data)
    if data[:1] == b"{" or (data == b"null" and any(fault.path for fault in faults)):
        return StorefrontAnswer(data, faults)
    if not faults:
        raise Broken(UPSTREAM, operation, "neither data nor errors")
    raise failure(operation, faults[0])


def _fault(error: Any) -> StorefrontFault:
    if not isinstance(error, dict):
        return StorefrontFault(None, None, str(error))
    extensions, path = error.get("extensions"), error.get("path")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    return StorefrontFault(path if isinstance(path, list) else None, code, str(error.get("message", "")))


def failure(operation: str, fault: StorefrontFault) -> UpstreamError:
    """What it means when Storefront answers an operation with nothing but this fault."""
    match fault.code:
        case "THROTTLED":
            return Throttled(UPSTREAM, operation, fault.message)
        case "ACCESS_DENIED" | "UNAUTHORIZED":
            return Denied(UPSTREAM, operation, fault.message)
        case "INTERNAL_SERVER_ERROR":
            return Unavailable(UPSTREAM, operation, fault.message)
        case code:
            return Rejected(UPSTREAM, operation, fault.message, code)
