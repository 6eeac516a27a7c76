"""`cartVisitUpdate`: table, place, time and way of handing over, written on the cart, where the counter reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import strawberry

from clients.storefront.carts import cart_attributes
from resolvers import cart_visit
from resolvers.cart_visit import FulfillmentMode
from resolvers.context import RequestContext
from resolvers.public_errors import ErrorCode, PublicError
from schema.gateway_field import Rewrite
from schema.storefront.scalars import DateTime

strawberry.enum(FulfillmentMode, description="How the guest receives the goods.")


@strawberry.input(
    description="Changes of a visit. A field that is left out stays as it is; null removes it from the cart."
)
class CartVisitInput:
    table: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"The table's code, at most {cart_visit.MAX_PLACE_CHARACTERS} characters.",
    )
    location: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"The cafe's code, at most {cart_visit.MAX_PLACE_CHARACTERS} characters.",
    )
    fulfillment_mode: FulfillmentMode | None = strawberry.field(
        default=strawberry.UNSET, description="How the guest receives the goods."
    )
    pickup_at: DateTime | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"The pickup time: from now up to {cart_visit.LONGEST_AHEAD.days} days ahead.",
    )


async def _attributes(arguments: Mapping[str, Any], context: RequestContext) -> Mapping[str, Any]:
    changes = _changes(arguments["visit"], context)
    cart_id, services = arguments["cartId"], context.services
    present = await cart_attributes(services.storefront, cart_id, buyer_ip=context.buyer_ip, options=context.options)
    # There is no such cart: Storefront itself says so, in the payload.
    attributes = cart_visit.attributes_after(present or [], changes)
    return {"cartId": cart_id, "attributes": [{"key": key, "value": value} for key, value in attributes]}


def _changes(visit: Mapping[str, Any], context: RequestContext) -> dict[str, str | None]:
    """What becomes of the attributes that a visit names. Raises PublicError."""
    read: dict[str, Callable[[Any], str]] = {
        "table": lambda text: cart_visit.read_place("table", text),
        "location": lambda text: cart_visit.read_place("location", text),
        "fulfillmentMode": lambda mode: FulfillmentMode(mode).value,
        "pickupAt": lambda text: cart_visit.read_pickup_time(str(text), context.services.now()),
    }
    keys = dict(zip(read, cart_visit.VISIT_ATTRIBUTES, strict=True))
    try:
        return {keys[name]: None if visit[name] is None else read[name](visit[name]) for name in read if name in visit}
    except ValueError as error:
        raise PublicError(ErrorCode.BAD_USER_INPUT, str(error)) from None


CART_VISIT = Rewrite(
    field="cartAttributesUpdate", sends=("attributes", "cartId"), arguments=_attributes, asks_first=True
)
