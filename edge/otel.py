"""Traces by OpenTelemetry. Only this module imports its SDK, and only a gateway that traces imports this module.

The provider is not the process's global one: libraries that look for that one would record paths and queries, in
which tokens and e-mail addresses may stand.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.re import parse_env_headers

from clients.tracing import Attributes, SpanKind
from edge.logs import without_private_text
from edge.settings.tracing import TraceExport

SCOPE = "kynda-gateway"
_KINDS = {each: trace.SpanKind[each.name] for each in SpanKind}
_TRACE_CONTEXT = TraceContextTextMapPropagator()


class OtelSpan:
    """A span of OpenTelemetry. Texts lose personal data and secrets as in the log."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def is_recording(self) -> bool:
        return self._span.is_recording()

    @property
    def trace_id(self) -> str:
        """The id of the trace in its usual form of 32 digits."""
        return trace.format_trace_id(self._span.get_span_context().trace_id)

    def note(self, attributes: Attributes) -> None:
        for name, value in attributes.items():
            self._span.set_attribute(name, without_private_text(value) if isinstance(value, str) else value)

    def fail(self, reason: str) -> None:
        self._span.set_attribute("error.type", reason)
        self._span.set_status(Status(StatusCode.ERROR))


class OtelTracer:
    """Spans of one provider, which ends with it."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(SCOPE)

    @property
    def current(self) -> OtelSpan:
        return OtelSpan(trace.get_current_span())

    @contextmanager
    def span(self, name: str, kind: SpanKind, attributes: Attributes) -> Iterator[OtelSpan]:
        with self._begun(name, kind, attributes, None) as span:
            yield span

    @contextmanager
    def request(self, name: str, attributes: Attributes, traceparent: str | None) -> Iterator[OtelSpan]:
        """The span of a request, in the caller's trace if it names one, else in a new one.

        The caller's `tracestate` is not taken over: it may hold anything.
        """
        caller = {} if traceparent is None else {"traceparent": traceparent}
        with self._begun(name, SpanKind.SERVER, attributes, _TRACE_CONTEXT.extract(caller, Context())) as span:
            yield span

    @contextmanager
    def _begun(self, name: str, kind: SpanKind, attributes: Attributes, context: Context | None) -> Iterator[OtelSpan]:
        # Messages of exceptions may hold personal data, so only the type of an exception is recorded.
        with self._tracer.start_as_current_span(
            name, context, _KINDS[kind], record_exception=False, set_status_on_exception=False
        ) as begun:
            span = OtelSpan(begun)
            span.note(attributes)
            try:
                yield span
            except BaseException as error:
                span.fail(type(error).__name__)
                raise

    async def close(self) -> None:
        """Ends the provider, and with it the exporter."""
        self._provider.shutdown()


class ExportingTracer(OtelTracer):
    """A tracer whose exporter uses the network: its last export does not hold the event loop."""

    async def close(self) -> None:
        await asyncio.to_thread(self._provider.shutdown)


def exporting_tracer(export: TraceExport) -> OtelTracer:
    """A tracer that exports by OTLP over HTTP, in batches and from a thread of its own.

    The SDK reads its other variables (`OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`) from the environment.
    """
    resource = Resource.create()
    if export.service_name is not None or str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: export.service_name or SCOPE}))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    headers = None if export.headers is None else parse_env_headers(export.headers, liberal=True)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(export.endpoint, headers=headers)))
    return ExportingTracer(provider)
