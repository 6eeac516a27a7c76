"""Printful's charges: shipping by address and items, and the estimate of a whole order.

Source: Printful API v1 (2026-03), Shipping Rate and Orders.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clients.money import Money
from clients.printful.values import decimal, fields, integer, text

LARGE_QUANTITY = 100
"""Rates of more units than this have a limit of their own."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A destination. `state_code` is one of Printful's (clients/printful/states.py); Printful refuses an empty one."""

    country_code: str
    state_code: str | None = None
    city: str | None = None
    zip: str | None = None
    address1: str | None = None

    def as_json(self) -> dict[str, str]:
        values = {
            "address1": self.address1,
            "city": self.city,
            "country_code": self.country_code,
            "state_code": self.state_code,
            "zip": self.zip,
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class RateItem:
    """A quantity of a catalogue variant. `value` is the price of one."""

    variant_id: int
    quantity: int
    value: Decimal | None = None

    def as_json(self) -> dict[str, Any]:
        # The document declares ids as texts here, and as numbers everywhere else.
        item: dict[str, Any] = {"variant_id": str(self.variant_id), "quantity": self.quantity}
        return item if self.value is None else {**item, "value": format(self.value, "f")}


@dataclass(frozen=True, slots=True)
class EstimateItem:
    """A quantity of a catalogue variant with a print file, or of one of the store's sync variants."""

    quantity: int
    variant_id: int | None = None
    sync_variant_id: int | None = None
    art_url: str | None = None

    def as_json(self) -> dict[str, Any]:
        if self.sync_variant_id is not None:
            return {"sync_variant_id": self.sync_variant_id, "quantity": self.quantity}
        item: dict[str, Any] = {"variant_id": self.variant_id, "quantity": self.quantity}
        return item if self.art_url is None else {**item, "files": [{"type": "default", "url": self.art_url}]}


@dataclass(frozen=True, slots=True)
class ShippingRate:
    """A shipping method; `id` is its name in orders. Days are counted from the order."""

    id: str
    name: str
    price: Money
    min_days: int | None
    max_days: int | None


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """Printful's charges for an order; amounts that it does not state are None."""

    currency: str
    subtotal: Decimal | None
    discount: Decimal | None
    shipping: Decimal | None
    digitization: Decimal | None
    additional_fee: Decimal | None
    fulfillment_fee: Decimal | None
    retail_delivery_fee: Decimal | None
    tax: Decimal | None
    vat: Decimal | None
    total: Decimal | None

    def money(self, amount: Decimal | None) -> Money | None:
        """An amount with its currency."""
        return None if amount is None else Money(amount, self.currency)


def quantity_of(items: Sequence[RateItem]) -> int:
    """The number of units of all items."""
    return sum(item.quantity for item in items)


def read_rates(result: Any) -> tuple[ShippingRate, ...]:
    """The rates in an answer, cheapest first. Raises ValueError when one has no id or no price."""
    if not isinstance(result, list):
        raise ValueError("the rates are no list")
    return tuple(sorted((_rate(fields(each)) for each in result), key=lambda rate: rate.price.amount))


def _rate(raw: Mapping[str, Any]) -> ShippingRate:
    key, amount, currency = text(raw.get("id")), decimal(raw.get("rate")), text(raw.get("currency"))
    if key is None or amount is None or currency is None:
        raise ValueError("a rate without id, rate or currency")
    return ShippingRate(
        id=key,
        name=text(raw.get("name")) or key,
        price=Money(amount, currency),
        min_days=integer(raw.get("minDeliveryDays")),
        max_days=integer(raw.get("maxDeliveryDays")),
    )


def read_estimate(raw: Mapping[str, Any]) -> CostEstimate:
    """The costs in an estimate, whose amounts are numbers. Raises ValueError without a currency."""
    costs = fields(raw.get("costs"))
    currency = text(costs.get("currency"))
    if currency is None:
        raise ValueError("costs without a currency")
    parts = (
        "subtotal",
        "discount",
        "shipping",
        "digitization",
        "additional_fee",
        "fulfillment_fee",
        "retail_delivery_fee",
        "tax",
        "vat",
        "total",
    )
    return CostEstimate(currency, *(decimal(costs.get(part)) for part in parts))
