"""Printful's shipping method for an order, and when staff are warned that the buyer paid for more."""

from dataclasses import replace
from decimal import Decimal

import pytest

from clients.admin.delivery import DeliveryRate
from clients.money import Money
from resolvers.orders.shipping_choice import (
    NO_RATES,
    ShopRates,
    depends_on_rates,
    is_named_fast,
    mapped_method,
    shipping_method,
)
from tests.unit.orders_given import ADDRESS, blank, carriage, order


def rate(name: str, price: str | None, *countries: str, currency: str = "USD", **changes: bool) -> DeliveryRate:
    money = None if price is None else Money(Decimal(price), currency)
    return DeliveryRate(name, money, frozenset(countries), **changes)


SHOP = ShopRates(
    (
        rate("Shipping", "5.00", "US"),
        rate("Free over 50", "0.00", "US", is_conditional=True),
        rate("Insured", "12.00", "US"),
        rate("Carrier's own", None, "US"),
        rate("Abroad", "20.00", is_rest_of_world=True),
    ),
    is_known=True,
)


def warned(title: str, price: str, rates: ShopRates = SHOP, *, code: str | None = None, country: str = "US") -> str:
    """The warnings of an order with that shipping line."""
    address = replace(ADDRESS, country_code=country)
    given = order(blank(), shipping=(carriage(price, title, code=code),), shipping_address=address)
    method, warnings = shipping_method(given, {}, rates)
    assert method == "STANDARD"
    return " ".join(warnings)


@pytest.mark.parametrize(
    "name",
    [
        "FedEx 2Day",
        "FedEx 2Day A.M.",
        "UPS Worldwide Saver",
        "UPS Next Day Air",
        "UPS 2nd Day Air",
        "UPS 3 Day Select",
        "USPS Priority Mail",
        "Expedited parcel",
        "Overnight",
        "Same-Day delivery",
        "1-2 business days",
        "DHL 24h",
        "48 hours",
        "Royal Mail Tracked 24",
        "Special Delivery Guaranteed",
        "Rush order",
        "Fast shipping",
        "Expressversand",
        "DHL EXPRESS",
        "Eilversand",
        "Schnellversand",
        "Lieferung am nächsten Werktag",
        "1-2 Werktage",
        "Über Nacht",
        "Blitzlieferung",
        "Livraison prioritaire",
        "Livraison rapide",
        "Livraison le lendemain",
        "Chronopost 13",
        "Envío exprés",
        "Envío urgente",
        "Envío rápido",
        "2 días hábiles",
        "Corriere espresso",
        "Spedizione veloce",
        "Spoedlevering",
        "Snelle levering",
        "Volgende dag",
        "Entrega rápida",
        "SEDEX",
        "Snabb leverans",
        "Hurtig levering",
        "Przesyłka ekspresowa",
        "速達",
        "당일 배송",
        "Free express shipping",
        "Saturday Delivery",
        "Livraison accélérée",
        "Livraison J+1",
        "Rychlé doručení",
        "Срочная доставка",
        "Hızlı kargo",
        "当日配送",
        "Prio",
        "Zustellung bis 12 Uhr",
        "Delivery by 10:30 am",
    ],
)
def test_a_rate_that_promises_speed_is_a_warning_whatever_it_costs(name: str) -> None:
    assert is_named_fast((name,))
    for price in ("0.00", "5.00", "30.00"):
        assert "promises fast delivery" in warned(name, price)


@pytest.mark.parametrize(
    "name",
    [
        "Standard",
        "Standard (3-5 days)",
        "Standardversand (5-7 Werktage)",
        "Economy parcel",
        "Super Saver",
        "Flat rate",
        "Livraison standard",
        "Envío estándar",
        "Spedizione gratuita",
        "10-12 business days",
        "Kostenloser Versand",
        "Colissimo",
        "宅急便",
        "택배",
    ],
)
def test_a_rate_that_promises_no_speed_is_not_taken_for_a_fast_one(name: str) -> None:
    assert not is_named_fast((name,))
    assert warned(name, "5.00") == ""


