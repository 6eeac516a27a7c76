"""What a fetch returns to the cache, and what the cache returns."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from clients.cache.policies import Policy
from clients.cache.tags import Tag

T = TypeVar("T")


class CacheState(StrEnum):
    """Where an answer came from."""

    HIT = "HIT"  # cached and fresh
    STALE = "STALE"  # cached and stale; it is being fetched again
    MISS = "MISS"  # fetched for this call, or for a concurrent call
    ERROR_STALE = "ERROR_STALE"  # cached and stale; fetching it again has just failed
    BYPASS = "BYPASS"  # fetched, and never cached


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """An answer to return; failures are raised instead.

    `size_bytes`: the size of `value`. `policy`: narrows the requested policy; `NEVER` for an answer that is not
    worth caching, such as a partial one. `began_s`: for a value made from cached answers, the earliest of their
    `Cached.began_s`, so that caching it again does not make it younger. `types`: those of the objects of `tags`, where
    they are known; then no tag is there twice.
    """

    value: T
    tags: Collection[Tag]
    size_bytes: int
    policy: Policy | None = None
    began_s: float | None = None
    types: frozenset[str] | None = None


class Cached(NamedTuple, Generic[T]):
    """An answer with its `age_s` since the request, and the `fresh_for_s` seconds that remain.

    `policy` is the one that it is cached under. A value made from this answer passes `tags`, `policy` and
    `began_s` on in its own `Fetched`.
    """

    value: T
    state: CacheState
    age_s: float
    fresh_for_s: float
    policy: Policy
    tags: tuple[Tag, ...]
    began_s: float
