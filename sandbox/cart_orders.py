"""Creates an order from a cart: its goods, delivery methods, discounts, attributes and note."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sandbox import order_making, stock
from sandbox.addresses import address_problems
from sandbox.cart_records import CartRecord, Discount, PlaceAddress, SelectableAddress
from sandbox.order_life import CARD, COUNTER, OrderRefused, next_number, take
from sandbox.order_making import SENT, Bought
from sandbox.order_records import Order, OrderDiscount, OrderLineItem, ShippingLine
from sandbox.store import Store
from sandbox.storefront.cart_cost import price_cart
from sandbox.storefront.cart_prices import Allocation, Application, DeliveryGroup, PricedCart, PricedLine
from sandbox.storefront.values import converted

Payment = Literal["card", "counter", "fail"]
GIFT_CARD = "gift_card"
Ways = dict[str, tuple[str, int | None]]
"""By a cart line's id: how its goods reach the buyer and, if that is settled, from which location."""


@dataclass(frozen=True, slots=True)
class BuyerDetails:
    """What the buyer types at checkout. An `address` without a street only tells who the buyer is."""

    email: str | None = None
    phone: str | None = None
    address: PlaceAddress | None = None


def order_from_cart(
    store: Store, token: str, payment: Payment = "card", details: BuyerDetails | None = None
) -> Order | None:
    """The order that paying for the cart makes; None when paying fails, which leaves the cart as it is.

    The cart ends with its order. "counter" orders what is paid when it is handed over. Raises OrderRefused for a
    cart that cannot be ordered.
    """
    cart = store.carts.get(token)
    if cart is None:
        raise OrderRefused("There is no such cart.")
    if payment == "fail":
        return None
    typed = details or BuyerDetails()
    chosen = ways_of(store, cart, price(store, cart).groups)
    if typed.address is not None and typed.address.address1:
        for _, _, sentence in address_problems(typed.address, strict=True):
            raise OrderRefused(sentence)
        _send_to(store, cart, typed.address)
    priced = price(store, cart)
    ways = {**ways_of(store, cart, priced.groups), **{key: way for key, way in chosen.items() if way[0] == "PICK_UP"}}
    _refuse_incomplete(priced, ways)
    order = _order(store, cart, priced, ways, typed, CARD if payment == "card" else COUNTER)
    for use in priced.gift_cards:
        use.applied.card.balance -= use.used_shop
    for application in priced.applications:
        application.discount.used += 1
        if cart.buyer.customer_id is not None:
            application.discount.used_by.add(cart.buyer.customer_id)
    del store.carts[token]
    return take(store, order)


def price(store: Store, cart: CartRecord) -> PricedCart:
    """The total of the cart before taxes."""
    return price_cart(store, cart, cart.buyer.country or "US")


def is_to_be_sent(priced: PricedCart, ways: Ways) -> bool:
    """Whether anything in the cart goes to an address, or will once there is one."""
    ships = [line.record.id for line in priced.lines if line.record.variant.requires_shipping]
    return any(ways.get(line_id, ("SHIPPING", None))[0] != "PICK_UP" for line_id in ships)


def _refuse_incomplete(priced: PricedCart, ways: Ways) -> None:
    """Raises OrderRefused for a cart that is empty, sold out, or has nowhere to go."""
    if not priced.lines:
        raise OrderRefused("The cart is empty.")
    for line in priced.lines:
        variant = line.record.variant
        limited = stock.is_counted(variant) and not variant.sells_when_out
        if limited and stock.units(variant) < line.record.quantity:
            raise OrderRefused(f"{variant.product.title} is sold out.")
        if variant.requires_shipping and line.record.id not in ways:
            raise OrderRefused("Say where the goods are to be sent.")
    for group in priced.groups:
        is_sent = any(ways.get(line.record.id, ("", 0))[0] in SENT for line in group.lines)
        if is_sent and not (group.address.address1 and group.address.city):
            raise OrderRefused("The address needs a street and a city.")


def ways_of(store: Store, cart: CartRecord, groups: Sequence[DeliveryGroup]) -> Ways:
    """How the cart's goods reach the buyer. Goods for the counter are only picked up where the buyer says so."""
    wish = cart.buyer.delivery
    wishes_pickup = wish is not None and ("PICK_UP" in wish.methods or bool(wish.pickup_handles))
    ways: Ways = {}
    for group in groups:
        is_parcel = any(line.record.variant.requires_shipping for line in group.lines)
        if group.selected is None or not (is_parcel or wishes_pickup or group.id in cart.chosen_options):
            continue
        place = None
        if group.selected.method == "PICK_UP":
            place = next(each.id for each in store.locations.values() if each.name == group.selected.title)
        ways |= {line.record.id: (group.selected.method, place) for line in group.lines}
    return ways


