"""How long answers may be kept: one policy per meaning."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Policy:
    """Three lifetimes in a row, in seconds from the moment an answer was asked for.

    `fresh_s`: served as it is. Then, for `stale_while_revalidate_s` more: served at once while it is fetched again
    in the background. And for `stale_if_error_s` after it stopped being fresh: served when fetching it again fails.
    """

    name: str
    fresh_s: float
    stale_while_revalidate_s: float
    stale_if_error_s: float

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a policy needs a name")
        for number in (self.fresh_s, self.stale_while_revalidate_s, self.stale_if_error_s):
            if not 0 <= number < math.inf:
                raise ValueError(f"{self.name}: {number} is no lifetime in seconds")

    @property
    def stores(self) -> bool:
        """Whether an answer under this policy is kept at all."""
        return self.fresh_s + self.stale_while_revalidate_s + self.stale_if_error_s > 0

    @property
    def kinds(self) -> frozenset[str]:
        """The names of the policies it was combined from: those by which its entries can be purged."""
        return frozenset(self.name.split("+"))

    def at_most(self, fresh_s: float) -> "Policy":
        """The same policy with at most `fresh_s` seconds of freshness and nothing stale after them."""
        return replace(self, fresh_s=min(self.fresh_s, fresh_s), stale_while_revalidate_s=0, stale_if_error_s=0)


NEVER = Policy("NEVER", 0, 0, 0)


def strictest(first: Policy, *others: Policy) -> Policy:
    """The policy of an answer made of parts under each of these: the shortest of each lifetime.

    One part that is never kept makes the whole never kept. The name joins all the parts' names, so that an answer with
    a stock figure in it is purged with STOCK even where another part's lifetimes are shorter still.
    """
    parts = (first, *others)
    if not all(part.stores for part in parts):
        return NEVER
    return Policy(
        name="+".join(sorted(frozenset().union(*(part.kinds for part in parts)))),
        fresh_s=min(part.fresh_s for part in parts),
        stale_while_revalidate_s=min(part.stale_while_revalidate_s for part in parts),
        stale_if_error_s=min(part.stale_if_error_s for part in parts),
    )


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies of this gateway.

    `catalog`: products, variants, collections, prices. What changes is purged by webhook, so these lifetimes bound only
        what a lost webhook costs: a price at most eleven minutes old. A shop whose supplier is down for a night still
        shows its goods: a day of them beats an empty page, and the checkout has the last word on the price.
    `content`: pages, articles, menus, policies. Edited by hand and rarely, and nobody pays by them.
    `stock`: availability and counts. A sale changes them without a word in between, so half a minute is the most, and
        ten minutes in an outage: an older promise of stock is worse than none.
    `print_catalog`: Printful's catalogue and size guides. Changed a few times a year, and asked for under 120 requests
        a minute that orders need too; a week of it in an outage.
    `shipping_rates`: a sum the shopper is shown and pays. Never stale while the supplier can be asked; a day old,
        and said to be, when it cannot.
    `order_status`: what Printful and the counter say of a guest's order, and that there is no such order, for a page
        that waits for the next step and asks again and again. Seconds; never stale in an outage, when "unknown" is the
        truth. Whose an order is is never cached.
    """

    catalog: Policy = Policy("CATALOG", 60, 10 * 60, 24 * 3600)
    content: Policy = Policy("CONTENT", 5 * 60, 3600, 24 * 3600)
    stock: Policy = Policy("STOCK", 10, 20, 10 * 60)
    print_catalog: Policy = Policy("PRINT_CATALOG", 3600, 24 * 3600, 7 * 24 * 3600)
    shipping_rates: Policy = Policy("SHIPPING_RATES", 5 * 60, 0, 24 * 3600)
    order_status: Policy = Policy("ORDER_STATUS", 5, 10, 0)

    def with_numbers(self, seconds: Mapping[str, float]) -> "Policies":
        """These policies with some lifetimes replaced, named like `stock_fresh_s` or `catalog_stale_if_error_s`.

        Raises ValueError for a name that is none of them.
        """
        numbers = ("fresh_s", "stale_while_revalidate_s", "stale_if_error_s")
        known = {f"{field.name}_{number}": (field.name, number) for field in fields(self) for number in numbers}
        if unknown := sorted(seconds.keys() - known.keys()):
            raise ValueError(f"no such lifetime: {', '.join(unknown)}")
        changed: dict[str, Policy] = {}
        for name, value in seconds.items():
            policy, number = known[name]
            changed[policy] = replace(changed.get(policy, getattr(self, policy)), **{number: value})
        return replace(self, **changed)
