"""GraphQL over HTTP: reads requests, and chooses the media type and the status. The runner does the rest.

An ASGI app instead of Strawberry's view: docs/decisions/0003-own-graphql-view.md has the measurements.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import orjson
import structlog
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from clients.cache.answers import Cached, Fetched
from clients.cache.entries import Key
from clients.cache.store import Cache
from clients.shared.state import SharedState
from clients.upstream_calls import collected_calls
from edge.admission import RequestAdmission
from edge.bodies import HttpRefusal, RequestLimits
from edge.compression import StoredBody, compressed
from edge.graphql_answers import GraphQLAnswers, lines
from edge.graphql_requests import GRAPHQL_RESPONSE, JSON, asks_for_page, media_type_of, operation_from, read_request
from edge.metrics import RequestMetrics
from edge.operation_log import log_operation
from edge.persisted import SHARED_S, Documents, UnknownDocument
from edge.rate_limits import RateLimits, refusal_headers
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
        """Sends the cached answer, or runs the operation. Raises HttpRefusal before anything is sent."""
        services, version = self._services(), scope.get("storefront_version")
        began_s = services.timing.clock()
        anonymous = b"authorization" not in headers and self._wire.foreign_token(headers) is None
        form, raw = await read_request(scope, headers, receive, self._limits)
        client = self._wire.buyer_ip(scope.get("client"), headers, scope["headers"])
        cache = services.cache if anonymous else None
        cdn = None if services.purges is None else services.purges.cdn
        key: Key = ("response", form, raw, *self._wire.version_and_locale(version, headers))
        if cache is not None:
            entry = cache.peek(key)
            if entry is not None:
                self._rates().count_cached_answer(client)
                trace_cached_answer(self._runner, lambda: operation_from(form, raw, self._documents), "memory")
                await self._answers.send_stored(send, scope, headers, media_type, entry, request_id, cdn=cdn)
                self._metrics.memory.observe(services.timing.clock() - began_s)
                return
        operation = await self._operation(form, raw, services.shared)
        if cache is not None and cache.is_shared and self._runner.is_cacheable(operation):
            entry = await cache.peek_shared(key)
            if entry is not None:
                self._rates().count_cached_answer(client)
                trace_cached_answer(self._runner, lambda: operation, "redis")
                await self._answers.send_stored(send, scope, headers, media_type, entry, request_id, cdn=cdn)
                self._metrics.redis.observe(services.timing.clock() - began_s)
                return
        staff_name = self._staff_name(headers, client)
        budget = self._rates().budget(client)
        context = RequestContext(
            services=services,
            buyer_ip=client,
            staff=staff_name is not None,
            staff_name=staff_name,
            spend=budget.take,
            anonymous=anonymous,
            request_id=request_id.decode(),
            load=self._admission,
            wire=self._wire.request(version, headers, scope["headers"]),
        )
        answer = await self._run(operation, context, reads_only=scope["method"] == "GET")
        status = _status(answer, media_type)
        if context.client_limit is not None and _is_limited_alone(answer):
            status = 429
        shopify_headers = sent_down(answer.headers)
        if cache is not None and answer.entry is not None:
            entry = _stored(cache, key, answer)
            if status == 200:
                media_type = answer.media_type or media_type
                await self._answers.send_stored(
                    send, scope, headers, media_type, entry, request_id, shopify_headers, cdn
                )
                return
        # The budget is not on what others are given, too.
        client_limits = dict(budget.headers)
        if context.client_limit is not None:
            client_limits |= refusal_headers(context.client_limit)
        more = [*_lines_once(answer, status), *lines(client_limits), *shopify_headers]
        body, encoding = compressed(answer.body, headers.get(b"accept-encoding"))
        if encoding:
            more.append((b"content-encoding", encoding.encode()))
        if answer.media_type is not None and status == answer.status:
            media_type = answer.media_type
        await self._answers.send_once(send, status, media_type, body, request_id, more)

    async def _run(self, operation: Operation, context: RequestContext, *, reads_only: bool) -> Answer:
        clock = context.services.timing.clock
        began_s = clock()
        try:
            with request_log(context.request_id), collected_calls() as calls:
                async with self._admission.place(is_staff=context.staff):
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


def _lines_once(answer: Answer, status: int) -> Iterator[Line]:
    if status == 405:
        yield b"allow", b"POST"
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
