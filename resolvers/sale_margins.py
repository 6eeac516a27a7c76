"""`Cart.margin` and `ProductVariant.margin`: what the shop earns by a sale."""

import asyncio
from contextlib import suppress
from decimal import Decimal

from clients.errors import UpstreamError
from clients.global_ids import GlobalId
from clients.money import Money
from clients.storefront.sold import CartContents
from resolvers.context import RequestContext
from resolvers.margin import MarginParts, margin
from resolvers.print_on_demand import read_printful_sku
from resolvers.public_errors import PublicError
from resolvers.shipping import printed_lines
from resolvers.shipping_rates import flat_rate, quote


async def variant_margin(
    context: RequestContext, *, variant_id: GlobalId, product_id: GlobalId, sku: str | None, vendor: str, price: Money
) -> MarginParts:
    """The margin of one unit of a variant; its shipping is the flat rate. Raises UpstreamError."""
    is_printed = read_printful_sku(sku, vendor) is not None
    cost = await _unit_cost(context, variant_id, sku, vendor, product_id)
    shipping = await flat_rate(context) if is_printed else Money(Decimal(), price.currency)
    return await _margin(context, price, [(cost, 1)], shipping)


async def cart_margin(context: RequestContext, cart_id: str) -> MarginParts | None:
    """The margin of all that is in a cart; None when there is no such cart. Raises UpstreamError."""
    cart = await context.sales.cart(cart_id)
    if cart is None:
        return None
    costs = await asyncio.gather(
        *(_unit_cost(context, each.id, each.sku, each.vendor, each.product_id) for each, _ in cart.lines)
    )
    counted = [(cost, quantity) for cost, (_, quantity) in zip(costs, cart.lines, strict=True)]
    return await _margin(context, cart.subtotal, counted, await _shipping(context, cart))


async def _margin(
    context: RequestContext, retail: Money, costs: list[tuple[Money | None, int]], shipping: Money | None
) -> MarginParts:
    currency = await context.sales.currency()
    return margin(retail, costs, shipping, context.services.charges, shop_currency=currency)


async def _unit_cost(
    context: RequestContext, variant_id: GlobalId, sku: str | None, vendor: str, product_id: GlobalId
) -> Money | None:
    """The cost of making or buying one unit: Printful states it for printed goods, Admin for the others."""
    if read_printful_sku(sku, vendor) is not None:
        if context.services.print_catalogue is None:
            return None
        print_item = await context.prints.print_on_demand(sku, vendor, group=product_id)
        return None if print_item is None else print_item.production_cost
    if context.services.admin is None:
        return None
    stock = await context.inventory.inventory(variant_id)
    return None if stock is None else stock.unit_cost


async def _shipping(context: RequestContext, cart: CartContents) -> Money | None:
    """The cheapest way to ship a cart's printed goods; the flat rate while its address is missing.

    None when neither is known: Printful does not answer, and the shop has no flat rate.
    """
    if not printed_lines(cart.lines):
        return Money(Decimal(), cart.subtotal.currency)
    if cart.address is not None:
        with suppress(PublicError, UpstreamError):  # the address is incomplete, or Printful does not answer
            found = await quote(context, cart.lines, cart.address, cart.subtotal.currency)
            if found.rates:
                return found.rates[0].price
    return await flat_rate(context)