def _send_to(store: Store, cart: CartRecord, address: PlaceAddress) -> None:
    selected = next((each for each in cart.addresses if each.selected), None)
    if selected is None:
        cart.addresses.append(SelectableAddress(store.new_uuid(), address, selected=True))
    else:
        selected.address = address


def _order(store: Store, cart: CartRecord, priced: PricedCart, ways: Ways, typed: BuyerDetails, gateway: str) -> Order:
    discounts = {each: order_discount(each.discount, priced.currency) for each in priced.applications}
    lines = [_line(store, line, ways, discounts, priced.currency) for line in priced.lines]
    customer = store.customers.get(cart.buyer.customer_id or 0)
    sent_to = next((group.address for group in priced.groups if _is_sent(group, ways)), None)
    # A gift card that pays for everything leaves nothing for another way of paying.
    gateways = [GIFT_CARD] if priced.gift_cards else []
    order = Order(
        id=store.new_id(),
        key=store.new_token(),
        number=next_number(store),
        currency=priced.currency,
        processed_at=store.clock.now(),
        customer_id=cart.buyer.customer_id,
        email=typed.email or cart.buyer.email or (customer.email if customer else None),
        phone=typed.phone or cart.buyer.phone,
        locale=f"en-{priced.country}",
        lines=lines,
        discounts=list(discounts.values()),
        shipping_lines=_shipping_lines(store, priced, ways, discounts),
        shipping_address=sent_to,
        billing_address=sent_to or typed.address,
        attributes=cart.attributes,
        note=cart.note,
        cart_token=cart.token,
    )
    order_making.tax(order)
    if order.total > sum((use.used for use in priced.gift_cards), Decimal(0)):
        gateways.append(gateway)
        order.financial_status = "PENDING" if gateway == COUNTER else "PAID"
    order.gateways = gateways
    return order


def _is_sent(group: DeliveryGroup, ways: Ways) -> bool:
    return any(ways.get(line.record.id, ("", None))[0] in SENT for line in group.lines)


def _line(
    store: Store, priced: PricedLine, ways: Ways, discounts: dict[Application, OrderDiscount], currency: str
) -> OrderLineItem:
    record = priced.record
    method, place = ways.get(record.id, ("NONE", None))
    line = order_making.order_line(
        store, Bought(record.variant, record.quantity, record.attributes), method, place, currency
    )
    line.unit_price = priced.unit
    line.discounts = _shares([*priced.line_level, *priced.order_level], discounts)
    return line


def _shipping_lines(
    store: Store, priced: PricedCart, ways: Ways, discounts: dict[Application, OrderDiscount]
) -> list[ShippingLine]:
    created = []
    for group in priced.groups:
        option = group.selected
        if option is not None and _is_sent(group, ways):
            shares = _shares(group.discounts, discounts)
            created.append(ShippingLine(store.new_id(), option.title, option.code, option.cost, discounts=shares))
    places = {place: None for method, place in ways.values() if method == "PICK_UP" and place is not None}
    names = [store.locations[place].name for place in places]
    return [*created, *(ShippingLine(store.new_id(), name, name, Decimal(0)) for name in names)]


def _shares(
    allocations: Sequence[Allocation], discounts: dict[Application, OrderDiscount]
) -> list[tuple[OrderDiscount, Decimal]]:
    return [(discounts[each.application], each.amount) for each in allocations]


def order_discount(discount: Discount, currency: str) -> OrderDiscount:
    """A discount of the shop as an order remembers it."""
    is_own = discount.kind == "own_cup"
    created = OrderDiscount(
        "code" if discount.code else "script" if is_own else "automatic",
        discount.code or discount.title,
        target="SHIPPING_LINE" if discount.target == "SHIPPING" else "LINE_ITEM",
        selection="EXPLICIT" if is_own or discount.kind == "bxgy" else "ENTITLED" if discount.collection_ids else "ALL",
        method="EACH" if discount.target == "LINES" and discount.kind != "fixed" else "ACROSS",
    )
    if is_own or discount.kind == "fixed":
        created.amount = converted(discount.value, currency)
    else:
        created.percentage = Decimal(100) if discount.kind == "shipping" else discount.value
    return created
