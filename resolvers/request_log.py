"""The log of one request: each line has its id, and each kind of upstream failure is logged once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from clients.errors import Denied, Throttled, Unavailable, UpstreamError
from clients.upstreams import UpstreamName

log = structlog.get_logger(__name__)

_OUTAGES = (Unavailable, Throttled, Denied)  # they concern the upstream, not the operation
_logged: ContextVar[set[tuple[str, ...]] | None] = ContextVar("logged", default=None)


@contextmanager
def request_log(request_id: str) -> Iterator[None]:
    """Within it log lines have the request id, also those of tasks that start here."""
    before = _logged.set(set())
    try:
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            yield
    finally:
        _logged.reset(before)


def current_request_id() -> str | None:
    """The id of the request that is being answered."""
    found: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return found


def log_upstream_failure(error: UpstreamError) -> None:
    """Logs each kind of upstream failure once a request, however many fields it affects."""
    kind = type(error).__name__
    if _is_new(error.upstream, kind, "" if isinstance(error, _OUTAGES) else error.detail):
        log.warning(
            "upstream_request_failed",
            request_id=current_request_id(),
            upstream=error.upstream,
            operation=error.operation,
            kind=kind,
            detail=error.detail,
            **_first_failure(error),
        )


def _first_failure(error: UpstreamError) -> dict[str, str]:
    """What the first attempt met, where the last one was not even sent."""
    first: BaseException = error
    while isinstance(first.__cause__, UpstreamError):
        first = first.__cause__
    return {} if first is error else {"cause": str(first)}


def log_reported_fault(upstream: UpstreamName, operation: str, code: str | None, detail: str) -> None:
    """Logs an error in an upstream's answer once, even if it affects several places of the answer."""
    if _is_new(upstream, code or "", detail):
        log.warning(
            "upstream_error_reported",
            request_id=current_request_id(),
            upstream=upstream,
            operation=operation,
            code=code,
            detail=detail,
        )


def log_resolver_failure(path: Sequence[str | int] | None, error: BaseException) -> None:
    """Logs a fault of our own with its traceback, once for all elements of a list."""
    place = ".".join(each for each in path or () if isinstance(each, str))
    if _is_new(place, type(error).__name__):
        log.error("resolver_failed", request_id=current_request_id(), path=path, exc_info=error)


def _is_new(*failure: str) -> bool:
    """Whether the request has not logged such a failure yet."""
    logged = _logged.get()
    if logged is None:
        return True
    is_new = failure not in logged
    logged.add(failure)
    return is_new
