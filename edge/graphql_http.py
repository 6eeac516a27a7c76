"""GraphQL over HTTP: reads requests, and chooses the media type and the status. The runner does the rest.

An ASGI app instead of Strawberry's view: docs/decisions/0003-own-graphql-view.md has the measurements.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import orjson
import structlog
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from clients.cache.answers import Cached, Fetched
from clients.cache.entries import Key
from clients.cache.store import Cache
from clients.cdn.provider import Cdn
from clients.shared.state import SharedState
from clients.upstream_calls import collected_calls
from edge.admission import RETRY_AFTER_S, Overloaded, RequestAdmission
from edge.bodies import HttpRefusal, RequestLimits
from edge.compression import StoredBody, compressed
from edge.graphql_answers import GraphQLAnswers, lines
from edge.graphql_requests import GRAPHQL_RESPONSE, JSON, asks_for_page, media_type_of, operation_from, read_request
from edge.metrics import RequestMetrics
from edge.operation_log import log_operation
from edge.persisted import SHARED_S, Documents, UnknownDocument
from edge.rate_limits import ClientBudget, RateLimits, refusal_headers
from edge.request_ids import request_id_of
from edge.security_headers import Line
from edge.staff.access import StaffAccess
from edge.tracing import trace_cached_answer, trace_operation
from edge.wire_headers import WireHeaders, sent_down
from resolvers.context import RequestContext, Services
from resolvers.public_errors import ErrorCode, PublicError
from resolvers.request_log import request_log
from schema.execution.respond import Answer, refusal
from schema.execution.run import Operation, Runner

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ReceivedRequest:
    """A request that was read, but not parsed. `key` is the one of its cached answer; `cache` is None without one."""

    scope: Scope
    headers: Mapping[bytes, bytes]
    send: Send
    media_type: str
    request_id: bytes
    began_s: float
    services: Services
    is_anonymous: bool
    cache: Cache | None
    client: str | None
    form: str
    raw: bytes
    key: Key

    @property
    def version(self) -> str | None:
        """The version of Storefront in the path, if any."""
        version: str | None = self.scope.get("storefront_version")
        return version


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
        self._answers = GraphQLAnswers(metrics, headers)
        self._refreshing: set[Key] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, without_body(send)
        headers = dict(scope["headers"])
        if self._page is not None and asks_for_page(scope, headers):
            await self._page()(scope, receive, send)
            return
        request_id = request_id_of(headers)
        media_type = JSON
        try:
            media_type = media_type_of(headers)
            await self._answer(scope, headers, receive, send, media_type, request_id)
        except HttpRefusal as refused:
            await self._answers.refuse(send, media_type, refused, request_id)

    async def _answer(
        self,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        receive: Receive,
        send: Send,
        media_type: str,
        request_id: bytes,
    ) -> None:
        """Sends the cached answer, or runs the operation. Raises HttpRefusal before anything is sent.

        A stale answer is refreshed by one request; the others get it as it is meanwhile.
        """
        services = self._services()
        began_s = services.timing.clock()
        anonymous = b"authorization" not in headers and self._wire.foreign_token(headers) is None
        form, raw = await read_request(scope, headers, receive, self._limits)
        client = self._wire.buyer_ip(scope.get("client"), headers, scope["headers"])
        cache = services.cache if anonymous else None
        locale = self._wire.version_and_locale(scope.get("storefront_version"), headers)
        key: Key = ("response", form, raw, *locale)
        request = ReceivedRequest(
            scope, headers, send, media_type, request_id, began_s, services, anonymous, cache, client, form, raw, key
        )
        if cache is None:
            await self._run_or_find(request)
            return
        entry = cache.peek(key)
        if entry is None and key in self._refreshing:
            entry = cache.peek_stale(key)
        if entry is not None:
            await self._send_cached(request, entry, "memory")
        elif cache.has(key):
            self._refreshing.add(key)
            try:
                await self._run_or_find(request, is_refresh=True)
            finally:
                self._refreshing.discard(key)
        else:
            await self._run_or_find(request)

    async def _run_or_find(self, request: ReceivedRequest, *, is_refresh: bool = False) -> None:
        """Runs the operation. Where that would have to wait, looks first whether another process cached its answer."""
        staff_name = self._staff_name(request.headers, request.client)
        cache = request.cache
        searches_redis = cache is not None and cache.is_shared
        if cache is not None and searches_redis and self._admission.is_busy:
            searches_redis = False
            entry = await cache.peek_shared(request.key)
            if entry is not None:
                await self._send_cached(request, entry, "redis")
                return
        budget = self._rates().budget(request.client)
        context = RequestContext(
            services=request.services,
            buyer_ip=request.client,
            staff=staff_name is not None,
            staff_name=staff_name,
            spend=budget.take,
            anonymous=request.is_anonymous,
            request_id=request.request_id.decode(),
            load=self._admission,
            wire=self._wire.request(request.version, request.headers, request.scope["headers"]),
        )
        try:
            found = await self._run(request, context, is_refresh=is_refresh, searches_redis=searches_redis)
        except Overloaded:
            entry = None if cache is None else cache.peek_stale(request.key)
            if entry is None:
                raise
            await self._send_cached(request, entry, "memory")
            return
        if isinstance(found, Answer):
            await self._send_answer(request, found, context, budget)
        else:
            await self._send_cached(request, found, "redis")

    async def _send_cached(self, request: ReceivedRequest, entry: Cached[StoredBody], source: str) -> None:
        self._rates().count_cached_answer(request.client)
        trace_cached_answer(self._runner, lambda: operation_from(request.form, request.raw, self._documents), source)
        await self._answers.send_stored(
            request.send,
            request.scope,
            request.headers,
            request.media_type,
            entry,
            request.request_id,
            cdn=_cdn(request.services),
        )
        latency = self._metrics.memory if source == "memory" else self._metrics.redis
        latency.observe(request.services.timing.clock() - request.began_s)

    async def _send_answer(
        self, request: ReceivedRequest, answer: Answer, context: RequestContext, budget: ClientBudget
    ) -> None:
        """Sends an answer that was worked out for this request, and caches it if it may be."""
        media_type, request_id = request.media_type, request.request_id
        status = _status(answer, media_type)
        if context.client_limit is not None and _is_limited_alone(answer):
            status = 429
        shopify_headers = sent_down(answer.headers)
        if request.cache is not None and answer.entry is not None:
            entry = _stored(request.cache, request.key, answer)
            if status == 200:
                media_type = answer.media_type or media_type
                cdn = _cdn(request.services)
                await self._answers.send_stored(
                    request.send, request.scope, request.headers, media_type, entry, request_id, shopify_headers, cdn
                )
                return
        # The budget is not on what others are given, too.
        client_limits = dict(budget.headers)
        if context.client_limit is not None:
            client_limits |= refusal_headers(context.client_limit)
        more = [*_lines_once(answer, status), *lines(client_limits), *shopify_headers]
        body, encoding = compressed(answer.body, request.headers.get(b"accept-encoding"))
        if encoding:
            more.append((b"content-encoding", encoding.encode()))
        if answer.media_type is not None and status == answer.status:
            media_type = answer.media_type
        await self._answers.send_once(request.send, status, media_type, body, request_id, more)

    async def _run(
        self, request: ReceivedRequest, context: RequestContext, *, is_refresh: bool, searches_redis: bool
    ) -> Answer | Cached[StoredBody]:
        """The operation's answer, or the one that another process cached. Raises HttpRefusal."""
        clock = context.services.timing.clock
        began_s = clock()
        reads_only = request.scope["method"] == "GET"
        try:
            with request_log(context.request_id), collected_calls() as calls:
                async with self._admission.place(is_staff=context.staff, is_refresh=is_refresh):
                    operation = await self._operation(request.form, request.raw, context.services.shared)
                    cache = request.cache
                    if cache is not None and searches_redis and await self._runner.is_cacheable(operation):
                        entry: Cached[StoredBody] | None = await cache.peek_shared(request.key)
                        if entry is not None:
                            return entry
                    answer = await self._runner.run(operation, context, reads_only=reads_only)
            seconds = clock() - began_s
            self._metrics.graph.observe(seconds)
            trace_operation(self._runner, operation, answer, context)
            log_operation(operation.operation_name, answer, context, calls, seconds)
            return answer
        except HttpRefusal:
            raise
        except Exception:  # the outermost boundary: after any fault of ours the caller still gets a GraphQL answer
            log.exception("operation_failed", request_id=context.request_id)
            return replace(refusal([PublicError(ErrorCode.INTERNAL_SERVER_ERROR)], context.request_id), status=500)

    async def _operation(self, form: str, raw: bytes, shared: SharedState) -> Operation:
        """The operation of a request. Documents that are named by hash are shared by all processes."""
        try:
            operation = operation_from(form, raw, self._documents)
        except UnknownDocument as unknown:
            text = await shared.get(f"document:{unknown.sha256}")
            if not self._documents.learn(unknown.sha256, text):
                raise
            return operation_from(form, raw, self._documents)
        for sha256, document in self._documents.take_new():
            await shared.put(f"document:{sha256}", document.encode("utf-8", "surrogatepass"), SHARED_S)
        return operation

    def _staff_name(self, headers: Mapping[bytes, bytes], client: str | None) -> str | None:
        """The caller's name, if it is staff. Raises HttpRefusal for one that guesses."""
        authorization = headers.get(b"authorization")
        if authorization is None:
            return None
        rates = self._rates()
        rates.refuse_guessing(client)
        name = self._staff.name_in(authorization)
        if name is None and authorization[:7].lower() == b"bearer ":
            rates.count_failed_token(client)
        return name


def without_body(send: Send) -> Send:
    """Answers a HEAD request with the headers of GET."""

    async def head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return head


def _cdn(services: Services) -> Cdn | None:
    return None if services.purges is None else services.purges.cdn


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
    if answer.refused and ErrorCode.TRY_LATER in answer.codes:
        return 503
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


def _lines_once(answer: Answer, status: int) -> Iterator[Line]:
    if status == 405:
        yield b"allow", b"POST"
    if status == 503:
        yield b"retry-after", b"%d" % RETRY_AFTER_S
    if answer.age_s >= 1:
        yield b"age", b"%d" % answer.age_s


def _stored(cache: Cache, key: Key, answer: Answer) -> Cached[StoredBody]:
    entry = answer.entry
    assert entry is not None
    assert entry.policy is not None
    body = StoredBody(answer.body)
    return cache.put(
        key, entry.policy, Fetched(body, entry.tags, body.size_bytes, policy=entry.policy, began_s=entry.began_s)
    )
