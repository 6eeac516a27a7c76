"""The bodies of Square's order and payment webhooks, which never contain lines."""

from typing import Any

from sandbox.square.fields import written
from sandbox.square.records import SquareOrder, SquarePayment
from sandbox.square.views import payment_json
from sandbox.store import Store


def tell_created(store: Store, order: SquareOrder) -> None:
    """Sends the webhook of an order that was created through the API."""
    store.tell_square("order.created", {"order_created": _summary(order)})


def tell_updated(store: Store, order: SquareOrder) -> None:
    store.tell_square("order.updated", {"order_updated": {**_summary(order), "updated_at": written(order.updated_at)}})


def tell_fulfilled(store: Store, order: SquareOrder, changes: list[tuple[str, str, str]]) -> None:
    """Sends the webhook of changed fulfillments: uid, old state and new state."""
    changed = [{"fulfillment_uid": uid, "old_state": old, "new_state": new} for uid, old, new in changes]
    summary = {**_summary(order), "updated_at": written(order.updated_at), "fulfillment_update": changed}
    store.tell_square("order.fulfillment.updated", {"order_fulfillment_updated": summary})


def tell_payment(store: Store, kind: str, payment: SquarePayment) -> None:
    """Sends the webhook of a payment; `kind` is `payment.created` or `payment.updated`."""
    store.tell_square(kind, {"payment": payment_json(payment)})


def _summary(order: SquareOrder) -> dict[str, Any]:
    version = {} if order.version is None else {"version": order.version}
    return {
        "order_id": order.id,
        **version,
        "location_id": order.location_id,
        "state": order.state,
        "created_at": written(order.created_at),
    }
