"""Reads of a cart that the gateway makes before it changes the cart."""

from typing import Any

import msgspec
import orjson

from clients.errors import Broken
from clients.guard import PAGE, CallOptions
from clients.storefront.client import UPSTREAM, Storefront, failure

CART_ATTRIBUTES = """
query CartAttributes($id: ID!) {
  cart(id: $id) { attributes { key value } }
}
"""


class _Attribute(msgspec.Struct):
    key: str
    value: str | None = None


class _VisitedCart(msgspec.Struct):
    attributes: list[_Attribute]


class _CartVisitAnswer(msgspec.Struct):
    cart: _VisitedCart | None


async def cart_attributes(
    storefront: Storefront, cart_id: str, *, buyer_ip: str | None, options: CallOptions = PAGE
) -> list[tuple[str, str]] | None:
    """A cart's attributes, key and value, in order; None when there is no such cart. Raises UpstreamError.

    An answer with any fault is a failure: attributes that are not read would be lost when they are written.
    Source: Storefront API 2026-10, Cart.attributes
    """
    operation = "CartAttributes"
    body: dict[str, Any] = {"query": CART_ATTRIBUTES, "variables": {"id": cart_id}}
    answer = await storefront.forward(
        operation, orjson.dumps(body), buyer_ip=buyer_ip, idempotent=True, options=options
    )
    if answer.faults:
        raise failure(operation, answer.faults[0])
    try:
        cart = msgspec.json.decode(answer.data, type=_CartVisitAnswer).cart
    except msgspec.DecodeError as error:
        raise Broken(UPSTREAM, operation, str(error)) from error
    return None if cart is None else [(each.key, each.value or "") for each in cart.attributes]
