"""What an order in the tests' world is, as the shop sees it."""

from collections.abc import Mapping

from sandbox.order_records import FulfillmentOrder, Order, OrderLineItem
from sandbox.square.records import SquareOrder
from tests.orders.world import World

CHARGES = {"tip": "Tip", "protection": "Shipping protection"}
COUNTER_METHODS = ("PICK_UP", "NONE", "RETAIL")


def is_printful_line(line: OrderLineItem) -> bool:
    return (line.vendor or "").strip() == "Printful_DS"


def is_served(line: OrderLineItem) -> bool:
    """Whether somebody in the shop has to do something for a line."""
    return not is_printful_line(line) and line.title not in CHARGES.values()


def is_mailed(record: FulfillmentOrder | OrderLineItem) -> bool:
    """Whether a parcel brings it. Every order of the schedules that has something to mail has an address."""
    return record.method in ("SHIPPING", None)


def print_units(world: World, order: Order) -> dict[OrderLineItem, int]:
    """What Printful has to make for an order, were it fit to be made."""
    by_hand = world.history(order).by_hand
    units = {
        line: line.current_quantity - by_hand.get(line.id, 0)
        for line in order.lines
        if is_printful_line(line) and is_mailed(line)
    }
    return {line: count for line, count in units.items() if count > 0}


def is_over(order: Order) -> bool:
    """Whether the order was called off, or its money went back."""
    return order.canceled_at is not None or order.financial_status in ("REFUNDED", "VOIDED", "EXPIRED")


def is_wanted(order: Order) -> bool:
    """Whether anything of the order is to be made, as far as its money and the trust in it go."""
    is_flagged = "HIGH" in {each.level for each in order.risk}
    return not is_over(order) and not is_flagged and any(line.current_quantity for line in order.lines)


def ticket_state(ticket: SquareOrder) -> str:
    """How far a ticket is, CANCELED also where only its order says so."""
    if ticket.state == "CANCELED":
        return "CANCELED"
    return str(ticket.fulfillments[0]["state"]) if ticket.fulfillments else ticket.state


def part_units(part: FulfillmentOrder) -> Mapping[OrderLineItem, int]:
    """What somebody in the shop has to make or hand over of a fulfillment order, whether it was or not."""
    units: dict[OrderLineItem, int] = {}
    for entry in part.lines:
        if is_served(entry.line):
            units[entry.line] = units.get(entry.line, 0) + entry.total
    return {line: count for line, count in units.items() if count}
