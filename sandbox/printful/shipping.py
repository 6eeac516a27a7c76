"""Shipping rates of Printful's stand-in, and its cost estimates."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.printful.countries import COUNTRIES, STATES
from sandbox.printful.refusals import Refusal
from sandbox.printful_ids import HOODIE, MUG, PRINT_PRODUCTS, PRINT_VARIANTS, SHIRT, SYNC_VARIANTS, TOTE, PrintVariant

NEEDS_STATE = ("US", "CA", "AU", "JP")
# Domestic shipping of the first and of each further piece, in USD.
_PIECES = {
    SHIRT: (Decimal("4.75"), Decimal("2.20")),
    HOODIE: (Decimal("8.49"), Decimal("2.50")),
    MUG: (Decimal("6.99"), Decimal("3.50")),
    TOTE: (Decimal("4.75"), Decimal("1.95")),
}
_USD_IN = {"USD": Decimal(1), "EUR": Decimal("0.92"), "GBP": Decimal("0.79"), "CAD": Decimal("1.37")}
_EUROPE = {"LV": "0.21", "IE": "0.23", "DE": "0.19", "FR": "0.20", "ES": "0.21", "IT": "0.22", "NL": "0.21"}
_STATE = re.compile(r"[0-9A-Z]{1,3}")  # a code of ISO 3166-2 without the country before it


@dataclass(frozen=True, slots=True)
class Method:
    """A shipping method. `factor` multiplies the cheapest rate; `days` is the domestic delivery time."""

    id: str
    name: str
    factor: Decimal
    days: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A blank with its prints; `price` is its production cost."""

    variant: PrintVariant
    quantity: int
    price: Decimal


STANDARD = "STANDARD"
METHODS = (
    Method(STANDARD, "Flat Rate", Decimal(1), (4, 7)),
    Method("PRINTFUL_FAST", "Express", Decimal(3), (2, 3)),
)


def rates(asked: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """The response to a request for rates. Raises Refusal."""
    country = country_of(asked.get("recipient"))
    currency = str(asked.get("currency") or "USD")
    if currency not in _USD_IN:
        raise Refusal(400, "Invalid currency code", code="SH-3")
    price = _shipping(_pieces(asked.get("items")), country) * _USD_IN[currency]
    return [_rate(method, price, currency, country, now) for method in METHODS]


def _rate(method: Method, price: Decimal, currency: str, country: str, now: datetime) -> dict[str, Any]:
    days = [each + (0 if country == "US" else 4) for each in method.days]
    first, last = (now + timedelta(days=each) for each in days)
    return {
        "id": method.id,
        # Printful's own value ends with a space.
        "name": f"{method.name} (Estimated delivery: {first:%b} {first.day}–{last:%b} {last.day}) ",
        "rate": str(_cents(price * method.factor)),
        "currency": currency,
        "minDeliveryDays": days[0],
        "maxDeliveryDays": days[1],
        "minDeliveryDate": f"{first:%Y-%m-%d}",
        "maxDeliveryDate": f"{last:%Y-%m-%d}",
    }


def estimate(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The response to a request for a cost estimate, in numbers. Raises Refusal."""
    country = country_of(asked.get("recipient"))
    method = method_of(asked.get("shipping") or STANDARD)
    amounts = costs(_pieces(asked.get("items")), country, asked["recipient"].get("state_code"), method)
    shown = {"currency": "USD", **{name: _number(amount) for name, amount in amounts.items()}}
    return {"costs": shown, "retail_costs": {"currency": "USD", **dict.fromkeys(RETAIL)}}


def costs(pieces: list[Piece], country: str, state: str | None, method: Method) -> dict[str, Decimal]:
    """The costs of an order for the shop, in USD."""
    subtotal = sum((piece.price * piece.quantity for piece in pieces), Decimal())
    shipping = _cents(_shipping(pieces, country) * method.factor)
    tax = _cents(subtotal * Decimal("0.0825")) if (country, state) == ("US", "TX") else Decimal()
    vat = _cents((subtotal + shipping) * Decimal(_EUROPE.get(country, "0")))
    return {
        "subtotal": subtotal,
        "discount": Decimal(),
        "shipping": shipping,
        "digitization": Decimal(),
        "additional_fee": Decimal(),
        "fulfillment_fee": Decimal(),
        "retail_delivery_fee": Decimal(),
        "tax": tax,
        "vat": vat,
        "total": subtotal + shipping + tax + vat,
    }


def method_of(key: Any) -> Method:
    """The shipping method with that id. Raises Refusal."""
    for method in METHODS:
        if method.id == key:
            return method
    raise Refusal(400, "Invalid shipping method", code="OR-4")


RETAIL = ("subtotal", "discount", "shipping", "tax", "vat", "total")


def quantity_of(asked: Mapping[str, Any]) -> int:
    """The quantity in a request for rates; 0 if it is missing or invalid."""
    items = asked.get("items")
    quantities = [each.get("quantity") for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    return sum(each for each in quantities if isinstance(each, int))


def country_of(recipient: Any) -> str:
    """The recipient's country code. Raises Refusal, also if the state does not belong to it."""
    if not isinstance(recipient, dict) or not recipient.get("country_code"):
        raise Refusal(400, "Recipient: Country cannot be blank.")
    country = str(recipient["country_code"])
    if country not in COUNTRIES:
        raise Refusal(400, "Invalid country code", code="SH-1")
    state = recipient.get("state_code")
    if country in NEEDS_STATE and not state:
        raise Refusal(400, "State code is missing")
    if state is not None and not _is_state(state, country):
        raise Refusal(400, "State code is not valid")
    return country


def _is_state(state: Any, country: str) -> bool:
    """Whether Printful accepts that state: one of its list, if it has a list for the country."""
    if not isinstance(state, str) or not _STATE.fullmatch(state):
        return False
    return country not in STATES or state in STATES[country]


def _pieces(items: Any) -> list[Piece]:
    if not isinstance(items, list) or not items:
        raise Refusal(400, "No items")
    return [_piece(each) for each in items]


def _piece(item: Any) -> Piece:
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
    return Piece(variant, quantity, variant.cost + prints_cost(variant.product_id, placements(item.get("files"))))


def placements(files: Any) -> list[str]:
    """The placements of an item's files; a file without one goes to the default."""
    return [str(each.get("type") or "default") for each in files or () if isinstance(each, dict)]


def prints_cost(product_id: int, places: Iterable[str]) -> Decimal:
    """The surcharge of additional prints on a blank."""
    added = {place: price for place, _, price in PRINT_PRODUCTS[product_id].placements}
    return sum((Decimal(added.get(place) or 0) for place in places), Decimal())


def _shipping(pieces: list[Piece], country: str) -> Decimal:
    """The most expensive first piece, plus the rate of each further piece; doubled abroad."""
    firsts = [_PIECES[piece.variant.product_id] for piece in pieces]
    dearest = max(firsts)
    further = sum((_PIECES[piece.variant.product_id][1] * piece.quantity for piece in pieces), Decimal())
    return (dearest[0] + further - dearest[1]) * (1 if country == "US" else 2)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _number(amount: Decimal) -> float | int:
    return int(amount) if amount == int(amount) else float(amount)
