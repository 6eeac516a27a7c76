"""Admin's stand-in: orders found, read, marked and handed over."""

from typing import Any

import pytest

from clients.admin.order_operations import (
    FULFILLMENT_CREATE,
    MARK_ORDER,
    ORDER,
    ORDER_OF_FULFILLMENT_ORDER,
    PREPARED_FOR_PICKUP,
    SET_METAFIELDS,
    TAG_PRODUCT,
    TRACKING_UPDATE,
)
from sandbox.order_life import cancel, hold, place_order, refund
from sandbox.order_making import Bought
from sandbox.order_records import Order
from sandbox.store import Store
from sandbox.storefront.values import gid
from tests.conftest import Run
from tests.goods import variant
from tests.unit.conftest import AskAdmin


@pytest.fixture
def order(store: Store) -> Order:
    """Two mugs that are sent and a latte that is picked up."""
    return place_order(
        store,
        [(variant(store, "ceramic-mug"), 2, {"_wrap": "yes"}), Bought(variant(store, "latte"), 1, (), "PICK_UP")],
        attributes={"table": "5"},
        note="Ring twice",
        tags=["regular"],
        phone="+15125550123",
    )


@pytest.fixture
def order_id(order: Order) -> str:
    return gid("Order", order.id)


def events(store: Store) -> list[str]:
    """The topics that are told from now on."""
    topics: list[str] = []
    store.watchers.append(lambda *told: topics.extend(topic for topic, _ in told))
    return topics


def test_an_order_has_all_its_lines(ask_admin: AskAdmin, order: Order, order_id: str) -> None:
    found = ask_admin(ORDER, id=order_id)["order"]

    assert {name: found[name] for name in ("name", "createdAt", "test", "email", "phone", "note", "tags")} == {
        "name": order.name,
        "createdAt": "2026-11-22T12:00:00Z",
        "test": False,
        "email": "dana@example.com",
        "phone": "+15125550123",
        "note": "Ring twice",
        "tags": ["regular"],
    }
    assert found["customAttributes"] == [{"key": "table", "value": "5"}]
    assert (found["displayFinancialStatus"], found["displayFulfillmentStatus"]) == ("PAID", "UNFULFILLED")
    assert found["paymentGatewayNames"] == ["shopify_payments"]
    assert found["risk"] == {"recommendation": "ACCEPT", "assessments": [{"riskLevel": "LOW"}]}
    assert found["currentTotalPriceSet"]["shopMoney"]["amount"] == str(order.total)
    assert found["shippingAddress"]["province"] == "Texas"
    assert [(each["title"], each["code"]) for each in found["shippingLines"]["nodes"]] == [
        ("Standard", "standard"),
        ("Main Street Cafe", "Main Street Cafe"),
    ]


def test_a_line_has_the_title_and_price_of_its_purchase(
    ask_admin: AskAdmin, store: Store, order: Order, order_id: str
) -> None:
    mug = variant(store, "ceramic-mug")
    mug.product.title, mug.product.vendor, mug.sku = "Renamed", "Another", "OTHER"
    line = ask_admin(ORDER, id=order_id)["order"]["lineItems"]["nodes"][0]
    assert (line["title"], line["vendor"], line["sku"]) == ("Ceramic Mug", "Riverside Ceramics", "CERMUG-WHITE")
    assert line["customAttributes"] == [{"key": "_wrap", "value": "yes"}]
    assert line["originalUnitPriceSet"]["shopMoney"]["amount"] == "22.0"
    assert line["taxLines"][0]["priceSet"]["shopMoney"]["amount"] == "3.63"


def test_a_line_whose_product_is_gone_has_no_variant(ask_admin: AskAdmin, store: Store, order_id: str) -> None:
    del store.variants[variant(store, "ceramic-mug").id]
    mug, latte = ask_admin(ORDER, id=order_id)["order"]["lineItems"]["nodes"]
    assert mug["variant"] is None
    assert latte["variant"] is not None


def test_fulfillment_orders_have_a_location_and_a_method(ask_admin: AskAdmin, order_id: str) -> None:
    sent, picked_up = ask_admin(ORDER, id=order_id)["order"]["fulfillmentOrders"]["nodes"]
    assert (sent["status"], sent["deliveryMethod"]["methodType"]) == ("OPEN", "SHIPPING")
    assert sent["assignedLocation"]["name"] == "Roastery Warehouse"
    assert picked_up["deliveryMethod"] == {"methodType": "PICK_UP", "presentedName": "Main Street Cafe"}
    assert [each["remainingQuantity"] for each in sent["lineItems"]["nodes"]] == [2]
    assert {"action": "CREATE_FULFILLMENT"} in sent["supportedActions"]


