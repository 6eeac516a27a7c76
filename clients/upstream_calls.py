"""The requests to upstreams that one operation caused, for its line in the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from clients.tracing import note
from clients.upstreams import UpstreamName


@dataclass(frozen=True, slots=True)
class UpstreamCall:
    """A request to an upstream, how it ended, and how long it took."""

    upstream: UpstreamName
    operation: str
    outcome: str
    seconds: float


_calls: ContextVar[list[UpstreamCall] | None] = ContextVar("upstream_calls", default=None)


@contextmanager
def collected_calls() -> Iterator[list[UpstreamCall]]:
    """The list that gets each request sent within it, also those of tasks that start here."""
    calls: list[UpstreamCall] = []
    before = _calls.set(calls)
    try:
        yield calls
    finally:
        _calls.reset(before)


def note_call(upstream: UpstreamName, operation: str, outcome: str, seconds: float) -> None:
    """Adds a request to the operation that caused it. A request shared by operations belongs to the first."""
    note({"gateway.upstream_outcome": outcome})
    calls = _calls.get()
    if calls is not None:
        calls.append(UpstreamCall(upstream, operation, outcome, seconds))
