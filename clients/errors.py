"""What can go wrong with an upstream, sorted by what can be done about it."""


class UpstreamError(Exception):
    """An upstream did not answer as asked. `detail` is for our logs; callers never see it."""

    def __init__(self, upstream: str, operation: str, detail: str = "") -> None:
        super().__init__(f"{upstream} {operation}: {detail}" if detail else f"{upstream} {operation}")
        self.upstream = upstream
        self.operation = operation
        self.detail = detail


class Unavailable(UpstreamError):
    """Not reached, too slow, or failing on its own account: the same request may work later."""


class Throttled(UpstreamError):
    """Asked too often: wait `retry_after_s` seconds (None: it did not say), then repeat."""

    def __init__(self, upstream: str, operation: str, detail: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(upstream, operation, detail)
        self.retry_after_s = retry_after_s


class Denied(UpstreamError):
    """Our credentials or scopes are refused: somebody has to mend the set-up."""


class Rejected(UpstreamError):
    """Our request is wrong: repeating it will not help. `code` is the upstream's own, where it has one."""

    def __init__(self, upstream: str, operation: str, detail: str = "", code: str | None = None) -> None:
        super().__init__(upstream, operation, detail)
        self.code = code


class Conflict(Rejected):
    """Somebody else changed meanwhile what our request was about: read it again before deciding anew."""


class Broken(UpstreamError):
    """The answer is outside its documented shape."""
