"""Builds the parts of an order from the bought goods: lines, discounts and taxes."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sandbox.cart_records import Attributes, PlaceAddress
from sandbox.order_records import Order, OrderDiscount, OrderLineItem
from sandbox.order_stock import place_for
from sandbox.records import ProductVariant
from sandbox.store import Store
from sandbox.storefront.cart_prices import apportioned, rounded
from sandbox.storefront.values import converted

SALES_TAX = Decimal("0.0825")
TAXED_COUNTRY = "US"
SENT = frozenset({"SHIPPING", "LOCAL", "PICKUP_POINT"})
"""The delivery methods for which there is an address."""


class Bought(NamedTuple):
    """So many of a variant; how and from where they reach the buyer is the whole order's affair unless said here."""

    variant: ProductVariant
    quantity: int
    attributes: Mapping[str, str] | Attributes = ()
    method: str | None = None
    location_id: int | None = None


def order_line(store: Store, bought: Bought, method: str, location_id: int | None, currency: str) -> OrderLineItem:
    """The line of an order, at the variant's price and called as its product is called now."""
    variant = bought.variant
    how = bought.method or method
    where = bought.location_id or location_id or place_for(store, variant, bought.quantity, how).id
    return OrderLineItem(
        id=store.new_id(),
        title=variant.product.title,
        quantity=bought.quantity,
        unit_price=converted(variant.price, currency),
        variant=variant,
        attributes=tuple(dict(bought.attributes).items()),
        sku=variant.sku,
        vendor=variant.product.vendor,
        variant_title=None if variant.title == "Default Title" else variant.title,
        requires_shipping=variant.requires_shipping,
        method=how,
        location_id=where,
    )


def give_discounts(order: Order, discounts: Iterable[OrderDiscount]) -> None:
    """Puts discounts on the order, each with its share of every line or delivery."""
    for discount in discounts:
        order.discounts.append(discount)
        if discount.target == "SHIPPING_LINE":
            prices = [line.discounted_price for line in order.shipping_lines]
            shares = _shares(discount, prices, order.currency)
            for delivery, share in zip(order.shipping_lines, shares, strict=True):
                delivery.discounts.append((discount, share))
        else:
            shares = _shares(discount, [line.discounted_total for line in order.lines], order.currency)
            for line, share in zip(order.lines, shares, strict=True):
                line.discounts.append((discount, share))


def _shares(discount: OrderDiscount, prices: Sequence[Decimal], currency: str) -> list[Decimal]:
    whole = sum(prices, Decimal(0))
    off = discount.amount if discount.amount is not None else whole * (discount.percentage or Decimal(0)) / 100
    return apportioned(min(rounded(off, currency), whole), list(prices), currency)


def tax(order: Order) -> None:
    """Sets the taxes of the order's lines and deliveries. Exports are not taxed."""
    rate = tax_rate(order.shipping_address)
    for line in order.lines:
        taxed = line.variant is None or line.variant.taxable
        line.tax = rounded(line.discounted_total * rate, order.currency) if taxed else Decimal(0)
    for delivery in order.shipping_lines:
        delivery.tax = rounded(delivery.discounted_price * rate, order.currency)


def tax_rate(address: PlaceAddress | None) -> Decimal:
    """The part of a price that is added to it as tax."""
    return SALES_TAX if address is None or address.country_code in (None, TAXED_COUNTRY) else Decimal(0)