def test_an_order_that_is_not_routed_has_no_fulfillment_orders(ask_admin: AskAdmin, store: Store) -> None:
    order = place_order(store, [Bought(variant(store, "latte"), 1)], routed=False, risk="PENDING")
    found = ask_admin(ORDER, id=gid("Order", order.id))["order"]
    assert found["fulfillmentOrders"]["nodes"] == []
    assert found["risk"] == {"recommendation": "NONE", "assessments": [{"riskLevel": "PENDING"}]}


def test_an_order_is_routed_once_its_time_has_passed(ask_admin: AskAdmin, store: Store) -> None:
    store.routing_after_s = 10
    order = place_order(store, [Bought(variant(store, "latte"), 1)])
    store.clock.advance(10)
    assert len(ask_admin(ORDER, id=gid("Order", order.id))["order"]["fulfillmentOrders"]["nodes"]) == 1


def test_a_hold_states_its_reason(ask_admin: AskAdmin, store: Store, order: Order, order_id: str) -> None:
    hold(store, order, "INCORRECT_ADDRESS")
    found = ask_admin(ORDER, id=order_id)["order"]
    part = found["fulfillmentOrders"]["nodes"][0]
    assert (found["displayFulfillmentStatus"], part["status"]) == ("ON_HOLD", "ON_HOLD")
    assert part["fulfillmentHolds"] == [{"reason": "INCORRECT_ADDRESS", "displayReason": "Incorrect address"}]
    assert part["supportedActions"] == [{"action": "RELEASE_HOLD"}]


def test_an_order_in_another_currency_has_amounts_in_the_shops(ask_admin: AskAdmin, store: Store) -> None:
    store.admin_scopes.append("read_all_orders")
    found = ask_admin(ORDER, id="gid://shopify/Order/7700000004")["order"]
    assert found["currencyCode"] == "USD"
    assert found["lineItems"]["nodes"][0]["originalUnitPriceSet"]["shopMoney"]["amount"] == "119.0"


def test_orders_of_more_than_sixty_days_ago_are_not_shown(ask_admin: AskAdmin, store: Store) -> None:
    every = 'query { orders(first: 50, query: "tag:nothing OR name:1001 OR name:1003") { nodes { name } } }'
    before = ask_admin(every)["orders"]["nodes"]
    store.admin_scopes.append("read_all_orders")
    assert before == [{"name": "#1003"}]
    assert {each["name"] for each in ask_admin(every)["orders"]["nodes"]} == {"#1001", "#1003"}


@pytest.mark.parametrize("unknown", ["gid://shopify/Order/1", "gid://shopify/Cart/1", "gid://shopify/Order/x"])
def test_an_unknown_order_is_none(ask_admin: AskAdmin, unknown: str) -> None:
    assert ask_admin(ORDER, id=unknown)["order"] is None


def test_an_invalid_id_is_an_error(admin_answer: AskAdmin) -> None:
    assert admin_answer(ORDER, id="1005")["errors"][0]["extensions"]["code"] == "INVALID_GLOBAL_ID"


def test_a_fulfillment_order_names_its_order(ask_admin: AskAdmin, order: Order, order_id: str) -> None:
    part = gid("FulfillmentOrder", order.fulfillment_orders[0].id)
    assert ask_admin(ORDER_OF_FULFILLMENT_ORDER, id=part)["fulfillmentOrder"] == {"orderId": order_id}
    assert ask_admin(ORDER_OF_FULFILLMENT_ORDER, id="gid://shopify/FulfillmentOrder/1")["fulfillmentOrder"] is None


# Metafields


def metafield(order_id: str, value: str = '{"a": 1}', **more: Any) -> dict[str, Any]:
    return {"ownerId": order_id, "namespace": "kynda", "key": "forwarding", "type": "json", "value": value, **more}


