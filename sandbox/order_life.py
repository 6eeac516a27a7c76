"""The life of orders: what buyers, staff and Shopify do with them, and the webhooks that follow."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sandbox import order_making, order_stock
from sandbox.cart_records import Attributes, PlaceAddress
from sandbox.order_making import SENT, Bought
from sandbox.order_records import (
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Order,
    OrderDiscount,
    OrderEdit,
    OrderLineItem,
    OrderTransaction,
    Refund,
    RefundedLine,
    RiskAssessment,
    ShippingLine,
)
from sandbox.store import Store
from sandbox.storefront.values import SHOP_CURRENCY

CARD, COUNTER, TEST_CARD, GIFT_CARD = "shopify_payments", "Pay at the counter", "bogus", "gift_card"
RISK_LEVELS = ("NONE", "PENDING", "LOW", "MEDIUM", "HIGH")
CANCEL_REASONS = ("CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF")
HOLD_REASONS = (
    "AWAITING_PAYMENT",
    "AWAITING_RETURN_ITEMS",
    "HIGH_RISK_OF_FRAUD",
    "INCORRECT_ADDRESS",
    "INVENTORY_OUT_OF_STOCK",
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL",
    "OTHER",
    "UNKNOWN_DELIVERY_DATE",
)
STANDARD_SHIPPING = ("Standard", "standard", Decimal("5.75"))
SOMEWHERE = PlaceAddress(
    address1="5 Sample Road",
    city="Austin",
    country_code="US",
    first_name="Dana",
    last_name="Sample",
    phone="+15125550177",
    province_code="TX",
    zip="78701",
)
SOMEBODYS_EMAIL = "dana@example.com"
_MONEY_IS_IN = ("PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED")


class OrderRefused(ValueError):
    """An order cannot be changed that way; the message says why."""


def place_order(
    store: Store,
    lines: Iterable[Bought | tuple[Any, ...]],
    *,
    method: str = "SHIPPING",
    location_id: int | None = None,
    shipping_address: PlaceAddress | None = SOMEWHERE,
    shipping: tuple[str, str, Decimal] | None = STANDARD_SHIPPING,
    attributes: Mapping[str, str] | Attributes = (),
    gateway: str | None = None,
    paid: bool = True,
    routed: bool | None = None,
    risk: str | None = None,
    discounts: Sequence[OrderDiscount] = (),
    email: str | None = SOMEBODYS_EMAIL,
    phone: str | None = None,
    note: str | None = None,
    test: bool = False,
    customer_id: int | None = None,
    tags: Sequence[str] = (),
    tip: Decimal = Decimal(0),
    authorized: bool = False,
    prepaid: Decimal = Decimal(0),
    billing_address: PlaceAddress | None = None,
) -> Order:
    """A new order in the shop's currency. Each of `lines` is a `Bought`, or a tuple with the same values.

    `method` and `location_id` are for lines that name none of their own. An address and `shipping` (title, code,
    price) are kept only where something is sent. Without `routed` and `risk` the store's switches decide.
    `authorized`: the card is charged later. `prepaid` comes from a gift card, and the rest is not paid yet.
    """
    bought = [Bought(*line) for line in lines]
    order_lines = [order_making.order_line(store, each, method, location_id, SHOP_CURRENCY) for each in bought]
    is_sent = any(line.method in SENT for line in order_lines)
    address = shipping_address if is_sent else None
    order = Order(
        id=store.new_id(),
        key=store.new_token(),
        number=next_number(store),
        currency=SHOP_CURRENCY,
        processed_at=store.clock.now(),
        customer_id=customer_id,
        email=email,
        phone=phone,
        locale="en-US",
        lines=order_lines,
        shipping_lines=_deliveries(store, order_lines, shipping if is_sent else None),
        shipping_address=address,
        billing_address=billing_address or address,
        attributes=tuple(dict(attributes).items()),
        note=note,
        tags=list(tags),
        test=test,
        tip=tip,
        gateways=[gateway or (TEST_CARD if test else CARD if paid or authorized else COUNTER)],
        financial_status="AUTHORIZED" if authorized else "PAID" if paid else "PENDING",
    )
    order_making.give_discounts(order, discounts)
    order_making.tax(order)
    if prepaid:
        order.gateways.insert(0, GIFT_CARD)
        record_payment(store, order, min(prepaid, order.total))
        order.financial_status = "PARTIALLY_PAID"
    return take(store, order, routed=routed, risk=risk)


def next_number(store: Store) -> int:
    return max((order.number for order in store.orders.values()), default=1000) + 1


def _deliveries(
    store: Store, lines: Sequence[OrderLineItem], shipping: tuple[str, str, Decimal] | None
) -> list[ShippingLine]:
    deliveries = [] if shipping is None else [ShippingLine(store.new_id(), *shipping)]
    places = {line.location_id: None for line in lines if line.method == "PICK_UP" and line.location_id}
    names = [store.locations[place].name for place in places]
    return [*deliveries, *(ShippingLine(store.new_id(), name, name, Decimal(0)) for name in names)]


def take(store: Store, order: Order, *, routed: bool | None = None, risk: str | None = None) -> Order:
    """Puts a finished order into the store and tells of it, as a checkout does; then it is assessed and routed.

    Without `routed` and `risk` it is LOW and routed at once, or when the times that the store sets have passed.
    """
    now = store.clock.now()
    store.orders[order.id] = order
    order.risk = [RiskAssessment(order, "PENDING", now)]
    events: list[tuple[str, Any]] = [("orders/create", order)]
    if order.financial_status == "PAID":
        record_payment(store, order, order.total)
        events.append(("orders/paid", order))
    sold = order_stock.commit(store, [(line, line.quantity) for line in order.lines])
    store.tell(*events, ("orders/updated", order), *sold)
    if risk is None and store.risk_after_s > 0:
        order.risk_due = now + timedelta(seconds=store.risk_after_s)
        store.clock.at(order.risk_due, lambda: catch_up(store))
    elif risk != "PENDING":
        assess(store, order, risk or "LOW")
    if routed is None and store.routing_after_s > 0:
        order.routing_due = now + timedelta(seconds=store.routing_after_s)
        store.clock.at(order.routing_due, lambda: catch_up(store))
    elif routed is not False:
        route(store, order)
    if order.is_waiting:
        store.waiting_orders.append(order)
    return order


def catch_up(store: Store) -> None:
    """Assesses and routes the orders that are due."""
    now = store.clock.now()
    for order in store.waiting_orders:
        if order.risk_due is not None and order.risk_due <= now:
            assess(store, order, "LOW")
        if order.routing_due is not None and order.routing_due <= now:
            route(store, order)
    store.waiting_orders = [order for order in store.waiting_orders if order.is_waiting]


def assess(store: Store, order: Order, level: str) -> None:
    """Sets the fraud risk of an order, one of `RISK_LEVELS`; NONE removes the assessment."""
    if level not in RISK_LEVELS:
        raise OrderRefused(f"there is no risk {level!r}")
    assessment = RiskAssessment(order, level, store.clock.now())
    order.risk_due = None
    order.risk = [] if level == "NONE" else [assessment]
    changed(store, order, ("orders/risk_assessment_changed", assessment))


def route(store: Store, order: Order) -> list[FulfillmentOrder]:
    """Creates the order's fulfillment orders, one per location and method. Existing ones stay."""
    order.routing_due = None
    if order.fulfillment_orders or order.canceled_at is not None:
        return []
    for line in order.lines:
        if line.current_quantity:
            _hand_out(store, order, line, line.current_quantity)
    events = [("fulfillment_orders/order_routing_complete", part) for part in order.fulfillment_orders]
    changed(store, order, *events)
    return order.fulfillment_orders