def test_a_rate_is_fast_by_its_code_too() -> None:
    assert "promises fast delivery" in warned("Delivery", "5.00", code="FEDEX_2_DAY")


def test_a_fast_title_is_not_overruled_by_the_code_of_the_standard_rate() -> None:
    assert "promises fast delivery" in warned("Express", "15.00", code="standard")
    assert mapped_method(("standard", "Express"), {"standard": "STANDARD"}) == "STANDARD"
    assert mapped_method(("PRINTFUL_FAST", "Express"), {}) == "PRINTFUL_FAST"


def test_a_rate_that_costs_more_than_the_cheapest_is_a_warning() -> None:
    words = warned("Insured", "12.00")
    assert 'The buyer paid 12.00 USD for "Insured", more than the shop\'s cheapest rate "Shipping" (5.00)' in words
    assert 'Map "Insured" in PRINTFUL_SHIPPING_METHODS' in words


@pytest.mark.parametrize(("title", "price"), [("Shipping", "5.00"), ("Carrier's own", "4.20"), ("Gift", "0.00")])
def test_a_rate_that_costs_no_more_than_the_cheapest_is_no_warning(title: str, price: str) -> None:
    assert warned(title, price) == ""


def test_a_free_rate_for_large_orders_is_not_the_cheapest() -> None:
    cheapest = SHOP.cheapest("US", "USD")
    assert cheapest is not None
    assert cheapest.name == "Shipping"


def test_the_cheapest_rate_is_one_of_the_orders_country() -> None:
    assert warned("Abroad", "20.00", country="DE") == ""
    assert "more than" in warned("Tracked abroad", "25.00", country="DE")
    assert "more than" in warned("Tracked abroad", "20.00", country="US")


def test_tiers_by_weight_of_one_name_are_one_rate() -> None:
    tiers = [rate("Parcel", price, "US", is_conditional=True) for price in ("5.00", "9.00")]
    assert warned("Parcel", "9.00", ShopRates(tuple(tiers), is_known=True)) == ""


def test_rates_in_another_currency_are_not_compared() -> None:
    euros = ShopRates((rate("Versand", "4.90", "US", currency="EUR"),), is_known=True)
    assert "is unknown" in warned("Insured", "12.00", euros)


def test_while_the_shops_rates_are_not_known_only_plain_names_are_trusted() -> None:
    assert "cheapest rate is unknown" in warned("Insured", "12.00", NO_RATES)
    assert warned("Insured", "0.00", NO_RATES) == ""
    assert warned("Economy parcel", "4.00", NO_RATES) == ""


def test_of_several_lines_one_that_is_named_as_fast_is_a_warning() -> None:
    shipping = (carriage("9.00", "Shipping"), carriage("0.00", "Expressversand"))
    _, warnings = shipping_method(order(blank(), shipping=shipping), {}, SHOP)
    assert '"Expressversand", whose name promises fast delivery' in warnings[-1]


def test_a_mapped_rate_causes_no_warning_even_if_mapped_to_the_standard() -> None:
    given = order(blank(), shipping=(carriage("25.00", "Insured express"),))
    assert shipping_method(given, {"insured express": "STANDARD"}, SHOP) == ("STANDARD", ())
    assert mapped_method((" Insured Express ",), {"insured express": "PRINTFUL_FAST"}) == "PRINTFUL_FAST"


@pytest.mark.parametrize(
    ("title", "price", "depends"),
    [("Standard", "9.00", False), ("Express", "9.00", False), ("Gift", "0.00", False), ("Insured", "9.00", True)],
)
def test_the_shops_rates_are_read_only_for_orders_that_depend_on_them(title: str, price: str, depends: bool) -> None:
    assert depends_on_rates(order(blank(), shipping=(carriage(price, title),)), {}) is depends
