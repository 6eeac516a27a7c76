"""One request's reads through the cache, and whether the answer made from them is cacheable."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from clients.cache.answers import Cached, CacheState, Fetched
from clients.cache.entries import Key
from clients.cache.flights import FetchMany
from clients.cache.policies import Policy, strictest
from clients.cache.store import Cache
from clients.guard import PAGE, CallOptions
from clients.upstreams import UpstreamName

T = TypeVar("T")

_WORST_FIRST = (CacheState.BYPASS, CacheState.ERROR_STALE, CacheState.MISS, CacheState.STALE, CacheState.HIT)


class RequestCache:
    """Reads on behalf of one request. Nothing is cached without a cache, or for a caller who sent credentials.

    `is_cacheable`: reads are cached, so they must not contain what only some callers may see. `whole` becomes
    False when a read is not cacheable: then the answer is not cacheable either. `options` are the call options of
    the request. `impersonal`: the cache of reads that are the same for every caller.
    """

    def __init__(
        self,
        cache: Cache | None,
        options: Callable[[], CallOptions] = lambda: PAGE,
        impersonal: Cache | None = None,
    ) -> None:
        self._cache = cache
        self._impersonal = cache or impersonal
        self._options = options
        self.is_cacheable = cache is not None
        self.whole = cache is not None
        self._changes = cache.changes if cache is not None else 0
        self.seen: list[tuple[str, Cached[Any]]] = []

    async def read(
        self,
        upstream: UpstreamName,
        key: Sequence[str | bytes],
        policy: Policy | None,
        fetch: Callable[[], Awaitable[Fetched[T]]],
    ) -> T:
        """The cached value of `key`, or what `fetch` returns. Raises what `fetch` raises.

        With None as policy nothing is cached.
        """
        return await self._read(self._cache, upstream, key, policy, fetch)

    async def read_impersonal(
        self,
        upstream: UpstreamName,
        key: Sequence[str | bytes],
        policy: Policy | None,
        fetch: Callable[[], Awaitable[Fetched[T]]],
    ) -> T:
        """As `read`, and cached also for callers with credentials: the value must not depend on the caller."""
        return await self._read(self._impersonal, upstream, key, policy, fetch)

    async def _read(
        self,
        cache: Cache | None,
        upstream: UpstreamName,
        key: Sequence[str | bytes],
        policy: Policy | None,
        fetch: Callable[[], Awaitable[Fetched[T]]],
    ) -> T:
        if cache is None or policy is None:
            self.whole = False
            return (await fetch()).value
        cached = await cache.get((upstream, *key), policy, fetch, self._options())
        self.seen.append((upstream, cached))
        if cached.state in (CacheState.BYPASS, CacheState.ERROR_STALE):
            self.whole = False
        return cached.value

    def has(self, upstream: UpstreamName, key: Sequence[str | bytes]) -> bool:
        """Whether `read` would answer at once from what is cached."""
        return self._cache is not None and self._cache.has((upstream, *key))

    async def read_many(
        self,
        upstream: UpstreamName,
        keys: Sequence[tuple[str | bytes, ...]],
        policy: Policy | None,
        fetch: FetchMany[T],
    ) -> list[T | BaseException]:
        """As `read`, for many keys at once; an exception stands for a value that could not be read.

        `fetch` gets the keys that nobody fetches already, each after the name of the upstream.
        """
        whole_keys: list[Key] = [(upstream, *key) for key in keys]
        if self._cache is None or policy is None:
            self.whole = False
            return [each.value if isinstance(each, Fetched) else each for each in await fetch(whole_keys)]
        values: list[T | BaseException] = []
        for cached in await self._cache.get_many(whole_keys, policy, fetch, self._options()):
            if isinstance(cached, Cached):
                self.seen.append((upstream, cached))
                if cached.state in (CacheState.BYPASS, CacheState.ERROR_STALE):
                    self.whole = False
                values.append(cached.value)
            else:
                values.append(cached)
        return values

    @property
    def state(self) -> CacheState:
        """The worst cache state of all reads; BYPASS when there was none."""
        states = {cached.state for _, cached in self.seen}
        if not self.seen or (not self.whole and CacheState.ERROR_STALE not in states):
            return CacheState.BYPASS
        return next(state for state in _WORST_FIRST if state in states)

    @property
    def age_s(self) -> float:
        """The age of the oldest part."""
        return max((cached.age_s for _, cached in self.seen), default=0.0)

    def combined(self, value: T, size_bytes: int) -> Fetched[T] | None:
        """A cache entry for a value made from all reads: the shortest lifetime of its parts, and all their tags.

        None when a part is not cacheable, or when anything changed since the request began: the change may concern an
        early part.
        """
        if self._cache is None or not self.whole or not self.seen or self._cache.changes != self._changes:
            return None
        parts = [cached for _, cached in self.seen]
        began_s = min(part.began_s for part in parts)
        policy = strictest(*(part.policy for part in parts))
        # An old part with a long lifetime must not end that of a new part with a short one.
        fresh_s = max(0.0, min(part.began_s + part.policy.fresh_s for part in parts) - began_s)
        stale_s = min(part.began_s + part.policy.fresh_s + part.policy.stale_while_revalidate_s for part in parts)
        policy = replace(policy, stale_while_revalidate_s=max(0.0, stale_s - began_s - fresh_s), stale_if_error_s=0.0)
        return Fetched(
            value,
            tags=frozenset(tag for part in parts for tag in part.tags),
            size_bytes=size_bytes,
            policy=replace(policy, fresh_s=fresh_s),
            began_s=began_s,
        )
