"""`ShopOrder.earned`: what the shop earned by an order, for staff."""

from __future__ import annotations

import strawberry

from resolvers.orders.earnings import EarningsWithheld, OrderEarnings
from schema.money import money_v2
from schema.storefront import MoneyV2

strawberry.enum(
    EarningsWithheld,
    name="OrderEarnedWithheld",
    description="Why what was earned is withheld. NOT_PAID: the buyer still owes something. PRINTING_COST_UNKNOWN: "
    "Printful has not charged yet, or does not answer. GOODS_COST_UNKNOWN: Shopify has no cost of an item. "
    "CURRENCIES_DIFFER: amounts that cannot be put together.",
)


@strawberry.type(description="What the shop earned by an order: money in, less money back, taxes, costs and fees.")
class OrderEarned:
    found: strawberry.Private[OrderEarnings]
    fees_are_estimated: bool = strawberry.field(
        description="Whether fees that Shopify does not state were computed with `FEE_PERCENT` and `FEE_FIXED`."
    )
    withheld: EarningsWithheld | None = strawberry.field(
        description="Why `earned` is null; null when `earned` has a value."
    )

    @strawberry.field(description="What the buyer paid, with taxes and shipping. Source: Shopify.")
    def retail(self) -> MoneyV2 | None:
        return money_v2(self.found.retail)

    @strawberry.field(description="What the buyer got back. Source: Shopify.")
    def refunded(self) -> MoneyV2 | None:
        return money_v2(self.found.refunded)

    @strawberry.field(description="The taxes in what the buyer paid and kept. Source: Shopify.")
    def tax(self) -> MoneyV2 | None:
        return money_v2(self.found.tax)

    @strawberry.field(description="What Printful charged for printing and shipping; null until it has.")
    def printing(self) -> MoneyV2 | None:
        return money_v2(self.found.printing)

    @strawberry.field(description="The cost of the shop's own goods; null when one is not known. Source: Shopify.")
    def goods(self) -> MoneyV2 | None:
        return money_v2(self.found.goods)

    @strawberry.field(description="The payment fees.")
    def fees(self) -> MoneyV2 | None:
        return money_v2(self.found.fees)

    @strawberry.field(description="Retail less all of these.")
    def earned(self) -> MoneyV2 | None:
        return money_v2(self.found.earned)

    @classmethod
    def of(cls, found: OrderEarnings) -> OrderEarned:
        return cls(found=found, fees_are_estimated=found.fees_are_estimated, withheld=found.withheld)
