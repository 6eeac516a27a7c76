"""`cacheStats` and `cachePurge`: what staff see and remove of the cache."""

from __future__ import annotations

import strawberry

from clients.cache.stats import Stats, Tally
from resolvers.cache_purge import CacheKind, purge
from schema.info import Info

strawberry.enum(CacheKind, description="Kinds of cached answers, by what they contain. ALL: every kind.")


@strawberry.type(description="What the cache holds now, and what happened since the start of the process.")
class CacheCounts:
    entries: int
    bytes: int
    hits: int = strawberry.field(description="Answers from the cache.")
    stale: int = strawberry.field(description="Answers from the cache while they were fetched again.")
    misses: int = strawberry.field(description="Answers that had to be fetched.")
    error_stale: int = strawberry.field(description="Stale answers that were served because the upstream failed.")
    fetches: int
    failures: int
    evictions: int = strawberry.field(description="Answers that were removed to make room.")
    invalidated: int = strawberry.field(description="Answers that were removed because something changed.")

    @classmethod
    def of(cls, tally: Tally) -> CacheCounts:
        names = ("entries", "bytes", "hits", "stale", "misses", "error_stale", "fetches", "failures", "evictions")
        return cls(**{name: getattr(tally, name) for name in names}, invalidated=tally.invalidated)


@strawberry.type(description="The counts of one cache policy, or of several that an answer combines.")
class CachePolicyCounts:
    policy: str
    counts: CacheCounts


@strawberry.type(description="The gateway's cache in this process.")
class CacheStats:
    max_bytes: int
    total: CacheCounts
    policies: list[CachePolicyCounts]
    guarded: int = strawberry.field(description="Changes that Shopify's replicas do not show yet.")

    @classmethod
    def of(cls, stats: Stats) -> CacheStats:
        return cls(
            max_bytes=stats.max_bytes,
            total=CacheCounts.of(stats.total),
            policies=[
                CachePolicyCounts(policy=name, counts=CacheCounts.of(tally))
                for name, tally in sorted(stats.policies.items())
            ],
            guarded=stats.guarded,
        )


@strawberry.type(description="The result of a cache purge.")
class CachePurgePayload:
    purged: int = strawberry.field(description="How many answers were removed.")


def cache_stats(info: Info) -> CacheStats | None:
    cache = info.context.services.cache
    return None if cache is None else CacheStats.of(cache.stats())


def cache_purge(
    info: Info, *, ids: list[strawberry.ID] | None = None, kinds: list[CacheKind] | None = None
) -> CachePurgePayload:
    return CachePurgePayload(purged=purge(info.context, ids or [], kinds or []))
