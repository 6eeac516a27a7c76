"""`shippingRates` and `costEstimate`: what Printful charges for what is in a cart."""

from __future__ import annotations

import strawberry

from clients.printful.shipping import CostEstimate, ShippingRate
from clients.storefront.sold import CartAddress
from resolvers.public_errors import ErrorCode, PublicError
from resolvers.shipping import QuoteSource
from resolvers.shipping_rates import QuotedItems, RequestedItem, estimate, quote_for_cart, quote_for_items
from schema.info import Info
from schema.money import money_v2
from schema.storefront import MoneyV2

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
    rate: strawberry.Private[ShippingRate]
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
    def of(cls, rate: ShippingRate) -> PrintShippingRate:
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
    def of(cls, found: QuotedItems) -> PrintShippingQuote:
        quote = found.quote
        return cls(
            source=quote.source,
            age_seconds=None if quote.age_s is None else int(quote.age_s),
            rates=[PrintShippingRate.of(rate) for rate in quote.rates],
            printed_quantity=found.printed,
            other_quantity=found.other,
        )


@strawberry.type(
    description="What Printful would charge the shop for an order. Amounts that it does not state are null."
)
class PrintCostEstimate:
    costs: strawberry.Private[CostEstimate]
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


async def shipping_rates(
    info: Info,
    *,
    cart_id: strawberry.ID | None = None,
    items: list[PrintShippingItem] | None = None,
    address: PrintShippingAddress | None = None,
) -> PrintShippingQuote | None:
    to = None if address is None else _address(address)
    if cart_id is not None and items is None:
        found = await quote_for_cart(info.context, cart_id, to)
    elif cart_id is None and items is not None:
        requested = [RequestedItem(each.merchandise_id, each.quantity) for each in items]
        found = await quote_for_items(info.context, requested, to)
    else:
        raise PublicError(ErrorCode.BAD_USER_INPUT, "Send either cartId or items.")
    return None if found is None else PrintShippingQuote.of(found)


async def cost_estimate(
    info: Info, *, items: list[PrintEstimateItem], address: PrintShippingAddress
) -> PrintCostEstimate:
    requested = [RequestedItem(each.merchandise_id, each.quantity, each.design_id) for each in items]
    found = await estimate(info.context, requested, _address(address))
    return PrintCostEstimate(costs=found.costs, printed_quantity=found.printed, other_quantity=found.other)


def _address(given: PrintShippingAddress) -> CartAddress:
    return CartAddress(given.country_code, given.province_code, given.city, given.zip, given.address1)
