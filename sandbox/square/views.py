"""Orders and payments as Square shows them to apps and staff."""

from typing import Any

from sandbox.square.fields import written
from sandbox.square.records import CANCELED, DRAFT, FAILED, SquareOrder, SquarePayment
from sandbox.square.totals import money, priced
from sandbox.store import Store


def order_json(order: SquareOrder) -> dict[str, Any]:
    """An Order with its totals and tenders."""
    document = {
        "id": order.id,
        "location_id": order.location_id,
        **priced(order.content, tips=order.tips, paid=order.paid),
        "state": order.state,
        "created_at": written(order.created_at),
        "updated_at": written(order.updated_at),
    }
    if order.version is not None:
        document["version"] = order.version
    if order.closed_at is not None:
        document["closed_at"] = written(order.closed_at)
    if order.payments:
        document["tenders"] = [_tender(payment) for payment in order.payments]
    return document


def payment_json(payment: SquarePayment) -> dict[str, Any]:
    """A Payment."""
    total = money(payment.amount + payment.tip)
    document = {
        "id": payment.id,
        "created_at": written(payment.created_at),
        "updated_at": written(payment.updated_at),
        "amount_money": money(payment.amount),
        "total_money": total,
        "approved_money": total,
        "status": payment.status,
        "source_type": payment.source_type,
        "location_id": payment.location_id,
        "order_id": payment.order_id,
        "version_token": f"v{int(payment.updated_at.timestamp() * 1000)}",
        **payment.details,
    }
    if payment.tip:
        document["tip_money"] = money(payment.tip)
    return document


def due(order: SquareOrder) -> int:
    """The amount that is not paid yet."""
    amount: int = priced(order.content, tips=order.tips, paid=order.paid)["net_amount_due_money"]["amount"]
    return amount


def is_on_board(order: SquareOrder) -> bool:
    """Whether staff see the order: it is fully paid and has a fulfillment that was not cancelled."""
    is_wanted = any(each["state"] not in (CANCELED, FAILED) for each in order.fulfillments)
    return is_wanted and order.state not in (CANCELED, DRAFT) and due(order) == 0


def board(store: Store) -> list[SquareOrder]:
    """The orders that staff see, the oldest first."""
    return [order for order in store.square_orders.values() if is_on_board(order)]


def _tender(payment: SquarePayment) -> dict[str, Any]:
    tender = {
        "id": payment.id,
        "location_id": payment.location_id,
        "transaction_id": payment.order_id,
        "created_at": written(payment.created_at),
        "amount_money": money(payment.amount + payment.tip),
        "type": "CASH" if payment.source_type == "CASH" else "OTHER",
        "payment_id": payment.id,
    }
    if payment.tip:
        tender["tip_money"] = money(payment.tip)
    if payment.source_type == "CASH":
        cash = payment.details["cash_details"]
        tender["cash_details"] = {
            "buyer_tendered_money": cash["buyer_supplied_money"],
            "change_back_money": cash["change_back_money"],
        }
    return tender
