"""Whether and when to retry a failed request. Only reads and idempotent writes are retried."""

from dataclasses import dataclass

from clients.errors import Throttled, Unavailable, UpstreamError


@dataclass(frozen=True, slots=True)
class Retries:
    """At most `attempts` in all. A wait is random, from zero up to a maximum that doubles from `first_s` on."""

    attempts: int = 3
    first_s: float = 0.1
    longest_s: float = 2.0

    def delay_s(self, failure: UpstreamError, attempt: int, *, jitter: float, remaining_s: float) -> float | None:
        """Seconds to wait after attempt number `attempt` (from 1) failed; None: do not retry.

        `jitter` is from 0 up to 1. A wait that the upstream requires is respected; None when less time remains.
        """
        if attempt >= self.attempts or not isinstance(failure, (Unavailable, Throttled)):
            return None
        asked_s = failure.retry_after_s if isinstance(failure, Throttled) else None
        if asked_s is None:
            delay_s = jitter * min(self.longest_s, self.first_s * 2 ** (attempt - 1))
        else:  # otherwise all clients that got the same wait would return at the same moment
            delay_s = asked_s + jitter * self.first_s
        return delay_s if delay_s < remaining_s else None
