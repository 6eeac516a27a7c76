"""How values stand in the bodies of Shopify's webhooks: times in the shop's own zone, money as texts, addresses."""

from copy import deepcopy
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec

from sandbox import addresses
from sandbox.cart_records import Attributes, PlaceAddress
from sandbox.data_files import read_data

SHOP_ZONE = timezone(timedelta(hours=-5))


def shop_time(moment: datetime) -> str:
    return moment.astimezone(SHOP_ZONE).isoformat(timespec="seconds")


def amount(value: Decimal) -> str:
    return f"{value:.2f}"


def money_set(value: Decimal, currency: str) -> dict[str, Any]:
    """An amount as the shop and as the buyer see it. Orders are in one currency."""
    money = {"amount": amount(value), "currency_code": currency}
    return {"shop_money": money, "presentment_money": dict(money)}


class _Fields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that are read from a record, and those that are always the same."""

    read: list[str | dict[str, str]]
    constant: dict[str, Any]


_RESOURCES = read_data("webhook_fields", dict[str, _Fields])


def fields_of(resource: str, record: Any) -> dict[str, Any]:
    """The fields of a REST resource that need no rule of their own: see `data/webhook_fields.yaml`."""
    fields = _RESOURCES[resource]
    written: dict[str, Any] = deepcopy(fields.constant)
    for each in fields.read:
        ((name, source),) = each.items() if isinstance(each, dict) else ((each, each),)
        written[name] = _written(getattr(record, source))
    return written


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return shop_time(value)
    return amount(value) if isinstance(value, Decimal) else value


def named(attributes: Attributes) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in attributes]


def address(typed: PlaceAddress | None) -> dict[str, Any] | None:
    """An address of an order; None where it has none, as of goods that are picked up."""
    if typed is None:
        return None
    latitude, longitude = addresses.coordinates(typed) or (None, None)
    return {
        "first_name": typed.first_name,
        "address1": typed.address1,
        "phone": typed.phone,
        "city": typed.city,
        "zip": typed.zip,
        "province": addresses.province_name(typed),
        "country": addresses.country_name(typed.country_code),
        "last_name": typed.last_name,
        "address2": typed.address2,
        "company": typed.company,
        "latitude": latitude,
        "longitude": longitude,
        "name": addresses.full_name(typed),
        "country_code": typed.country_code,
        "province_code": typed.province_code,
    }
