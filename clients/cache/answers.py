"""What a fetch hands to the cache, and what the cache hands out."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from clients.cache.policies import Policy
from clients.cache.tags import Tag

T = TypeVar("T")


class CacheState(StrEnum):
    """Where an answer came from."""

    HIT = "HIT"  # kept and fresh
    STALE = "STALE"  # kept, no longer fresh; being fetched again meanwhile
    MISS = "MISS"  # fetched for this call, or for another call of the same moment
    ERROR_STALE = "ERROR_STALE"  # kept, no longer fresh; fetching it again has just failed
    BYPASS = "BYPASS"  # fetched, and never kept


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """An answer worth returning; failures are raised instead.

    `size_bytes`: what `value` occupies. `policy`: narrows the policy asked for; `NEVER` for an answer that turned out
    not to be worth keeping, such as a partial one. `began_s`: for a value put together from kept answers, the earliest
    of their own `Cached.began_s`, so that it does not become younger by being kept twice.
    """

    value: T
    tags: Collection[Tag]
    size_bytes: int
    policy: Policy | None = None
    began_s: float | None = None


class Cached(NamedTuple, Generic[T]):
    """An answer and what may be said about it: `age_s` since it was asked for, `fresh_for_s` more seconds.

    `policy` is the one it was really kept under. `tags`, `policy` and `began_s` are what a value made from this one
    passes on in its own `Fetched`.
    """

    value: T
    state: CacheState
    age_s: float
    fresh_for_s: float
    policy: Policy
    tags: tuple[Tag, ...]
    began_s: float
