"""`shippingRates` and `costEstimate`: what Printful charges for what is in a cart."""

from __future__ import annotations

import asyncio

import strawberry

from clients.errors import Rejected
from clients.money import Money
from clients.printful import shipping as printful
from clients.printful.shipping import EstimateItem
from clients.storefront.goods import CartAddress, SoldVariant
from resolvers.context import RequestContext
from resolvers.print_on_demand import SyncVariantRef, read_printful_sku
from resolvers.public_errors import ErrorCode, NotConfigured, PublicError
from resolvers.shipping import Quote, QuoteSource, flat_quote, printed_lines, recipient_of
from schema.designs import chosen_design
from schema.info import Info
from schema.money import money_v2
from schema.storefront.types import MoneyV2

LARGEST_ORDER = 250
LARGEST_QUANTITY = 1000  # of one item of an order at Printful

strawberry.enum(
    QuoteSource,
    name="PrintShippingSource",
    description="LIVE: Printful's current rates. LAST_KNOWN: Printful does not answer; these are its rates of the "
    "last day. "
    "FLAT: Printful does not answer; this is the shop's flat rate.",
)


@strawberry.input(description="A quantity of a variant.")
class PrintShippingItem:
    merchandise_id: strawberry.ID = strawberry.field(description="The variant's global id, as carts name it.")
    quantity: int = 1


@strawberry.input(description="A quantity of a variant, with a design when it is customizable.")
class PrintEstimateItem:
    merchandise_id: strawberry.ID = strawberry.field(description="The variant's global id, as carts name it.")
    quantity: int = 1
    design_id: strawberry.ID | None = strawberry.field(
        default=None, description="The design to print; the first design by default."
    )


@strawberry.input(description="The destination. A more complete address gives more exact rates.")
class PrintShippingAddress:
    country_code: str = strawberry.field(description="Two letters (ISO 3166-1 alpha-2).")
    province_code: str | None = strawberry.field(
        default=None, description="Needed for the United States, Canada and Australia."
    )
    city: str | None = None
    zip: str | None = None
    address1: str | None = None


@strawberry.type(description="A shipping method for printed goods. Days count from the order to the delivery.")
class PrintShippingRate:
    rate: strawberry.Private[printful.ShippingRate]
    id: strawberry.ID = strawberry.field(description="The id that a Printful order names.")
    name: str
    min_days: int | None
    max_days: int | None

    @strawberry.field(description="The price of shipping all printed goods together.")
    def price(self) -> MoneyV2:
        price = money_v2(self.rate.price)
        assert price is not None
        return price

    @classmethod
    def of(cls, rate: printful.ShippingRate) -> PrintShippingRate:
        return cls(rate=rate, id=strawberry.ID(rate.id), name=rate.name, min_days=rate.min_days, max_days=rate.max_days)


@strawberry.type(description="The shipping rates of the printed goods among some items.")
class PrintShippingQuote:
    source: QuoteSource
    age_seconds: int | None = strawberry.field(
        description="Seconds since Printful stated the rates; null for a flat rate."
    )
    rates: list[PrintShippingRate] = strawberry.field(
        description="The rates, cheapest first; empty when no item is printed."
    )
    printed_quantity: int = strawberry.field(description="The number of units that the rates cover.")
    other_quantity: int = strawberry.field(description="The number of units that Printful does not make.")

    @classmethod
    def of(cls, quote: Quote, *, printed: int, other: int) -> PrintShippingQuote:
        return cls(
            source=quote.source,
            age_seconds=None if quote.age_s is None else int(quote.age_s),
            rates=[PrintShippingRate.of(rate) for rate in quote.rates],
            printed_quantity=printed,
            other_quantity=other,
        )


@strawberry.type(
    description="What Printful would charge the shop for an order. Amounts that it does not state are null."
)
class PrintCostEstimate:
    costs: strawberry.Private[printful.CostEstimate]
    printed_quantity: int = strawberry.field(description="The number of units in the order.")
    other_quantity: int = strawberry.field(description="The number of units that Printful does not make.")

    @strawberry.field(description="The goods with their prints.")
    def subtotal(self) -> MoneyV2 | None:
        return money_v2(self.costs.money(self.costs.subtotal))

    @strawberry.field(description="Discounts.")
    def discount(self) -> MoneyV2 | None:
        return money_v2(self.costs.money(self.costs.discount))

    @strawberry.field(description="The cheapest shipping method.")
    def shipping(self) -> MoneyV2 | None:
        return money_v2(self.costs.money(self.costs.shipping))

    @strawberry.field(description="Digitizing a design for embroidery.")
    def digitization(self) -> MoneyV2 | None:
        return money_v2(self.costs.money(self.costs.digitization))

    @strawberry.field(description="For custom products.")
    def additional_fee(self) -> MoneyV2 | None:
        return money_v2(self.costs.money(self.costs.additional_fee))

    @strawberry.field(description="For custom products.")
    def fulfillment_fee(self) -> MoneyV2 | None:
        return money_v2(self.costs.money(self.costs.fulfillment_fee))

    @strawberry.field(description="The delivery fee of some states.")
    def retail_delivery_fee(self) -> MoneyV2 | None:
        return money_v2(self.costs.money(self.costs.retail_delivery_fee))

    @strawberry.field(description="Sales tax.")
    def tax(self) -> MoneyV2 | None:
        return money_v2(self.costs.money(self.costs.tax))

    @strawberry.field(description="Value added tax.")
    def vat(self) -> MoneyV2 | None:
        return money_v2(self.costs.money(self.costs.vat))

    @strawberry.field(description="The total.")
    def total(self) -> MoneyV2 | None:
        return money_v2(self.costs.money(self.costs.total))


