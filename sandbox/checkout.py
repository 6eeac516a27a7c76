"""The page a cart's checkout URL leads to: what is in the cart and what it comes to."""

from decimal import Decimal
from html import escape

from starlette.responses import Response

from sandbox.html import page
from sandbox.store import Store
from sandbox.storefront.cart_fields import cart_by_id
from sandbox.storefront.cart_prices import PricedLine
from sandbox.storefront.cart_view import Cart
from sandbox.storefront.execution import Visit
from sandbox.storefront.media import picture_url
from sandbox.storefront.values import decimal_text, gid


def checkout_page(store: Store, token: str, key: str) -> Response:
    """The cart's page, or one that says there is no such cart. Without the cart's key the buyer stays unnamed."""
    record = store.carts.get(token)
    visit = Visit(store, country=(record and record.buyer.country) or "US")
    cart = cart_by_id(visit, gid("Cart", f"{token}?key={key}"))
    if cart is None:
        return page("Checkout", "<p>There is no such cart, or it was left alone for too long.</p>", 404)
    return page("Checkout", _body(store, cart))


def _body(store: Store, cart: Cart) -> str:
    priced = cart.priced
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
        if group.selected is not None
    ]
    sums += [(f"Gift card ending in {use.applied.card.code[-4:]}", -use.used) for use in priced.gift_cards]
    figures = "".join(_sum(label, amount, priced.currency) for label, amount in sums)
    total = _sum("Total", priced.total, priced.currency, kind="total")
    buyer = cart.record.buyer.email if cart.revealed and cart.record.buyer.email else None
    note = f"<p>For {escape(buyer)}</p>" if buyer else ""
    return (
        f"{note}<table>{rows}{figures}{total}</table>"
        '<p class="note">This is the sandbox: the cart is real, paying for it comes later.</p>'
    )


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
        f'<tr><td class="picture">{image}</td><td>{escape(variant.product.title)}{more}</td>'
        f'<td class="number">{line.record.quantity} × {_money(line.unit, currency)}</td>'
        f'<td class="number">{_money(line.subtotal, currency)}</td></tr>'
    )


def _sum(label: str, amount: Decimal, currency: str, kind: str = "") -> str:
    return (
        f'<tr class="{kind}"><td></td><td colspan="2">{escape(label)}</td>'
        f'<td class="number">{_money(amount, currency)}</td></tr>'
    )


def _money(amount: Decimal, currency: str) -> str:
    text = decimal_text(amount) if currency == "JPY" else f"{amount:.2f}"
    return f"{text.removesuffix('.0') if currency == 'JPY' else text} {currency}"
