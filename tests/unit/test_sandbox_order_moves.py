"""Fulfillment orders move to another location: in place, or what is left of them in a new one."""

import pytest

from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE
from sandbox.fulfilling import fulfill
from sandbox.order_life import OrderRefused, cancel, place_order
from sandbox.order_moves import move
from sandbox.order_records import Order
from sandbox.store import Store
from sandbox.webhook_payloads import BODIES


@pytest.fixture
def order(store: Store) -> Order:
    latte = store.product_by_handle("latte")
    assert latte is not None
    return place_order(store, [(latte.variants[0], 3)], method="PICK_UP", location_id=MAIN_STREET)


def test_a_fulfillment_order_that_was_not_begun_moves_in_place(store: Store, order: Order) -> None:
    [part] = order.fulfillment_orders

    assert move(store, part, RIVERSIDE) is part
    assert (part.location_id, part.location_name) == (RIVERSIDE, store.locations[RIVERSIDE].name)
    assert order.fulfillment_orders == [part]


def test_of_what_was_begun_the_rest_moves_into_a_new_one(store: Store, order: Order) -> None:
    [part] = order.fulfillment_orders
    fulfill(store, {part: {part.lines[0]: 1}})

    moved = move(store, part, RIVERSIDE)

    assert (part.status, part.lines[0].total, part.remaining) == ("CLOSED", 1, 0)
    assert (moved.status, moved.location_id, moved.lines[0].total, moved.remaining) == ("OPEN", RIVERSIDE, 2, 2)


def test_the_message_names_both(store: Store, order: Order) -> None:
    [part] = order.fulfillment_orders
    moved = move(store, part, RIVERSIDE, as_new=True)

    assert BODIES["fulfillment_orders/moved"](store, (part, moved)) == {
        "original_fulfillment_order": {"id": f"gid://shopify/FulfillmentOrder/{part.id}", "status": "closed"},
        "moved_fulfillment_order": {"id": f"gid://shopify/FulfillmentOrder/{moved.id}", "status": "open"},
        "destination_location_id": f"gid://shopify/Location/{RIVERSIDE}",
    }


def test_a_finished_fulfillment_order_does_not_move(store: Store, order: Order) -> None:
    cancel(store, order)

    with pytest.raises(OrderRefused, match="CANCELLED"):
        move(store, order.fulfillment_orders[0], RIVERSIDE)
