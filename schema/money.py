"""Money from the gateway's own sources, as Storefront's MoneyV2."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal as Amount

from clients.money import Money
from schema.storefront import CurrencyCode, Decimal, MoneyV2


def money_v2(money: Money | None) -> MoneyV2 | None:
    """An amount as Storefront's MoneyV2; None stays None."""
    if money is None:
        return None
    return MoneyV2(amount=Decimal(format(money.amount, "f")), currency_code=CurrencyCode(money.currency))


def money_of(raw: Mapping[str, str]) -> Money:
    """The amount in a MoneyV2 that Storefront answered with `amount` and `currencyCode`."""
    return Money(Amount(raw["amount"]), raw["currencyCode"])
