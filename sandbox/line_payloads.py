"""The lines of orders in the bodies of Shopify's webhooks, with their discounts and taxes."""

from decimal import Decimal
from typing import Any

from sandbox.order_records import Order, OrderDiscount, OrderLineItem, ShippingLine
from sandbox.payload_values import amount, fields_of, money_set, named
from sandbox.storefront.values import gid

_TYPES = {"code": "discount_code"}
_ON_THE_LINE = ("manual", "script")  # what `total_discount` counts: not what a code or an automatic discount gives


def order_line(order: Order, line: OrderLineItem) -> dict[str, Any]:
    """A line as an order has it: of a parcel's, what it has to tell of the whole order besides."""
    return {
        **line_item(order, line, line.quantity),
        **fields_of("order_line", line),
    }


def line_item(order: Order, line: OrderLineItem, quantity: int) -> dict[str, Any]:
    """A line, with so many of its units."""
    variant = line.variant
    product = None if variant is None else variant.product
    on_the_line = [value for discount, value in line.discounts if discount.kind in _ON_THE_LINE]
    total_discount = sum(on_the_line, Decimal(0))
    return {
        **fields_of("line_item", line),
        "admin_graphql_api_id": gid("LineItem", line.id),
        "fulfillable_quantity": _fulfillable(order, line),
        "fulfillment_status": _fulfillment_status(order, line),
        "gift_card": product is not None and product.is_gift_card,
        "grams": 0 if variant is None else variant.weight_grams,
        "name": f"{line.title} - {line.variant_title}" if line.variant_title else line.title,
        "price_set": money_set(line.unit_price, order.currency),
        "product_exists": product is not None,
        "product_id": None if product is None else product.id,
        "properties": named(line.attributes),
        "quantity": quantity,
        "taxable": variant is None or variant.taxable,
        "total_discount": amount(total_discount),
        "total_discount_set": money_set(total_discount, order.currency),
        "variant_id": None if variant is None else variant.id,
        "variant_inventory_management": "shopify" if variant is not None and variant.tracked else None,
        "tax_lines": taxes(order, line.tax, line.discounted_total),
        "discount_allocations": _allocations(order, line.discounts),
    }


def shipping_line(order: Order, line: ShippingLine) -> dict[str, Any]:
    current = Decimal(0) if line.removed else line.discounted_price
    return {
        **fields_of("shipping_line", line),
        "current_discounted_price_set": money_set(current, order.currency),
        "discounted_price_set": money_set(line.discounted_price, order.currency),
        "price_set": money_set(line.price, order.currency),
        "tax_lines": taxes(order, line.tax, line.discounted_price),
        "discount_allocations": _allocations(order, line.discounts),
    }


def taxes(order: Order, tax: Decimal, taxed: Decimal) -> list[dict[str, Any]]:
    """The tax on the amount `taxed`; none for zero."""
    if not tax:
        return []
    return [
        {
            "price": amount(tax),
            "price_set": money_set(tax, order.currency),
            "rate": round(float(tax / taxed), 4) if taxed else 0.0,
            "title": "Tax",
            "channel_liable": False,
        }
    ]


def discount_application(discount: OrderDiscount) -> dict[str, Any]:
    is_share = discount.percentage is not None
    value = discount.percentage if discount.percentage is not None else discount.amount or Decimal(0)
    named_by = "code" if discount.kind == "code" else "title"
    application = {
        "target_type": discount.target.lower(),
        "type": _TYPES.get(discount.kind, discount.kind),
        "value": f"{value:.1f}" if is_share else amount(value),
        "value_type": "percentage" if is_share else "fixed_amount",
        "allocation_method": discount.method.lower(),
        "target_selection": discount.selection.lower(),
        named_by: discount.title,
    }
    return application if discount.description is None else {**application, "description": discount.description}


def _allocations(order: Order, shares: list[tuple[OrderDiscount, Decimal]]) -> list[dict[str, Any]]:
    return [
        {
            "amount": amount(value),
            "discount_application_index": order.discounts.index(discount),
            "amount_set": money_set(value, order.currency),
        }
        for discount, value in shares
    ]


def _fulfillable(order: Order, line: OrderLineItem) -> int:
    if not order.fulfillment_orders:
        return line.current_quantity
    parts = [part for each in order.fulfillment_orders if not each.is_over for part in each.lines]
    return sum(part.remaining for part in parts if part.line is line)


def _fulfillment_status(order: Order, line: OrderLineItem) -> str | None:
    parcels = [parcel for parcel in order.fulfillments if parcel.succeeded]
    handed_over = sum(units for parcel in parcels for each, units in parcel.items if each is line)
    if not handed_over:
        return None
    return "fulfilled" if handed_over >= line.current_quantity else "partial"
