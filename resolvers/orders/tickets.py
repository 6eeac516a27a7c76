"""The ticket that a fulfillment order becomes at the counter. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from clients.admin.orders import FulfillmentOrder, Order, OrderLine, bare_id
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
from resolvers.orders.apportioning import share_of
from resolvers.orders.comparing import ticket_digest
from resolvers.orders.journal import POS_KEY, PRINTFUL_KEY
from resolvers.orders.print_draft import variant_name

_AT_THE_COUNTER = frozenset({"PICK_UP", "RETAIL", "NONE", None})
_HIDDEN = "_"
_OUR_LINES = (f"{PRINTFUL_KEY}: ", f"{POS_KEY}: ")


@dataclass(frozen=True, slots=True)
class Ticket:
    """`digest` is of all that was to be handed over, be it gone already: what the guest got makes no other ticket."""

    order: GenericOrder
    digest: str
    warnings: tuple[str, ...] = ()


def is_for_the_counter(fulfillment_order: FulfillmentOrder) -> bool:
    """Whether the goods are handed over in the shop: picked up, served to a guest who is there, or not sent at all."""
    return fulfillment_order.method in _AT_THE_COUNTER


def units_left(order: Order, fulfillment_order: FulfillmentOrder) -> dict[str, int]:
    """Units by line id that are still to be handed over; lines with none are absent. Nobody hands over gift cards."""
    left: dict[str, int] = {}
    for part in fulfillment_order.lines:
        line = order.line(part.line_id)
        if line is None or line.is_gift_card or fulfillment_order.status in ("CANCELLED", "CLOSED"):
            continue
        units = min(line.current_quantity, left.get(line.id, 0) + part.remaining)
        if units > 0:
            left[line.id] = units
    return left


def was_handed_over(order: Order, fulfillment_order: FulfillmentOrder) -> bool:
    """Whether the guest got some of it."""
    given = {line for each in order.fulfillments if each.status != "CANCELLED" for line, n in each.lines.items() if n}
    return any(part.total > part.remaining and part.line_id in given for part in fulfillment_order.lines)


def ticket(
    order: Order,
    fulfillment_order: FulfillmentOrder,
    *,
    location_id: str,
    is_paid: bool,
    now: datetime,
) -> Ticket:
    """The ticket for what is left of a fulfillment order; the same for the same order.

    A time of pickup that is past or cannot be read becomes as soon as possible.
    """
    units = units_left(order, fulfillment_order)
    fulfillment, warnings = _fulfillment(order, fulfillment_order, now)
    if not is_paid and order.financial_status == "PARTIALLY_PAID":
        warnings.append("A part of the order is paid already: the guest owes only the rest.")
    made = GenericOrder(
        key=f"kynda-order-{order.number}-{bare_id(fulfillment_order.id)}",
        order_id=order.name,
        external_order_id=order.number,
        created_at=order.created_at,
        customer=_customer(order),
        items=_items(order, units),
        totals=_totals(order, units, _tip(order, fulfillment_order)),
        payment=_payment(order, is_paid=is_paid),
        fulfillment=fulfillment,
        location_id=location_id,
        order_notes=_note(order),
    )
    whole = replace(made, items=_items(order, _units_asked_for(order, fulfillment_order)))
    return Ticket(made, ticket_digest(whole), tuple(warnings))


def _items(order: Order, units: Mapping[str, int]) -> tuple[GenericItem, ...]:
    return tuple(_item(line, units[line.id]) for line in order.lines if units.get(line.id, 0) > 0)


def _units_asked_for(order: Order, fulfillment_order: FulfillmentOrder) -> dict[str, int]:
    """Units by line id that are or were to be handed over."""
    units: dict[str, int] = {}
    for part in fulfillment_order.lines:
        units[part.line_id] = units.get(part.line_id, 0) + part.total
    return {line.id: min(line.current_quantity, units.get(line.id, 0)) for line in order.lines}


def _customer(order: Order) -> GenericCustomer:
    """Who gets it. Of a pickup Shopify tells at most who paid; where it names nobody, the order's name stands in."""
    told = [each for each in (order.shipping_address, order.billing_address) if each is not None]
    names = (_text(each.name) for each in told)
    phones = (_text(phone) for phone in (order.phone, *(each.phone for each in told)))
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


def _totals(order: Order, units: dict[str, int], tip: Decimal) -> GenericTotals:
    share = share_of(order, units)
    return GenericTotals(
        subtotal=share.subtotal,
        tax=share.tax,
        discount=share.discount,
        grand_total=share.paid + tip,
        currency=order.currency,
        tip=tip,
    )


def _tip(order: Order, fulfillment_order: FulfillmentOrder) -> Decimal:
    """The tip: on the first ticket, and only when nothing of the order leaves the shop by another way."""
    alive: Sequence[FulfillmentOrder] = [each for each in order.fulfillment_orders if each.status != "CANCELLED"]
    is_first = bool(alive) and min(alive, key=_age).id == fulfillment_order.id
    if not is_first or not all(is_for_the_counter(each) for each in alive):
        return Decimal(0).quantize(smallest_unit(order.currency))
    return order.tip.quantize(smallest_unit(order.currency))


def _age(fulfillment_order: FulfillmentOrder) -> tuple[int, str]:
    """Sorts by number: Shopify counts upwards."""
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
        return None, ["The time of pickup cannot be read, so the ticket says as soon as possible."]
    if moment <= now:
        return None, ["The time of pickup is past, so the ticket says as soon as possible."]
    return moment.astimezone(UTC), []


def _attribute(order: Order, key: str) -> str | None:
    return next((value.strip() for name, value in order.attributes if name == key and value.strip()), None)


def _note(order: Order) -> str | None:
    """The buyer's and the staff's note: what the gateway wrote into it would make each ticket another one."""
    lines = (order.note or "").splitlines()
    return _text("\n".join(line for line in lines if not line.startswith(_OUR_LINES)))


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None
