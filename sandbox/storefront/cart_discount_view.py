"""Discounts as Storefront shows them: applications, allocations and their values."""

from typing import Any

from sandbox.cart_records import Discount
from sandbox.storefront.cart_prices import Allocation, Application
from sandbox.storefront.values import converted, money_in


def application_view(application: Application, currency: str) -> dict[str, Any]:
    """A discount application of a cart, with the type that matches its origin."""
    discount = application.discount
    return {
        "__typename": f"Cart{_origin(discount)}DiscountApplication",
        **_terms(discount, currency),
        "totalAllocatedAmount": money_in(application.total, currency),
        "code": discount.code,
        "title": discount.title,
    }


def allocation_view(allocation: Allocation, currency: str) -> dict[str, Any]:
    discount = allocation.application.discount
    return {
        "__typename": f"Cart{_origin(discount)}DiscountAllocation",
        "discountApplication": {"__typename": "CartDiscountApplication", **_terms(discount, currency)},
        "sourceDiscountApplication": application_view(allocation.application, currency),
        "discountedAmount": money_in(allocation.amount, currency),
        "targetType": _target_type(discount),
        "code": discount.code,
        "title": discount.title,
    }


def _origin(discount: Discount) -> str:
    if discount.code:
        return "Code"
    # Storefront calls a discount by a Shopify Function `custom`.
    return "Custom" if discount.kind == "own_cup" else "Automatic"


def _terms(discount: Discount, currency: str) -> dict[str, Any]:
    return {
        "allocationMethod": "EACH" if discount.target == "LINES" and discount.kind != "fixed" else "ACROSS",
        "targetSelection": _selection(discount),
        "targetType": _target_type(discount),
        "value": _value(discount, currency),
    }


def _selection(discount: Discount) -> str:
    if discount.kind in ("bxgy", "own_cup"):
        return "EXPLICIT"
    return "ENTITLED" if discount.collection_ids else "ALL"


def _target_type(discount: Discount) -> str:
    return "SHIPPING_LINE" if discount.target == "SHIPPING" else "LINE_ITEM"


def _value(discount: Discount, currency: str) -> dict[str, Any]:
    if discount.kind in ("fixed", "own_cup"):
        return money_in(converted(discount.value, currency), currency)
    percentage = 100.0 if discount.kind == "shipping" else float(discount.value)
    return {"__typename": "PricingPercentageValue", "percentage": percentage}
