"""GraphQL over HTTP: reads requests, and chooses the media type and the status. The runner does the rest.

An ASGI app instead of Strawberry's view: docs/decisions/0003-own-graphql-view.md has the measurements.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

import orjson
import structlog
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from clients.cache.answers import Cached, Fetched
from edge.admission import RequestAdmission
from edge.bodies import HttpRefusal, RequestLimits, read_body
from edge.compression import StoredBody, compressed
from edge.cross_site import refuse_requests_of_other_sites
from edge.metrics import RequestMetrics
from edge.persisted import Documents
from edge.rate_limits import RateLimits, refusal_headers
from edge.staff import StaffAccess
from edge.wire_headers import WireHeaders, sent_down
from resolvers.context import RequestContext, Services
from resolvers.public_errors import ErrorCode, PublicError
from resolvers.request_log import request_log
from schema.execution.respond import Answer, refusal
from schema.execution.run import Operation, Runner

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"

log = structlog.get_logger(__name__)
_NOTHING: Mapping[str, str] = MappingProxyType({})

_REQUEST_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}")


class GraphQLEndpoint:
    """The graph at one path. `page`, if any, answers browsers that ask for HTML."""

    def __init__(
        self,
        *,
        runner: Runner,
        services: Callable[[], Services],
        limits: RequestLimits,
        staff: StaffAccess,
        wire: WireHeaders,
        headers: Mapping[str, str],
        documents: Documents,
        rates: Callable[[], RateLimits],
        admission: RequestAdmission,
        metrics: RequestMetrics,
        page: Callable[[], Response] | None = None,
    ) -> None:
        self._runner = runner
        self._services = services
        self._limits = limits
        self._staff = staff
        self._wire = wire
        self._documents = documents
        self._rates = rates
        self._admission = admission
        self._metrics = metrics
        self._page = page
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, without_body(send)
        headers = dict(scope["headers"])
        if self._page is not None and _asks_for_page(scope, headers):
            await self._page()(scope, receive, send)
            return
        request_id = new_request_id(headers)
        try:
            media_type = _media_type(headers.get(b"accept", b"*/*").decode("latin-1"))
        except HttpRefusal as refused:
            await self._send_refusal(send, JSON, refused, request_id)
            return
        services, rates = self._services(), self._rates()
        version = scope.get("storefront_version")
        wire_key = self._wire.version_and_locale(version, headers)
        anonymous = b"authorization" not in headers and self._wire.foreign_token(headers) is None
        cache = services.cache if anonymous else None
        try:
            form, raw = await self._request(scope, headers, receive)
            entry = cache.peek(("response", form, raw, *wire_key)) if cache is not None else None
            client = self._wire.buyer_ip(scope.get("client"), headers, scope["headers"])
            if entry is not None:
                rates.count_cached_answer(client)
                await self._send_stored(send, scope, headers, media_type, entry, request_id)
                return
            operation = _READERS[form](raw, self._documents)
            if cache is not None and cache.is_shared and self._runner.is_cacheable(operation):
                entry = await cache.peek_shared(("response", form, raw, *wire_key))
                if entry is not None:
                    rates.count_cached_answer(client)
                    await self._send_stored(send, scope, headers, media_type, entry, request_id)
                    return
            is_staff = self._shows_staff_token(headers, rates, client)
        except HttpRefusal as refused:
            await self._send_refusal(send, media_type, refused, request_id)
            return
        budget = rates.budget(client)
        context = RequestContext(
            services=services,
            buyer_ip=client,
            staff=is_staff,
            spend=budget.take,
            load=self._admission,
            anonymous=anonymous,
            request_id=request_id.decode(),
            wire=self._wire.request(version, headers, scope["headers"]),
        )
        try:
            with request_log(context.request_id):
                async with self._admission.place(is_staff=is_staff):
                    with self._metrics.seconds.time():
                        answer = await self._runner.run(operation, context, reads_only=scope["method"] == "GET")
        except HttpRefusal as refused:
            await self._send_refusal(send, media_type, refused, request_id)
            return
        except Exception:  # the outermost boundary: after any fault of ours the caller still gets a GraphQL answer
            log.exception("operation_failed", request_id=context.request_id)
            body = refusal([PublicError(ErrorCode.INTERNAL_SERVER_ERROR)]).body
            await self._send(send, 500, media_type, body, request_id)
            return
        status = _status(answer, media_type)
        more = {"allow": "POST"} if status == 405 else {}
        if context.client_limit is not None and _is_limited_alone(answer):
            status = 429
        if cache is not None and answer.entry is not None:
            assert answer.entry.policy is not None
            stored = StoredBody(answer.body)
            entry = cache.put(("response", form, raw, *wire_key), answer.entry.policy, _as_stored(stored, answer.entry))
            if status == 200:
                media_type = answer.media_type or media_type
                shopify_headers = sent_down(answer.headers)
                await self._send_stored(send, scope, headers, media_type, entry, request_id, shopify_headers)
                return
        more |= budget.headers  # not on what others are given, too
        if context.client_limit is not None:
            more |= refusal_headers(context.client_limit)
        if answer.age_s >= 1:
            more["age"] = str(int(answer.age_s))
        body, encoding = compressed(answer.body, headers.get(b"accept-encoding"))
        if encoding:
            more["content-encoding"] = encoding
        if answer.media_type is not None and status == answer.status:
            media_type = answer.media_type
        await self._send(send, status, media_type, body, request_id, more, sent_down(answer.headers))

    async def _send_stored(
        self,
        send: Send,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        media_type: str,
        entry: Cached[StoredBody],
        request_id: bytes,
        shopify_headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        stored = entry.value
        more = _freshness(entry.age_s, entry.fresh_for_s)
        if scope["method"] == "GET":
            more["etag"] = stored.etag
            if stored.is_known_to(headers.get(b"if-none-match")):
                await self._send(send, 304, media_type, b"", request_id, more, shopify_headers)
                return
        body, encoding = stored.accepted(headers.get(b"accept-encoding"))
        if encoding:
            more["content-encoding"] = encoding
        await self._send(send, 200, media_type, body, request_id, more, shopify_headers)

    def _shows_staff_token(self, headers: Mapping[bytes, bytes], rates: RateLimits, client: str | None) -> bool:
        """Whether the caller is staff. Raises HttpRefusal for one that guesses."""
        shown = headers.get(b"authorization")
        if shown is None:
            return False
        rates.refuse_guessing(client)
        is_staff = self._staff.allows(shown)
        if not is_staff and shown[:7].lower() == b"bearer ":
            rates.count_failed_token(client)
        return is_staff

    async def _request(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> tuple[str, bytes]:
        """The form and the bytes of a request, not yet parsed. Raises HttpRefusal."""
        if scope["method"] == "GET":
            return "url", _url(scope["query_string"], headers, self._limits)
        if scope["method"] != "POST":
            raise HttpRefusal(405, "Send GET or POST.", {"allow": "GET, POST"})
        content_type = headers.get(b"content-type", b"").decode("latin-1").split(";")[0].strip().lower()
        if content_type not in (JSON, "application/graphql"):
            raise HttpRefusal(415, "Send the operation as application/json.", {"accept-post": JSON})
        return content_type, await read_body(headers, receive, self._limits)

    async def _send_refusal(self, send: Send, media_type: str, refused: HttpRefusal, request_id: bytes) -> None:
        body = refusal([PublicError(refused.code, refused.message)]).body
        await self._send(send, refused.status, media_type, body, request_id, refused.headers)

    async def _send(
        self,
        send: Send,
        status: int,
        media_type: str,
        body: bytes,
        request_id: bytes,
        headers: Mapping[str, str] = _NOTHING,
        shopify_headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        self._metrics.answers[("/graphql", status)] += 1
        if "cache-control" not in headers:
            headers = {"cache-control": "no-store", **headers}
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", f"{media_type}; charset=utf-8".encode()),
                    (b"content-length", str(len(body)).encode()),
                    (b"vary", b"Accept, Accept-Encoding, Accept-Language, Authorization"),
                    (b"x-content-type-options", b"nosniff"),
                    (b"x-request-id", request_id),
                    *self._headers,
                    *((name.encode(), value.encode()) for name, value in headers.items()),
                    *shopify_headers,
                ],
            }
        )
        await send({"type": "http.response.body", "body": body})


def without_body(send: Send) -> Send:
    """Answers a HEAD request with the headers of GET."""

    async def head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return head


def _asks_for_page(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    if scope["method"] != "GET" or b"text/html" not in headers.get(b"accept", b""):
        return False
    return not any(name in scope["query_string"] for name in (b"query=", b"extensions=", b"documentId="))


def new_request_id(headers: Mapping[bytes, bytes]) -> bytes:
    """The caller's `X-Request-ID`, or a new one."""
    given = headers.get(b"x-request-id", b"")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8).encode()


