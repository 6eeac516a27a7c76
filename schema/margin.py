"""`Cart.margin` and `ProductVariant.margin`: what the shop earns, for staff."""

from __future__ import annotations

import strawberry

from resolvers import sale_margins
from resolvers.margin import MarginParts, Withheld
from schema.gateway_field import Facts
from schema.info import Info
from schema.money import money_of, money_v2
from schema.storefront import Decimal, MoneyV2

strawberry.enum(
    Withheld,
    name="MarginWithheld",
    description="Why a margin is withheld. COST_UNKNOWN: the cost of an item is not known. SHIPPING_UNKNOWN: "
    "Printful does not answer, and the shop has no flat rate. CURRENCIES_DIFFER: amounts that cannot be put together.",
)


@strawberry.type(description="What the shop earns by a sale: retail less production, shipping and payment fees.")
class Margin:
    parts: strawberry.Private[MarginParts]
    percent: Decimal | None = strawberry.field(description="`earned` as a percentage of `retail`.")
    withheld: Withheld | None = strawberry.field(description="Why `earned` is null; null when `earned` has a value.")

    @strawberry.field(description="What the buyer pays for the goods.")
    def retail(self) -> MoneyV2 | None:
        return money_v2(self.parts.retail)

    @strawberry.field(description="What making or buying the goods costs.")
    def cost(self) -> MoneyV2 | None:
        return money_v2(self.parts.cost)

    @strawberry.field(
        description="What shipping the printed goods costs the shop, whatever the buyer pays for shipping."
    )
    def shipping(self) -> MoneyV2 | None:
        return money_v2(self.parts.shipping)

    @strawberry.field(description="The payment fees.")
    def fees(self) -> MoneyV2 | None:
        return money_v2(self.parts.fees)

    @strawberry.field(description="Retail less all costs.")
    def earned(self) -> MoneyV2 | None:
        return money_v2(self.parts.earned)

    @classmethod
    def of(cls, found: MarginParts) -> Margin:
        percent = None if found.percent is None else Decimal(format(found.percent, "f"))
        return cls(parts=found, percent=percent, withheld=found.withheld)


async def variant_margin(facts: strawberry.Parent[Facts], info: Info) -> Margin:
    product = facts["product"]
    return Margin.of(
        await sale_margins.variant_margin(
            info.context,
            variant_id=facts["id"],
            product_id=product["id"],
            sku=facts["sku"],
            vendor=product["vendor"],
            price=money_of(facts["price"]),
        )
    )


async def cart_margin(facts: strawberry.Parent[Facts], info: Info) -> Margin | None:
    found = await sale_margins.cart_margin(info.context, facts["id"])
    return None if found is None else Margin.of(found)
