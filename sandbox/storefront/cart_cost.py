"""Prices a cart: unit prices by quantity and plan, then discounts, deliveries and gift cards."""

from decimal import Decimal

from sandbox.cart_records import CartLineRecord, CartRecord
from sandbox.countries import CURRENCIES
from sandbox.records import ProductVariant, SellingPlan
from sandbox.store import Store
from sandbox.storefront.cart_delivery import delivery_groups
from sandbox.storefront.cart_discounts import Situation, apply_discounts
from sandbox.storefront.cart_prices import GiftCardUse, PricedCart, PricedLine, rounded
from sandbox.storefront.values import SHOP_CURRENCY, converted, currency_of


def price_cart(store: Store, cart: CartRecord, visitor_country: str) -> PricedCart:
    """What the cart costs now, in the currency of the buyer's country, or else of the visitor's."""
    country = cart.buyer.country or visitor_country
    currency = currency_of(country)
    lines = [_priced(cart, line, currency) for line in cart.lines]
    groups = delivery_groups(store, cart, lines, currency, country)
    applications, codes = apply_discounts(Situation(store, cart, lines, groups, currency, store.clock.now()))
    priced = PricedCart(currency, country, lines, applications, codes, groups)
    priced.gift_cards.extend(_gift_cards(store, cart, priced))
    return priced


def unit_price(variant: ProductVariant, quantity: int, plan: SellingPlan | None, currency: str) -> Decimal:
    """The unit price at this quantity: the best price break, less the discount of the selling plan."""
    price = variant.price
    for minimum, broken in sorted(variant.price_breaks, key=lambda step: step[0]):
        if quantity >= minimum:
            price = broken
    price = converted(price, currency)
    return rounded(price * (100 - plan.percent_off) / 100, currency) if plan else price


def _priced(cart: CartRecord, line: CartLineRecord, currency: str) -> PricedLine:
    # A price break counts the variant's units in the whole cart, however many lines they are on.
    units = sum(other.quantity for other in cart.lines if other.variant is line.variant)
    unit = unit_price(line.variant, units, line.plan, currency)
    usual = converted(line.variant.compare_at_price or line.variant.price, currency)
    return PricedLine(line, unit, usual if usual > unit else None, unit * line.quantity)


def _gift_cards(store: Store, cart: CartRecord, priced: PricedCart) -> list[GiftCardUse]:
    left = priced.before_gift_cards
    uses = []
    for applied in cart.gift_cards:
        card = applied.card
        expired = card.expires_at is not None and card.expires_at <= store.clock.now()
        balance = Decimal(0) if expired or not card.enabled else card.balance
        worth = converted(balance, priced.currency)
        used = min(worth, left)
        left -= used
        in_shop_money = balance if used == worth else rounded(used / CURRENCIES[priced.currency].rate, SHOP_CURRENCY)
        uses.append(GiftCardUse(applied, used, in_shop_money))
    return uses
