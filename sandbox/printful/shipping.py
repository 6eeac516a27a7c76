"""What Printful's stand-in charges for shipping, and its estimate of an order's costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.printful.refusals import Refusal
from sandbox.printful_ids import HOODIE, MUG, PRINT_VARIANTS, SHIRT, SYNC_VARIANTS, TOTE, PrintVariant

NEEDS_STATE = ("US", "CA", "AU")
# What the first and each further piece costs to ship at home, in USD.
_PIECES = {
    SHIRT: (Decimal("4.75"), Decimal("2.20")),
    HOODIE: (Decimal("8.49"), Decimal("2.50")),
    MUG: (Decimal("6.99"), Decimal("3.50")),
    TOTE: (Decimal("4.75"), Decimal("1.95")),
}
_USD_IN = {"USD": Decimal(1), "EUR": Decimal("0.92"), "GBP": Decimal("0.79"), "CAD": Decimal("1.37")}
_EUROPE = {"LV": "0.21", "DE": "0.19", "FR": "0.20", "ES": "0.21", "IT": "0.22", "NL": "0.21"}
_COUNTRIES = {"US", "CA", "AU", "GB", "JP", "MX", *_EUROPE}


@dataclass(frozen=True, slots=True)
class _Method:
    id: str
    name: str
    factor: Decimal
    days: tuple[int, int]


_METHODS = (
    _Method("STANDARD", "Flat Rate", Decimal(1), (4, 7)),
    _Method("PRINTFUL_FAST", "Express", Decimal(3), (2, 3)),
)


def rates(asked: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """The answer to a request for rates. Raises Refusal."""
    country = _country(asked.get("recipient"))
    currency = str(asked.get("currency") or "USD")
    if currency not in _USD_IN:
        raise Refusal(400, "Invalid currency code", code="SH-3")
    price = _shipping(_pieces(asked.get("items")), country) * _USD_IN[currency]
    return [_rate(method, price, currency, country, now) for method in _METHODS]


def _rate(method: _Method, price: Decimal, currency: str, country: str, now: datetime) -> dict[str, Any]:
    days = [each + (0 if country == "US" else 4) for each in method.days]
    first, last = (now + timedelta(days=each) for each in days)
    return {
        "id": method.id,
        # Printful leaves a space behind it.
        "name": f"{method.name} (Estimated delivery: {first:%b} {first.day}–{last:%b} {last.day}) ",
        "rate": str(_cents(price * method.factor)),
        "currency": currency,
        "minDeliveryDays": days[0],
        "maxDeliveryDays": days[1],
        "minDeliveryDate": f"{first:%Y-%m-%d}",
        "maxDeliveryDate": f"{last:%Y-%m-%d}",
    }


def estimate(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request for an estimate, in numbers. Raises Refusal."""
    country = _country(asked.get("recipient"))
    pieces = _pieces(asked.get("items"))
    subtotal = sum((variant.cost * quantity for variant, quantity in pieces), Decimal())
    shipping = _shipping(pieces, country)
    is_texan = country == "US" and asked["recipient"].get("state_code") == "TX"
    tax = _cents(subtotal * Decimal("0.0825")) if is_texan else Decimal()
    vat = _cents((subtotal + shipping) * Decimal(_EUROPE.get(country, "0")))
    amounts = {
        "subtotal": subtotal,
        "discount": Decimal(),
        "shipping": _cents(shipping),
        "digitization": Decimal(),
        "additional_fee": Decimal(),
        "fulfillment_fee": Decimal(),
        "retail_delivery_fee": Decimal(),
        "tax": tax,
        "vat": vat,
        "total": subtotal + _cents(shipping) + tax + vat,
    }
    costs = {"currency": "USD", **{name: _number(amount) for name, amount in amounts.items()}}
    return {"costs": costs, "retail_costs": {"currency": "USD", **dict.fromkeys(_RETAIL)}}


_RETAIL = ("subtotal", "discount", "shipping", "tax", "vat", "total")


def quantity_of(asked: Mapping[str, Any]) -> int:
    """How many pieces a request for rates speaks of, 0 where it does not say so well."""
    items = asked.get("items")
    quantities = [each.get("quantity") for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    return sum(each for each in quantities if isinstance(each, int))


def _country(recipient: Any) -> str:
    if not isinstance(recipient, dict) or not recipient.get("country_code"):
        raise Refusal(400, "Recipient: Country cannot be blank.")
    country = str(recipient["country_code"])
    if country not in _COUNTRIES:
        raise Refusal(400, "Invalid country code", code="SH-1")
    if country in NEEDS_STATE and not recipient.get("state_code"):
        raise Refusal(400, "State code is missing")
    if recipient.get("state_code") == "":
        raise Refusal(400, "State code is not valid")
    return country


def _pieces(items: Any) -> list[tuple[PrintVariant, int]]:
    if not isinstance(items, list) or not items:
        raise Refusal(400, "No items")
    return [_piece(each) for each in items]


def _piece(item: Any) -> tuple[PrintVariant, int]:
    if not isinstance(item, dict):
        raise Refusal(400, "Invalid order item", code="OR-5")
    quantity = item.get("quantity")
    if not isinstance(quantity, int) or quantity < 1:
        raise Refusal(400, "The quantity must be a positive number.")
    number = str(item.get("variant_id") or "")
    if "sync_variant_id" in item:
        synced = SYNC_VARIANTS.get(item["sync_variant_id"])
        number = "" if synced is None else str(synced.variant_id)
    variant = PRINT_VARIANTS.get(int(number)) if number.isdigit() else None
    if variant is None:
        raise Refusal(400, f"Variant with ID: {number or item.get('sync_variant_id')} does not exist.")
    return variant, quantity


def _shipping(pieces: list[tuple[PrintVariant, int]], country: str) -> Decimal:
    """The dearest first piece of all, and the further ones each at its own price; twice as much abroad."""
    firsts = [_PIECES[variant.product_id] for variant, _ in pieces]
    dearest = max(firsts)
    further = sum((_PIECES[variant.product_id][1] * quantity for variant, quantity in pieces), Decimal())
    return (dearest[0] + further - dearest[1]) * (1 if country == "US" else 2)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _number(amount: Decimal) -> float | int:
    return int(amount) if amount == int(amount) else float(amount)
