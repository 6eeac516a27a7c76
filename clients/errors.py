"""Failures of upstreams, sorted by what can be done about them."""

from typing import TYPE_CHECKING, ClassVar, Self

from clients.upstreams import UpstreamName

if TYPE_CHECKING:
    from clients.storefront.wire import WireResponse


class UpstreamError(Exception):
    """An upstream did not answer as requested. `detail` is for our logs; callers never see it.

    `was_sent`: a request was sent. `may_be_done`: the upstream may have done the work, or may still do it.
    `timed_out`: we stopped waiting. `response`: the upstream's own response, where callers may have it.
    """

    is_refusal: ClassVar[bool] = False
    """Whether this kind of answer says that the upstream did nothing."""

    def __init__(
        self,
        upstream: UpstreamName,
        operation: str,
        detail: str = "",
        *,
        was_sent: bool = True,
        may_be_done: bool | None = None,
        timed_out: bool = False,
    ) -> None:
        super().__init__(f"{upstream} {operation}: {detail}" if detail else f"{upstream} {operation}")
        self.upstream = upstream
        self.operation = operation
        self.detail = detail
        self.was_sent = was_sent
        self.may_be_done = (was_sent and not self.is_refusal) if may_be_done is None else may_be_done
        self.timed_out = timed_out
        self.response: WireResponse | None = None

    def after(self, earlier: "UpstreamError | None") -> Self:
        """This error as the end of a call whose earlier attempt failed too: that attempt may have done the work."""
        if earlier is not None:
            self.was_sent = self.was_sent or earlier.was_sent
            self.may_be_done = self.may_be_done or earlier.may_be_done
        return self


def is_out_of_time(error: Exception) -> bool:
    """Whether a failure only means that the caller's own time was too short."""
    return isinstance(error, Throttled) or (isinstance(error, UpstreamError) and error.timed_out)


class Unavailable(UpstreamError):
    """Unreachable, too slow, or failed by itself: the same request may work later."""


class Throttled(UpstreamError):
    """Too many requests: wait `retry_after_s` seconds (None: not stated), then repeat."""

    is_refusal = True

    def __init__(
        self,
        upstream: UpstreamName,
        operation: str,
        detail: str = "",
        retry_after_s: float | None = None,
        *,
        was_sent: bool = True,
        may_be_done: bool | None = None,
    ) -> None:
        super().__init__(upstream, operation, detail, was_sent=was_sent, may_be_done=may_be_done)
        self.retry_after_s = retry_after_s


class Denied(UpstreamError):
    """Our credentials or scopes are refused: somebody must correct the configuration."""

    is_refusal = True


class AccountSuspended(Denied):
    """The account is unpaid or locked (HTTP 402 and 423). Correct credentials do not help."""


class AddressUnknown(Denied):
    """The configured address does not exist (HTTP 404)."""


class Rejected(UpstreamError):
    """Our request is wrong: repeating it does not help. `code` is the upstream's own, if it has one."""

    is_refusal = True

    def __init__(
        self,
        upstream: UpstreamName,
        operation: str,
        detail: str = "",
        code: str | None = None,
        *,
        was_sent: bool = True,
        may_be_done: bool | None = None,
    ) -> None:
        super().__init__(upstream, operation, detail, was_sent=was_sent, may_be_done=may_be_done)
        self.code = code


class Conflict(Rejected):
    """Somebody else changed the object meanwhile: read it again before deciding."""


class Broken(UpstreamError):
    """The answer does not have its documented shape."""