def test_a_metafield_is_changed_only_with_the_digest_of_its_value(ask_admin: AskAdmin, order_id: str) -> None:
    made = ask_admin(SET_METAFIELDS, metafields=[metafield(order_id, compareDigest=None)])["metafieldsSet"]
    digest = made["metafields"][0]["compareDigest"]
    changed = ask_admin(SET_METAFIELDS, metafields=[metafield(order_id, "{}", compareDigest=digest)])["metafieldsSet"]
    stale = ask_admin(SET_METAFIELDS, metafields=[metafield(order_id, "[]", compareDigest=digest)])["metafieldsSet"]
    blind = ask_admin(SET_METAFIELDS, metafields=[metafield(order_id, "[1]", compareDigest=None)])["metafieldsSet"]

    assert changed["userErrors"] == []
    for refused in (stale, blind):
        assert refused["metafields"] is None
        assert [(each["code"], each["elementIndex"]) for each in refused["userErrors"]] == [("STALE_OBJECT", 0)]
    assert ask_admin(ORDER, id=order_id)["order"]["metafields"]["nodes"] == [
        {"key": "forwarding", "value": "{}", "compareDigest": changed["metafields"][0]["compareDigest"]}
    ]


def test_without_a_digest_any_metafield_is_replaced(ask_admin: AskAdmin, order_id: str) -> None:
    for value in ("{}", "[]"):
        assert ask_admin(SET_METAFIELDS, metafields=[metafield(order_id, value)])["metafieldsSet"]["userErrors"] == []


def test_of_several_metafields_all_are_set_or_none(ask_admin: AskAdmin, order: Order, order_id: str) -> None:
    other = metafield(order_id, "5", key="pos_order_id", type="single_line_text_field")
    refused = ask_admin(SET_METAFIELDS, metafields=[other, metafield(order_id, compareDigest="0" * 64)])[
        "metafieldsSet"
    ]
    assert [each["elementIndex"] for each in refused["userErrors"]] == [1]
    assert order.private_metafields == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"value": ""}, "BLANK"),
        ({"value": "{"}, "INVALID_VALUE"),
        ({"value": "a\nb", "type": "single_line_text_field"}, "INVALID_VALUE"),
        ({"type": None}, "BLANK"),
        ({"type": "thing"}, "INVALID_TYPE"),
        ({"key": "a b"}, "INVALID"),
        ({"ownerId": "gid://shopify/Order/1"}, "INVALID"),
        ({"value": '"' + "a" * 70_000 + '"'}, "TOO_LONG"),
    ],
)
def test_an_invalid_metafield_is_refused(ask_admin: AskAdmin, order_id: str, wrong: dict[str, Any], code: str) -> None:
    refused = ask_admin(SET_METAFIELDS, metafields=[{**metafield(order_id), **wrong}])["metafieldsSet"]
    assert [each["code"] for each in refused["userErrors"]] == [code]


def test_more_than_25_metafields_are_refused(ask_admin: AskAdmin, order_id: str) -> None:
    refused = ask_admin(SET_METAFIELDS, metafields=[metafield(order_id)] * 26)["metafieldsSet"]
    assert refused["userErrors"][0]["code"] == "LESS_THAN_OR_EQUAL_TO"


# Marks


def mark(ask_admin: AskAdmin, order_id: str, add: Any = (), remove: Any = (), note: str | None = None) -> list[Any]:
    """The user errors of all three changes."""
    changes: dict[str, Any] = {"adds": bool(add), "removes": bool(remove), "notes": note is not None}
    given = {"id": order_id, "note": note}
    answered = ask_admin(MARK_ORDER, id=order_id, add=list(add), remove=list(remove), note=given, **changes)
    return [error for payload in answered.values() for error in payload["userErrors"]]


def test_tags_and_note_are_written_and_cause_a_webhook(
    ask_admin: AskAdmin, store: Store, order: Order, order_id: str
) -> None:
    topics = events(store)
    assert mark(ask_admin, order_id, ["pos-forwarded", "a, b"], ["REGULAR"], "Another") == []
    assert (order.tags, order.note) == (["a", "b", "pos-forwarded"], "Another")
    assert topics == ["orders/updated"] * 3


def test_unchanged_tags_cause_no_webhook(ask_admin: AskAdmin, store: Store, order_id: str) -> None:
    topics = events(store)
    assert mark(ask_admin, order_id, ["Regular"], ["unknown"], "Ring twice") == []
    assert topics == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"add": ["a" * 41]}, "tags"), ({"add": [f"t{n}" for n in range(251)]}, "tags"), ({"note": "a" * 5001}, "note")],
)
def test_tags_and_notes_that_are_too_long_are_refused(
    ask_admin: AskAdmin, order_id: str, changes: dict[str, Any], field: str
) -> None:
    assert [each["field"] for each in mark(ask_admin, order_id, **changes)] == [[field]]


