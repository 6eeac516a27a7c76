"""`cartVisitUpdate`: the attributes of a cart after a change of its visit."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from clients.storefront.carts import cart_attributes
from resolvers.cart_visit import (
    VISIT_ATTRIBUTES,
    Attribute,
    FulfillmentMode,
    attributes_after,
    read_pickup_time,
    read_place,
)
from resolvers.context import RequestContext
from resolvers.public_errors import ErrorCode, PublicError


async def updated_attributes(context: RequestContext, cart_id: str, visit: Mapping[str, Any]) -> list[Attribute]:
    """All attributes of the cart once the fields of `visit` are written; null removes one.

    A cart that does not exist has none: Storefront's payload reports it. Raises PublicError and UpstreamError.
    """
    changes = read_visit(visit, context.services.now())
    storefront = context.services.storefront
    present = await cart_attributes(storefront, cart_id, buyer_ip=context.buyer_ip, options=context.options)
    return attributes_after(present or [], changes)


def read_visit(visit: Mapping[str, Any], now: datetime) -> dict[str, str | None]:
    """The new values of the attributes that a visit names. Raises PublicError."""
    readers: dict[str, Callable[[Any], str]] = {
        "table": lambda text: read_place("table", text),
        "location": lambda text: read_place("location", text),
        "fulfillmentMode": lambda mode: FulfillmentMode(mode).value,
        "pickupAt": lambda text: read_pickup_time(str(text), now),
    }
    keys = dict(zip(readers, VISIT_ATTRIBUTES, strict=True))
    try:
        return {
            keys[name]: None if visit[name] is None else read(visit[name])
            for name, read in readers.items()
            if name in visit
        }
    except ValueError as error:
        raise PublicError(ErrorCode.BAD_USER_INPUT, str(error)) from None
