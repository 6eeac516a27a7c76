"""The buttons of an order: when they are shown, what they ask before acting, and their outcome."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Order = Mapping[str, Any]
Preview = Mapping[str, Any]
_EDITABLE = ("draft", "failed")
_CANCELABLE = (*_EDITABLE, "pending")
_BAD = ("REFUSED", "FAILED")
_AS_PLANNED = ("NONE", "FORWARDED", "DONE")
_PLACES = {"PRINTFUL": "Printful", "POS": "The counter", "SHOPIFY": "Shopify"}


@dataclass(frozen=True, slots=True)
class DeskAction:
    """A button. `question` is asked for confirmation.

    `operation` is the name of its checked-in mutation, `field` the mutation's only root field.
    """

    name: str
    label: str
    question: str
    operation: str
    field: str
    is_possible: Callable[[Order], bool]
    sentences: Callable[[Order, Preview | None], list[str]]
    outcome: Callable[[Order], str]
    is_dangerous: bool = False

    @staticmethod
    def has_failed(order: Order) -> bool:
        """Whether a part of the order has a problem after the action."""
        return any(part["state"] in _BAD for part in order["forwarding"]["parts"])


def _status(order: Order) -> str | None:
    return None if order["printful"] is None else order["printful"]["status"]


def _cost(order: Order) -> str:
    cost = None if order["printful"] is None else order["printful"]["cost"]
    if cost is None:
        return "Printful has not said yet what it costs."
    return f"Printful charges the shop {float(cost['amount']):,.2f} {cost['currencyCode']}."


def _forward_sentences(order: Order, preview: Preview | None) -> list[str]:
    actions = () if preview is None else preview["actions"]
    if actions:
        what = f"The gateway will do this: {'; '.join(actions)}."
    else:
        what = "The gateway has nothing left to send as far as it knows. It will look again and forget refusals."
    return [
        what,
        "Nothing is sent twice: what Printful or the counter has already stays as it is.",
        "A new draft at Printful costs nothing until it is confirmed.",
    ]


def _confirm_sentences(order: Order, _: Preview | None) -> list[str]:
    return [
        _cost(order),
        "Printful begins to print. After that the order cannot be changed, and soon not cancelled either.",
    ]


def _cancel_sentences(order: Order, _: Preview | None) -> list[str]:
    return [
        "Printful will not make these goods. Cancelling costs nothing.",
        "The order in Shopify stays, and so does the buyer's payment: refund it there if the goods are not wanted.",
    ]


def _forward_outcome(order: Order) -> str:
    parts = [
        f"{_PLACES[part['system']]}: {part['state'].lower()}{'. ' + part['reason'] if part['reason'] else ''}"
        for part in order["forwarding"]["parts"]
    ]
    said = "; ".join(each.rstrip(".") for each in parts)
    return f"Tried again. {said}." if said else "Tried again: nothing had to be sent."


def _confirm_outcome(order: Order) -> str:
    return f"Confirmed. The order at Printful is {_status(order)} now."


def _cancel_outcome(order: Order) -> str:
    return f"Cancelled. The order at Printful is {_status(order) or 'gone'} now."


ACTIONS: Mapping[str, DeskAction] = {
    action.name: action
    for action in (
        DeskAction(
            "forward",
            "Try again",
            "Try {name} again?",
            "forward",
            "forwardOrder",
            lambda order: order["cancelledAt"] is None,
            _forward_sentences,
            _forward_outcome,
        ),
        DeskAction(
            "confirm",
            "Confirm",
            "Confirm {name} at Printful?",
            "confirm",
            "confirmPrintOrder",
            lambda order: _status(order) in _EDITABLE,
            _confirm_sentences,
            _confirm_outcome,
        ),
        DeskAction(
            "cancel",
            "Cancel at Printful",
            "Cancel {name} at Printful?",
            "cancel",
            "cancelPrintOrder",
            lambda order: _status(order) in _CANCELABLE,
            _cancel_sentences,
            _cancel_outcome,
            is_dangerous=True,
        ),
    )
}


def main_action(order: Order) -> str | None:
    """The name of the action whose button stands out; None when the order needs none."""
    if any(part["state"] not in _AS_PLANNED or part["reason"] for part in order["forwarding"]["parts"]):
        return "forward"
    return "confirm" if ACTIONS["confirm"].is_possible(order) else None
