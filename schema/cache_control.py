"""`cacheStats` and `cachePurge`: what staff see of the cache, and how they empty it."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from clients.cache.stats import Stats, Tally
from clients.cache.tags import of_id
from resolvers.context import RequestContext
from resolvers.public_errors import ErrorCode, PublicError
from schema.info import Info


@strawberry.enum(description="Kinds of cached answers, by what they contain. ALL: every kind.")
class CacheKind(StrEnum):
    ALL = "all"
    CATALOG = "catalog"
    CONTENT = "content"
    STOCK = "stock"
    PRINT_CATALOG = "print_catalog"
    SHIPPING_RATES = "shipping_rates"
    ORDER_STATUS = "order_status"


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
    if not ids and not kinds:
        raise PublicError(ErrorCode.BAD_USER_INPUT, "Name what to remove: `ids`, `kinds`, or the kind ALL.")
    return CachePurgePayload(purged=_purged(info.context, ids or [], kinds or []))


def _purged(context: RequestContext, ids: list[strawberry.ID], kinds: list[CacheKind]) -> int:
    cache, policies = context.services.cache, context.services.policies
    if cache is None:
        return 0
    try:
        tags = [of_id(each) for each in ids]
    except ValueError as error:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"{error}: send ids like gid://shopify/Product/1.") from None
    purged = cache.invalidate(tags, changed_at=None) if tags else 0
    if CacheKind.ALL in kinds:
        return purged + cache.purge()
    return purged + (cache.purge([getattr(policies, kind.value) for kind in kinds]) if kinds else 0)
