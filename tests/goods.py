"""Goods and money of the sandbox's shop, for tests."""

from decimal import Decimal
from typing import Any

from clients.money import Money
from sandbox.records import ProductVariant
from sandbox.store import Store


def variant(store: Store, handle: str) -> ProductVariant:
    """The first variant of a product."""
    product = store.product_by_handle(handle)
    assert product is not None
    return product.variants[0]


def amount(money: Any) -> Decimal:
    """The amount of a MoneyV2."""
    return Decimal(money["amount"])


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")
