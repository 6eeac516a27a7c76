"""`shippingRates` and `costEstimate`: what Printful charges for shipping some items, and for a whole order."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from clients.errors import Rejected
from clients.money import Money
from clients.printful.shipping import CostEstimate, EstimateItem
from clients.storefront.sold import CartAddress, SoldVariant
from clients.upstreams import UpstreamName
from resolvers.context import RequestContext
from resolvers.print_on_demand import SyncVariantRef, read_printful_sku
from resolvers.public_errors import ErrorCode, NotConfigured, PublicError
from resolvers.shipping import Quote, flat_quote, printed_lines, recipient_of

LARGEST_ORDER = 250
LARGEST_QUANTITY = 1000  # of one item of an order at Printful

Lines = Sequence[tuple[SoldVariant, int]]
"""Variants with their quantities."""


@dataclass(frozen=True, slots=True)
class RequestedItem:
    """A quantity of a variant that a caller asks about; `design_id` None: the first design."""

    variant_id: str
    quantity: int
    design_id: str | None = None


@dataclass(frozen=True, slots=True)
class QuotedItems:
    """A quote, with the number of units that Printful makes and of the others."""

    quote: Quote
    printed: int
    other: int


@dataclass(frozen=True, slots=True)
class EstimatedItems:
    """An estimate, with the number of units that Printful makes and of the others."""

    costs: CostEstimate
    printed: int
    other: int


async def quote_for_cart(context: RequestContext, cart_id: str, address: CartAddress | None) -> QuotedItems | None:
    """The quote for a cart, by default to the address in it; None when there is no such cart.

    Raises PublicError, NotConfigured and UpstreamError.
    """
    cart = await context.sales.cart(cart_id)
    if cart is None:
        return None
    return await _quoted(context, cart.lines, address or cart.address, cart.subtotal.currency)


async def quote_for_items(
    context: RequestContext, items: Sequence[RequestedItem], address: CartAddress | None
) -> QuotedItems:
    """The quote for some items, in the shop's currency. Raises PublicError, NotConfigured and UpstreamError."""
    lines = await _sold(context, items)
    return await _quoted(context, lines, address, await context.sales.currency())


async def quote(context: RequestContext, lines: Lines, to: CartAddress, currency: str) -> Quote:
    """What shipping the lines costs. Raises PublicError when Printful does not ship them there."""
    flat = await flat_rate(context)
    if context.services.print_catalogue is None:
        if flat is None:
            raise NotConfigured(UpstreamName.PRINTFUL)
        return flat_quote(flat)
    try:
        return await context.shipping.quote(printed_lines(lines), recipient_of(to), currency=currency, flat_rate=flat)
    except Rejected:
        problem = "Printful does not ship this there: check country, province and items."
        raise PublicError(ErrorCode.BAD_USER_INPUT, problem, upstream=UpstreamName.PRINTFUL) from None


async def flat_rate(context: RequestContext) -> Money | None:
    """The shop's flat rate, None when it has none."""
    amount = context.services.charges.shipping_rate
    return None if amount is None else Money(amount, await context.sales.currency())


async def estimate(context: RequestContext, items: Sequence[RequestedItem], address: CartAddress) -> EstimatedItems:
    """What Printful would charge for an order of the items. Raises PublicError, NotConfigured and UpstreamError."""
    catalogue = context.services.print_catalogue
    if catalogue is None:
        raise NotConfigured(UpstreamName.PRINTFUL)
    lines = await _sold(context, items)
    printed_items = [
        printed
        for (variant, quantity), item in zip(lines, items, strict=True)
        if (printed := _estimate_item(context, variant, quantity, item.design_id)) is not None
    ]
    if not printed_items:
        raise PublicError(ErrorCode.BAD_USER_INPUT, "Printful makes none of these items.")
    try:
        costs = await catalogue.printful.estimate_costs(recipient_of(address), printed_items, options=context.options)
    except Rejected:
        problem = "Printful cannot estimate this order: check the country, the province and the items."
        raise PublicError(ErrorCode.BAD_USER_INPUT, problem, upstream=UpstreamName.PRINTFUL) from None
    printed_units = sum(item.quantity for item in printed_items)
    return EstimatedItems(costs, printed_units, sum(quantity for _, quantity in lines) - printed_units)


async def _quoted(context: RequestContext, lines: Lines, to: CartAddress | None, currency: str) -> QuotedItems:
    if to is None:
        problem = "The destination address is missing: send `address`, or add one to the cart."
        raise PublicError(ErrorCode.BAD_USER_INPUT, problem)
    printed = sum(line.quantity for line in printed_lines(lines))
    found = await quote(context, lines, to, currency)
    return QuotedItems(found, printed, sum(quantity for _, quantity in lines) - printed)


def _estimate_item(
    context: RequestContext, variant: SoldVariant, quantity: int, design_id: str | None
) -> EstimateItem | None:
    ref = read_printful_sku(variant.sku, variant.vendor)
    if ref is None:
        return None
    if isinstance(ref, SyncVariantRef):
        return EstimateItem(quantity, sync_variant_id=ref.sync_variant_id)
    designs = context.services.designs
    design = next(iter(designs), None) if design_id is None else designs.chosen(design_id)
    return EstimateItem(quantity, variant_id=ref.variant_id, art_url=None if design is None else design.full_image_url)


async def _sold(context: RequestContext, items: Sequence[RequestedItem]) -> Lines:
    """The variants of the items with their quantities. Raises PublicError."""
    if not 1 <= len(items) <= LARGEST_ORDER:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"Send 1 to {LARGEST_ORDER} items.")
    if any(not 1 <= item.quantity <= LARGEST_QUANTITY for item in items):
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"A quantity must be from 1 to {LARGEST_QUANTITY}.")
    variants = await asyncio.gather(*(context.sales.variant(item.variant_id) for item in items))
    unknown = [item.variant_id for item, variant in zip(items, variants, strict=True) if variant is None]
    if unknown:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"The shop has no variant {unknown[0]!r}.")
    return [(variant, item.quantity) for variant, item in zip(variants, items, strict=True) if variant is not None]
