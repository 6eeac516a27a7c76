"""Unit prices of goods sold by weight or volume."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.records import ProductVariant
from sandbox.storefront.values import money_in, smallest_unit


def per_measure(variant: ProductVariant, price: dict[str, Any]) -> dict[str, Any] | None:
    """`price` (a MoneyV2) for the variant's reference quantity; None for goods without a measure."""
    measure = variant.unit_measure
    if measure is None:
        return None
    currency = price["currencyCode"]
    amount = Decimal(price["amount"]) * measure["reference"] / measure["quantity"]
    return money_in(amount.quantize(smallest_unit(currency), ROUND_HALF_UP), currency)


def measurement(variant: ProductVariant) -> dict[str, Any] | None:
    """The variant's UnitPriceMeasurement."""
    measure = variant.unit_measure
    if measure is None:
        return None
    return {
        "measuredType": measure["measured_type"],
        "quantityUnit": measure["unit"],
        "quantityValue": float(measure["quantity"]),
        "referenceUnit": measure["unit"],
        "referenceValue": measure["reference"],
    }
