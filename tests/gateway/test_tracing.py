"""Traces: spans from a request to each upstream, in the caller's trace, without personal data."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from structlog.testing import capture_logs

from app import Sandbox, reconciled
from edge.otel import OtelTracer
from tests.gateway.order_shop import OrderShop, order_shop
from tests.gateway.planted import PLANTED, whole_run
from tests.gateway.test_forwarding_log import PRIVATE, SECRETS, whole_life
from tests.serving import STAFF, GivenSettings, Served, sandbox_at_noon, serving
from tests.virtual_time import in_no_time, virtual_timing

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE, PARENT = int(CALLER[3:35], 16), int(CALLER[36:52], 16)
STOCK = "query Stock { products(first: 1) { nodes { variants(first: 1) { nodes { inventory { tracked } } } } } }"


class Recorder:
    """A tracer, and the spans that it has recorded."""

    def __init__(self, **provider: Any) -> None:
        self._exporter = InMemorySpanExporter()
        tracing = TracerProvider(shutdown_on_exit=False, **provider)
        tracing.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = OtelTracer(tracing)

    @property
    def spans(self) -> list[ReadableSpan]:
        """All ended spans in the order in which they began."""
        return sorted(self._exporter.get_finished_spans(), key=lambda each: each.start_time or 0)

    def named(self, name: str) -> list[ReadableSpan]:
        return [each for each in self.spans if each.name == name]

    def requests_to(self, upstream: str) -> list[ReadableSpan]:
        return self.named(f"{upstream} request")

    def clear(self) -> None:
        self._exporter.clear()


def attributes_of(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def trace_of(span: ReadableSpan) -> int:
    assert span.context is not None
    trace_id: int = span.context.trace_id
    return trace_id


def is_child(span: ReadableSpan, of: ReadableSpan) -> bool:
    return span.parent is not None and of.context is not None and span.parent.span_id == of.context.span_id


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def traced(recorder: Recorder, sandbox: Sandbox) -> AsyncIterator[Served]:
    async with serving(sandbox, tracer=recorder.tracer) as served:
        yield served


async def ask(traced: Served, query: str, name: str | None = None, **headers: str) -> httpx.Response:
    return await traced.http.post("/graphql", json={"query": query, "operationName": name}, headers=headers)


async def test_an_operation_is_a_span_with_a_child_for_each_upstream_request(
    traced: Served, recorder: Recorder
) -> None:
    response = await ask(traced, STOCK, "Stock")

    [request] = recorder.named("POST /graphql")
    attributes = attributes_of(request)
    assert request.kind is SpanKind.SERVER
    assert attributes["graphql.operation.name"] == "Stock"
    assert attributes["graphql.operation.type"] == "query"
    assert attributes["gateway.cache"] == "MISS"
    assert attributes["http.response.status_code"] == 200
    assert attributes["gateway.request_id"] == response.headers["x-request-id"]
    calls = [each for each in recorder.spans if each.kind is SpanKind.CLIENT]
    assert [attributes_of(each)["gateway.upstream"] for each in calls] == ["storefront", "admin"]
    for call in calls:
        assert is_child(call, request)
        assert attributes_of(call)["gateway.upstream_outcome"] == "ok"
        assert attributes_of(call)["http.response.status_code"] == 200


async def test_a_cached_answer_is_a_span_without_upstream_requests(traced: Served, recorder: Recorder) -> None:
    await ask(traced, "query Shop { shop { name } }")
    recorder.clear()
    await ask(traced, "query Shop { shop { name } }")

    [request] = recorder.spans
    attributes = attributes_of(request)
    assert (attributes["gateway.cache"], attributes["gateway.cache_source"]) == ("HIT", "memory")
    assert attributes["graphql.operation.name"] == "Shop"


async def test_the_callers_traceparent_joins_its_trace(traced: Served, recorder: Recorder) -> None:
    await ask(traced, STOCK, traceparent=CALLER, tracestate="vendor=zerlina")

    assert {trace_of(each) for each in recorder.spans} == {TRACE}
    [request] = recorder.named("POST /graphql")
    assert request.parent is not None
    assert request.parent.span_id == PARENT
    assert all(not each.context.trace_state for each in recorder.spans if each.context is not None)


@pytest.mark.parametrize(
    "traceparent",
    ["", "nonsense", CALLER[:-1], f"00-{'0' * 32}-b7ad6b7169203331-01", f"ff{CALLER[2:]}", f"{CALLER}-{'9' * 5000}"],
)
async def test_an_invalid_traceparent_begins_a_new_trace(traced: Served, recorder: Recorder, traceparent: str) -> None:
    response = await ask(traced, "{ shop { name } }", traceparent=traceparent)

    assert response.status_code == 200
    [request] = recorder.named("POST /graphql")
    assert request.parent is None
    assert trace_of(request) != TRACE


async def test_an_unsampled_caller_leaves_no_spans(traced: Served, recorder: Recorder) -> None:
    await ask(traced, "{ shop { name } }", traceparent=f"{CALLER[:-1]}0")

    assert recorder.spans == []


async def test_two_requests_without_traceparent_are_two_traces(traced: Served, recorder: Recorder) -> None:
    await ask(traced, "{ shop { name } }")
    await ask(traced, "{ shop { id } }")

    assert len({trace_of(each) for each in recorder.named("POST /graphql")}) == 2


class Watched(httpx.AsyncBaseTransport):
    """The sandbox's transport, with the headers of all that passed."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.seen: list[Mapping[str, str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(dict(request.headers))
        return await self._inner.handle_async_request(request)


