"""The client of Shopify's Storefront API: forwards operations and leaves the data of the answers undecoded."""

from dataclasses import dataclass, field

import httpx
import msgspec

from clients.budget import Budget
from clients.errors import Broken, Denied, Rejected, Throttled, Unavailable, UpstreamError
from clients.guard import PAGE, CallOptions, Guard, GuardState
from clients.http import JSON_HEADERS, refusal, sent
from clients.http_messages import url_of
from clients.storefront.answers import StorefrontAnswer, StorefrontFault
from clients.storefront.wire import NO_CALLER, WireRequest, WireResponse, varies_by_visitor
from clients.timing import REAL, Timing
from clients.upstreams import UpstreamName

UPSTREAM = UpstreamName.STOREFRONT
_AT_ONCE = 64
_END_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class StorefrontAccess:
    """Storefront's address and our credentials. The private token (server side) is preferred; without any:
    tokenless.
    """

    url: str
    private_token: str | None = field(default=None, repr=False)
    public_token: str | None = field(default=None, repr=False)


class _Envelope(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw()
    errors: msgspec.Raw = msgspec.Raw()
    extensions: msgspec.Raw = msgspec.Raw()


_read_envelope = msgspec.json.Decoder(_Envelope).decode


class Storefront:
    """Forwards operations over a transport, which its creator opens and closes.

    It uses no httpx.AsyncClient, which costs a fifth of a forwarded operation and keeps one buyer's cookies for
    the next.
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
        self._url = url_of(access.url).text
        budget = Budget(UPSTREAM, at_once=_AT_ONCE, timing=timing)
        self._guard = Guard(UPSTREAM, attempt_s=deadline_s, budget=budget, timing=timing)
        self.served_version: str | None = None  # of the last answer; it may differ from the requested one
        self._access = access
        self._headers = dict(JSON_HEADERS)
        if access.private_token is not None:
            self._headers["shopify-storefront-private-token"] = access.private_token

    @property
    def state(self) -> GuardState:
        """How the upstream does, for those who watch."""
        return self._guard.state

    async def forward(
        self,
        operation: str,
        body: bytes,
        *,
        buyer_ip: str | None,
        idempotent: bool = False,
        options: CallOptions = PAGE,
        wire: WireRequest = NO_CALLER,
        verbatim: bool = False,
    ) -> StorefrontAnswer:
        """The answer to a GraphQL request, whole or partial; `operation` names it in errors and logs.

        `verbatim`: the caller gets the body as it is, and nobody reads its parts. It is sent once, unless
        `idempotent`: mutations are never repeated. The buyer's address is sent along, so that Shopify can tell
        buyers apart.

        Raises UpstreamError when there is no data. If that is Shopify's own answer to the operation, the error
        carries it as `response`. Source: Storefront API 2026-10, https://shopify.dev/docs/api/storefront
        """

        async def attempt() -> StorefrontAnswer:
            return await self._send(operation, body, buyer_ip, wire, verbatim=verbatim)

        return await self._guard.call(operation, attempt, idempotent=idempotent, options=options)

    async def _send(
        self, operation: str, body: bytes, buyer_ip: str | None, wire: WireRequest, *, verbatim: bool
    ) -> StorefrontAnswer:
        url, headers = url_of(wire.address(self._url)), self._headers_for(buyer_ip, wire)
        response = await sent(self._transport, "POST", url, headers, body, upstream=UPSTREAM, operation=operation)
        if wire.version is None:
            self.served_version = response.headers.get("x-shopify-api-version")
        refused = refusal(UPSTREAM, operation, response)
        if refused is not None:
            if _is_for_callers(response.status_code, wire):
                refused.response = WireResponse.read(response)
            raise refused
        whole = WireResponse.read(response)
        is_shareable = whole.is_shareable and not varies_by_visitor(response.headers)
        if verbatim and _looks_whole(response.content):
            return StorefrontAnswer(b"", response=whole, is_shareable=is_shareable)
        try:
            answer = read_answer(operation, response.content)
        except UpstreamError as error:
            if not isinstance(error, Broken) and _has_error_list(response.content):
                error.response = whole
            raise
        return StorefrontAnswer(answer.text, answer.faults, answer.extensions, whole, is_shareable)

    def _headers_for(self, buyer_ip: str | None, wire: WireRequest) -> dict[str, str]:
        headers = {**self._headers, **dict(wire.headers), **dict(wire.personal)}
        private = self._access.private_token is not None
        token = None if private else wire.token or self._access.public_token
        if token is not None:
            headers["x-shopify-storefront-access-token"] = token
        if buyer_ip is not None:
            headers["shopify-storefront-buyer-ip" if private else "x-forwarded-for"] = buyer_ip
        return headers


def _is_for_callers(status: int, wire: WireRequest) -> bool:
    """Whether a refusal concerns the caller, rather than the gateway's own token."""
    return 400 <= status < 500 and status != 408 and (status not in (401, 403) or wire.token is not None)


def _looks_whole(content: bytes) -> bool:
    """Whether an answer begins and ends as one without errors does. HTTP has shown that it is complete.

    Reading 170 kB as JSON, or searching all of it, takes as long as receiving and sending it. Errors would stand
    between the data and the end. One that is missed here reaches the caller like the rest, and only the log lacks it.
    """
    return content.startswith(b'{"data":{') and content.endswith(b"}}") and b'"errors"' not in content[-_END_BYTES:]


def _has_error_list(content: bytes) -> bool:
    errors = msgspec.json.decode(_read_envelope(content).errors)
    return isinstance(errors, list) and all(isinstance(each, dict) for each in errors)


def read_answer(operation: str, content: bytes) -> StorefrontAnswer:
    """The answer in a response body. Raises UpstreamError when it has no data for the operation."""
    try:
        envelope = _read_envelope(content)
        errors = msgspec.json.decode(envelope.errors) if envelope.errors else None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(UPSTREAM, operation, str(error)) from error
    faults = [StorefrontFault.read(error) for error in errors] if isinstance(errors, list) else []
    if errors and not faults:
        raise Rejected(UPSTREAM, operation, str(errors))
    start = bytes(memoryview(envelope.data)[:5])
    if start[:1] == b"{" or (start == b"null" and any(fault.path for fault in faults)):
        return StorefrontAnswer(envelope.data, faults, bytes(envelope.extensions))
    if not faults:
        raise Broken(UPSTREAM, operation, "neither data nor errors")
    raise failure(operation, faults[0])


def failure(operation: str, fault: StorefrontFault) -> UpstreamError:
    """The error for an answer that contains nothing but this fault."""
    match fault.code:
        case "THROTTLED":
            return Throttled(UPSTREAM, operation, fault.message)
        case "ACCESS_DENIED" | "UNAUTHORIZED":
            return Denied(UPSTREAM, operation, fault.message)
        case "INTERNAL_SERVER_ERROR":
            return Unavailable(UPSTREAM, operation, fault.message)
        case code:
            return Rejected(UPSTREAM, operation, fault.message, code)