def _hand_out(store: Store, order: Order, line: OrderLineItem, units: int) -> None:
    """Puts units of a line into the open fulfillment order of its place and method, or a new one."""
    now = store.clock.now()
    assert line.location_id is not None
    place = (line.location_id, line.method)
    same = [part for part in order.fulfillment_orders if (part.location_id, part.method) == place]
    part = next((each for each in same if not each.is_over), None)
    if part is None:
        name = store.locations[line.location_id].name
        presented = name if line.method == "PICK_UP" else _presented(order, line.method)
        part = FulfillmentOrder(store.new_id(), order, line.location_id, name, line.method, now, now, presented)
        order.fulfillment_orders.append(part)
        store.fulfillment_orders[part.id] = part
    part.updated_at = now
    for entry in part.lines:
        if entry.line is line:
            entry.total += units
            entry.remaining += units
            return
    part.lines.append(FulfillmentOrderLine(store.new_id(), line, units, units))


def _presented(order: Order, method: str | None) -> str | None:
    return order.shipping_lines[0].title if method in SENT and order.shipping_lines else None


def owes(order: Order) -> bool:
    """Whether money is still to come in."""
    return order.financial_status in ("PENDING", "AUTHORIZED", "PARTIALLY_PAID")


def mark_paid(store: Store, order: Order) -> None:
    """Records the payment of the outstanding amount."""
    if not owes(order):
        raise OrderRefused(f"{order.name} is {order.financial_status} and owes nothing")
    record_payment(store, order, order.current_total + order.refunded - order.received)
    order.financial_status = "PARTIALLY_REFUNDED" if order.refunded else "PAID"
    changed(store, order, ("orders/paid", order))