@in_no_time
async def test_each_upstream_request_has_a_status_and_none_gets_a_trace_header() -> None:
    sandbox, recorder = sandbox_at_noon(), Recorder()
    watched = Watched(sandbox.transport())
    query = "{ products(first: 9) { nodes { variants(first: 1) { nodes { inventory { tracked } printful { size }}}}}}"
    async with serving(sandbox, transport=watched, tracer=recorder.tracer, timing=virtual_timing()) as served:
        await ask(
            served,
            query,
            traceparent=CALLER,
            tracestate="vendor=1",
            baggage="user=1",
        )
        shop = OrderShop(served, {}, watched)
        await shop.placed()
        await shop.pickup()

    calls = [attributes_of(each) for each in recorder.spans if each.kind is SpanKind.CLIENT]
    assert {each["gateway.upstream"] for each in calls} == {"storefront", "admin", "printful", "square"}
    assert {each["http.response.status_code"] for each in calls} == {200}
    assert not [each for each in watched.seen if {"traceparent", "tracestate", "baggage"} & each.keys()]


async def test_a_failing_upstream_is_a_failed_span_for_each_attempt(traced: Served, recorder: Recorder) -> None:
    traced.sandbox.faults.add("storefront", "status", status=503, times=9)
    await ask(traced, "query Shop { shop { name } }")

    calls = recorder.requests_to("storefront")
    assert len(calls) > 1
    for call in calls:
        assert call.status.status_code is StatusCode.ERROR
        assert call.status.description is None
        assert attributes_of(call)["gateway.upstream_outcome"] == "unavailable"
        assert attributes_of(call)["error.type"] == "Unavailable"
    [request] = recorder.named("POST /graphql")
    assert attributes_of(request)["gateway.error_codes"]


async def test_log_lines_name_their_trace(traced: Served, recorder: Recorder) -> None:
    contexts: list[dict[str, Any]] = []
    with capture_logs(processors=[_bound_to(contexts)]):
        await ask(traced, "{ shop { name } }", traceparent=CALLER)

    assert [each.get("trace_id") for each in contexts if each["event"] == "operation_answered"] == [CALLER[3:35]]


