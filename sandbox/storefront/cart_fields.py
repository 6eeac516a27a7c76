"""Resolvers of cart fields with arguments, of the query `cart`, and of cart objects in `node`."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sandbox.cart_records import CartRecord
from sandbox.execution import Resolver, Resolvers
from sandbox.storefront.cart_prices import DeliveryGroup
from sandbox.storefront.cart_view import BaseLine, Cart, CartLine, ComponentizableCartLine
from sandbox.storefront.connections import connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.mailing_addresses import CartDeliveryAddress, MailingAddress
from sandbox.storefront.values import gid

IDLE_LIFE = timedelta(days=10)


def cart_record(visit: Visit, cart_id: str) -> tuple[CartRecord, bool] | None:
    """The cart with a global id, and whether the id contained its key; None if it is unknown or expired."""
    tail = cart_id.removeprefix("gid://shopify/Cart/")
    token, _, query = tail.partition("?")
    record = visit.store.carts.get(token)
    if record is None or tail == cart_id:
        return None
    if visit.store.clock.now() - record.updated_at >= IDLE_LIFE:
        del visit.store.carts[token]
        return None
    return record, f"key={record.key}" in query.split("&")


def cart_by_id(visit: Visit, cart_id: str) -> Cart | None:
    """The cart as the visitor may see it."""
    found = cart_record(visit, cart_id)
    return None if found is None else Cart(found[0], visit, revealed=found[1])


def _cart(_: Any, info: Any, **arguments: Any) -> Cart | None:
    return cart_by_id(info.context, arguments["id"])


def _attribute(source: Any, info: Any, *, key: str) -> dict[str, str] | None:
    found: dict[str, str] | None = next((entry for entry in source.attributes if entry["key"] == key), None)
    return found


def _lines(cart: Cart, info: Any, *, reverse: bool, **page: Any) -> dict[str, Any]:
    return _line_page(cart.line_list, reverse, page)


def _line_page(lines: Sequence[BaseLine], reverse: bool, page: dict[str, Any]) -> dict[str, Any]:
    return connection(list(reversed(lines)) if reverse else lines, key=lambda line: line.record.id, **page)


def _shares(line: BaseLine, info: Any, *, lineLevelOnly: bool) -> list[dict[str, Any]]:  # noqa: N803 GraphQL's name
    return line.shares(line_level_only=lineLevelOnly)


def _delivery_groups(
    cart: Cart,
    info: Any,
    *,
    reverse: bool,
    withCarrierRates: bool,  # noqa: N803 GraphQL's name
    **page: Any,
) -> dict[str, Any]:
    groups = [_group_view(cart, group, withCarrierRates) for group in cart.priced.groups] if cart.revealed else []
    return connection(groups[::-1] if reverse else groups, key=lambda group: group["id"], **page)


def _group_view(cart: Cart, group: DeliveryGroup, with_carrier_rates: bool) -> dict[str, Any]:
    options = [
        {
            "handle": option.handle,
            "code": option.code,
            "title": option.title,
            "description": option.description,
            "deliveryMethodType": option.method,
            "estimatedCost": cart.money(option.cost),
        }
        for option in group.options
        if with_carrier_rates or not option.carrier or option is group.selected
    ]
    selected = group.selected.handle if group.selected else None
    address_id = f"{group.address_id}?model_name=CartDeliveryAddress"
    return {
        "id": gid("CartDeliveryGroup", f"{group.id}?cart={cart.record.token}"),
        "groupType": group.kind,
        "deliveryAddress": MailingAddress(address_id, group.address),
        "deliveryOptions": options,
        "selectedDeliveryOption": next((option for option in options if option["handle"] == selected), None),
        "discountAllocations": cart.allocations(group.discounts),
        "lines": [cart.line_of(line.record) for line in group.lines],
    }


def _group_lines(group: dict[str, Any], info: Any, *, reverse: bool, **page: Any) -> dict[str, Any]:
    return _line_page(group["lines"], reverse, page)


def _delivery(cart: Cart, info: Any) -> dict[str, Any]:
    return {"cart": cart}


def _addresses(delivery: dict[str, Any], info: Any, *, selected: bool) -> list[dict[str, Any]]:
    """All addresses, or only the selected ones."""
    cart: Cart = delivery["cart"]
    return [
        {
            "id": gid("CartSelectableAddress", f"{entry.id}?cart={cart.record.token}"),
            "address": CartDeliveryAddress(entry.address),
            "selected": entry.selected,
            "oneTimeUse": entry.one_time_use,
        }
        for entry in (cart.record.addresses if cart.revealed else ())
        if entry.selected or not selected
    ]


def _buyer_identity(cart: Cart, info: Any) -> dict[str, Any]:
    """The buyer; empty for visitors without the cart's key."""
    if not cart.revealed:
        return {"deliveryAddressPreferences": []}
    store, buyer = info.context.store, cart.record.buyer
    customer = store.customers.get(buyer.customer_id or 0)
    return {
        "countryCode": buyer.country,
        "email": buyer.email or (customer.email if customer else None),
        "phone": buyer.phone or (customer.phone if customer else None),
        "customer": customer,
        "preferences": _preferences(cart),
        "purchasingCompany": _purchasing_company(info.context, cart),
        "deliveryAddressPreferences": [
            MailingAddress(f"{entry.id}?model_name=CartDeliveryAddress", entry.address)
            for entry in sorted(cart.record.addresses, key=lambda entry: not entry.selected)
        ],
    }