def record_payment(store: Store, order: Order, amount: Decimal, kind: str = "SALE") -> None:
    """Adds a transaction of that kind to the order; nothing for an amount of nothing."""
    if amount > 0:
        gateway = order.gateways[0] if order.gateways else None
        order.transactions.append(OrderTransaction(store.new_id(), kind, amount, gateway, store.clock.now()))


def hold(store: Store, order: Order, reason: str = "OTHER", notes: str | None = None) -> list[FulfillmentOrder]:
    """Holds all of the order's open fulfillment orders; those that are held by it."""
    if reason not in HOLD_REASONS:
        raise OrderRefused(f"there is no reason {reason!r} to hold")
    held = [part for part in order.fulfillment_orders if not part.is_over]
    for part in held:
        part.holds.append(Hold(store.new_id(), reason, notes))
        part.status, part.updated_at = "ON_HOLD", store.clock.now()
    changed(store, order, *(("fulfillment_orders/placed_on_hold", part) for part in held))
    return held


def release(store: Store, order: Order) -> list[FulfillmentOrder]:
    """Takes all holds off the order; the fulfillment orders that go on."""
    released = [part for part in order.fulfillment_orders if part.status == "ON_HOLD"]
    for part in released:
        part.holds.clear()
        begun = any(entry.remaining < entry.total for entry in part.lines)
        part.status, part.updated_at = "IN_PROGRESS" if begun else "OPEN", store.clock.now()
    changed(store, order, *(("fulfillment_orders/hold_released", part) for part in released))
    return released


def change_address(store: Store, order: Order, address: PlaceAddress) -> None:
    """Sends the order to another address from now on."""
    order.shipping_address = address
    changed(store, order)


def refund(
    store: Store,
    order: Order,
    units: Mapping[OrderLineItem, int],
    *,
    shipping: Decimal = Decimal(0),
    restock: bool = True,
    note: str | None = None,
) -> Refund:
    """Takes units off the order and pays them back, with `shipping` of what delivery cost.

    Units that were not handed over yet leave their fulfillment orders. Raises OrderRefused.
    """
    for line, count in units.items():
        if line not in order.lines or not 0 < count <= line.current_quantity:
            raise OrderRefused(f"{line.title!r} has {line.current_quantity} units to refund, not {count}")
    refunded, events = _pay_back(store, order, units, shipping, restock, note)
    close_if_done(store, order)
    changed(store, order, ("refunds/create", refunded), *events)
    return refunded


def _pay_back(
    store: Store,
    order: Order,
    units: Mapping[OrderLineItem, int],
    shipping: Decimal,
    restock: bool,
    note: str | None,
) -> tuple[Refund, list[tuple[str, Any]]]:
    lines, events = [], []
    for line, count in units.items():
        gone = line.removed + count
        subtotal = line.worth(gone) - line.worth(line.removed)
        tax = line.tax_of(gone) - line.tax_of(line.removed)
        place = line.location_id if restock else None
        lines.append(RefundedLine(store.new_id(), line, count, subtotal, tax, place, restock))
        waiting = _take_out(store, order, line, count)
        line.removed = gone
        if restock:
            events += order_stock.put_back(store, [(line, waiting)])
            events += order_stock.take_back(store, [(line, count - waiting)])
    new_refund = Refund(store.new_id(), order, store.clock.now(), lines, shipping, note)
    order.refunds.append(new_refund)
    if order.financial_status in _MONEY_IS_IN and new_refund.amount:
        order.refunded += new_refund.amount
        record_payment(store, order, new_refund.amount, "REFUND")
        order.financial_status = "REFUNDED" if order.refunded >= order.total else "PARTIALLY_REFUNDED"
    return new_refund, events


def _take_out(store: Store, order: Order, line: OrderLineItem, units: int) -> int:
    """Takes up to so many units that wait to be handed over off the fulfillment orders; how many there were."""
    if not order.fulfillment_orders:
        return units
    taken = 0
    for part in order.fulfillment_orders:
        for entry in part.lines:
            if entry.line is not line or part.is_over:
                continue
            count = min(entry.remaining, units - taken)
            taken += count
            entry.total -= count
            entry.remaining -= count
            part.updated_at = store.clock.now()
        if not part.is_over and not part.remaining:
            part.status = "CLOSED" if any(entry.total for entry in part.lines) else "CANCELLED"
            part.holds.clear()
    return taken


