"""How the goods of a fulfillment order reach the buyer. No I/O."""

from collections.abc import Mapping
from enum import StrEnum

from clients.admin.order_statuses import DeliveryMethod
from clients.admin.orders import FulfillmentOrder, Order


class DeliveryRoute(StrEnum):
    """How the goods reach the buyer; staff read the values."""

    MAIL = "mailed"
    COUNTER = "handed over in the shop"
    LOCAL = "delivered locally"
    PICKUP_POINT = "sent to a pickup point"
    THIRD_PARTY = "handled by a fulfillment service"
    UNKNOWN = "delivered by a method that the gateway does not support"


# By Shopify's DeliveryMethodType. Other values are UNKNOWN, and the order says so.
_WAYS: Mapping[str, DeliveryRoute] = {
    DeliveryMethod.SHIPPING: DeliveryRoute.MAIL,
    DeliveryMethod.PICK_UP: DeliveryRoute.COUNTER,
    DeliveryMethod.RETAIL: DeliveryRoute.COUNTER,
    DeliveryMethod.NONE: DeliveryRoute.COUNTER,
    DeliveryMethod.LOCAL: DeliveryRoute.LOCAL,
    DeliveryMethod.PICKUP_POINT: DeliveryRoute.PICKUP_POINT,
}


def delivery_route(order: Order, fulfillment_order: FulfillmentOrder) -> DeliveryRoute:
    """The route of a fulfillment order. Without a delivery method, its goods and the address decide."""
    if fulfillment_order.is_third_partys:
        return DeliveryRoute.THIRD_PARTY
    if fulfillment_order.method is None:
        return _route_without_method(order, fulfillment_order)
    return _WAYS.get(fulfillment_order.method, DeliveryRoute.UNKNOWN)


def _route_without_method(order: Order, fulfillment_order: FulfillmentOrder) -> DeliveryRoute:
    lines = [line for part in fulfillment_order.lines if (line := order.line(part.line_id)) is not None]
    if lines and not any(line.requires_shipping for line in lines):
        return DeliveryRoute.COUNTER
    return DeliveryRoute.MAIL if order.shipping_address is not None else DeliveryRoute.UNKNOWN


def is_mailed(order: Order, fulfillment_order: FulfillmentOrder) -> bool:
    """Whether the goods are sent by mail."""
    return delivery_route(order, fulfillment_order) is DeliveryRoute.MAIL


def is_for_the_counter(order: Order, fulfillment_order: FulfillmentOrder) -> bool:
    """Whether the goods are handed over in the shop or need no shipping."""
    return delivery_route(order, fulfillment_order) is DeliveryRoute.COUNTER


def route_description(order: Order, fulfillment_order: FulfillmentOrder) -> str:
    """The route in words that follow "is to be" in a sentence for staff."""
    route, place = delivery_route(order, fulfillment_order), fulfillment_order.location_name
    at = f" at {place}" if place else ""
    if route is DeliveryRoute.THIRD_PARTY:
        return f'handled by the fulfillment service "{place}"' if place else route.value
    if route is not DeliveryRoute.UNKNOWN:
        words: Mapping[str, str] = {
            DeliveryMethod.PICK_UP: f"picked up{at}",
            DeliveryMethod.NONE: "handed over without shipping",
            DeliveryMethod.RETAIL: f"sold{at}",
        }
        return words.get(fulfillment_order.method or "", route.value)
    if fulfillment_order.method is None:
        return "delivered, but Shopify states no method and the order has no shipping address"
    return f"delivered by the method {fulfillment_order.method}, which the gateway does not support"