Lines = list[tuple[SoldVariant, int]]


async def shipping_rates(
    info: Info,
    *,
    cart_id: strawberry.ID | None = None,
    items: list[PrintShippingItem] | None = None,
    address: PrintShippingAddress | None = None,
) -> PrintShippingQuote | None:
    context = info.context
    if (cart_id is None) == (items is None):
        raise PublicError(ErrorCode.BAD_USER_INPUT, "Send either cartId or items.")
    if cart_id is not None:
        cart = await context.sales.cart(cart_id)
        if cart is None:
            return None
        lines, currency = list(cart.lines), cart.subtotal.currency
        known = cart.address
    else:
        lines = await _sold(context, [(each.merchandise_id, each.quantity) for each in items or ()])
        currency, known = await context.sales.currency(), None
    to = _address(address) if address is not None else known
    if to is None:
        raise PublicError(
            ErrorCode.BAD_USER_INPUT, "The destination address is missing: send `address`, or add one to the cart."
        )
    printed = sum(line.quantity for line in printed_lines(lines))
    quote = await quote_of(context, lines, to, currency)
    return PrintShippingQuote.of(quote, printed=printed, other=sum(quantity for _, quantity in lines) - printed)


async def quote_of(context: RequestContext, lines: Lines, to: CartAddress, currency: str) -> Quote:
    """What shipping of these costs. Raises PublicError when Printful does not ship them there."""
    flat = await flat_rate(context)
    if context.services.print_catalogue is None:
        if flat is None:
            raise NotConfigured("printful")
        return flat_quote(flat)
    try:
        return await context.shipping.quote(printed_lines(lines), recipient_of(to), currency=currency, flat_rate=flat)
    except Rejected:
        problem = "Printful does not ship this there: check country, province and items."
        raise PublicError(ErrorCode.BAD_USER_INPUT, problem, upstream="printful") from None


async def flat_rate(context: RequestContext) -> Money | None:
    """The shop's flat rate, None when it has none."""
    amount = context.services.charges.shipping_rate
    return None if amount is None else Money(amount, await context.sales.currency())


async def cost_estimate(
    info: Info, *, items: list[PrintEstimateItem], address: PrintShippingAddress
) -> PrintCostEstimate:
    context = info.context
    catalogue = context.services.print_catalogue
    if catalogue is None:
        raise NotConfigured("printful")
    lines = await _sold(context, [(each.merchandise_id, each.quantity) for each in items])
    asked = [
        item
        for (variant, quantity), each in zip(lines, items, strict=True)
        if (item := _estimate_item(context, variant, quantity, each.design_id)) is not None
    ]
    printed = sum(item.quantity for item in asked)
    if not asked:
        raise PublicError(ErrorCode.BAD_USER_INPUT, "Printful makes none of these items.")
    try:
        costs = await catalogue.printful.estimate_costs(recipient_of(_address(address)), asked, options=context.options)
    except Rejected:
        problem = "Printful cannot estimate this order: check the country, the province and the items."
        raise PublicError(ErrorCode.BAD_USER_INPUT, problem, upstream="printful") from None
    other = sum(quantity for _, quantity in lines) - printed
    return PrintCostEstimate(costs=costs, printed_quantity=printed, other_quantity=other)


def _estimate_item(
    context: RequestContext, variant: SoldVariant, quantity: int, design_id: str | None
) -> EstimateItem | None:
    ref = read_printful_sku(variant.sku, variant.vendor)
    if ref is None:
        return None
    if isinstance(ref, SyncVariantRef):
        return EstimateItem(quantity, sync_variant_id=ref.sync_variant_id)
    design = next(iter(context.services.designs), None) if design_id is None else chosen_design(context, design_id)
    return EstimateItem(quantity, variant_id=ref.variant_id, art_url=None if design is None else design.full_image_url)


async def _sold(context: RequestContext, items: list[tuple[str, int]]) -> Lines:
    """The variants of some ids with their quantities. Raises PublicError."""
    if not 1 <= len(items) <= LARGEST_ORDER:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"Send 1 to {LARGEST_ORDER} items.")
    if any(not 1 <= quantity <= LARGEST_QUANTITY for _, quantity in items):
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"A quantity must be from 1 to {LARGEST_QUANTITY}.")
    variants = await asyncio.gather(*(context.sales.variant(each) for each, _ in items))
    unknown = [each for (each, _), variant in zip(items, variants, strict=True) if variant is None]
    if unknown:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"The shop has no variant {unknown[0]!r}.")
    return [(variant, quantity) for variant, (_, quantity) in zip(variants, items, strict=True) if variant is not None]


def _address(given: PrintShippingAddress) -> CartAddress:
    return CartAddress(given.country_code, given.province_code, given.city, given.zip, given.address1)