def edit(
    store: Store,
    order: Order,
    quantities: Mapping[OrderLineItem, int],
    add: Iterable[Bought | tuple[Any, ...]] = (),
    *,
    note: str | None = None,
) -> OrderEdit:
    """Changes how many units of lines are wanted, and adds lines. What then costs more is not paid yet.

    Raises OrderRefused for fewer units than were handed over already.
    """
    if order.canceled_at is not None:
        raise OrderRefused(f"{order.name} is cancelled")
    for line, quantity in quantities.items():
        handed_over = _handed_over(order, line)
        if line not in order.lines or quantity < handed_over:
            raise OrderRefused(f"{line.title!r} was handed over {handed_over} times, it cannot become {quantity}")
    owed_before = order.current_total
    order_edit = OrderEdit(store.new_id(), order, store.clock.now(), [], [], note)
    events: list[tuple[str, Any]] = []
    for line, quantity in quantities.items():
        change = quantity - line.current_quantity
        if change > 0:
            line.quantity += change
            events += _more(store, order, line, change)
            order_edit.additions.append((line, change))
        elif change < 0:
            waiting = _take_out(store, order, line, -change)
            line.removed -= change
            events += order_stock.put_back(store, [(line, waiting)])
            order_edit.removals.append((line, -change))
    for each in add:
        bought = Bought(*each)
        line = order_making.order_line(
            store, bought, order.lines[0].method or "SHIPPING", order.lines[0].location_id, order.currency
        )
        order.lines.append(line)
        events += _more(store, order, line, line.quantity)
        order_edit.additions.append((line, line.quantity))
    order_making.tax(order)
    order.edited = True
    if order.financial_status in ("PAID", "PARTIALLY_REFUNDED") and order.current_total > owed_before:
        order.financial_status = "PARTIALLY_PAID"
    close_if_done(store, order)
    changed(store, order, ("orders/edited", order_edit), *events)
    return order_edit


def _more(store: Store, order: Order, line: OrderLineItem, units: int) -> list[tuple[str, Any]]:
    if order.fulfillment_orders:
        order.closed_at = None
        _hand_out(store, order, line, units)
    return order_stock.commit(store, [(line, units)])


def _handed_over(order: Order, order_line: OrderLineItem) -> int:
    parcels = [parcel for parcel in order.fulfillments if parcel.succeeded]
    return sum(count for parcel in parcels for line, count in parcel.items if line is order_line)


def can_be_cancelled(order: Order) -> bool:
    """Whether it was not called off yet, and nothing of it was handed over."""
    return order.canceled_at is None and not any(parcel.succeeded for parcel in order.fulfillments)


def cancel(store: Store, order: Order, reason: str = "CUSTOMER", *, restock: bool = True) -> None:
    """Calls the order off: everything leaves its fulfillment orders, and what was paid is paid back.

    Raises OrderRefused when it is called off already, or when something of it was handed over.
    """
    if reason not in CANCEL_REASONS:
        raise OrderRefused(f"there is no reason {reason!r} to cancel")
    if not can_be_cancelled(order):
        raise OrderRefused(f"{order.name} is cancelled already, or something of it was handed over")
    units = {line: line.current_quantity for line in order.lines if line.current_quantity}
    rest = order.total - order.refunded - order.current_subtotal - order.current_tax
    refunded, events = _pay_back(store, order, units, rest + _delivery_tax(order), restock, None)
    if order.financial_status in ("PENDING", "AUTHORIZED"):
        order.financial_status = "VOIDED"
    for part in order.fulfillment_orders:
        part.status = "CANCELLED"
        part.holds.clear()
    order.canceled_at, order.cancel_reason = store.clock.now(), reason
    order.routing_due = None
    changed(store, order, ("orders/cancelled", order), ("refunds/create", refunded), *events)


def _delivery_tax(order: Order) -> Decimal:
    return sum((line.tax for line in order.shipping_lines), Decimal(0))


def close_if_done(store: Store, order: Order) -> None:
    """Shopify files an order away once it is paid and wholly handed over."""
    done = order.fulfillment_status == "FULFILLED" and order.financial_status not in ("PENDING", "PARTIALLY_PAID")
    if done and order.closed_at is None:
        order.closed_at = store.clock.now()


def changed(store: Store, order: Order, *events: tuple[str, Any]) -> None:
    """Updates the order's time and sends the webhooks of a change, `orders/updated` last."""
    order.changed_at = store.clock.now()
    store.tell(*events, ("orders/updated", order))
