"""The requests to Square for an order: pure functions of it, so that a retry is identical.

Source: Square API 2026-09-16, CreateOrder and CreatePayment.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from clients.errors import Rejected
from clients.money import minor_units
from clients.phones import read_phone
from clients.pos.orders import SOURCE_NAME, FulfillmentType, GenericItem, GenericOrder
from clients.pos.square.errors import UPSTREAM
from clients.pos.square.limits import LIMITS, fits, shortened

if TYPE_CHECKING:  # a connector imports the package when it is created
    from square.requests.external_payment_details import ExternalPaymentDetailsParams
    from square.requests.fulfillment import FulfillmentParams
    from square.requests.fulfillment_pickup_details import FulfillmentPickupDetailsParams
    from square.requests.fulfillment_recipient import FulfillmentRecipientParams
    from square.requests.money import MoneyParams
    from square.requests.order import OrderParams
    from square.requests.order_line_item import OrderLineItemParams
    from square.requests.order_line_item_discount import OrderLineItemDiscountParams
    from square.requests.order_service_charge import OrderServiceChargeParams

KEY = "kynda_key"  # of the metadata: it distinguishes the tickets of one Shopify order
TAX = "Sales tax (collected online)"
TIP = "Tip (paid online)"
DELIVERY = "Delivery (paid online)"
PREPAID = "Paid online already"
ADJUSTMENT = "Adjustment to the total online"
PREPARATION = "PT15M"
_PICKUP = "order.fulfillments.pickup_details."
_PHONE = re.compile(r"\+?[0-9]{5,}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def order_body(order: GenericOrder) -> OrderParams:
    """The order to create; Square's sum equals the ticket's `grand_total`. Raises Rejected."""
    _check(order)
    items = [item for item in order.items if item.quantity > 0]
    if not items:
        raise _refused("there is nothing on the ticket")
    lines = [_line(item, order.totals.currency) for item in items]
    discount, charges = _sums(order, sum(_line_total(item, order.totals.currency) for item in items))
    body: OrderParams = {
        "location_id": order.location_id,
        "reference_id": order.external_order_id,
        "source": {"name": SOURCE_NAME},
        "ticket_name": _ticket_name(order),
        "metadata": {KEY: order.key},
        "line_items": lines,
        "fulfillments": [_fulfillment(order)],
    }
    if discount is not None:
        body["discounts"] = [discount]
    if charges:
        body["service_charges"] = charges
    return body


def external_payment(order: GenericOrder) -> ExternalPaymentDetailsParams:
    """The payment that tells Square that the guest has paid in Shopify."""
    return {"type": "EXTERNAL", "source": "Shopify", "source_id": order.external_order_id}


def payment_key(order: GenericOrder) -> str:
    """The idempotency key of a ticket's payment, which is limited to fewer characters than the ticket's key."""
    return f"kynda-pay-{hashlib.sha256(order.key.encode()).hexdigest()[:32]}"


def _check(order: GenericOrder) -> None:
    if not order.key or not fits(order.key, "idempotency_key"):
        raise _refused("the ticket's key is longer than Square takes")
    if not order.external_order_id or not fits(order.external_order_id, "order.reference_id"):
        raise _refused("the order's id is longer than Square takes")
    if not order.location_id:
        raise _refused("no location of Square is named for it")
    if order.totals.grand_total < 0 or any(item.unit_price < 0 for item in order.items):
        raise _refused("it has a price below zero")
    if any(len(str(item.quantity)) > LIMITS["order.line_items.quantity"] for item in order.items):
        raise _refused("a quantity is larger than Square takes")


def _line(item: GenericItem, currency: str) -> OrderLineItemParams:
    line: OrderLineItemParams = {
        "name": shortened(item.name, "order.line_items.name") or shortened(item.sku, "order.line_items.name") or "Item",
        "quantity": str(item.quantity),
        "base_price_money": _money(minor_units(item.unit_price, currency), currency),
    }
    if variation := shortened(item.variant_name, "order.line_items.variation_name"):
        line["variation_name"] = variation
    attributes = [f"{name}: {value.strip()}" for name, value in item.custom_attributes if not name.startswith("_")]
    named = {modifier.name for modifier in item.modifiers}
    notes = [item.notes, *(each for each in attributes if each not in named)]
    if note := shortened("; ".join(filter(None, notes)), "order.line_items.note"):
        line["note"] = note
    if item.modifiers:
        line["modifiers"] = [
            {
                "name": shortened(modifier.name, "order.line_items.modifiers.name") or "Option",
                "base_price_money": _money(_modifier_price(modifier.price, currency), currency),
            }
            for modifier in item.modifiers
        ]
    return line


def _line_total(item: GenericItem, currency: str) -> int:
    """The total that Square computes for a line: modifiers count once for each unit."""
    modifiers = sum(_modifier_price(modifier.price, currency) for modifier in item.modifiers)
    return item.quantity * (minor_units(item.unit_price, currency) + modifiers)


def _modifier_price(price: Decimal, currency: str) -> int:
    return max(0, minor_units(price, currency))  # a modifier that reduces the price is part of the discount


def _sums(
    order: GenericOrder, lines_total: int
) -> tuple[OrderLineItemDiscountParams | None, list[OrderServiceChargeParams]]:
    """The discount and the charges between the sum of the lines and the total that the guest paid.

    Tax is a charge: a tax at Square has a percentage, with which the sum would differ by some cents. Charges
    apply in the last phase, after discounts and taxes, so that each adds exactly its amount.
    """
    totals, currency = order.totals, order.totals.currency
    stated = {TAX: totals.tax, DELIVERY: totals.shipping, TIP: totals.tip}
    charges = {name: max(0, minor_units(amount, currency)) for name, amount in stated.items()}
    discount = stated_discount = max(0, minor_units(totals.discount, currency))
    missing = minor_units(totals.grand_total, currency) - (lines_total - discount + sum(charges.values()))
    if missing > 0:
        charges[ADJUSTMENT] = missing
    else:
        discount -= missing
    if discount > lines_total:  # Square subtracts at most the price of the lines; the rest reduces the charges
        excess, discount = discount - lines_total, lines_total
        for name in reversed(charges):
            taken = min(excess, charges[name])
            charges[name] -= taken
            excess -= taken
    added: list[OrderServiceChargeParams] = [
        {"name": name, "amount_money": _money(amount, currency), "calculation_phase": "TOTAL_PHASE", "taxable": False}
        for name, amount in charges.items()
        if amount > 0
    ]
    if discount == 0:
        return None, added
    taken_off: OrderLineItemDiscountParams = {
        "name": _reduction(prepaid=totals.prepaid > 0, has_discount=stated_discount > 0),
        "type": "FIXED_AMOUNT",
        "amount_money": _money(discount, currency),
        "scope": "ORDER",
    }
    return taken_off, added


def _reduction(*, prepaid: bool, has_discount: bool) -> str:
    """The name of the one reduction of a ticket: a payment in advance is subtracted like a discount."""
    if prepaid:
        return f"{PREPAID}, and the discount" if has_discount else PREPAID
    return "Discount" if has_discount else ADJUSTMENT


def _ticket_name(order: GenericOrder) -> str:
    table = order.fulfillment.table_number
    first_name = [word for word in order.customer.name.split()[:1] if word != order.order_id]
    name = _table(table) if table else " ".join([order.order_id, *first_name])
    return shortened(name, "order.ticket_name")


def _table(number: str) -> str:
    return number if number.strip().casefold().startswith("table") else f"Table {number}"


def _fulfillment(order: GenericOrder) -> FulfillmentParams:
    """A pickup, also for a table: Square offers other kinds only to partners."""
    wish = order.fulfillment
    recipient: FulfillmentRecipientParams = {
        "display_name": shortened(order.customer.name, f"{_PICKUP}recipient.display_name")
        or shortened(order.order_id, f"{_PICKUP}recipient.display_name")
    }
    number = _dialled(order.customer.phone)
    if number is not None:
        recipient["phone_number"] = number
    email = (order.customer.email or "").strip()
    if _EMAIL.fullmatch(email) and fits(email, f"{_PICKUP}recipient.email_address"):
        recipient["email_address"] = email
    details: FulfillmentPickupDetailsParams = {
        "recipient": recipient,
        "prep_time_duration": PREPARATION,
        "note": shortened(" · ".join(_notes(order, None if number else order.customer.phone)), f"{_PICKUP}note"),
    }
    if wish.requested_at is None or _utc(wish.requested_at) <= _utc(order.created_at):
        details["schedule_type"] = "ASAP"
    else:
        details["schedule_type"] = "SCHEDULED"
        details["pickup_at"] = rfc3339(wish.requested_at)
    if wish.is_curbside:
        details["is_curbside_pickup"] = True
        if where := shortened(wish.notes, f"{_PICKUP}curbside_pickup_details.curbside_details"):
            details["curbside_pickup_details"] = {"curbside_details": where}
    return {"type": "PICKUP", "state": "PROPOSED", "pickup_details": details}


def _dialled(typed: str | None) -> str | None:
    """The number that Square may call or text; None for one with an extension, which only a person can dial."""
    phone = read_phone(typed)
    number = phone.digits if phone is not None and phone.extension is None else None
    is_sent = number and _PHONE.fullmatch(number) and fits(number, f"{_PICKUP}recipient.phone_number")
    return number if is_sent else None


def _notes(order: GenericOrder, typed_phone: str | None) -> list[str]:
    """What the counter must know, the most important first: long notes are cut at the end.

    `typed_phone` is a phone that is not among the recipient's fields.
    """
    wish = order.fulfillment
    parts = [
        f"Order {order.order_id}",
        _table(wish.table_number) if wish.table_number else None,
        "Curbside" if wish.is_curbside else None,
        "Delivery" if wish.type is FulfillmentType.DELIVERY else None,
        f"Phone {typed_phone.strip()}" if typed_phone and typed_phone.strip() else None,
        wish.notes,
        order.order_notes,
        wish.pickup_location[1] if wish.pickup_location else None,
    ]
    return [part for part in parts if part]


def rfc3339(moment: datetime) -> str:
    """The moment in UTC, in Square's format; a moment without a zone is taken as UTC."""
    return _utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _money(amount: int, currency: str) -> MoneyParams:
    return {"amount": amount, "currency": currency}


def _refused(why: str) -> Rejected:
    return Rejected(UPSTREAM, "create_order", f"not sent: {why}", was_sent=False)