def test_a_missing_order_cannot_be_tagged(ask_admin: AskAdmin) -> None:
    assert [each["field"] for each in mark(ask_admin, gid("Order", 1), ["a"], ["b"], "c")] == [["id"]] * 3


UPDATE = "mutation ($input: OrderInput!) { orderUpdate(input: $input) { userErrors { field message } } }"


def test_an_update_replaces_what_it_names(ask_admin: AskAdmin, order: Order, order_id: str) -> None:
    ask_admin(
        UPDATE,
        input={
            "id": order_id,
            "note": None,
            "tags": ["z", "y"],
            "email": "new@example.com",
            "customAttributes": [{"key": "a", "value": "b"}],
            "shippingAddress": {"city": "Dallas", "countryCode": "US"},
        },
    )
    assert (order.note, order.tags, order.email, order.attributes) == (
        None, ["y", "z"], "new@example.com", (("a", "b"),),
    )  # fmt: skip
    assert order.shipping_address is not None
    assert (order.shipping_address.city, order.shipping_address.address1) == ("Dallas", None)


def test_an_update_of_an_unsupported_field_is_an_error(admin_answer: AskAdmin, order_id: str) -> None:
    assert "poNumber" in admin_answer(UPDATE, input={"id": order_id, "poNumber": "1"})["errors"][0]["message"]


def test_a_products_tags_are_changed_and_cause_a_webhook(ask_admin: AskAdmin, store: Store) -> None:
    product = variant(store, "ceramic-mug").product
    topics = events(store)
    ask_admin(
        TAG_PRODUCT, id=gid("Product", product.id), add=["sold-out"], remove=["drinkware"], adds=True, removes=True
    )
    assert "sold-out" in product.tags
    assert "drinkware" not in product.tags
    assert topics == ["products/update"] * 2


# Handing over


def hand_over(ask_admin: AskAdmin, part: str, lines: Any = None, tracking: Any = None) -> dict[str, Any]:
    inside = {"fulfillmentOrderId": part, "fulfillmentOrderLineItems": lines}
    fulfillment = {"lineItemsByFulfillmentOrder": [inside], "trackingInfo": tracking, "notifyCustomer": True}
    payload: dict[str, Any] = ask_admin(FULFILLMENT_CREATE, fulfillment=fulfillment)["fulfillmentCreate"]
    return payload


@pytest.fixture
def sent(order: Order) -> str:
    """The fulfillment order of the mugs."""
    return gid("FulfillmentOrder", order.fulfillment_orders[0].id)


@pytest.fixture
def mugs(order: Order) -> str:
    return gid("FulfillmentOrderLineItem", order.fulfillment_orders[0].lines[0].id)


