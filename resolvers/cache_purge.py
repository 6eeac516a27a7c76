"""`cachePurge`: what staff remove from the cache by hand."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from clients.cache.tags import of_id
from resolvers.context import RequestContext
from resolvers.public_errors import ErrorCode, PublicError


class CacheKind(StrEnum):
    """A kind of cached answers, by its policy."""

    ALL = "all"
    CATALOG = "catalog"
    CONTENT = "content"
    STOCK = "stock"
    PRINT_CATALOG = "print_catalog"
    SHIPPING_RATES = "shipping_rates"
    ORDER_STATUS = "order_status"


def purge(context: RequestContext, ids: Sequence[str], kinds: Collection[CacheKind]) -> int:
    """Removes the answers about these ids and of these kinds, here and in the CDN; how many were here.

    Raises PublicError.
    """
    if not ids and not kinds:
        raise PublicError(ErrorCode.BAD_USER_INPUT, "Name what to remove: `ids`, `kinds`, or the kind ALL.")
    cache, policies = context.services.cache, context.services.policies
    if cache is None:
        return 0
    try:
        tags = [of_id(each) for each in ids]
    except ValueError as error:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"{error}: send ids like gid://shopify/Product/1.") from None
    cdn = context.services.purges
    purged = 0
    if tags:
        purged += cache.invalidate(tags, changed_at=None)
        if cdn is not None:
            cdn.changed(tags)
    if kinds:
        of_kinds = [] if CacheKind.ALL in kinds else [getattr(policies, kind.value) for kind in kinds]
        purged += cache.purge(of_kinds)
        if cdn is not None:
            cdn.purge(of_kinds)
    return purged
