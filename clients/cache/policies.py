"""How long answers may be cached: one policy per meaning."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Policy:
    """Three successive lifetimes, in seconds from the request on.

    `fresh_s`: served as it is. Then, for `stale_while_revalidate_s` more: served at once while it is fetched
    again in the background. For `stale_if_error_s` after the end of `fresh_s`: served when fetching it again
    fails.
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
        """Whether answers under this policy are cached at all."""
        return self.fresh_s + self.stale_while_revalidate_s + self.stale_if_error_s > 0

    @property
    def kinds(self) -> frozenset[str]:
        """The names of the policies that it combines, by which its entries can be purged."""
        return frozenset(self.name.split("+"))

    def at_most(self, fresh_s: float) -> "Policy":
        """The same policy with at most `fresh_s` seconds of freshness and nothing stale after them."""
        return replace(self, fresh_s=min(self.fresh_s, fresh_s), stale_while_revalidate_s=0, stale_if_error_s=0)


NEVER = Policy("NEVER", 0, 0, 0)


def strictest(first: Policy, *others: Policy) -> Policy:
    """The policy of an answer with parts under each of these: the shortest of each lifetime.

    If one part is never cached, neither is the whole. The name joins the names of all parts: an answer with a
    stock figure is purged with STOCK, even if another part has shorter lifetimes.
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

    - `catalog`: products, variants, collections, prices. Webhooks purge changes, so the lifetimes bound only the
      cost of a lost webhook: a price is at most eleven minutes old. In an outage the shop shows its goods for a
      day, and the checkout decides on the price.
    - `content`: pages, articles, menus, policies. They change by hand and rarely, and nobody pays by them.
    - `stock`: availability and counts. A sale changes them without notification. So they are served for half a
      minute, and for ten minutes in an outage: an older promise of stock is worse than none.
    - `counter`: what is sold out at the counter, its hours, and whether it takes orders. Webhooks announce changes.
      A lost webhook is made up for within five minutes, together with the lifetimes of `stock`. In an outage the
      last known state counts for ten minutes; then only Shopify's stock does.
    - `print_catalog`: Printful's catalogue and size guides. They change a few times a year and cost requests that
      orders need, of 120 a minute. They are served for a week in an outage.
    - `shipping_rates`: amounts that the buyer sees and pays. They are never stale while Printful answers. In an
      outage they are up to a day old, and the answer says so.
    - `order_status`: what Printful and the counter report about a guest's order, and that an order does not
      exist, for pages that poll. They live for seconds and are never stale in an outage, when "unknown" is right.
      The owner of an order is never cached.
    """

    catalog: Policy = Policy("CATALOG", 60, 10 * 60, 24 * 3600)
    content: Policy = Policy("CONTENT", 5 * 60, 3600, 24 * 3600)
    stock: Policy = Policy("STOCK", 10, 20, 10 * 60)
    counter: Policy = Policy("COUNTER", 60, 120, 10 * 60)
    print_catalog: Policy = Policy("PRINT_CATALOG", 3600, 24 * 3600, 7 * 24 * 3600)
    shipping_rates: Policy = Policy("SHIPPING_RATES", 5 * 60, 0, 24 * 3600)
    order_status: Policy = Policy("ORDER_STATUS", 5, 10, 0)

    def with_numbers(self, seconds: Mapping[str, float]) -> "Policies":
        """These policies with some lifetimes replaced, named like `stock_fresh_s` or `catalog_stale_if_error_s`.

        Raises ValueError for an unknown name.
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
