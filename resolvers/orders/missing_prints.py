"""Finds printed goods that the buyer paid for but that are not sent to Printful, each with the reason. No I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clients.admin.order_statuses import FAILED_FULFILLMENTS, FulfillmentOrderStatus
from clients.admin.orders import FulfillmentOrder, Order, OrderLine
from clients.global_ids import GlobalId, bare_id
from resolvers.orders.delivery import DeliveryRoute, delivery_route, route_description
from resolvers.orders.lines import is_printful_line, named, vendor_fault

EMPTY = frozenset({FulfillmentOrderStatus.CANCELLED, FulfillmentOrderStatus.CLOSED, FulfillmentOrderStatus.INCOMPLETE})
"""The statuses of fulfillment orders with nothing left to hand over."""
ACCEPTED = "forwarding-accepted"
"""The tag with which staff accept that reported goods are not made."""


@dataclass(frozen=True, slots=True)
class MissingPrints:
    """`faults`: goods that nobody makes. `left`: goods that a fulfillment service sends instead of Printful.

    `sent_elsewhere`: goods that left in somebody else's parcel with tracking.
    """

    faults: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    sent_elsewhere: tuple[str, ...] = ()


def missing_prints(
    order: Order, to_print: Mapping[GlobalId, int], sent: Mapping[str, int], shipped: Mapping[str, int]
) -> MissingPrints:
    """The goods that Printful should make, by their vendor or nearly so, but does not.

    `to_print`: units by line id of the planned Printful order. `sent`: units by bare line id in all of Printful's
    parcels; `shipped`: those in parcels of the current Printful order.
    """
    if ACCEPTED in order.tags:
        return MissingPrints()
    found = [_of_line(order, line, to_print, sent, shipped) for line in order.lines if line.current_quantity > 0]
    return MissingPrints(
        tuple(text for each in found for text in each.faults),
        tuple(text for each in found for text in each.left),
        tuple(text for each in found for text in each.sent_elsewhere),
    )


def _of_line(
    order: Order, line: OrderLine, to_print: Mapping[GlobalId, int], sent: Mapping[str, int], shipped: Mapping[str, int]
) -> MissingPrints:
    if not is_printful_line(line):
        return _of_another_vendor(order, line)
    if not _is_routed(order, line):
        return MissingPrints()  # it waits for routing
    bare = bare_id(line.id)
    faults: list[str] = []
    left: list[str] = []
    elsewhere: list[str] = []
    missing = line.current_quantity - to_print.get(line.id, 0) - (sent.get(bare, 0) - shipped.get(bare, 0))
    for there, units in _parts(order, line):
        if missing > 0 and delivery_route(order, there) is not DeliveryRoute.MAIL:
            texts = left if delivery_route(order, there) is DeliveryRoute.THIRD_PARTY else faults
            texts.append(_not_mailed(order, there, line, min(units, missing)))
            missing -= units
    untracked, tracked = _fulfilled(order, line)
    others = untracked + tracked - sent.get(bare, 0)
    if (by_hand := min(missing, others, untracked)) > 0:
        faults.append(_fulfilled_by_hand(line, by_hand))
        missing, others = missing - by_hand, others - by_hand
    if (by_parcel := min(missing, others)) > 0:
        elsewhere.append(f"{_counted(line, by_parcel)} left in a parcel that is not Printful's.")
        missing -= by_parcel
    if missing > 0 and (over := _statuses(order, line) & EMPTY):
        faults.append(_no_longer_made(line, missing, over))
    return MissingPrints(tuple(faults), tuple(left), tuple(elsewhere))


def _of_another_vendor(order: Order, line: OrderLine) -> MissingPrints:
    fault = vendor_fault(line)
    is_at_a_service = any(delivery_route(order, there) is DeliveryRoute.THIRD_PARTY for there, _ in _parts(order, line))
    if fault is None or is_at_a_service or line.current_quantity <= sum(_fulfilled(order, line)):
        return MissingPrints()
    return MissingPrints((f"{fault} {_ACCEPT}",))


def _is_routed(order: Order, line: OrderLine) -> bool:
    return any(part.line_id == line.id for each in order.fulfillment_orders for part in each.lines)


def _parts(order: Order, line: OrderLine) -> Iterator[tuple[FulfillmentOrder, int]]:
    """The fulfillment orders with remaining units of a line, and how many."""
    for each in order.fulfillment_orders:
        units = sum(part.remaining for part in each.lines if part.line_id == line.id)
        if each.status not in EMPTY and units > 0:
            yield each, units


def _fulfilled(order: Order, line: OrderLine) -> tuple[int, int]:
    """Units of a line in Shopify's fulfillments without a tracking number, and in those with one."""
    alive = [each for each in order.fulfillments if each.status not in FAILED_FULFILLMENTS]
    tracked = sum(each.lines.get(line.id, 0) for each in alive if any(known.number for known in each.tracking))
    return sum(each.lines.get(line.id, 0) for each in alive) - tracked, tracked


def _statuses(order: Order, line: OrderLine) -> set[str]:
    return {each.status for each in order.fulfillment_orders if any(part.line_id == line.id for part in each.lines)}


def _not_mailed(order: Order, there: FulfillmentOrder, line: OrderLine, units: int) -> str:
    how = route_description(order, there)
    if delivery_route(order, there) is DeliveryRoute.THIRD_PARTY:
        return f"{_counted(line, units)} is {how}, so the gateway leaves it to that service."
    return (
        f"{_counted(line, units)} is to be {how}. Printful only sends by mail, so nobody makes it: refund it. {_ACCEPT}"
    )


def _fulfilled_by_hand(line: OrderLine, units: int) -> str:
    return (
        f"{_counted(line, units)} was fulfilled in Shopify without a parcel of Printful's. If it must still be made, "
        f"cancel that fulfillment in Shopify. {_ACCEPT}"
    )


def _no_longer_made(line: OrderLine, units: int, statuses: set[str]) -> str:
    return (
        f"Nobody makes {_counted(line, units)}: its fulfillment order is {', '.join(sorted(statuses))}. "
        f"Refund it, or replace the line by editing the order. {_ACCEPT}"
    )


_ACCEPT = f"When the case is closed, tag the order {ACCEPTED}."


def _counted(line: OrderLine, units: int) -> str:
    return named(line) if line.quantity == 1 else f"{units} of {named(line)}"
