"""Builds the ticket of a fulfillment order. No I/O."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from clients.admin.order_statuses import FinancialStatus, FulfillmentOrderStatus, FulfillmentStatus
from clients.admin.orders import FulfillmentOrder, Order, OrderLine
from clients.global_ids import GlobalId, bare_id
from clients.money import smallest_unit
from clients.pos.orders import (
    FulfillmentType,
    GenericCustomer,
    GenericFulfillment,
    GenericItem,
    GenericModifier,
    GenericOrder,
    GenericPayment,
    GenericTotals,
    PaymentStatus,
)
from resolvers.cart_visit import FULFILLMENT_MODE, LOCATION, PICKUP_AT, TABLE, FulfillmentMode
from resolvers.designs import ART_NAME_ATTRIBUTE
from resolvers.orders.apportioning import Share, share_of
from resolvers.orders.comparing import ticket_digest
from resolvers.orders.delivery import is_for_the_counter
from resolvers.orders.journal import POS_KEY, PRINTFUL_KEY
from resolvers.orders.lines import is_charge, is_printful_line, variant_name
from resolvers.orders.plan import ForwardingRules

_HIDDEN = "_"
_OUR_LINES = (f"{PRINTFUL_KEY}: ", f"{POS_KEY}: ")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket. `digest` covers all units ever on it, so that handing some over does not change it."""

    order: GenericOrder
    digest: str
    warnings: tuple[str, ...] = ()


def units_left(
    order: Order,
    fulfillment_order: FulfillmentOrder,
    charges: Collection[str] = (),
) -> dict[GlobalId, int]:
    """Units by line id that the shop still has to make or hand over; lines with none are absent."""
    left: dict[GlobalId, int] = {}
    for part in fulfillment_order.lines:
        line = order.line(part.line_id)
        if line is None or fulfillment_order.status in (
            FulfillmentOrderStatus.CANCELLED,
            FulfillmentOrderStatus.CLOSED,
        ):
            continue
        if not _is_for_the_shop(order, line, charges):
            continue
        units = min(line.current_quantity, left.get(line.id, 0) + part.remaining)
        if units > 0:
            left[line.id] = units
    return left


def _is_for_the_shop(order: Order, line: OrderLine, charges: Collection[str]) -> bool:
    """Whether the shop itself makes or hands over the line; False for Printful's goods."""
    return not is_printful_line(line) and not is_charge(order, line, charges)


def was_handed_over(order: Order, fulfillment_order: FulfillmentOrder) -> bool:
    """Whether the guest got some of it."""
    given = {
        line
        for each in order.fulfillments
        if each.status != FulfillmentStatus.CANCELLED
        for line, n in each.lines.items()
        if n
    }
    return any(part.total > part.remaining and part.line_id in given for part in fulfillment_order.lines)


def ticket(
    order: Order,
    fulfillment_order: FulfillmentOrder,
    *,
    location_id: str,
    is_paid: bool,
    now: datetime,
    rules: ForwardingRules,
) -> Ticket:
    """The ticket for the remaining items of a fulfillment order: a pure function.

    A pickup time that is past or invalid becomes "as soon as possible".
    """
    units = units_left(order, fulfillment_order, rules.charges)
    fulfillment, warnings = _fulfillment(order, fulfillment_order, now)
    if not is_paid and order.financial_status == FinancialStatus.PARTIALLY_PAID and order.outstanding is None:
        warnings.append("A part of the order is paid: charge the guest only the rest.")
    ticket_order = GenericOrder(
        key=f"kynda-order-{order.number}-{bare_id(fulfillment_order.id)}",
        order_id=order.name,
        external_order_id=order.number,
        created_at=order.created_at,
        customer=_customer(order),
        items=_items(order, units),
        totals=_totals(order, fulfillment_order, rules.charges, is_paid=is_paid),
        payment=_payment(order, is_paid=is_paid),
        fulfillment=fulfillment,
        location_id=location_id,
        order_notes=_note(order),
    )
    whole = replace(ticket_order, items=_items(order, _ordered_units(order, fulfillment_order, rules.charges)))
    return Ticket(ticket_order, ticket_digest(whole), tuple(warnings))


def _items(order: Order, units: Mapping[GlobalId, int]) -> tuple[GenericItem, ...]:
    return tuple(_item(line, units[line.id]) for line in order.lines if units.get(line.id, 0) > 0)


def _ordered_units(order: Order, fulfillment_order: FulfillmentOrder, charges: Collection[str]) -> dict[GlobalId, int]:
    """Units by line id on the ticket, including those that were handed over."""
    units: dict[GlobalId, int] = {}
    for part in fulfillment_order.lines:
        units[part.line_id] = units.get(part.line_id, 0) + part.total
    asked = [line for line in order.lines if _is_for_the_shop(order, line, charges)]
    return {line.id: min(line.current_quantity, units.get(line.id, 0)) for line in asked}


def _customer(order: Order) -> GenericCustomer:
    """The guest. A shipping address names the recipient of the parcel, so it counts only if nothing is shipped.

    Without any name, the order's name is used.
    """
    is_sent = any(not is_for_the_counter(order, each) for each in order.fulfillment_orders)
    addresses = [order.billing_address, None if is_sent else order.shipping_address]
    known = [each for each in addresses if each is not None]
    names = (_text(each.name) for each in known)
    phones = (_text(phone) for phone in (order.phone, *(each.phone for each in known)))
    return GenericCustomer(
        name=next((name for name in names if name), order.name),
        email=_text(order.email),
        phone=next((phone for phone in phones if phone), None),
    )