def test_a_parcel_contains_the_remaining_units(ask_admin: AskAdmin, sent: str, mugs: str, order_id: str) -> None:
    tracking = {"company": "USPS", "numbers": ["EX1", "EX2"], "urls": ["https://tracking.example.com/EX1"]}
    made = hand_over(ask_admin, sent, [{"id": mugs, "quantity": 1}], tracking)
    assert made["userErrors"] == []

    found = ask_admin(ORDER, id=order_id)["order"]
    parcel = found["fulfillments"][0]
    assert (parcel["id"], parcel["status"], parcel["displayStatus"]) == (
        made["fulfillment"]["id"],
        "SUCCESS",
        "FULFILLED",
    )
    assert [each["url"] for each in parcel["trackingInfo"]] == [
        "https://tracking.example.com/EX1",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=EX2",
    ]
    assert [each["quantity"] for each in parcel["fulfillmentLineItems"]["nodes"]] == [1]
    assert found["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert hand_over(ask_admin, sent)["userErrors"] == []
    assert hand_over(ask_admin, sent)["userErrors"] != []


@pytest.mark.parametrize("quantity", [0, 3, -1])
def test_fulfilling_more_than_the_remaining_units_is_refused(
    ask_admin: AskAdmin, sent: str, mugs: str, quantity: int
) -> None:
    refused = hand_over(ask_admin, sent, [{"id": mugs, "quantity": quantity}])
    assert refused["fulfillment"] is None
    assert [each["field"] for each in refused["userErrors"]] == [["fulfillment"]]


def test_a_missing_fulfillment_order_cannot_be_fulfilled(ask_admin: AskAdmin, sent: str, mugs: str) -> None:
    assert hand_over(ask_admin, "gid://shopify/FulfillmentOrder/1")["userErrors"] != []
    assert (
        hand_over(ask_admin, sent, [{"id": "gid://shopify/FulfillmentOrderLineItem/1", "quantity": 1}])["userErrors"]
        != []
    )
    assert hand_over(ask_admin, sent, [{"id": mugs, "quantity": 1}] * 2)["userErrors"] != []


def test_a_parcel_has_goods_of_one_location_only(ask_admin: AskAdmin, order: Order) -> None:
    parts = [{"fulfillmentOrderId": gid("FulfillmentOrder", part.id)} for part in order.fulfillment_orders]
    refused = ask_admin(FULFILLMENT_CREATE, fulfillment={"lineItemsByFulfillmentOrder": parts})["fulfillmentCreate"]
    assert "same location" in refused["userErrors"][0]["message"]


def test_a_cancelled_order_is_not_handed_over(ask_admin: AskAdmin, store: Store, order: Order, sent: str) -> None:
    cancel(store, order)
    assert "unfulfillable status" in hand_over(ask_admin, sent)["userErrors"][0]["message"]


def test_refunded_units_are_not_handed_over(
    ask_admin: AskAdmin, store: Store, order: Order, sent: str, mugs: str
) -> None:
    refund(store, order, {order.lines[0]: 1})
    assert hand_over(ask_admin, sent, [{"id": mugs, "quantity": 2}])["userErrors"] != []
    assert hand_over(ask_admin, sent, [{"id": mugs, "quantity": 1}])["userErrors"] == []


def test_a_parcels_tracking_is_replaced(ask_admin: AskAdmin, order: Order, sent: str) -> None:
    parcel = hand_over(ask_admin, sent, tracking={"number": "EX1", "url": "https://tracking.example.com/EX1"})[
        "fulfillment"
    ]
    renewed = ask_admin(TRACKING_UPDATE, id=parcel["id"], tracking={"company": "UPS", "number": "EX2"}, notify=False)
    assert renewed["fulfillmentTrackingInfoUpdate"]["userErrors"] == []
    assert order.fulfillments[0].tracking == [("EX2", "https://www.ups.com/track?tracknum=EX2")]


def test_a_parcel_that_is_not_there_has_no_tracking(ask_admin: AskAdmin) -> None:
    refused = ask_admin(TRACKING_UPDATE, id="gid://shopify/Fulfillment/99", tracking={}, notify=False)
    assert refused["fulfillmentTrackingInfoUpdate"]["userErrors"][0]["field"] == ["fulfillmentId"]


def prepare(ask_admin: AskAdmin, part: str) -> list[str]:
    """The codes of what is wrong with it."""
    given = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part}]}
    payload = ask_admin(PREPARED_FOR_PICKUP, input=given)["fulfillmentOrderLineItemsPreparedForPickup"]
    return [each["code"] for each in payload["userErrors"]]


def test_a_pickup_is_prepared_once_and_picked_up(ask_admin: AskAdmin, order: Order, order_id: str) -> None:
    part = gid("FulfillmentOrder", order.fulfillment_orders[1].id)
    assert prepare(ask_admin, part) == []
    assert prepare(ask_admin, part) == ["NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"]
    assert hand_over(ask_admin, part)["userErrors"] == []
    assert ask_admin(ORDER, id=order_id)["order"]["fulfillments"][0]["displayStatus"] == "PICKED_UP"


def test_only_a_pickup_can_be_prepared(ask_admin: AskAdmin, sent: str) -> None:
    assert prepare(ask_admin, sent) == ["NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"]
    assert prepare(ask_admin, "gid://shopify/FulfillmentOrder/1") == ["FULFILLMENT_ORDER_INVALID"]


def test_a_parcel_made_in_admin_is_shown_to_the_customer(
    ask_admin: AskAdmin, run: Run, order: Order, sent: str
) -> None:
    hand_over(ask_admin, sent, tracking={"company": "USPS", "number": "EX1"})
    query = "query ($id: ID!) { node(id: $id) { ... on Order { fulfillmentStatus successfulFulfillments { trackingCompany trackingInfo { number } } } } }"  # noqa: E501
    shown = run(query, {"id": f"gid://shopify/Order/{order.id}?key={order.key}"})
    assert shown.data == {
        "node": {
            "fulfillmentStatus": "PARTIALLY_FULFILLED",
            "successfulFulfillments": [{"trackingCompany": "USPS", "trackingInfo": [{"number": "EX1"}]}],
        }
    }
