"""One request's reads through the cache, and what may be said of the answer made from them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from clients.cache.answers import Cached, Fetched, State
from clients.cache.policies import Policy, strictest
from clients.cache.store import Cache
from clients.guard import PAGE, CallOptions

T = TypeVar("T")

_WORST_FIRST = (State.BYPASS, State.ERROR_STALE, State.MISS, State.STALE, State.HIT)


class KeptReads:
    """Reads on behalf of one request; without a cache, or for a caller who showed credentials, nothing is kept.

    `keeps`: what is read may be kept, so it must not hold what only some may see. `whole` is False as soon as something
    was read that may not be kept: then the answer may not be kept either. `options` are those of the request.
    """

    def __init__(self, cache: Cache | None, options: Callable[[], CallOptions] = lambda: PAGE) -> None:
        self._cache = cache
        self._options = options
        self.keeps = cache is not None
        self.whole = cache is not None
        self._changes = cache.changes if cache is not None else 0
        self.seen: list[tuple[str, Cached[Any]]] = []

    async def read(
        self,
        upstream: str,
        key: Sequence[str | bytes],
        policy: Policy | None,
        fetch: Callable[[], Awaitable[Fetched[T]]],
    ) -> T:
        """What is kept under `key` (None as policy: nothing ever is), or what `fetch` brings. Raises what it raises."""
        if self._cache is None or policy is None:
            self.whole = False
            return (await fetch()).value
        cached = await self._cache.get((upstream, *key), policy, fetch, self._options())
        self.seen.append((upstream, cached))
        if cached.state in (State.BYPASS, State.ERROR_STALE):
            self.whole = False
        return cached.value

    @property
    def state(self) -> State:
        """The least kept of all reads; BYPASS when there was none."""
        states = {cached.state for _, cached in self.seen}
        if not self.seen or (not self.whole and State.ERROR_STALE not in states):
            return State.BYPASS
        return next(state for state in _WORST_FIRST if state in states)

    @property
    def age_s(self) -> float:
        """How old the oldest part is."""
        return max((cached.age_s for _, cached in self.seen), default=0.0)

    def made_from(self, value: T, size_bytes: int) -> Fetched[T] | None:
        """A value made from all that was read, as something to keep: as long as the shortest part, under all tags.

        None when some part is not kept, or when anything changed since the request began: it may concern an early part.
        """
        if self._cache is None or not self.whole or not self.seen or self._cache.changes != self._changes:
            return None
        parts = [cached for _, cached in self.seen]
        policy = strictest(*(part.policy for part in parts))
        return Fetched(
            value,
            tags=frozenset(tag for part in parts for tag in part.tags),
            size_bytes=size_bytes,
            policy=policy.at_most(policy.fresh_s),
            began_s=min(part.began_s for part in parts),
        )
