"""What can go wrong with an upstream, sorted by what can be done about it."""

from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from clients.storefront.wire import WireResponse


class UpstreamError(Exception):
    """An upstream did not answer as asked. `detail` is for our logs; callers never see it.

    `was_sent`: a request left us. `may_be_done`: the upstream may have done what was asked, or may still do it.
    `timed_out`: we stopped waiting for the answer. `response`: the upstream's own response, where callers may have it.
    """

    is_refusal: ClassVar[bool] = False
    """Whether this kind of answer says that the upstream did nothing."""

    def __init__(
        self,
        upstream: str,
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
    """Whether a failure says only that the caller's own time was too short."""
    return isinstance(error, Throttled) or (isinstance(error, UpstreamError) and error.timed_out)


class Unavailable(UpstreamError):
    """Not reached, too slow, or failing on its own account: the same request may work later."""


class Throttled(UpstreamError):
    """Asked too often: wait `retry_after_s` seconds (None: it did not say), then repeat."""

    is_refusal = True

    def __init__(
        self,
        upstream: str,
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
    """Our credentials or scopes are refused: somebody has to mend the set-up."""

    is_refusal = True


class AccountSuspended(Denied):
    """The account there is unpaid or locked (HTTP 402 and 423): somebody has to settle that, and no credentials."""


class AddressUnknown(Denied):
    """Nothing is found at the address that is set (HTTP 404)."""


class Rejected(UpstreamError):
    """Our request is wrong: repeating it will not help. `code` is the upstream's own, where it has one."""

    is_refusal = True

    def __init__(
        self,
        upstream: str,
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
    """Somebody else changed meanwhile what our request was about: read it again before deciding anew."""


class Broken(UpstreamError):
    """The answer is outside its documented shape."""
