"""Actions of staff on orders at the counter: accept, prepare, hand over, cancel, take cash."""

from collections.abc import Callable

from sandbox.square.events import tell_fulfilled, tell_updated
from sandbox.square.fields import CURRENCY
from sandbox.square.orders import check_payable, complete_parts, new_id, order_of
from sandbox.square.payments import pay_in_cash
from sandbox.square.progress import check_step, close, moved
from sandbox.square.records import CANCELED, COMPLETED, ENDED, FAILED, POINT_OF_SALE, SquareOrder
from sandbox.square.refusals import Refusal, refused
from sandbox.square.views import due
from sandbox.store import Store


def accept(store: Store, order: SquareOrder) -> None:
    """The kitchen starts. Raises Refusal, as all actions do, when the order is past that state."""
    _advance(store, order, "RESERVED")


def ready(store: Store, order: SquareOrder) -> None:
    """The order is ready at the counter."""
    _advance(store, order, "PREPARED")


def complete(store: Store, order: SquareOrder) -> None:
    """The guest has received the goods. A paid order is then completed."""
    _advance(store, order, COMPLETED)


def cancel(store: Store, order: SquareOrder) -> None:
    """Staff cancel the fulfillment. A paid order stays open without goods: Square cancels no paid order."""
    _advance(store, order, CANCELED)


def fail(store: Store, order: SquareOrder) -> None:
    """The goods could not be made or were never picked up."""
    _advance(store, order, FAILED)


def pay(store: Store, order: SquareOrder) -> None:
    """The guest pays the amount due in cash."""
    pay_in_cash(store, order)


ACTIONS: dict[str, Callable[[Store, SquareOrder], None]] = {
    "accept": accept,
    "ready": ready,
    "complete": complete,
    "cancel": cancel,
    "fail": fail,
    "pay": pay,
}
_LEADS_TO = {"accept": "RESERVED", "ready": "PREPARED", "complete": COMPLETED, "cancel": CANCELED, "fail": FAILED}


def can(order: SquareOrder, action: str) -> bool:
    """Whether one of ACTIONS is possible now."""
    try:
        if action in _LEADS_TO:
            _changes(order, _LEADS_TO[action])
        else:
            check_payable(order)
    except Refusal:
        return False
    return True


def act(store: Store, order_id: str, action: str) -> SquareOrder:
    """Applies one of ACTIONS; returns the order. Raises Refusal."""
    order = order_of(store, order_id)
    if action not in ACTIONS:
        raise refused("NOT_FOUND", f"There is no {action!r}; there are: {', '.join(ACTIONS)}.")
    ACTIONS[action](store, order)
    return order


def sell_at_counter(
    store: Store, location_id: str, goods: dict[str, int], *, source: str = POINT_OF_SALE, is_paid: bool = True
) -> SquareOrder:
    """A new order from the counter itself: `goods` are prices in cents by name, one of each.

    With another `source` it comes from another channel of the seller.
    """
    lines = [
        {"name": name, "quantity": "1", "base_price_money": {"amount": price, "currency": CURRENCY}}
        for name, price in goods.items()
    ]
    content = {"line_items": lines, "source": {"name": source}}
    complete_parts(store, content)
    now = store.clock.now()
    order = SquareOrder(new_id(store), location_id, content, now, now, version=None)
    store.square_orders[order.id] = order
    if is_paid:
        pay_in_cash(store, order)
    else:
        tell_updated(store, order)
    return order


def _advance(store: Store, order: SquareOrder, state: str) -> None:
    """Moves all fulfillments of an open order to a state, and ends the order if nothing is left to do."""
    changes = _changes(order, state)
    for each in order.fulfillments:
        if each["state"] not in ENDED:
            each["state"] = state
    moved(order, store.clock.now(), [uid for uid, _, _ in changes])
    if state == CANCELED and not order.paid:
        close(order, CANCELED)
    if state == COMPLETED and due(order) == 0:
        close(order, COMPLETED)
    tell_updated(store, order)
    if changes:
        tell_fulfilled(store, order, changes)


def _changes(order: SquareOrder, state: str) -> list[tuple[str, str, str]]:
    """The fulfillments that can go to this state, with their old state. Raises Refusal."""
    if order.state in ENDED:
        raise refused("BAD_REQUEST", f"The order is {order.state} already.", "order.state")
    if not order.fulfillments and state != CANCELED:
        raise refused("BAD_REQUEST", "The order has no fulfillment.", "order.fulfillments")
    changes = [(each["uid"], each["state"], state) for each in order.fulfillments if each["state"] not in ENDED]
    if not changes and order.fulfillments:
        why = f"The fulfillment is {order.fulfillments[0]['state']} already."
        raise refused("BAD_REQUEST", why, "order.fulfillments")
    for _, old, new in changes:
        check_step(old, new, "order.fulfillments")
    if state == CANCELED and not order.fulfillments:
        check_payable(order)
    return changes