def _bound_to(contexts: list[dict[str, Any]]) -> Any:
    def note(logger: Any, method: str, event: Any) -> Any:
        contexts.append(dict(structlog.contextvars.merge_contextvars(logger, method, dict(event))))
        return event

    return note


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
async def test_requests_that_watch_the_process_are_not_traced(traced: Served, recorder: Recorder, path: str) -> None:
    await traced.http.get(path, headers=STAFF)

    assert recorder.spans == []


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/2026-10/graphql.json", "/api/{version}/graphql.json"),
        ("/webhooks/printful/planted-token", "/webhooks/printful"),
        ("/staff/orders/planted-token", "/staff"),
        ("/planted-token", "other"),
    ],
)
async def test_spans_name_routes_and_no_paths(traced: Served, recorder: Recorder, path: str, route: str) -> None:
    await traced.http.post(f"{path}?q=planted-token", content=b"{}", headers={"content-type": "application/json"})

    [request] = [each for each in recorder.spans if each.kind is SpanKind.SERVER]
    assert request.name == f"POST {route}"
    assert "planted-token" not in text_of([request])


@in_no_time
async def test_a_webhook_is_a_trace_with_the_settlement_and_its_upstream_requests() -> None:
    recorder = Recorder()
    async with order_shop(tracer=recorder.tracer) as shop:
        order = await shop.placed()

    webhooks = recorder.named("POST /webhooks/shopify")
    assert {attributes_of(each)["gateway.webhook.sender"] for each in webhooks} == {"shopify"}
    assert "settled" in {attributes_of(each)["gateway.webhook.outcome"] for each in webhooks}
    settlements = recorder.named("settle order")
    assert {attributes_of(each)["gateway.order"] for each in settlements} == {str(order.id)}
    assert all(any(is_child(each, webhook) for webhook in webhooks) for each in settlements)
    printed = [each for each in recorder.requests_to("printful") if each.parent is not None]
    assert printed
    assert all(any(is_child(each, settlement) for settlement in settlements) for each in printed)


@in_no_time
async def test_a_sweep_is_a_trace_of_its_own_with_its_upstream_requests() -> None:
    recorder, sandbox, given = Recorder(), sandbox_at_noon(), dict[str, Any]()
    await reconciled(GivenSettings(**given), dry_run=False, sandbox=sandbox, tracer=recorder.tracer)

    [sweep] = recorder.named("sweep")
    assert sweep.parent is None
    assert attributes_of(sweep)["gateway.sweep.failures"] == 0
    searches = [each for each in recorder.requests_to("admin") if is_child(each, sweep)]
    assert searches
    assert {trace_of(each) for each in searches} == {trace_of(sweep)}


@in_no_time
async def test_the_periodic_sweep_of_a_gateway_is_traced() -> None:
    recorder = Recorder()
    async with order_shop(tracer=recorder.tracer, sweep_minutes=5) as shop:
        await shop.later(600)

    assert recorder.named("sweep")


def text_of(spans: list[ReadableSpan]) -> str:
    """All that an exporter sends of spans."""
    return "\n".join(each.to_json() for each in spans).casefold()


async def test_spans_of_a_whole_run_have_none_of_the_planted_secrets(traced: Served, recorder: Recorder) -> None:
    await whole_run(traced)

    text = text_of(recorder.spans)
    assert len(recorder.spans) > 50
    assert [secret for secret in PLANTED if secret.casefold() in text] == []


@pytest.mark.parametrize("secrets", [PRIVATE, SECRETS], ids=["the buyer", "secrets"])
def test_spans_of_an_orders_life_have_no_personal_data_or_secrets(secrets: tuple[str, ...]) -> None:
    @in_no_time
    async def lived() -> None:
        recorder = Recorder()
        async with order_shop(tracer=recorder.tracer) as shop:
            await whole_life(shop)

        text = text_of(recorder.spans)
        assert recorder.named("settle order")
        assert [word for word in secrets if word.casefold() in text] == []

    lived()
