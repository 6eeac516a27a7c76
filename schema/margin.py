"""`Cart.margin` and `ProductVariant.margin`: what the shop earns, for staff."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from decimal import Decimal as Amount

import strawberry

from clients.errors import UpstreamError
from clients.money import Money
from clients.storefront.goods import CartContents
from resolvers import margin
from resolvers.context import RequestContext
from resolvers.margin import Withheld
from resolvers.print_on_demand import read_printful_sku
from resolvers.public_errors import PublicError
from resolvers.shipping import printed_lines
from schema.gateway_field import Facts
from schema.info import Info
from schema.money import money_of, money_v2
from schema.shipping import flat_rate, quote_of
from schema.storefront.scalars import Decimal
from schema.storefront.types import MoneyV2

strawberry.enum(
    Withheld,
    name="MarginWithheld",
    description="Why a margin is withheld. COST_UNKNOWN: the cost of an item is not known. SHIPPING_UNKNOWN: "
    "Printful does not answer, and the shop has no flat rate. CURRENCIES_DIFFER: amounts that cannot be put together.",
)


@strawberry.type(description="What the shop earns by a sale: retail less production, shipping and payment fees.")
class Margin:
    parts: strawberry.Private[margin.MarginParts]
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
    def of(cls, found: margin.MarginParts) -> Margin:
        percent = None if found.percent is None else Decimal(format(found.percent, "f"))
        return cls(parts=found, percent=percent, withheld=found.withheld)


async def variant_margin(facts: strawberry.Parent[Facts], info: Info) -> Margin:
    context, product, retail = info.context, facts["product"], money_of(facts["price"])
    is_printed = read_printful_sku(facts["sku"], product["vendor"]) is not None
    cost = await _cost(context, facts["id"], facts["sku"], product["vendor"], product["id"])
    shipping = await flat_rate(context) if is_printed else Money(Amount(), retail.currency)
    return await _margin(context, retail, [(cost, 1)], shipping)


async def cart_margin(facts: strawberry.Parent[Facts], info: Info) -> Margin | None:
    context = info.context
    cart = await context.sales.cart(facts["id"])
    if cart is None:
        return None
    costs = await asyncio.gather(
        *(_cost(context, each.id, each.sku, each.vendor, each.product_id) for each, _ in cart.lines)
    )
    counted = [(cost, quantity) for cost, (_, quantity) in zip(costs, cart.lines, strict=True)]
    return await _margin(context, cart.subtotal, counted, await _shipping(context, cart))


async def _margin(
    context: RequestContext, retail: Money, costs: list[tuple[Money | None, int]], shipping: Money | None
) -> Margin:
    currency = await context.sales.currency()
    return Margin.of(margin.margin(retail, costs, shipping, context.services.charges, shop_currency=currency))


async def _cost(
    context: RequestContext, variant_id: str, sku: str | None, vendor: str, product_id: str
) -> Money | None:
    """What making or buying one costs: Printful says it of what it prints, Admin of what the shop keeps."""
    if read_printful_sku(sku, vendor) is not None:
        if context.services.print_catalogue is None:
            return None
        made = await context.prints.print_on_demand(sku, vendor, group=product_id)
        return None if made is None else made.production_cost
    if context.services.admin is None:
        return None
    stock = await context.inventory.inventory(variant_id)
    return None if stock is None else stock.unit_cost


async def _shipping(context: RequestContext, cart: CartContents) -> Money | None:
    """The cheapest way to ship a cart's printed goods; the flat rate while it is not known where to.

    None when neither is known: Printful does not answer, and the shop has no flat rate.
    """
    if not printed_lines(cart.lines):
        return Money(Amount(), cart.subtotal.currency)
    if cart.address is not None:
        with suppress(PublicError, UpstreamError):  # the address is not yet whole enough, or Printful does not answer
            quote = await quote_of(context, list(cart.lines), cart.address, cart.subtotal.currency)
            if quote.rates:
                return quote.rates[0].price
    return await flat_rate(context)
