"""Spans of requests. They name routes, operations and outcomes: no path, query, variable or text of an error."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Protocol

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clients.tracing import Attributes, Span, Tracer, begin_tracing, is_recorded, note, traced_by
from edge.bodies import HttpRefusal
from edge.metrics import route_of
from edge.request_ids import REQUEST_ID
from edge.settings import GatewaySettings
from resolvers.context import RequestContext
from resolvers.public_errors import RequestRefused
from schema.execution.respond import Answer
from schema.execution.run import Operation, Runner

_UNTRACED = ("/health", "/ready", "/metrics")
_PAGES = ("/staff", "/mockups", "/sandbox")
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
_TRACEPARENT = b"traceparent"


class RequestSpan(Span, Protocol):
    """The span of a request, which log lines name by its trace."""

    @property
    def trace_id(self) -> str: ...


class RequestTracer(Tracer, Protocol):
    """Records requests and what happens in them, until it is closed."""

    def request(
        self, name: str, attributes: Attributes, traceparent: str | None
    ) -> AbstractContextManager[RequestSpan]:
        """The span of a request, in the trace of the caller's `traceparent` if that is valid."""
        ...

    async def close(self) -> None:
        """Exports what is left."""
        ...


def tracer_of(settings: GatewaySettings) -> RequestTracer | None:
    """The tracer that the settings turn on. OpenTelemetry's SDK is imported only then."""
    export = settings.trace_export()
    if export is None:
        return None
    from edge.otel import exporting_tracer

    return exporting_tracer(export)


@asynccontextmanager
async def tracing(tracer: RequestTracer | None) -> AsyncIterator[None]:
    """Records also what the process does by itself: the tasks that start in the context. Closes the tracer."""
    begin_tracing(tracer)
    try:
        yield
    finally:
        if tracer is not None:
            await tracer.close()


class TracedRequests:
    """An app with a span around each request, except those that only watch the process."""

    def __init__(self, app: ASGIApp, tracer: RequestTracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = _route(scope["path"]) if scope["type"] == "http" else None
        if route is None or route in _UNTRACED:
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "HTTP"
        attributes = {"http.request.method": method, "http.route": route}
        given = [value for name, value in scope["headers"] if name == _TRACEPARENT]
        traceparent = given[0].decode("latin-1") if len(given) == 1 else None
        with (
            traced_by(self._tracer),
            self._tracer.request(f"{method} {route}", attributes, traceparent) as span,
            structlog.contextvars.bound_contextvars(trace_id=span.trace_id),
        ):
            await self._app(scope, receive, _watched(send, span))


def _watched(send: Send, span: Span) -> Send:
    async def watched(message: Message) -> None:
        if message["type"] == "http.response.start":
            status = message["status"]
            span.note({"http.response.status_code": status})
            request_id = next((value for name, value in message["headers"] if name == REQUEST_ID), None)
            if request_id is not None:
                span.note({"gateway.request_id": request_id.decode("latin-1")})
            if status >= 500:
                span.fail(str(status))
        await send(message)

    return watched


def _route(path: str) -> str:
    """A route, never a path: that may hold a token or an id."""
    if path.startswith("/api/") and path.endswith("/graphql.json"):
        return "/api/{version}/graphql.json"
    page = next((each for each in _PAGES if path == each or path.startswith(f"{each}/")), None)
    return page or route_of(path)


def trace_operation(runner: Runner, operation: Operation, answer: Answer, context: RequestContext) -> None:
    """Adds to the request's span what an operation was and how it ended."""
    if is_recorded():
        note(
            {
                **_names(runner, operation),
                "gateway.cache": str(context.request_cache.state),
                "gateway.cost": context.cost,
                "gateway.is_staff": context.staff,
                "gateway.error_codes": ",".join(sorted(set(answer.codes))),
            }
        )


def trace_cached_answer(runner: Runner, operation: Callable[[], Operation], source: str) -> None:
    """Adds to the request's span which operation was answered without being executed, and from where."""
    if not is_recorded():
        return
    note({"gateway.cache": "HIT", "gateway.cache_source": source})
    try:
        note(_names(runner, operation()))
    except HttpRefusal:
        return  # its text was named by a hash that is not known any more


def _names(runner: Runner, operation: Operation) -> Attributes:
    try:
        plan = runner.plan(operation)
    except RequestRefused:
        return {}
    kind = "mutation" if plan.is_mutation else "query"
    return {"graphql.operation.name": plan.name, "graphql.operation.type": kind}
