"""Fulfillment orders that staff move to another location."""

from sandbox.order_life import OrderRefused, changed
from sandbox.order_records import FulfillmentOrder, FulfillmentOrderLine
from sandbox.store import Store


def move(store: Store, part: FulfillmentOrder, location_id: int, *, as_new: bool = False) -> FulfillmentOrder:
    """The fulfillment order at the new location.

    Shopify moves it in place, unless something of it was handed over: then a new one takes the rest. `as_new` has the
    rest moved into a new one in any case. Raises OrderRefused for one that is over.
    """
    if part.is_over or part.location_id == location_id:
        raise OrderRefused(f"the fulfillment order {part.id} is {part.status} at {part.location_name}")
    has_begun = any(entry.remaining < entry.total for entry in part.lines)
    moved = _split_off(store, part) if as_new or has_begun else part
    moved.location_id, moved.location_name = location_id, store.locations[location_id].name
    moved.presented_name = moved.location_name if moved.method == "PICK_UP" else moved.presented_name
    for entry in moved.lines:
        entry.line.location_id = location_id
    moved.updated_at = store.clock.now()
    changed(store, part.order, ("fulfillment_orders/moved", (part, moved)))
    return moved


def _split_off(store: Store, part: FulfillmentOrder) -> FulfillmentOrder:
    """A new fulfillment order with all that is left of one, which is closed."""
    now = store.clock.now()
    moved_part = FulfillmentOrder(
        store.new_id(), part.order, part.location_id, part.location_name, part.method, now, now, part.presented_name
    )
    for entry in part.lines:
        if entry.remaining:
            moved_part.lines.append(FulfillmentOrderLine(store.new_id(), entry.line, entry.remaining, entry.remaining))
            entry.total -= entry.remaining
            entry.remaining = 0
    part.status, part.updated_at = "CLOSED", now
    part.order.fulfillment_orders.append(moved_part)
    store.fulfillment_orders[moved_part.id] = moved_part
    return moved_part
