"""Reads of variants and carts that the gateway makes: contents, prices and destinations."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec
import orjson

from clients.errors import Broken
from clients.global_ids import GlobalId
from clients.guard import PAGE, CallOptions
from clients.money import Money
from clients.storefront.client import UPSTREAM, Storefront, failure
from clients.storefront.sold import CartAddress, CartContents, SoldVariant

_SOLD = "id sku title image { url } price { amount currencyCode } product { id title vendor tags }"
SOLD_VARIANTS = f"""
query SoldVariants($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on ProductVariant {{ {_SOLD} }} }}
}}
"""
CART_CONTENTS = f"""
query CartContents($id: ID!, $after: String) {{
  cart(id: $id) {{
    cost {{ subtotalAmount {{ amount currencyCode }} }}
    buyerIdentity {{ countryCode }}
    delivery {{
      addresses(selected: true) {{
        address {{ ... on CartDeliveryAddress {{ address1 city countryCode provinceCode zip }} }}
      }}
    }}
    lines(first: 250, after: $after) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{ quantity merchandise {{ ... on ProductVariant {{ {_SOLD} }} }} }}
    }}
  }}
}}
"""
SHOP_CURRENCY = "query ShopCurrency { shop { paymentSettings { currencyCode } } }"

A = TypeVar("A")


class _Struct(msgspec.Struct, rename="camel"):
    pass


class _Money(_Struct):
    amount: str
    currency_code: str


class _Image(_Struct):
    url: str


class _Product(_Struct):
    id: GlobalId
    title: str
    vendor: str
    tags: tuple[str, ...]


class _Variant(_Struct):
    id: GlobalId
    title: str
    price: _Money
    product: _Product
    sku: str | None = None
    image: _Image | None = None


class _Cost(_Struct):
    subtotal_amount: _Money


class _Buyer(_Struct):
    country_code: str | None = None


class _Address(_Struct):
    address1: str | None = None
    city: str | None = None
    country_code: str | None = None
    province_code: str | None = None
    zip: str | None = None


class _Selectable(_Struct):
    address: _Address


class _Delivery(_Struct):
    addresses: list[_Selectable]


class _Page(_Struct):
    has_next_page: bool
    end_cursor: str | None = None


class _Line(_Struct):
    quantity: int
    merchandise: _Variant


class _Lines(_Struct):
    page_info: _Page
    nodes: list[_Line]


class _PricedCart(_Struct):
    cost: _Cost
    buyer_identity: _Buyer
    delivery: _Delivery
    lines: _Lines


class _CartAnswer(_Struct):
    cart: _PricedCart | None = None


class _NodesAnswer(_Struct):
    nodes: list[dict[str, Any] | None]


class _PaymentSettings(_Struct):
    currency_code: str


class _ShopCurrency(_Struct):
    payment_settings: _PaymentSettings


class _ShopAnswer(_Struct):
    shop: _ShopCurrency


async def sold_variants(
    storefront: Storefront, ids: Sequence[str], *, buyer_ip: str | None, options: CallOptions = PAGE
) -> dict[str, SoldVariant]:
    """The variants of these global ids, at most 250; unknown ids are absent. Raises UpstreamError."""
    document = (SOLD_VARIANTS, "SoldVariants")
    answer = await _answer_to(
        storefront, document, {"ids": list(ids)}, _NodesAnswer, buyer_ip=buyer_ip, options=options
    )
    # A node of another type has no fields: none of them is selected.
    found = [_read_variant(node) for node in answer.nodes if node]
    return {variant.id: variant for variant in found}


async def cart_contents(
    storefront: Storefront, cart_id: str, *, buyer_ip: str | None, options: CallOptions = PAGE
) -> CartContents | None:
    """The complete contents of a cart; None when there is no such cart. Raises UpstreamError."""
    lines: list[tuple[SoldVariant, int]] = []
    after: str | None = None
    while True:
        document, variables = (CART_CONTENTS, "CartContents"), {"id": cart_id, "after": after}
        answer = await _answer_to(storefront, document, variables, _CartAnswer, buyer_ip=buyer_ip, options=options)
        cart = answer.cart
        if cart is None:
            return None
        lines += [(_variant(line.merchandise), line.quantity) for line in cart.lines.nodes]
        after = cart.lines.page_info.end_cursor
        if not cart.lines.page_info.has_next_page or after is None:
            return CartContents(tuple(lines), _money(cart.cost.subtotal_amount), _address(cart))


async def shop_currency(storefront: Storefront, *, buyer_ip: str | None, options: CallOptions = PAGE) -> str:
    """The shop's currency. Raises UpstreamError."""
    document = (SHOP_CURRENCY, "ShopCurrency")
    answer = await _answer_to(storefront, document, {}, _ShopAnswer, buyer_ip=buyer_ip, options=options)
    return answer.shop.payment_settings.currency_code


async def _answer_to(
    storefront: Storefront,
    document: tuple[str, str],
    variables: Mapping[str, Any],
    of: type[A],
    *,
    buyer_ip: str | None,
    options: CallOptions,
) -> A:
    """The complete answer to one of the documents above. Raises UpstreamError, also for a partial answer."""
    text, operation = document
    body = orjson.dumps({"query": text, "variables": variables})
    answer = await storefront.forward(operation, body, buyer_ip=buyer_ip, idempotent=True, options=options)
    if answer.faults:
        raise failure(operation, answer.faults[0])
    try:
        return msgspec.json.decode(answer.data, type=of)
    except msgspec.DecodeError as error:
        raise Broken(UPSTREAM, operation, str(error)) from error


def _read_variant(node: Mapping[str, Any]) -> SoldVariant:
    try:
        return _variant(msgspec.convert(node, _Variant))
    except msgspec.ValidationError as error:
        raise Broken(UPSTREAM, "SoldVariants", str(error)) from error


def _variant(raw: _Variant) -> SoldVariant:
    return SoldVariant(
        id=raw.id,
        sku=raw.sku,
        title=raw.title,
        image_url=None if raw.image is None else raw.image.url,
        price=_money(raw.price),
        product_id=raw.product.id,
        product_title=raw.product.title,
        vendor=raw.product.vendor,
        tags=raw.product.tags,
    )


def _address(cart: _PricedCart) -> CartAddress | None:
    for each in cart.delivery.addresses:
        said = each.address
        if said.country_code:
            return CartAddress(said.country_code, said.province_code, said.city, said.zip, said.address1)
    country = cart.buyer_identity.country_code
    return None if country is None else CartAddress(country)


def _money(raw: _Money) -> Money:
    try:
        return Money(Decimal(raw.amount), raw.currency_code)
    except InvalidOperation as error:
        raise Broken(UPSTREAM, "money", f"{raw.amount!r} is no amount") from error
