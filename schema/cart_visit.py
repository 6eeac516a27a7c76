"""`cartVisitUpdate`: table, location, pickup time and fulfillment mode, written on the cart for the counter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from resolvers import cart_visit
from resolvers.cart_visit import FulfillmentMode
from resolvers.cart_visit_update import updated_attributes
from resolvers.context import RequestContext
from schema.gateway_field import Rewrite
from schema.storefront import DateTime

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


async def _arguments(arguments: Mapping[str, Any], context: RequestContext) -> Mapping[str, Any]:
    cart_id = arguments["cartId"]
    attributes = await updated_attributes(context, cart_id, arguments["visit"])
    return {"cartId": cart_id, "attributes": [{"key": key, "value": value} for key, value in attributes]}


CART_VISIT = Rewrite(
    field="cartAttributesUpdate", sends=("attributes", "cartId"), arguments=_arguments, asks_first=True
)
