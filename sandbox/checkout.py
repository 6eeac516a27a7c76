"""The page that a cart's checkout URL leads to: the cart, a form for the buyer, and three ways to pay or fail."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from sandbox import addresses
from sandbox.cart_orders import BuyerDetails, Payment, Ways, is_to_be_sent, order_from_cart, ways_of
from sandbox.cart_records import PlaceAddress
from sandbox.countries import COUNTRIES
from sandbox.html import message, page
from sandbox.order_life import SOMEBODYS_EMAIL, SOMEWHERE, OrderRefused
from sandbox.order_records import Order
from sandbox.shoppers import EXAMPLE_CART, put_example_cart
from sandbox.store import Store
from sandbox.storefront.cart_fields import cart_by_id
from sandbox.storefront.cart_prices import PricedCart, PricedLine
from sandbox.storefront.cart_view import Cart
from sandbox.storefront.execution import Visit
from sandbox.storefront.media import picture_url
from sandbox.storefront.values import decimal_text, gid

TITLE = "Checkout"


def _field(name: str, label: str, autocomplete: str, kind: str = "text", *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "label": label, "autocomplete": autocomplete, "type": kind, "required": required}


_BUYER = (
    _field("email", "E-mail", "email", "email", required=True),
    _field("name", "Name", "name", required=True),
    _field("phone", "Phone", "tel", "tel"),
)
_ADDRESS = (
    *_BUYER,
    _field("address1", "Street and number", "address-line1", required=True),
    _field("address2", "Flat, floor (optional)", "address-line2"),
    _field("zip", "Postal code", "postal-code", required=True),
    _field("city", "City", "address-level2", required=True),
    _field("province", "State or province", "address-level1"),
)
_WAYS = {"SHIPPING": "Sent by", "LOCAL": "Brought by", "PICKUP_POINT": "Sent to", "PICK_UP": "Picked up at"}


def checkout_page(store: Store, token: str, key: str) -> Response:
    """The cart's page, or one that says there is no such cart. Without the cart's key the buyer stays unnamed.

    The example cart is filled again after it was paid, so that it can be tried more than once.
    """
    if token == EXAMPLE_CART:
        put_example_cart(store)
    cart = _cart(store, token, key)
    return _gone(store, token) if cart is None else _shown(store, cart)


def paid_page(store: Store, token: str, key: str, sent: Mapping[str, str]) -> Response:
    """The response to the submitted form: the order, a failed payment, or the form with its problems."""
    cart = _cart(store, token, key)
    if cart is None:
        return _gone(store, token)
    if not cart.revealed:
        return message(TITLE, "Only who has the cart's key can pay for it.", is_refusal=True, status=403)
    payment: Payment = "fail"
    if sent.get("payment") in ("card", "counter"):
        payment = "card" if sent["payment"] == "card" else "counter"
    try:
        order = order_from_cart(store, token, payment, _details(sent))
    except OrderRefused as refusal:
        again = _cart(store, token, key)
        if again is None:
            return message(TITLE, str(refusal), is_refusal=True, status=422)
        return _shown(store, again, sent, str(refusal), 422)
    if order is None:
        text = "The payment failed. Nothing was ordered, and the cart is as it was."
        return message("Payment failed", text, is_refusal=True, link=("Back to the checkout", f"?key={key}"))
    return _thanks(order)


def _cart(store: Store, token: str, key: str) -> Cart | None:
    record = store.carts.get(token)
    visit = Visit(store, country=(record and record.buyer.country) or "US")
    return cart_by_id(visit, gid("Cart", f"{token}?key={key}"))


def _gone(store: Store, token: str) -> Response:
    order = next((each for each in reversed(store.orders.values()) if each.cart_token == token), None)
    if order is not None:
        return _thanks(order)
    return message(TITLE, "There is no such cart, or it has expired.", status=404)


def _thanks(order: Order) -> Response:
    payment = "It is paid." if order.financial_status != "PENDING" else "It is paid at the counter."
    if order.canceled_at is not None:
        payment = "It was cancelled since."
    values = {"order": order, "total": _money(order.total, order.currency), "payment": payment}
    return page("thanks", f"Order {order.name}", values)


def _shown(
    store: Store, cart: Cart, sent: Mapping[str, str] | None = None, refusal: str | None = None, status: int = 200
) -> Response:
    """The cart with its form, filled in with the values that were `sent`."""
    priced, ways = cart.priced, ways_of(store, cart.record, cart.priced.groups)
    values = {
        "refusal": refusal,
        "lines": [_line(store, line, priced.currency) for line in priced.lines],
        "sums": [(label, _money(amount, priced.currency)) for label, amount in _sums(priced, ways)],
        "total": _money(priced.total, priced.currency),
        "form": _form(store, cart, ways, sent or {}) if cart.revealed and priced.lines else None,
    }
    return page("checkout", TITLE, values, status)


def _sums(priced: PricedCart, ways: Ways) -> Iterator[tuple[str, Decimal]]:
    """The parts of the total."""
    yield "Subtotal", priced.subtotal
    for application in priced.applications:
        if application.total:
            yield f"Discount {application.discount.title}", -application.total
    for group in priced.groups:
        if group.selected is not None and any(line.record.id in ways for line in group.lines):
            yield f"Delivery: {group.selected.title}", group.selected.cost
    for use in priced.gift_cards:
        yield f"Gift card ending in {use.applied.card.code[-4:]}", -use.used


def _form(store: Store, cart: Cart, ways: Ways, sent: Mapping[str, str]) -> dict[str, Any]:
    known = {**_known(store, cart), **sent}
    is_sent = is_to_be_sent(cart.priced, ways)
    return {
        "deliveries": _deliveries(cart, ways),
        "fields": [{**field, "value": known.get(field["name"], "")} for field in (_ADDRESS if is_sent else _BUYER)],
        "countries": [(code, country.name) for code, country in COUNTRIES.items()] if is_sent else [],
        "country": known.get("country") or cart.priced.country,
    }


def _deliveries(cart: Cart, ways: Ways) -> list[tuple[str, str]]:
    """The goods by delivery method."""
    said: dict[str, list[str]] = {}
    for group in cart.priced.groups:
        for line in group.lines:
            if group.selected is not None and line.record.id in ways:
                how = f"{_WAYS[group.selected.method]} {group.selected.title}"
                said.setdefault(how, []).append(line.record.variant.product.title)
    for line in cart.priced.lines:
        if line.record.id not in ways:
            is_parcel = line.record.variant.requires_shipping
            how = "Sent to the address below" if is_parcel else "Handed over at the counter"
            said.setdefault(how, []).append(line.record.variant.product.title)
    return [(how, _and(dict.fromkeys(titles))) for how, titles in said.items()]


def _and(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _known(store: Store, cart: Cart) -> dict[str, str]:
    """The initial values of the form: from the cart, the buyer's account, or an example person."""
    buyer = cart.record.buyer
    customer = store.customers.get(buyer.customer_id or 0)
    typed = next((each.address for each in cart.record.addresses if each.selected), None)
    if typed is None and customer is not None:
        typed = next((each.address for each in customer.addresses if each.id == customer.default_address_id), None)
    is_unknown = typed is None and customer is None and cart.priced.country == SOMEWHERE.country_code
    address = SOMEWHERE if is_unknown else typed or PlaceAddress()
    named = addresses.full_name(address)
    if named is None and customer is not None:
        named = " ".join(part for part in (customer.first_name, customer.last_name) if part)
    known = {
        "email": buyer.email or (customer.email if customer else SOMEBODYS_EMAIL),
        "name": named,
        "phone": buyer.phone or address.phone or (customer.phone if customer else None),
        "address1": address.address1,
        "address2": address.address2,
        "zip": address.zip,
        "city": address.city,
        "province": address.province_code,
        "country": address.country_code,
    }
    return {name: value for name, value in known.items() if value}


