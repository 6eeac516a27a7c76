"""Payments recorded at Square: external ones, and cash at the counter."""

from typing import Any

from sandbox.square.events import tell_payment, tell_updated
from sandbox.square.fields import (
    CUSTOMER_ID,
    EMAIL,
    LOCATION_ID,
    NOTE,
    OBJECT_ID,
    REFERENCE_ID,
    Kind,
    boolean,
    money,
    one_of,
    text,
    thing,
)
from sandbox.square.keys import PAYMENT_KEY, id_created_before, read_key, store_key
from sandbox.square.locations import SQMAIN, check_location
from sandbox.square.orders import (
    APPLICATION,
    amount_mismatch,
    check_payable,
    complete_parts,
    new_id,
    order_of,
    read_body,
    settle,
)
from sandbox.square.progress import moved
from sandbox.square.records import COMPLETED, SquareOrder, SquarePayment
from sandbox.square.refusals import not_found, not_played, refused
from sandbox.square.totals import money as amount_of
from sandbox.square.views import due
from sandbox.store import Store

APPROVED = "APPROVED"  # waits for its order to be paid
EXTERNAL_TYPES = (
    "CHECK",
    "BANK_TRANSFER",
    "OTHER_GIFT_CARD",
    "CRYPTO",
    "SQUARE_CASH",
    "SOCIAL",
    "EXTERNAL",
    "EMONEY",
    "CARD",
    "STORED_BALANCE",
    "FOOD_VOUCHER",
    "OTHER",
)
_DETAILS_OF = {"EXTERNAL": "external_details", "CASH": "cash_details"}
PAYMENT_FIELDS: dict[str, Kind] = {
    "source_id": text(1024, 1),
    "amount_money": money,
    "tip_money": money,
    "autocomplete": boolean,
    "order_id": OBJECT_ID,
    "location_id": LOCATION_ID,
    "customer_id": CUSTOMER_ID,
    "reference_id": REFERENCE_ID,
    "note": NOTE,
    "buyer_email_address": EMAIL,
    "external_details": thing(
        {
            "type": one_of(*EXTERNAL_TYPES),
            "source": text(255, 1),
            "source_id": text(255),
            "source_fee_money": money,
        },
        needs=("type", "source"),
    ),
    "cash_details": thing({"buyer_supplied_money": money}, needs=("buyer_supplied_money",)),
}
_SHOWN = ("customer_id", "reference_id", "note", "buyer_email_address")


def create_payment(store: Store, sent: dict[str, Any]) -> SquarePayment:
    """The new payment, or the one created with the same key. Raises Refusal.

    It pays the whole amount due. With `autocomplete` off it may be a part, and is completed when the order is paid.
    """
    key = read_key(sent, PAYMENT_KEY, needed=True)
    earlier_id = id_created_before(store, "payments", key, sent)
    if earlier_id is not None:
        return store.square_payments[earlier_id]
    body = read_body(sent, PAYMENT_FIELDS, needs=("source_id", "amount_money"))
    details = _details(body)
    amount, tip = body["amount_money"]["amount"], body.get("tip_money", {"amount": 0})["amount"]
    if amount == 0:
        raise refused("VALUE_TOO_LOW", "A payment is of more than nothing.", "amount_money.amount")
    order = _order_to_pay(store, body, amount)
    is_complete = body.get("autocomplete", True)
    if amount > due(order) or (is_complete and amount != due(order)):
        raise amount_mismatch("amount_money")
    shown = {name: body[name] for name in _SHOWN if name in body}
    payment = _payment(store, order, body["source_id"], amount, tip, {**shown, **details})
    if not is_complete:
        payment.status = APPROVED
    record_payment(store, order, payment)
    store_key(store, "payments", key, sent, payment.id)
    return payment


def payment_of(store: Store, payment_id: str) -> SquarePayment:
    """The payment with that id. Raises Refusal."""
    payment = store.square_payments.get(payment_id)
    if payment is None:
        raise not_found(f"Payment with id `{payment_id}`", "payment_id")
    return payment


def pay_in_cash(store: Store, order: SquareOrder) -> SquarePayment:
    """The guest pays the exact amount due in cash at the counter. Raises Refusal."""
    check_payable(order)
    amount = due(order)
    given = {"cash_details": {"buyer_supplied_money": amount_of(amount), "change_back_money": amount_of(0)}}
    payment = _payment(store, order, "CASH", amount, 0, given)
    record_payment(store, order, payment)
    return payment


def record_payment(store: Store, order: SquareOrder, payment: SquarePayment) -> None:
    """Stores a payment with its order, and sends webhooks for both."""
    store.square_orders[order.id] = order
    store.square_payments[payment.id] = payment
    order.payments.append(payment)
    tell_payment(store, "payment.created", payment)
    if payment.status != COMPLETED:
        moved(order, store.clock.now())
        tell_updated(store, order)
        return
    settle(store, order)
    tell_payment(store, "payment.updated", payment)


def _payment(
    store: Store, order: SquareOrder, source_type: str, amount: int, tip: int, details: dict[str, Any]
) -> SquarePayment:
    now = store.clock.now()
    currency = amount_of(amount)["currency"]
    return SquarePayment(
        new_id(store), order.id, order.location_id, source_type, amount, tip, currency, COMPLETED, now, now, details
    )


def _details(asked: dict[str, Any]) -> dict[str, Any]:
    """The details of the payment's source. Raises Refusal."""
    name = _DETAILS_OF.get(asked["source_id"])
    if name is None:
        raise not_played("payments by card", "source_id")
    if name not in asked:
        raise refused("MISSING_REQUIRED_PARAMETER", "Missing required parameter.", name)
    details: dict[str, Any] = asked[name]
    if name == "cash_details":
        tip = asked.get("tip_money", {"amount": 0})["amount"]
        change = details["buyer_supplied_money"]["amount"] - asked["amount_money"]["amount"] - tip
        if change < 0:
            why = "The guest has given too little."
            raise refused("VALUE_TOO_LOW", why, "cash_details.buyer_supplied_money")
        details["change_back_money"] = amount_of(change)
    return {name: details}


def _order_to_pay(store: Store, asked: dict[str, Any], amount: int) -> SquareOrder:
    """The order that a payment names; without one, Square creates an order with a custom amount."""
    if "order_id" in asked:
        order = order_of(store, asked["order_id"])
        if asked.get("location_id", order.location_id) != order.location_id:
            raise refused("LOCATION_MISMATCH", "The order is of another location.", "location_id")
        check_payable(order)
        return order
    location_id = asked.get("location_id", SQMAIN)
    check_location(location_id, "location_id")
    line = {"item_type": "CUSTOM_AMOUNT", "quantity": "1", "base_price_money": amount_of(amount)}
    content = {"line_items": [line], "source": {"name": APPLICATION}}
    complete_parts(store, content)
    now = store.clock.now()
    return SquareOrder(new_id(store), location_id, content, now, now, version=None)
