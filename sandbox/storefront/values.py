"""Small values of Storefront's types: ids, money, images and times."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.countries import COUNTRIES, CURRENCIES
from sandbox.store import SHOP_DOMAIN

SHOP_CURRENCY = "USD"


def gid(kind: str, number: int | str) -> str:
    return f"gid://shopify/{kind}/{number}"


def read_gid(text: str, kind: str | None = None) -> str | None:
    """The part after the type in a global id, without parameters; None when it is not an id of that type."""
    parts = text.removeprefix("gid://shopify/").split("/", 1)
    if not text.startswith("gid://shopify/") or len(parts) != 2 or (kind is not None and parts[0] != kind):
        return None
    return parts[1].split("?")[0]


def currency_of(country: str) -> str:
    """The currency of a country; the shop's own if the country has no other."""
    known = COUNTRIES.get(country)
    return known.currency if known else SHOP_CURRENCY


def converted(amount: Decimal, currency: str) -> Decimal:
    """Shop money in another currency, rounded to that currency's smallest unit."""
    return (amount * CURRENCIES[currency].rate).quantize(smallest_unit(currency), ROUND_HALF_UP)


def money(amount: Decimal, country: str) -> dict[str, Any]:
    """A MoneyV2 in the currency of `country` from an amount in shop currency."""
    currency = currency_of(country)
    return {"__typename": "MoneyV2", "amount": decimal_text(converted(amount, currency)), "currencyCode": currency}


def money_in(amount: Decimal, currency: str) -> dict[str, Any]:
    """A MoneyV2 of an amount that is in `currency` already."""
    return {"__typename": "MoneyV2", "amount": decimal_text(amount), "currencyCode": currency}


def smallest_unit(currency: str) -> Decimal:
    return Decimal("1") if currency == "JPY" else Decimal("0.01")


def decimal_text(amount: Decimal) -> str:
    """A decimal as Shopify writes it: at least one fractional digit, no further zeros ("4.5", "12.0")."""
    text = format(amount.normalize(), "f")
    return text if "." in text else text + ".0"


def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shop_url(path: str) -> str:
    """The address of a page of the online store."""
    return f"https://{SHOP_DOMAIN}{path}"
