"""How the goods of a fulfillment order reach the buyer. No I/O."""

from collections.abc import Mapping
from enum import StrEnum

from clients.admin.order_statuses import DeliveryMethod
from clients.admin.orders import FulfillmentOrder, Order


class Way(StrEnum):
    """Who brings the goods to the buyer; the words are read by staff."""

    MAIL = "mailed"
    COUNTER = "handed over in the shop"
    LOCAL = "delivered locally"
    PICKUP_POINT = "sent to a pickup point"
    THIRD_PARTY = "handled by a fulfillment service"
    UNKNOWN = "delivered in a way that this gateway does not know"


# The members of Shopify's DeliveryMethodType. One that is not here is UNKNOWN, which staff see on the order.
_WAYS: Mapping[str, Way] = {
    DeliveryMethod.SHIPPING: Way.MAIL,
    DeliveryMethod.PICK_UP: Way.COUNTER,
    DeliveryMethod.RETAIL: Way.COUNTER,
    DeliveryMethod.NONE: Way.COUNTER,
    DeliveryMethod.LOCAL: Way.LOCAL,
    DeliveryMethod.PICKUP_POINT: Way.PICKUP_POINT,
}


def way_of(order: Order, fulfillment_order: FulfillmentOrder) -> Way:
    """The way of a fulfillment order. Without a delivery method its goods and the address decide."""
    if fulfillment_order.is_third_partys:
        return Way.THIRD_PARTY
    if fulfillment_order.method is None:
        return _way_without_method(order, fulfillment_order)
    return _WAYS.get(fulfillment_order.method, Way.UNKNOWN)


def _way_without_method(order: Order, fulfillment_order: FulfillmentOrder) -> Way:
    lines = [line for part in fulfillment_order.lines if (line := order.line(part.line_id)) is not None]
    if lines and not any(line.requires_shipping for line in lines):
        return Way.COUNTER
    return Way.MAIL if order.shipping_address is not None else Way.UNKNOWN


def is_mailed(order: Order, fulfillment_order: FulfillmentOrder) -> bool:
    """Whether a parcel brings the goods."""
    return way_of(order, fulfillment_order) is Way.MAIL


def is_for_the_counter(order: Order, fulfillment_order: FulfillmentOrder) -> bool:
    """Whether the goods are handed over in the shop: picked up, served to a guest who is there, or not sent at all."""
    return way_of(order, fulfillment_order) is Way.COUNTER


def way_in_words(order: Order, fulfillment_order: FulfillmentOrder) -> str:
    """How the goods reach the buyer, to follow "is to be" in a sentence for staff."""
    way, place = way_of(order, fulfillment_order), fulfillment_order.location_name
    at = f" at {place}" if place else ""
    if way is Way.THIRD_PARTY:
        return f'handled by the fulfillment service "{place}"' if place else way.value
    if way is not Way.UNKNOWN:
        words: Mapping[str, str] = {
            DeliveryMethod.PICK_UP: f"picked up{at}",
            DeliveryMethod.NONE: "handed over without shipping",
            DeliveryMethod.RETAIL: f"sold{at}",
        }
        return words.get(fulfillment_order.method or "", way.value)
    if fulfillment_order.method is None:
        return "delivered in a way that Shopify does not say, and the order has no shipping address"
    return f"delivered by the method {fulfillment_order.method}, which this gateway does not know"
