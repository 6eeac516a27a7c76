"""The page a cart's checkout URL leads to: what is in the cart, who it is for, and three ways to end it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from html import escape

from starlette.responses import Response

from sandbox import addresses
from sandbox.cart_orders import BuyerDetails, Payment, Ways, is_to_be_sent, order_from_cart, ways_of
from sandbox.cart_records import PlaceAddress
from sandbox.html import page
from sandbox.order_life import SOMEBODYS_EMAIL, SOMEWHERE, OrderRefused
from sandbox.order_records import Order
from sandbox.store import Store
from sandbox.storefront.cart_fields import cart_by_id
from sandbox.storefront.cart_prices import PricedLine
from sandbox.storefront.cart_view import Cart
from sandbox.storefront.execution import Visit
from sandbox.storefront.media import picture_url
from sandbox.storefront.values import decimal_text, gid

TITLE = "Checkout"
_STYLE = """<style>
form.buyer { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .9rem 1.25rem }
form.buyer label { display: block; font-size: .9rem; color: #5d4a3d }
form.buyer input, form.buyer select { display: block; width: 100%; box-sizing: border-box; font: inherit;
  color: inherit; padding: .5rem .6rem; margin-top: .2rem; border: 1px solid #b9a593; border-radius: .4rem;
  background: #fff; height: 2.6rem }
form.buyer .buttons { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: .75rem; margin-top: .6rem }
form.buyer button { padding: .6rem 1.3rem }
</style>"""
_WAYS = {"SHIPPING": "Sent by", "LOCAL": "Brought by", "PICKUP_POINT": "Sent to", "PICK_UP": "Picked up at"}


def checkout_page(store: Store, token: str, key: str) -> Response:
    """The cart's page, or one that says there is no such cart. Without the cart's key the buyer stays unnamed."""
    cart = _cart(store, token, key)
    return _gone(store, token) if cart is None else page(TITLE, _body(store, cart, {}))


def paid_page(store: Store, token: str, key: str, sent: Mapping[str, str]) -> Response:
    """What came of the form: the order, a payment that failed, or the form again with what is wrong with it."""
    cart = _cart(store, token, key)
    if cart is None:
        return _gone(store, token)
    if not cart.revealed:
        return page(TITLE, _refusal("Only who has the cart's key can pay for it."), 403)
    payment: Payment = "fail"
    if sent.get("payment") in ("card", "counter"):
        payment = "card" if sent["payment"] == "card" else "counter"
    try:
        order = order_from_cart(store, token, payment, _details(sent))
    except OrderRefused as refusal:
        again = _cart(store, token, key)
        return page(TITLE, _refusal(str(refusal)) + (_body(store, again, sent) if again else ""), 422)
    if order is None:
        link = f'<a href="?key={escape(key)}">Back to the checkout</a>'
        failed = _refusal("The payment failed. Nothing was ordered, and the cart is as it was.")
        return page("Payment failed", f"{failed}<p>{link}</p>")
    return page(f"Order {order.name}", _thanks(order))


def _cart(store: Store, token: str, key: str) -> Cart | None:
    record = store.carts.get(token)
    visit = Visit(store, country=(record and record.buyer.country) or "US")
    return cart_by_id(visit, gid("Cart", f"{token}?key={key}"))


def _gone(store: Store, token: str) -> Response:
    order = next((each for each in store.orders.values() if each.cart_token == token), None)
    if order is not None:
        return page(f"Order {order.name}", _thanks(order))
    return page(TITLE, "<p>There is no such cart, or it was left alone for too long.</p>", 404)


def _thanks(order: Order) -> str:
    said = "It is paid." if order.financial_status != "PENDING" else "It is paid at the counter."
    if order.canceled_at is not None:
        said = "It was cancelled since."
    page_of_order = f"/sandbox/orders/{order.number}"
    return (
        f"<p>Thank you. The cart has become the order {order.name} of {_money(order.total, order.currency)}, "
        f"taxes included. {said}</p>"
        f'<p><a class="button main" href="{page_of_order}">See what becomes of order {order.name}</a></p>'
        "<p>There it is shown in Shopify, at Printful and at the counter, and can be moved on.</p>"
    )


def _refusal(sentence: str) -> str:
    return f'<p class="refusal" role="alert">{escape(sentence)}</p>'


def _body(store: Store, cart: Cart, sent: Mapping[str, str]) -> str:
    priced, ways = cart.priced, ways_of(store, cart.record, cart.priced.groups)
    rows = (
        "".join(_line(store, line, priced.currency) for line in priced.lines) or "<tr><td>The cart is empty.</td></tr>"
    )
    sums = [("Subtotal", priced.subtotal)]
    sums += [
        (f"Discount {application.discount.title}", -application.total)
        for application in priced.applications
        if application.total
    ]
    sums += [
        (f"Delivery: {group.selected.title}", group.selected.cost)
        for group in priced.groups
        if group.selected is not None and any(line.record.id in ways for line in group.lines)
    ]
    sums += [(f"Gift card ending in {use.applied.card.code[-4:]}", -use.used) for use in priced.gift_cards]
    figures = "".join(_sum(label, amount, priced.currency) for label, amount in sums)
    total = _sum("Total before taxes", priced.total, priced.currency, kind="total")
    form = _form(store, cart, ways, sent) if cart.revealed and priced.lines else ""
    return f"{_STYLE}<table>{rows}{figures}{total}</table>{form}"


def _form(store: Store, cart: Cart, ways: Ways, sent: Mapping[str, str]) -> str:
    known = {**_known(store, cart), **sent}
    fields = [_field(known, "email", "E-mail", kind="email", autocomplete="email", required=True)]
    fields.append(_field(known, "name", "Name", autocomplete="name", required=True))
    fields.append(_field(known, "phone", "Phone", kind="tel", autocomplete="tel"))
    if is_to_be_sent(cart.priced, ways):
        fields += [
            _field(known, "address1", "Street and number", autocomplete="address-line1", required=True),
            _field(known, "address2", "Flat, floor (optional)", autocomplete="address-line2"),
            _field(known, "zip", "Postal code", autocomplete="postal-code", required=True),
            _field(known, "city", "City", autocomplete="address-level2", required=True),
            _field(known, "province", "State or province", autocomplete="address-level1"),
            _countries(known.get("country") or cart.priced.country),
        ]
    return (
        f'<h2 id="buyer">Who it is for</h2>{_deliveries(cart, ways)}'
        f'<form class="buyer" method="post" aria-labelledby="buyer">{"".join(fields)}'
        '<div class="buttons"><button class="main" name="payment" value="card">Pay</button>'
        '<button name="payment" value="counter">Pay at the counter</button>'
        '<button name="payment" value="fail" formnovalidate>Fail payment</button></div></form>'
        '<p class="note">This is the sandbox: no money moves. Paying makes an order that the gateway is told of.</p>'
    )


def _deliveries(cart: Cart, ways: Ways) -> str:
    """What happens to which goods, a sentence each."""
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
    return "".join(f"<p>{escape(f'{how}: {_and(dict.fromkeys(titles))}')}.</p>" for how, titles in said.items())


def _and(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _known(store: Store, cart: Cart) -> dict[str, str]:
    """What the form is filled in with: from the cart, from the buyer's account, or with somebody made up."""
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


def _field(
    known: Mapping[str, str], name: str, label: str, *, autocomplete: str, kind: str = "text", required: bool = False
) -> str:
    needed = " required" if required else ""
    value = escape(known.get(name, ""))
    return (
        f'<label>{label}<input type="{kind}" name="{name}" value="{value}" autocomplete="{autocomplete}"{needed}>'
        "</label>"
    )


def _countries(chosen: str) -> str:
    options = "".join(
        f'<option value="{code}"{" selected" if code == chosen else ""}>{escape(country.name)}</option>'
        for code, country in addresses.COUNTRIES.items()
    )
    return f'<label>Country<select name="country" autocomplete="country">{options}</select></label>'


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


def _line(store: Store, line: PricedLine, currency: str) -> str:
    variant = line.record.variant
    picture = variant.picture or next(iter(variant.product.pictures), None)
    image = ""
    if picture is not None:
        url = picture_url(store, picture, max_width=112, max_height=112)
        image = f'<img src="{escape(url)}" alt="{escape(picture.alt)}">'
    details = [] if variant.title == "Default Title" else [variant.title]
    details += [line.record.plan.name] if line.record.plan else []
    details += [f"{name}: {value}" for name, value in line.record.attributes if not name.startswith("_")]
    more = "".join(f"<small>{escape(detail)}</small>" for detail in details)
    return (
        f'<tr><td class="picture">{image}</td><td>{escape(variant.product.title)}{more}'
        f"<small>{line.record.quantity} × {_money(line.unit, currency)}</small></td>"
        f'<td class="number">{_money(line.subtotal, currency)}</td></tr>'
    )


def _sum(label: str, amount: Decimal, currency: str, kind: str = "") -> str:
    return (
        f'<tr class="{kind}"><td></td><td>{escape(label)}</td><td class="number">{_money(amount, currency)}</td></tr>'
    )


def _money(amount: Decimal, currency: str) -> str:
    text = decimal_text(amount) if currency == "JPY" else f"{amount:.2f}"
    return f"{text.removesuffix('.0') if currency == 'JPY' else text} {currency}"