def _preferences(cart: Cart) -> dict[str, Any] | None:
    buyer = cart.record.buyer
    if buyer.delivery is None and buyer.wallets is None:
        return None
    wish = buyer.delivery
    delivery = wish and {
        "deliveryMethod": list(wish.methods),
        "pickupHandle": list(wish.pickup_handles),
        "coordinates": wish.coordinates
        and dict(zip(("countryCode", "latitude", "longitude"), wish.coordinates, strict=True)),
    }
    return {"delivery": delivery, "wallet": None if buyer.wallets is None else list(buyer.wallets)}


def _purchasing_company(visit: Visit, cart: Cart) -> dict[str, Any] | None:
    location = visit.store.company_locations.get(cart.record.buyer.company_location_id or 0)
    if location is None:
        return None
    contacts = visit.store.company_contacts.values()
    contact = next((contact for contact in contacts if contact.customer_id == cart.record.buyer.customer_id), None)
    return {"company": location.company, "location": location, "contact": contact}


def _line_node(visit: Visit, tail: str) -> CartLine | ComponentizableCartLine | None:
    line_id, _, query = tail.partition("?")
    cart = cart_by_id(visit, gid("Cart", query.removeprefix("cart=")))
    found = cart.line_list if cart else []
    parts = [part for line in found if isinstance(line, ComponentizableCartLine) for part in line.line_components]
    return next((line for line in [*found, *parts] if line.record.id == line_id), None)


def _gift_card_node(visit: Visit, tail: str) -> dict[str, Any] | None:
    for record in visit.store.carts.values():
        for position, applied in enumerate(record.gift_cards):
            if applied.id == tail:
                return Cart(record, visit, revealed=True).applied_gift_cards[position]
    return None


_LINE: dict[str, Resolver] = {"attribute": _attribute, "discountAllocations": _shares}
RESOLVERS: Resolvers = {
    "QueryRoot": {"cart": _cart},
    "Cart": {
        "attribute": _attribute,
        "lines": _lines,
        "delivery": _delivery,
        "deliveryGroups": _delivery_groups,
        "buyerIdentity": _buyer_identity,
    },
    "CartLine": _LINE,
    "ComponentizableCartLine": _LINE,
    "CartDelivery": {"addresses": _addresses},
    "CartDeliveryGroup": {"cartLines": _group_lines},
}
NODES: dict[str, Callable[[Visit, str], Any]] = {
    "Cart": lambda visit, tail: cart_by_id(visit, gid("Cart", tail)),
    "CartLine": _line_node,
    "ComponentizableCartLine": _line_node,
    "AppliedGiftCard": _gift_card_node,
}
