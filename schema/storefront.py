"""The types of Storefront that the gateway's own fields name, as Strawberry sees them.

`schema/contract.py` replaces each by the type of that name in Storefront's contract: a class needs only the fields
that the gateway fills, and Strawberry wants at least one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

DateTime = NewType("DateTime", str)
Decimal = NewType("Decimal", str)
HTML = NewType("HTML", str)
JSON = NewType("JSON", object)
URL = NewType("URL", str)
CurrencyCode = NewType("CurrencyCode", str)
ProductSortKeys = NewType("ProductSortKeys", str)

SCALARS: Mapping[object, ScalarDefinition] = {
    each: strawberry.scalar(name=each.__name__)
    for each in (DateTime, Decimal, HTML, JSON, URL, CurrencyCode, ProductSortKeys)
}
"""Enums among them: their values are Storefront's names, and the contract says which there are."""


@strawberry.type
class MoneyV2:
    amount: Decimal
    currency_code: CurrencyCode


@strawberry.type
class PageInfo:
    end_cursor: str | None
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None


@strawberry.type
class Product:
    id: strawberry.ID


@strawberry.type
class ProductVariant:
    id: strawberry.ID


@strawberry.type
class ProductConnection:
    page_info: PageInfo


@strawberry.type
class Cart:
    id: strawberry.ID


@strawberry.type
class CartAttributesUpdatePayload:
    cart: Cart | None


@strawberry.type
class CartLinesAddPayload:
    cart: Cart | None


@strawberry.type
class QueryRoot:
    product: Product | None


@strawberry.type
class Mutation:
    cart_lines_add: CartLinesAddPayload | None
