"""State transitions of orders and fulfillments, with their timestamps."""

from collections.abc import Sequence
from datetime import datetime

from sandbox.square.fields import written
from sandbox.square.order_fields import DETAILS_OF
from sandbox.square.records import CANCELED, COMPLETED, ENDED, FAILED, SquareOrder
from sandbox.square.refusals import refused

_WAY = ("PROPOSED", "RESERVED", "PREPARED", COMPLETED)
_NOTED = {
    "PICKUP": {
        "RESERVED": "accepted_at",
        "PREPARED": "ready_at",
        COMPLETED: "picked_up_at",
        CANCELED: "canceled_at",
        FAILED: "rejected_at",
    },
    "IN_STORE": {
        "RESERVED": "in_progress_at",
        "PREPARED": "prepared_at",
        COMPLETED: "completed_at",
        CANCELED: "canceled_at",
    },
}


def check_step(old: str, new: str, field: str) -> None:
    """Raises Refusal unless the transition of a fulfillment goes forward. Steps may be skipped."""
    is_ahead = new in (CANCELED, FAILED) or (old in _WAY and _WAY.index(new) > _WAY.index(old))
    if old in ENDED or not is_ahead:
        raise refused("BAD_REQUEST", f"A fulfillment that is {old} cannot become {new}.", field)


def moved(order: SquareOrder, now: datetime, fulfillments: Sequence[str] = ()) -> None:
    """Records that an order has changed, and when these fulfillments entered their current state."""
    order.updated_at = now
    if order.version is not None:
        order.version += 1
    for each in order.fulfillments:
        name = _NOTED.get(each["type"], {}).get(each["state"])
        if each["uid"] in fulfillments and name is not None:
            each[DETAILS_OF[each["type"]]][name] = written(now)


def close(order: SquareOrder, state: str) -> None:
    """Ends an order that was just changed."""
    order.state = state
    order.closed_at = order.updated_at