def _details(sent: Mapping[str, str]) -> BuyerDetails:
    typed = {name: value.strip() for name, value in sent.items() if value.strip()}
    first, _, last = typed.get("name", "").rpartition(" ")
    country = typed.get("country")
    province = typed.get("province")
    address = PlaceAddress(
        address1=typed.get("address1"),
        address2=typed.get("address2"),
        city=typed.get("city"),
        country_code=country,
        first_name=first or None,
        last_name=last or None,
        phone=typed.get("phone"),
        province_code=province and (addresses.province_code_of(province, country) or province),
        zip=typed.get("zip"),
    )
    return BuyerDetails(typed.get("email"), typed.get("phone"), address if last else None)


def _line(store: Store, line: PricedLine, currency: str) -> dict[str, Any]:
    variant = line.record.variant
    picture = variant.picture or next(iter(variant.product.pictures), None)
    details = [] if variant.title == "Default Title" else [variant.title]
    details += [line.record.plan.name] if line.record.plan else []
    details += [f"{name}: {value}" for name, value in line.record.attributes if not name.startswith("_")]
    details.append(f"{line.record.quantity} × {_money(line.unit, currency)}")
    return {
        "title": variant.product.title,
        "details": details,
        "picture": picture and {"url": picture_url(store, picture, max_width=112, max_height=112), "alt": picture.alt},
        "subtotal": _money(line.subtotal, currency),
    }


def _money(amount: Decimal, currency: str) -> str:
    text = decimal_text(amount) if currency == "JPY" else f"{amount:.2f}"
    return f"{text.removesuffix('.0') if currency == 'JPY' else text} {currency}"
