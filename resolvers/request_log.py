"""The log of one request: its id is in every line, and each kind of failure of an upstream is one line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from clients.errors import Denied, Throttled, Unavailable, UpstreamError

log = structlog.get_logger(__name__)

_OUTAGES = (Unavailable, Throttled, Denied)  # what they concern is the upstream, not the operation
_logged: ContextVar[set[tuple[str, ...]] | None] = ContextVar("logged", default=None)


@contextmanager
def request_log(request_id: str) -> Iterator[None]:
    """Within it log lines carry the id, those of tasks that begin here too."""
    before = _logged.set(set())
    try:
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            yield
    finally:
        _logged.reset(before)


def request_id() -> str | None:
    """The id of the request that is being answered."""
    found: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return found


def log_upstream_failure(error: UpstreamError) -> None:
    """One line for each kind of failure of an upstream in a request, however many fields it costs."""
    kind = type(error).__name__
    if _is_new(error.upstream, kind, "" if isinstance(error, _OUTAGES) else error.detail):
        log.warning(
            "upstream_request_failed",
            request_id=request_id(),
            upstream=error.upstream,
            operation=error.operation,
            kind=kind,
            detail=error.detail,
        )


def log_reported_fault(upstream: str, operation: str, code: str | None, detail: str) -> None:
    """A fault that an upstream reports within its answer; one line where several places of the answer have it."""
    if _is_new(upstream, code or "", detail):
        log.warning(
            "upstream_error_reported",
            request_id=request_id(),
            upstream=upstream,
            operation=operation,
            code=code,
            detail=detail,
        )


def log_resolver_failure(path: Sequence[str | int] | None, error: BaseException) -> None:
    """A fault of our own, with its traceback; one line where each element of a list has it."""
    place = ".".join(each for each in path or () if isinstance(each, str))
    if _is_new(place, type(error).__name__):
        log.error("resolver_failed", request_id=request_id(), path=path, exc_info=error)


def _is_new(*failure: str) -> bool:
    """Whether the request has not logged such a failure yet."""
    logged = _logged.get()
    if logged is None:
        return True
    is_new = failure not in logged
    logged.add(failure)
    return is_new
