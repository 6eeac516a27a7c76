"""The log of one request: each line has its id, and each kind of upstream failure is logged once."""

from collections.abc import Sequence
from contextvars import ContextVar

import structlog

from clients.errors import Denied, Throttled, Unavailable, UpstreamError
from clients.upstreams import UpstreamName

log = structlog.get_logger(__name__)

_OUTAGES = (Unavailable, Throttled, Denied)  # they concern the upstream, not the operation


class _RequestLog:
    __slots__ = ("failures", "request_id")

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.failures: set[tuple[str, ...]] = set()


_current: ContextVar[_RequestLog | None] = ContextVar("request_log", default=None)


class request_log:  # noqa: N801 - a context manager; a class enters and leaves in half the time of a generator
    """Within it log lines have the request id, also those of tasks that start here."""

    __slots__ = ("_before", "_log")

    def __init__(self, request_id: str) -> None:
        self._log = _RequestLog(request_id)

    def __enter__(self) -> None:
        self._before = _current.set(self._log)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._before)


def current_request_id() -> str | None:
    """The id of the request that is being answered."""
    found = _current.get()
    return None if found is None else found.request_id


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
    current = _current.get()
    if current is None:
        return True
    is_new = failure not in current.failures
    current.failures.add(failure)
    return is_new
