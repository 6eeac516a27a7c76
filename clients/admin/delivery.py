"""The shipping methods of a shop's checkout.

Source: Admin API 2026-10, deliveryProfiles.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clients.admin.setup import read_page
from clients.money import Money


@dataclass(frozen=True, slots=True)
class DeliveryRate:
    """An active rate. `price` None: a carrier calculates it for each cart.

    `countries` are ISO codes. `is_rest_of_world`: it also applies to countries that no other zone names.
    `is_conditional`: it applies to some weights or totals only.
    """

    name: str
    price: Money | None
    countries: frozenset[str]
    is_rest_of_world: bool = False
    is_conditional: bool = False


def read_profile_page(data: Mapping[str, Any]) -> tuple[list[DeliveryRate], str | None]:
    """The rates on a page of profiles, and the next cursor; None on the last page."""
    profiles, after = read_page(data["deliveryProfiles"], lambda raw: list(_rates(raw)))
    return [rate for profile in profiles for rate in profile], after


def _rates(profile: Mapping[str, Any]) -> Iterator[DeliveryRate]:
    for group in profile["profileLocationGroups"]:
        for zone in group["locationGroupZones"]["nodes"]:
            codes = [each["code"] for each in zone["zone"]["countries"]]
            countries = frozenset(code["countryCode"] for code in codes if code["countryCode"] is not None)
            is_rest = any(code["restOfWorld"] for code in codes)
            for method in zone["methodDefinitions"]["nodes"]:
                if method["active"]:
                    is_conditional = bool(method["methodConditions"])
                    for name, price in _priced(method):
                        yield DeliveryRate(name, price, countries, is_rest, is_conditional)


def _priced(method: Mapping[str, Any]) -> Iterator[tuple[str, Money | None]]:
    """The names that a buyer sees, with their prices: a carrier's method has one for each of its services."""
    provider = method["rateProvider"]
    match provider["__typename"]:
        case "DeliveryRateDefinition":
            price = provider["price"]
            yield method["name"], Money(Decimal(price["amount"]), price["currencyCode"])
        case "DeliveryParticipant":
            yield from ((each["name"], None) for each in provider["participantServices"] if each["active"])
