"""Facts about an order of the simulated world, as the shop sees it."""

from collections.abc import Mapping

from sandbox.order_records import FulfillmentOrder, Order, OrderLineItem
from sandbox.square.records import SquareOrder
from tests.orders.world import World

CHARGES = {"tip": "Tip", "protection": "Shipping protection"}
COUNTER_METHODS = ("PICK_UP", "NONE", "RETAIL")


def is_printful_line(line: OrderLineItem) -> bool:
    return (line.vendor or "").strip() == "Printful_DS"


def is_served(line: OrderLineItem) -> bool:
    """Whether the shop's own staff have work with a line."""
    return not is_printful_line(line) and line.title not in CHARGES.values()


def is_mailed(record: FulfillmentOrder | OrderLineItem) -> bool:
    """Whether a line is delivered by mail. Every such order of the schedules has an address."""
    return record.method in ("SHIPPING", None)


def print_units(world: World, order: Order) -> dict[OrderLineItem, int]:
    """The units that Printful has to make, if the order is valid."""
    by_hand = world.history(order).by_hand
    units = {
        line: line.current_quantity - by_hand.get(line.id, 0)
        for line in order.lines
        if is_printful_line(line) and is_mailed(line)
    }
    return {line: count for line, count in units.items() if count > 0}


def is_over(order: Order) -> bool:
    """Whether the order was cancelled or fully refunded."""
    return order.canceled_at is not None or order.financial_status in ("REFUNDED", "VOIDED", "EXPIRED")


def is_wanted(order: Order) -> bool:
    """Whether the order's payment and risk allow its production."""
    is_flagged = "HIGH" in {each.level for each in order.risk}
    return not is_over(order) and not is_flagged and any(line.current_quantity for line in order.lines)


def ticket_state(ticket: SquareOrder) -> str:
    """The state of a ticket; CANCELED also if only its order is cancelled."""
    if ticket.state == "CANCELED":
        return "CANCELED"
    return str(ticket.fulfillments[0]["state"]) if ticket.fulfillments else ticket.state


def part_units(part: FulfillmentOrder) -> Mapping[OrderLineItem, int]:
    """The units of a fulfillment order that the shop's staff make or hand over, done or not."""
    units: dict[OrderLineItem, int] = {}
    for entry in part.lines:
        if is_served(entry.line):
            units[entry.line] = units.get(entry.line, 0) + entry.total
    return {line: count for line, count in units.items() if count}
