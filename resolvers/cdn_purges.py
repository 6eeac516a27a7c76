"""Purges the CDN of what changed: batched, repeated after failures, and once more when late answers have arrived."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import structlog

from clients.cache.policies import Policy
from clients.cache.tags import Tag
from clients.cdn.keys import EVERYTHING, changed_keys, kind_keys
from clients.cdn.provider import Cdn
from clients.errors import Throttled, UpstreamError
from clients.timing import Timing

BATCH_S = 0.2
"""How long a purge waits for others, which then go out in the same request."""

AGAIN_AFTER_S = 10.0
"""When a purge is repeated. An answer from before a change can be on its way to the CDN for as long as an operation
may take, and is stored there after the first purge.
"""

MOST_WAITING = 5_000
"""The keys that wait for a purge. When there are more, everything is purged."""

_PURGE_S = 10.0
_FIRST_DELAY_S, _LONGEST_DELAY_S = 1.0, 60.0
_CLOSING_S = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CdnState:
    """waiting: keys that are not purged yet. sent, failed: requests since the start."""

    waiting: int
    sent: int
    failed: int


@dataclass(slots=True)
class _Due:
    """Keys that are due for a purge at some time."""

    at_s: float
    keys: set[str] = field(default_factory=set)


class CdnPurges:
    """The purges of one process. `run` sends them; it runs as long as the gateway.

    A purge that fails is sent again until it succeeds. What the process has not sent when it is killed stays in the
    CDN until its lifetime ends.
    """

    def __init__(self, cdn: Cdn, timing: Timing) -> None:
        self._timing = timing
        self.cdn = cdn
        self._now: set[str] = set()
        self._later: list[_Due] = []
        self._woken = asyncio.Event()
        self._failures = 0
        self._wait_s = 0.0
        self._sent = self._failed = 0

    @property
    def state(self) -> CdnState:
        """How the purges stand."""
        return CdnState(len(self._now), self._sent, self._failed)

    def changed(self, tags: Iterable[Tag], policies: Collection[Policy] = ()) -> None:
        """Purges the answers that a change of `tags` concerns, those under one of these policies or all."""
        self._add(changed_keys(tags, frozenset().union(*(policy.kinds for policy in policies))))

    def purge(self, policies: Collection[Policy] = ()) -> None:
        """Purges all answers under one of these policies, or all answers."""
        kinds = frozenset().union(*(policy.kinds for policy in policies))
        self._add(kind_keys(kinds) if kinds else {EVERYTHING})

    async def run(self) -> None:
        """Sends what is due; runs until it is cancelled."""
        while True:
            await self._wait()
            self._collect_due()
            if self._now:
                await self.flush()
                if self._failures:
                    delay_s = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2 ** (self._failures - 1))
                    await self._timing.sleep(max(self._wait_s, delay_s) * (1 + self._timing.jitter() / 4))

    async def flush(self) -> None:
        """Sends all purges that wait, until one fails."""
        while self._now:
            keys = sorted(self._now)[: self.cdn.keys_per_purge]
            is_everything = EVERYTHING in self._now or len(self._now) > MOST_WAITING
            batch = set(self._now) if is_everything else set(keys)
            self._now -= batch
            self._sent += 1
            try:
                async with asyncio.timeout(_PURGE_S):
                    await (self.cdn.purge_everything() if is_everything else self.cdn.purge(keys))
            except (UpstreamError, TimeoutError) as error:
                self._wait_s = (error.retry_after_s or 0.0) if isinstance(error, Throttled) else 0.0
                self._now |= {EVERYTHING} if is_everything else batch
                self._failed += 1
                self._failures += 1
                log.warning("cdn_purge_failed", keys=len(batch), kind=type(error).__name__, detail=str(error))
                return
            except asyncio.CancelledError:
                self._now |= {EVERYTHING} if is_everything else batch
                raise
            self._failures = 0
            log.info("cdn_purged", keys=len(batch), everything=is_everything)

    async def close(self) -> None:
        """Sends what still waits, for a moment."""
        for due in self._later:
            self._now |= due.keys
        try:
            async with asyncio.timeout(_CLOSING_S):
                await self.flush()
        except TimeoutError:
            log.warning("cdn_purges_lost", keys=len(self._now))

    def _add(self, keys: Collection[str]) -> None:
        self._now.update(keys)
        self._repeat_later(keys)
        self._woken.set()

    def _repeat_later(self, keys: Collection[str]) -> None:
        at_s = self._timing.clock() + AGAIN_AFTER_S
        last = self._later[-1] if self._later else None
        if last is None or at_s - last.at_s > BATCH_S:
            last = _Due(at_s)
            self._later.append(last)
        last.at_s = at_s
        last.keys.update({EVERYTHING} if len(last.keys) > MOST_WAITING else keys)

    async def _wait(self) -> None:
        """Until something is due, and a moment longer, so that changes go out together."""
        if not self._now and not self._later:
            await self._woken.wait()
        self._woken.clear()
        if not self._now:
            await self._until(self._later[0].at_s)
        if not self._failures:
            await self._timing.sleep(BATCH_S)

    async def _until(self, at_s: float) -> None:
        """Waits for a time or a new purge."""
        sleeping = asyncio.ensure_future(self._timing.sleep(max(0.0, at_s - self._timing.clock())))
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait((sleeping, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            woken.cancel()

    def _collect_due(self) -> None:
        now = self._timing.clock()
        while self._later and self._later[0].at_s <= now:
            self._now |= self._later.pop(0).keys
