"""Spans of traces. The edge provides the tracer; without one nothing is recorded, and OpenTelemetry is not imported."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from enum import Enum, auto
from typing import Protocol

from clients.upstreams import UpstreamName

Attributes = Mapping[str, str | int | float | bool]


class SpanKind(Enum):
    """Whether a span is a request that is answered, a request that is sent, or work of the process itself."""

    SERVER = auto()
    CLIENT = auto()
    INTERNAL = auto()


class Span(Protocol):
    """A piece of work with its times and attributes."""

    @property
    def is_recording(self) -> bool:
        """False when the trace is not sampled: then no attribute is worth computing."""
        ...

    def note(self, attributes: Attributes) -> None:
        """Adds attributes."""
        ...

    def fail(self, reason: str) -> None:
        """Marks the span as failed. `reason` is one of few words, never a message."""
        ...


class Tracer(Protocol):
    """Records spans. A span that begins within another is its child, also in tasks that start there."""

    def span(self, name: str, kind: SpanKind, attributes: Attributes) -> AbstractContextManager[Span]:
        """A span for the time of the context. It fails by the type of the exception that leaves the context."""
        ...

    @property
    def current(self) -> Span:
        """The span of the running context."""
        ...


class _NoSpan:
    is_recording = False

    def note(self, attributes: Attributes) -> None:
        pass

    def fail(self, reason: str) -> None:
        pass


_tracer: ContextVar[Tracer | None] = ContextVar("tracer", default=None)
_NOTHING: AbstractContextManager[Span] = nullcontext(_NoSpan())


def begin_tracing(tracer: Tracer | None) -> None:
    """Uses a tracer from here on, and in the tasks that start from here."""
    _tracer.set(tracer)


@contextmanager
def traced_by(tracer: Tracer) -> Iterator[None]:
    """Uses a tracer within the context, and in the tasks that start there."""
    before = _tracer.set(tracer)
    try:
        yield
    finally:
        _tracer.reset(before)


def span(
    name: str, attributes: Attributes | None = None, kind: SpanKind = SpanKind.INTERNAL
) -> AbstractContextManager[Span]:
    """A span for the time of the context, if there is a tracer."""
    tracer = _tracer.get()
    return _NOTHING if tracer is None else tracer.span(name, kind, attributes or {})


def upstream_span(upstream: UpstreamName, operation: str) -> AbstractContextManager[Span]:
    """The span of one request to an upstream."""
    if _tracer.get() is None:
        return _NOTHING
    attributes = {"gateway.upstream": upstream.value, "gateway.upstream_operation": operation}
    return span(f"{upstream.value} request", attributes, SpanKind.CLIENT)


def is_recorded() -> bool:
    """Whether there is a span that records attributes."""
    tracer = _tracer.get()
    return tracer is not None and tracer.current.is_recording


def note(attributes: Attributes) -> None:
    """Adds attributes to the current span, if there is one."""
    tracer = _tracer.get()
    if tracer is not None:
        tracer.current.note(attributes)
