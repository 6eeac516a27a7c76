"""What happens to the sandbox's orders, and what is told of it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sandbox.cart_records import PlaceAddress
from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE, ROASTERY
from sandbox.fulfilling import deliver, fulfill, prepare, retrack
from sandbox.order_life import (
    OrderRefused,
    assess,
    cancel,
    catch_up,
    change_address,
    edit,
    hold,
    mark_paid,
    place_order,
    refund,
    release,
    route,
)
from sandbox.order_making import Bought
from sandbox.order_records import Order, OrderDiscount
from sandbox.records import ProductVariant
from sandbox.store import Store
from tests.goods import variant


class Told:
    """What the store told, action by action, as the topics of each."""

    def __init__(self, store: Store) -> None:
        self.actions: list[list[str]] = []
        self.records: list[tuple[str, Any]] = []
        store.watchers.append(self._happened)

    def _happened(self, *events: tuple[str, Any]) -> None:
        self.actions.append([topic for topic, _ in events])
        self.records.extend(events)

    @property
    def topics(self) -> list[str]:
        return [topic for action in self.actions for topic in action]


@pytest.fixture
def mug(store: Store) -> ProductVariant:
    return variant(store, "ceramic-mug")


@pytest.fixture
def latte(store: Store) -> ProductVariant:
    return variant(store, "latte")


@pytest.fixture
def order(store: Store, mug: ProductVariant) -> Order:
    """Three mugs, paid and routed."""
    return place_order(store, [Bought(mug, 3)])


@pytest.fixture
def events(store: Store, order: Order) -> Told:
    """What is told of `order` from now on."""
    return Told(store)


def test_a_paid_order_sends_created_paid_and_updated_at_once(store: Store, mug: ProductVariant) -> None:
    events = Told(store)
    place_order(store, [Bought(mug, 1)])

    assert events.actions[0] == [
        "orders/create", "orders/paid", "orders/updated", "inventory_levels/update", "products/update",
    ]  # fmt: skip
    assert events.actions[1] == ["orders/risk_assessment_changed", "orders/updated"]
    assert events.actions[2] == ["fulfillment_orders/order_routing_complete", "orders/updated"]


def test_an_unpaid_order_sends_paid_when_the_money_arrives(store: Store, mug: ProductVariant) -> None:
    events = Told(store)
    order = place_order(store, [Bought(mug, 1)], paid=False)
    assert (order.financial_status, order.gateways) == ("PENDING", ["Pay at the counter"])
    assert "orders/paid" not in events.topics

    mark_paid(store, order)
    assert order.financial_status == "PAID"
    assert events.actions[-1] == ["orders/paid", "orders/updated"]


def test_an_order_that_owes_nothing_is_not_paid_twice(store: Store, order: Order) -> None:
    with pytest.raises(OrderRefused, match="owes nothing"):
        mark_paid(store, order)


def test_an_order_adds_up_with_discounts_shipping_and_tax(store: Store, mug: ProductVariant) -> None:
    tenth = OrderDiscount("code", "TENTH", percentage=Decimal(10))
    order = place_order(store, [(mug, 2, {"engraving": "K"})], discounts=[tenth], tip=Decimal(1))
    goods = mug.price * 2 * Decimal("0.9")

    assert order.lines[0].attributes == (("engraving", "K"),)
    assert order.lines[0].discounts == [(tenth, mug.price * 2 / 10)]
    assert order.subtotal == goods
    assert order.tax == (goods * Decimal("0.0825")).quantize(Decimal("0.01")) + Decimal("0.47")
    assert order.total == goods + Decimal("5.75") + order.tax + 1


def test_exports_are_not_taxed(store: Store, mug: ProductVariant) -> None:
    abroad = PlaceAddress(address1="Beispielweg 7", city="Berlin", country_code="DE", last_name="Beispiel", zip="10115")
    assert place_order(store, [Bought(mug, 1)], shipping_address=abroad).tax == 0


def test_each_place_and_method_makes_a_fulfillment_order(
    store: Store, mug: ProductVariant, latte: ProductVariant
) -> None:
    order = place_order(
        store,
        [
            Bought(mug, 1),
            Bought(latte, 1, (), "PICK_UP", MAIN_STREET),
            Bought(mug, 2, (), "PICK_UP", MAIN_STREET),
            Bought(latte, 1, (), "PICK_UP", RIVERSIDE),
        ],
    )
    assert [(part.method, part.location_id, part.remaining) for part in order.fulfillment_orders] == [
        ("SHIPPING", ROASTERY, 1),
        ("PICK_UP", MAIN_STREET, 3),
        ("PICK_UP", RIVERSIDE, 1),
    ]
    assert [line.title for line in order.shipping_lines] == ["Standard", "Main Street Cafe", "Riverside Cafe"]


def test_an_order_that_is_picked_up_has_no_address(store: Store, latte: ProductVariant) -> None:
    order = place_order(store, [Bought(latte, 1)], method="PICK_UP")
    assert order.shipping_address is None
    assert [(line.title, line.code, line.price) for line in order.shipping_lines] == [
        ("Main Street Cafe", "Main Street Cafe", Decimal(0))
    ]


def test_bought_units_are_committed_and_leave_stock_on_fulfillment(store: Store, mug: ProductVariant) -> None:
    before = mug.stock[ROASTERY]
    order = place_order(store, [Bought(mug, 2)])
    sold = mug.stock[ROASTERY]
    assert (sold.available, sold.committed) == (before.available - 2, before.committed + 2)

    fulfill(store, {order.fulfillment_orders[0]: None})
    gone = mug.stock[ROASTERY]
    assert (gone.available, gone.committed, gone.on_hand) == (sold.available, before.committed, sold.on_hand - 2)


def test_a_bundle_takes_its_parts_off_the_shelf(store: Store) -> None:
    bundle = next(each for each in store.variants.values() if each.components and each.components[0][0].tracked)
    part, each_takes = bundle.components[0]
    before = sum(level.available for level in part.stock.values())
    place_order(store, [Bought(bundle, 2)])
    assert sum(level.available for level in part.stock.values()) == before - 2 * each_takes


def test_an_unrouted_order_is_routed_once(store: Store, mug: ProductVariant) -> None:
    order = place_order(store, [Bought(mug, 1)], routed=False)
    assert order.fulfillment_orders == []
    assert len(route(store, order)) == 1
    assert route(store, order) == []
    assert len(order.fulfillment_orders) == 1


def test_risk_and_routing_come_when_their_times_have_passed(store: Store, mug: ProductVariant) -> None:
    store.risk_after_s, store.routing_after_s = 30, 60
    order = place_order(store, [Bought(mug, 1)])
    states = []
    for _ in range(3):
        catch_up(store)
        states.append((order.risk[0].level, len(order.fulfillment_orders)))
        store.clock.advance(30)
    assert states == [("PENDING", 0), ("LOW", 0), ("LOW", 1)]
    assert store.waiting_orders == []


@pytest.mark.parametrize(
    ("level", "advice"),
    [("NONE", "NONE"), ("PENDING", "NONE"), ("LOW", "ACCEPT"), ("MEDIUM", "INVESTIGATE"), ("HIGH", "CANCEL")],
)
def test_a_risk_recommends_what_to_do(store: Store, order: Order, level: str, advice: str) -> None:
    assess(store, order, level)
    assert order.risk_recommendation == advice


def test_a_hold_stops_an_order_until_it_is_released(store: Store, order: Order, events: Told) -> None:
    (part,) = hold(store, order, "INCORRECT_ADDRESS")
    assert (part.status, order.fulfillment_status) == ("ON_HOLD", "ON_HOLD")
    with pytest.raises(OrderRefused, match="unfulfillable"):
        fulfill(store, {part: None})

    assert release(store, order) == [part]
    assert (part.status, part.holds) == ("OPEN", [])
    assert events.topics == [
        "fulfillment_orders/placed_on_hold", "orders/updated", "fulfillment_orders/hold_released", "orders/updated",
    ]  # fmt: skip


def test_a_hold_preserves_the_handed_over_quantities(store: Store, order: Order) -> None:
    part = order.fulfillment_orders[0]
    fulfill(store, {part: {part.lines[0]: 1}})
    hold(store, order)
    release(store, order)
    assert (part.status, part.remaining) == ("IN_PROGRESS", 2)


def test_a_refund_takes_units_off_the_order_and_pays_them_back(
    store: Store, order: Order, mug: ProductVariant, events: Told
) -> None:
    available = mug.stock[ROASTERY].available
    made = refund(store, order, {order.lines[0]: 1})

    assert (made.amount, order.refunded) == (mug.price + Decimal("1.81"), made.amount)
    assert (order.financial_status, order.lines[0].current_quantity) == ("PARTIALLY_REFUNDED", 2)
    assert order.fulfillment_orders[0].remaining == 2
    assert mug.stock[ROASTERY].available == available + 1
    assert events.actions == [["refunds/create", "inventory_levels/update", "products/update", "orders/updated"]]


def test_an_order_whose_last_unit_and_delivery_are_refunded_is_over(store: Store, order: Order) -> None:
    refund(store, order, {order.lines[0]: 3}, shipping=order.total - order.lines[0].worth(3) - order.lines[0].tax)
    assert (order.financial_status, order.current_total) == ("REFUNDED", Decimal(0))
    assert order.fulfillment_orders[0].status == "CANCELLED"


def test_a_refund_of_handed_over_units_leaves_the_other_units_open(store: Store, order: Order) -> None:
    part = order.fulfillment_orders[0]
    fulfill(store, {part: {part.lines[0]: 2}})
    refund(store, order, {order.lines[0]: 2})
    # Units that still wait are taken first.
    assert (part.status, part.remaining, part.lines[0].total) == ("CLOSED", 0, 2)
    assert order.fulfillment_status == "FULFILLED"


def test_a_refund_of_more_units_than_ordered_is_refused(store: Store, order: Order) -> None:
    with pytest.raises(OrderRefused, match="3 units to refund, not 4"):
        refund(store, order, {order.lines[0]: 4})


def test_a_refund_of_an_unpaid_order_pays_nothing_back(store: Store, mug: ProductVariant) -> None:
    order = place_order(store, [Bought(mug, 2)], paid=False)
    refund(store, order, {order.lines[0]: 1})
    assert (order.financial_status, order.refunded, order.lines[0].current_quantity) == ("PENDING", Decimal(0), 1)


def test_an_edit_changes_the_ordered_quantities(
    store: Store, order: Order, mug: ProductVariant, latte: ProductVariant, events: Told
) -> None:
    made = edit(store, order, {order.lines[0]: 1}, [Bought(latte, 2)])

    assert [(line.title, line.current_quantity) for line in order.lines] == [("Ceramic Mug", 1), ("Latte", 2)]
    assert [(entry.line.title, entry.remaining) for entry in order.fulfillment_orders[0].lines] == [
        ("Ceramic Mug", 1),
        ("Latte", 2),
    ]
    assert (made.removals, made.additions) == ([(order.lines[0], 2)], [(order.lines[1], 2)])
    assert (order.edited, events.topics[0], events.topics[-1]) == (True, "orders/edited", "orders/updated")


def test_the_price_of_added_goods_is_outstanding(store: Store, order: Order) -> None:
    edit(store, order, {order.lines[0]: 5})
    assert (order.financial_status, order.fulfillment_orders[0].remaining) == ("PARTIALLY_PAID", 5)
    mark_paid(store, order)
    assert order.financial_status == "PAID"


def test_an_edit_cannot_take_off_what_was_handed_over(store: Store, order: Order) -> None:
    part = order.fulfillment_orders[0]
    fulfill(store, {part: {part.lines[0]: 2}})
    with pytest.raises(OrderRefused, match="handed over 2 times"):
        edit(store, order, {order.lines[0]: 1})


def test_a_cancelled_order_is_paid_back_and_leaves_nothing_to_do(
    store: Store, order: Order, mug: ProductVariant, events: Told
) -> None:
    available = mug.stock[ROASTERY].available
    cancel(store, order, "INVENTORY")

    assert (order.financial_status, order.refunded, order.current_total) == ("REFUNDED", order.total, Decimal(0))
    assert (order.cancel_reason, order.canceled_at) == ("INVENTORY", store.clock.now())
    assert (order.fulfillment_orders[0].status, order.fulfillment_orders[0].remaining) == ("CANCELLED", 0)
    assert mug.stock[ROASTERY].available == available + 3
    assert events.topics[:2] == ["orders/cancelled", "refunds/create"]


def test_an_unpaid_order_that_is_cancelled_is_void(store: Store, mug: ProductVariant) -> None:
    order = place_order(store, [Bought(mug, 1)], paid=False, routed=False)
    cancel(store, order)
    assert (order.financial_status, order.refunded) == ("VOIDED", Decimal(0))
    assert route(store, order) == []


def _cancel_twice(store: Store, order: Order) -> None:
    cancel(store, order)
    cancel(store, order)


def _cancel_handed_over(store: Store, order: Order) -> None:
    fulfill(store, {order.fulfillment_orders[0]: None})
    cancel(store, order)


@pytest.mark.parametrize("too_late", [_cancel_twice, _cancel_handed_over])
def test_a_finished_order_cannot_be_cancelled(
    store: Store, order: Order, too_late: Callable[[Store, Order], None]
) -> None:
    with pytest.raises(OrderRefused):
        too_late(store, order)


def test_a_new_address_sends_a_webhook(store: Store, order: Order, events: Told) -> None:
    elsewhere = PlaceAddress(address1="9 Sample Avenue", city="Dallas", country_code="US")
    change_address(store, order, elsewhere)
    assert order.shipping_address is elsewhere
    assert events.topics == ["orders/updated"]


def test_a_parcel_closes_the_fulfillment_order_that_it_completes(store: Store, order: Order, events: Told) -> None:
    part = order.fulfillment_orders[0]
    first = fulfill(store, {part: {part.lines[0]: 2}}, company="USPS", tracking=[("EX1", None)])
    assert (part.status, part.remaining, order.fulfillment_status) == ("IN_PROGRESS", 1, "PARTIALLY_FULFILLED")
    assert first.tracking == [("EX1", "https://tools.usps.com/go/TrackConfirmAction?tLabels=EX1")]

    fulfill(store, {part: None})
    assert (part.status, order.fulfillment_status, order.closed_at) == ("CLOSED", "FULFILLED", store.clock.now())
    assert events.topics == ["fulfillments/create", "orders/updated"] * 2


def test_new_tracking_of_a_parcel_sends_a_webhook(store: Store, order: Order, events: Told) -> None:
    parcel = fulfill(store, {order.fulfillment_orders[0]: None})
    retrack(store, parcel, "Elsewhere", [("EX2", "https://tracking.example.com/EX2")])
    deliver(store, parcel)
    assert parcel.tracking == [("EX2", "https://tracking.example.com/EX2")]
    assert parcel.delivered_at == store.clock.now()
    assert events.topics[2:] == ["fulfillments/update", "orders/updated"] * 2


def test_a_parcel_holds_goods_of_one_place_and_one_order(store: Store, mug: ProductVariant, order: Order) -> None:
    other = place_order(store, [Bought(mug, 1), Bought(mug, 1, (), "PICK_UP")])
    for parts, said in (
        (other.fulfillment_orders, "same location"),
        ((*order.fulfillment_orders, *other.fulfillment_orders), "same order"),
    ):
        with pytest.raises(OrderRefused, match=said):
            fulfill(store, dict.fromkeys(parts))


def test_a_pickup_is_prepared_once(store: Store, latte: ProductVariant) -> None:
    order = place_order(store, [Bought(latte, 1)], method="PICK_UP")
    events = Told(store)
    prepare(store, order.fulfillment_orders)
    assert events.topics == ["fulfillment_orders/line_items_prepared_for_pickup", "orders/updated"]
    with pytest.raises(OrderRefused, match="no line items to prepare"):
        prepare(store, order.fulfillment_orders)


def test_parcels_are_not_prepared_for_pickup(store: Store, order: Order) -> None:
    with pytest.raises(OrderRefused):
        prepare(store, order.fulfillment_orders)


def test_every_change_updates_the_orders_updated_at(store: Store, order: Order) -> None:
    store.clock.advance(60)
    change_address(store, order, PlaceAddress())
    assert order.updated_at == store.clock.now()
    assert (order.updated_at - order.created_at).total_seconds() == 60
