"""The gateway's routes in one app, with the graph in front of them."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache, partial

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clients.storefront.wire import VERSION
from edge.admission import RequestAdmission
from edge.bodies import HttpRefusal, RequestLimits, refuse_large_headers
from edge.client_address import TrustedProxies
from edge.cors import readable_by_pages
from edge.garbage import permanent
from edge.graphiql_page import GraphiQLPage
from edge.graphql_http import GraphQLEndpoint
from edge.health import health_routes
from edge.metrics import MetricsPage, RequestMetrics
from edge.metrics_routes import metrics_route
from edge.mockups import mockup_routes
from edge.planned_operations import operations_route
from edge.rate_limits import RateLimits
from edge.refusals import answer_refusals_in_json, refused_answer
from edge.request_ids import REQUEST_ID, request_id_of
from edge.security_headers import secured
from edge.settings import GatewaySettings
from edge.staff.gate import StaffGate
from edge.staff.graph import StaffGraph
from edge.staff.site import desk_routes
from edge.tracing import RequestTracer, TracedRequests
from edge.webhook_routes import webhook_routes
from edge.wire_headers import WireHeaders
from resolvers.context import Services
from resolvers.request_log import request_log
from schema.execution.run import Runner
from schema.graph import public_graph, staff_graph

# FastAPI's own spans would have the path, which may end in a secret (Printful's webhooks).
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
_STAFF_GRAPH = permanent(staff_graph)
_SHOPIFYS_PATH = re.compile(r"/api/([^/]+)/graphql\.json")


class GatewayApp(FastAPI):
    """FastAPI behind the graph: its middleware and routing would take longer than a cached answer.

    `metrics` is what Prometheus reads, for a port of its own.
    """

    front: ASGIApp
    metrics: MetricsPage

    def end_streams(self) -> None:
        """Ends answers that last, such as the staff desk's live counts: the process is about to end."""
        for end in self.state.stream_ends:
            end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.front(scope, receive, send)


def assembled(
    settings: GatewaySettings,
    services: Callable[[], Services],
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    more: Sequence[BaseRoute] = (),
    tracer: RequestTracer | None = None,
) -> GatewayApp:
    """The app with all routes, and `more`. `services` are available while `lifespan` runs.

    `tracer` records requests.
    """
    app = GatewayApp(title="Kynda gateway", lifespan=lifespan, openapi_url=None, telemetry=_NO_TELEMETRY)
    answer_refusals_in_json(app)
    metrics = RequestMetrics()
    app.metrics = MetricsPage(services, metrics)
    graph, shopifys_graph = add_graph(app, settings, services, metrics)
    app.routes.append(metrics_route(app.metrics, app.state.staff_gate))
    app.include_router(health_routes(services))
    app.routes.extend(mockup_routes(services))
    app.include_router(
        webhook_routes(
            services,
            limits=RequestLimits(settings.limit_webhook_bytes, settings.deadline_webhook_s),
            proofs=settings.webhook_proofs(),
        )
    )
    app.routes.extend(more)

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path:
            try:
                refuse_large_headers(scope["headers"], settings.limit_header_bytes)
            except HttpRefusal as refused:
                await _with_request_id(partial(_refuse, refused), scope, receive, send, metrics)
                return
        if path == "/graphql":
            await graph(scope, receive, send)
        elif (version := _SHOPIFYS_PATH.fullmatch(path)) is not None and VERSION.fullmatch(version[1]):
            await shopifys_graph({**scope, "storefront_version": version[1]}, receive, send)
        elif version is not None:
            unknown = Response(b'{"errors":"Not Found"}', 404, media_type="application/json")
            await _with_request_id(unknown, scope, receive, send, metrics)
        elif path:
            await _with_request_id(partial(FastAPI.__call__, app), scope, receive, send, metrics)
        else:
            await FastAPI.__call__(app, scope, receive, send)

    app.front = readable_by_pages(dispatch, settings.cors_allow_origins)
    if tracer is not None:
        app.front = TracedRequests(app.front, tracer)
    return app


async def _refuse(refused: HttpRefusal, scope: Scope, receive: Receive, send: Send) -> None:
    await refused_answer(refused)(scope, receive, send)


async def _with_request_id(app: ASGIApp, scope: Scope, receive: Receive, send: Send, metrics: RequestMetrics) -> None:
    """Adds a request id to the answer; the log lines of the request have it, too."""
    request_id = request_id_of(dict(scope["headers"]))

    async def named(message: Message) -> None:
        if message["type"] == "http.response.start":
            metrics.answered(scope["path"], message["status"])
            message = {**message, "headers": [*secured(message["headers"]), (REQUEST_ID, request_id)]}
        await send(message)

    with request_log(request_id.decode()):
        await app(scope, receive, named)


def add_graph(
    app: FastAPI, settings: GatewaySettings, services: Callable[[], Services], metrics: RequestMetrics | None = None
) -> tuple[GraphQLEndpoint, GraphQLEndpoint]:
    """Adds the graph at our own path and at the path that Shopify's clients use, and the routes of its page and
    schema.
    """
    page = None
    if settings.shows_graphiql:
        page = GraphiQLPage(mode=settings.mode)
        app.routes.extend(page.routes)
    runner = Runner(
        public_graph(),
        _STAFF_GRAPH,
        introspection=settings.answers_introspection,
        limits=settings.document_limits(),
        max_executed=settings.limit_answer_fields,
        max_plan_bytes=settings.limit_plan_bytes,
    )

    documents = settings.documents()
    admission = RequestAdmission(settings.admission_limits())
    metrics = metrics or RequestMetrics()
    staff = settings.staff_access()
    metrics.load = admission

    @cache
    def rates() -> RateLimits:
        found = services()
        limits = settings.client_limits()
        return RateLimits(
            limits, clock=found.timing.clock, on_refusal=found.activity.count_limit_refusal, counts=found.counts
        )

    app.state.staff_gate = StaffGate(staff, rates, TrustedProxies(settings.trusted_proxies))
    app.routes.append(operations_route(runner, app.state.staff_gate))
    app.state.stream_ends = []
    if staff.is_on:
        desk = StaffGraph(runner, services, admission)
        app.routes.extend(desk_routes(settings, services, desk, staff, rates, app.state.stream_ends))

    def endpoint(page: GraphiQLPage | None = None) -> GraphQLEndpoint:
        return GraphQLEndpoint(
            runner=runner,
            services=services,
            limits=RequestLimits(settings.limit_body_bytes, settings.deadline_body_s),
            documents=documents,
            rates=rates,
            admission=admission,
            staff=staff,
            metrics=metrics,
            wire=WireHeaders(settings.storefront(), TrustedProxies(settings.trusted_proxies)),
            headers={"X-Gateway-Mode": "sandbox"} if settings.mode == "sandbox" else {},
            page=None if page is None else page.response,
        )

    async def schema_text(_: Request) -> PlainTextResponse:
        return PlainTextResponse(public_graph().sdl)

    async def home(_: Request) -> RedirectResponse:
        return RedirectResponse("/graphql")

    app.routes.append(Route("/schema.graphql", schema_text))
    app.routes.append(Route("/", home))
    return endpoint(page), endpoint()