def _item(line: OrderLine, quantity: int) -> GenericItem:
    modifiers = tuple(
        GenericModifier(f"{key}: {value.strip()}")
        for key, value in line.attributes
        if not key.startswith(_HIDDEN) and value.strip()
    )
    art = next((value.strip() for key, value in line.attributes if key == ART_NAME_ATTRIBUTE and value.strip()), None)
    return GenericItem(
        id=line.id,
        name=line.title,
        quantity=quantity,
        unit_price=line.unit_price,
        total_price=line.unit_price * quantity,
        modifiers=modifiers,
        notes=f"Design: {art}" if art else None,
        sku=line.sku or None,
        variant_name=variant_name(line),
        custom_attributes=line.attributes,
    )


def _totals(
    order: Order, fulfillment_order: FulfillmentOrder, charges: Collection[str], *, is_paid: bool
) -> GenericTotals:
    """The totals of a ticket. A guest who pays at the counter is charged at most what the order still owes."""
    share, tip = _share(order, fulfillment_order, charges), _tip(order, fulfillment_order, charges)
    total = share.paid + tip
    due = total if is_paid or order.outstanding is None else _due(order, fulfillment_order, charges, order.outstanding)
    return GenericTotals(
        subtotal=share.subtotal,
        tax=share.tax,
        discount=share.discount,
        grand_total=due,
        currency=order.currency,
        tip=tip,
        prepaid=total - due,
    )


def _share(order: Order, fulfillment_order: FulfillmentOrder, charges: Collection[str]) -> Share:
    return share_of(order, units_left(order, fulfillment_order, charges))


def _due(order: Order, fulfillment_order: FulfillmentOrder, charges: Collection[str], deferred: Decimal) -> Decimal:
    """The ticket's share of the outstanding sum: the order's tickets use it up in sequence."""
    due = Decimal(0)
    for each in _served(order, charges):
        total = _share(order, each, charges).paid + _tip(order, each, charges)
        due = min(total, max(deferred, Decimal(0)))
        deferred -= due
        if each.id == fulfillment_order.id:
            break
    return due.quantize(smallest_unit(order.currency))


def _served(order: Order, charges: Collection[str]) -> list[FulfillmentOrder]:
    """The fulfillment orders for the shop itself, oldest first."""
    found = [
        each
        for each in order.fulfillment_orders
        if each.status != FulfillmentOrderStatus.CANCELLED
        and is_for_the_counter(order, each)
        and any(_ordered_units(order, each, charges).values())
    ]
    return sorted(found, key=_age)


def _tip(order: Order, fulfillment_order: FulfillmentOrder, charges: Collection[str]) -> Decimal:
    """The tip: on the first ticket, and only when the order is not also shipped."""
    alive = [each for each in order.fulfillment_orders if each.status != FulfillmentOrderStatus.CANCELLED]
    is_first = [each.id for each in _served(order, charges)][:1] == [fulfillment_order.id]
    if not is_first or not all(is_for_the_counter(order, each) for each in alive):
        return Decimal(0).quantize(smallest_unit(order.currency))
    return order.tip.quantize(smallest_unit(order.currency))


def _age(fulfillment_order: FulfillmentOrder) -> tuple[int, str]:
    """Sorts by number, because Shopify counts upwards."""
    number = bare_id(fulfillment_order.id)
    return len(number), number


def _payment(order: Order, *, is_paid: bool) -> GenericPayment:
    return GenericPayment(
        method=order.gateways[0] if order.gateways else "unknown",
        status=PaymentStatus.PAID if is_paid else PaymentStatus.UNPAID_AT_POS,
    )


def _fulfillment(
    order: Order, fulfillment_order: FulfillmentOrder, now: datetime
) -> tuple[GenericFulfillment, list[str]]:
    table, mode = _attribute(order, TABLE), (_attribute(order, FULFILLMENT_MODE) or "").casefold()
    requested_at, warnings = _requested_at(_attribute(order, PICKUP_AT), now)
    is_dine_in = table is not None or mode == FulfillmentMode.TABLE
    place = _attribute(order, LOCATION)
    notes = [f"Location: {place}"] if place else []
    if mode == FulfillmentMode.LOBBY:
        notes.append("Bring it to the lobby")
    return GenericFulfillment(
        type=FulfillmentType.DINE_IN if is_dine_in else FulfillmentType.PICKUP,
        requested_at=requested_at,
        notes=". ".join(notes) or None,
        pickup_location=(
            (fulfillment_order.location_id, fulfillment_order.location_name or "")
            if fulfillment_order.location_id
            else None
        ),
        table_number=table,
        is_curbside=mode == FulfillmentMode.CURBSIDE,
    ), warnings


def _requested_at(text: str | None, now: datetime) -> tuple[datetime | None, list[str]]:
    if text is None:
        return None, []
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        return None, ["The pickup time is invalid, so the ticket says as soon as possible."]
    if moment <= now:
        return None, ["The pickup time is past, so the ticket says as soon as possible."]
    return moment.astimezone(UTC), []


def _attribute(order: Order, key: str) -> str | None:
    return next((value.strip() for name, value in order.attributes if name == key and value.strip()), None)


def _note(order: Order) -> str | None:
    """The buyer's and staff's note, without the gateway's lines, which would change the ticket."""
    lines = (order.note or "").splitlines()
    return _text("\n".join(line for line in lines if not line.startswith(_OUR_LINES)))


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None