def _media_type(accept: str) -> str:
    """The media type of the answer: the caller's first choice among ours, by default JSON. Raises HttpRefusal."""
    if accept in ("*/*", JSON):
        return JSON
    best, best_weight = None, 0.0
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_weight(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        offered = GRAPHQL_RESPONSE if name == GRAPHQL_RESPONSE else JSON
        if name in (GRAPHQL_RESPONSE, JSON, "application/*", "*/*") and weight > best_weight:
            best, best_weight = offered, weight
    if best is None:
        raise HttpRefusal(
            406, f"The `Accept` header allows no supported media type: accept {JSON} or {GRAPHQL_RESPONSE}."
        )
    return best


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _status(answer: Answer, media_type: str) -> int:
    """Shopify's status for Shopify's answer. For ours: 200 in plain JSON, else by the result.

    Clients of plain JSON take other statuses for a broken connection.
    """
    if answer.status is not None:
        # Shopify knows plain JSON only; whoever wants the other media type wants its statuses.
        is_refusal = answer.refused and answer.status == 200
        return 400 if is_refusal and media_type == GRAPHQL_RESPONSE else answer.status
    if ErrorCode.METHOD_NOT_ALLOWED in answer.codes:
        return 405
    if answer.refused and ErrorCode.THROTTLED in answer.codes:
        return 429
    if not answer.refused or media_type == JSON:
        return 200
    return 403 if ErrorCode.FORBIDDEN in answer.codes else 400


def _is_limited_alone(answer: Answer) -> bool:
    """Whether a client's limit refused each root field of an operation."""
    if answer.refused or set(answer.codes) != {ErrorCode.THROTTLED}:
        return False
    found = orjson.loads(answer.body)
    refused = {error["path"][0] for error in found["errors"] if error.get("path")}
    return found["data"] is None or refused == found["data"].keys()


def _as_stored(stored: StoredBody, entry: Fetched[bytes]) -> Fetched[StoredBody]:
    return Fetched(stored, entry.tags, stored.size_bytes, policy=entry.policy, began_s=entry.began_s)


def _freshness(age_s: float, fresh_for_s: float) -> dict[str, str]:
    """The caching headers for caches between us and the caller."""
    # Rounded up slightly, because the sum is not exactly a lifetime of whole seconds.
    return {"cache-control": f"public, max-age={int(age_s + fresh_for_s + 0.001)}", "age": str(int(age_s))}


def _from_text(body: bytes, documents: Documents) -> Operation:
    return Operation(documents.text_of({"query": _text(body)}, {}))


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise HttpRefusal(400, "The body is not UTF-8.") from None


def _from_json(body: bytes, documents: Documents) -> Operation:
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HttpRefusal(400, 'The body is not JSON: send {"query": "..."}.') from None
    if not isinstance(request, dict):
        raise HttpRefusal(400, 'Send one operation as {"query": "..."}; lists of operations are not taken.')
    return _operation(request, documents)


def _url(query_string: bytes, headers: Mapping[bytes, bytes], limits: RequestLimits) -> bytes:
    """The query string of a GET request. Raises HttpRefusal when another site could have caused it."""
    if len(query_string) > limits.body_bytes:
        raise HttpRefusal(414, f"The URL is longer than {limits.body_bytes} bytes: send a POST request.")
    is_persisted = b"query=" not in query_string
    refuse_requests_of_other_sites(headers, is_persisted=is_persisted)
    return query_string


def _from_url(query_string: bytes, documents: Documents) -> Operation:
    request: dict[str, Any] = dict(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True))
    for name in ("variables", "extensions"):
        if request.get(name):
            try:
                request[name] = orjson.loads(request[name])
            except orjson.JSONDecodeError:
                raise HttpRefusal(400, f"The parameter {name} is not JSON.") from None
        else:
            request.pop(name, None)
    return _operation(request, documents)


def _operation(request: Mapping[str, Any], documents: Documents) -> Operation:
    name, variables = request.get("operationName"), request.get("variables")
    if name is not None and not isinstance(name, str):
        raise HttpRefusal(400, "`operationName` is not a string.")
    if variables is not None and not isinstance(variables, dict):
        raise HttpRefusal(400, "`variables` is not an object.")
    extensions = request.get("extensions")
    if extensions is None:
        extensions = {}
    if not isinstance(extensions, dict):
        raise HttpRefusal(400, "`extensions` is not an object.")
    return Operation(
        documents.text_of(request, extensions),
        name or None,
        variables,
        reports_cache=extensions.get("cache") is True,
        reports_cost=extensions.get("cost") is True,
    )


_READERS: Mapping[str, Callable[[bytes, Documents], Operation]] = {
    "url": _from_url,
    JSON: _from_json,
    "application/graphql": _from_text,
}
