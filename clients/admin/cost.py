"""How much may be asked of Shopify Admin at once: 250 ids, and 1,000 cost points a request."""

from collections.abc import Sequence

MAX_IDS = 250
MAX_COST = 1000


def batches(ids: Sequence[str], cost_per_id: float) -> list[list[str]]:
    """`ids` without repetitions, in their order, cut into requests of at most 250 ids and 1,000 cost points."""
    distinct = list(dict.fromkeys(ids))
    size = max(1, min(MAX_IDS, int(MAX_COST / cost_per_id)))
    return [distinct[start : start + size] for start in range(0, len(distinct), size)]
