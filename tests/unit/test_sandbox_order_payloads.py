"""What the sandbox's webhooks say of orders: the keys that Shopify sends, with the values of the records."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.cart_records import PlaceAddress
from sandbox.example_orders import ADA
from sandbox.order_records import (
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Order,
    OrderDiscount,
    OrderEdit,
    OrderLineItem,
    Refund,
    RefundedLine,
    RiskAssessment,
    ShippingLine,
)
from sandbox.store import Store
from sandbox.webhook_payloads import BODIES
from tests.conftest import NOW


def keys(words: str) -> set[str]:
    return set(words.split())


ORDER_KEYS = keys(
    """
    id admin_graphql_api_id app_id browser_ip buyer_accepts_marketing cancel_reason cancelled_at cart_token
    checkout_token client_details closed_at confirmation_number confirmed contact_email created_at currency
    current_shipping_price_set current_subtotal_price current_subtotal_price_set current_total_additional_fees_set
    current_total_discounts current_total_discounts_set current_total_duties_set current_total_price
    current_total_price_set current_total_tax current_total_tax_set customer_locale device_id discount_codes
    duties_included email estimated_taxes financial_status fulfillment_status landing_site landing_site_ref
    location_id merchant_business_entity_id merchant_of_record_app_id name note note_attributes number order_number
    order_status_url original_total_additional_fees_set original_total_duties_set payment_gateway_names phone
    po_number presentment_currency processed_at reference referring_site source_identifier source_name source_url
    subtotal_price subtotal_price_set tags tax_exempt tax_lines taxes_included test token
    total_cash_rounding_payment_adjustment_set total_cash_rounding_refund_adjustment_set total_discounts
    total_discounts_set total_line_items_price total_line_items_price_set total_outstanding total_price
    total_price_set total_shipping_price_set total_tax total_tax_set total_tip_received total_weight updated_at
    user_id billing_address customer discount_applications fulfillments line_items payment_terms refunds
    shipping_address shipping_lines returns line_item_groups
    """
)
PARCEL_LINE_KEYS = keys(
    """
    id admin_graphql_api_id fulfillable_quantity fulfillment_service fulfillment_status gift_card grams name price
    price_set product_exists product_id properties quantity requires_shipping sku taxable title total_discount
    total_discount_set variant_id variant_inventory_management variant_title vendor tax_lines duties
    discount_allocations
    """
)
ORDER_LINE_KEYS = PARCEL_LINE_KEYS | {"attributed_staffs", "current_quantity", "sales_line_item_group_id"}
SHIPPING_LINE_KEYS = keys(
    """
    id carrier_identifier code current_discounted_price_set discounted_price discounted_price_set is_removed phone
    price price_set requested_fulfillment_service_id source title tax_lines discount_allocations
    """
)
ADDRESS_KEYS = keys(
    """
    first_name address1 phone city zip province country last_name address2 company latitude longitude name
    country_code province_code
    """
)
CUSTOMER_KEYS = keys(
    """
    id created_at updated_at first_name last_name state note verified_email multipass_identifier tax_exempt email
    phone currency tax_exemptions admin_graphql_api_id default_address
    """
)
FULFILLMENT_KEYS = keys(
    """
    id order_id status created_at service updated_at tracking_company shipment_status location_id origin_address
    email destination line_items tracking_number tracking_numbers tracking_url tracking_urls receipt name
    admin_graphql_api_id
    """
)
REFUND_KEYS = keys(
    """
    id order_id created_at note user_id processed_at duties total_duties_set return refund_shipping_lines restock
    admin_graphql_api_id order_adjustments refund_line_items transactions
    """
)
REFUNDED_LINE_KEYS = keys(
    """
    id quantity line_item_id location_id restock_type subtotal total_tax subtotal_set total_tax_set line_item
    """
)
TRANSACTION_KEYS = keys(
    """
    id order_id kind gateway status message created_at test authorization location_id user_id parent_id
    processed_at device_id error_code source_name receipt amount currency payment_id total_unsettled_set
    manual_payment_gateway amount_rounding admin_graphql_api_id
    """
)
EDIT_KEYS = keys(
    """
    id app_id created_at committed_at notify_customer order_id staff_note user_id line_items discounts
    shipping_lines
    """
)
HOME = PlaceAddress(
    first_name="Ada", last_name="Example", address1="1 Test Way", city="Austin", province_code="TX", country_code="US"
)


@pytest.fixture
def order(store: Store) -> Order:
    """Two printed shirts of which one was taken off, at a tenth less, with tax and delivery, paid."""
    product = store.product_by_handle("your-design-shirt")
    assert product is not None
    tenth = OrderDiscount("code", "WELCOME10", percentage=Decimal(10))
    line = OrderLineItem(
        11,
        "Your design",
        2,
        Decimal("27.00"),
        variant=product.variants[0],
        removed=1,
        attributes=(("_design", "cosmic"), ("Size note", "wide")),
        discounts=[(tenth, Decimal("5.40"))],
        tax=Decimal("4.02"),
        sku=product.variants[0].sku,
        vendor=product.vendor,
        variant_title="Black / M",
    )
    made = Order(
        id=9001,
        key="secret",
        number=1042,
        currency="USD",
        processed_at=NOW,
        customer_id=ADA,
        email="ada@example.com",
        locale="en-US",
        lines=[line],
        discounts=[tenth],
        shipping_lines=[ShippingLine(21, "Standard", "standard", Decimal("5.75"), tax=Decimal("0.47"))],
        shipping_address=HOME,
        billing_address=HOME,
        attributes=(("table", "5"),),
        note="Ring twice",
        tags=["web", "printful-forwarded"],
        gateways=["shopify_payments"],
        tip=Decimal("1.00"),
        changed_at=NOW + timedelta(minutes=3),
    )
    part = FulfillmentOrder(31, made, 41, "Roastery", "SHIPPING", NOW, NOW)
    part.lines.append(FulfillmentOrderLine(32, line, total=1, remaining=1))
    made.fulfillment_orders.append(part)
    return made


def body(store: Store, order: Order) -> dict[str, Any]:
    return BODIES["orders/paid"](store, order)


@pytest.mark.parametrize("topic", ["orders/create", "orders/paid", "orders/updated", "orders/cancelled"])
def test_an_order_has_the_keys_that_shopify_sends(store: Store, order: Order, topic: str) -> None:
    payload = BODIES[topic](store, order)

    assert set(payload) == ORDER_KEYS
    assert set(payload["line_items"][0]) == ORDER_LINE_KEYS
    assert set(payload["shipping_lines"][0]) == SHIPPING_LINE_KEYS
    assert set(payload["shipping_address"]) == set(payload["billing_address"]) == ADDRESS_KEYS
    assert set(payload["customer"]) == CUSTOMER_KEYS


def test_every_example_order_has_a_valid_webhook_body(store: Store) -> None:
    for each in store.orders.values():
        payload = body(store, each)
        assert all(set(line) == ORDER_LINE_KEYS for line in payload["line_items"])
        assert all(set(parcel) == FULFILLMENT_KEYS for parcel in payload["fulfillments"])


def test_an_order_says_what_it_is_in_rests_words(store: Store, order: Order) -> None:
    payload = body(store, order)

    assert payload["admin_graphql_api_id"] == "gid://shopify/Order/9001"
    assert (payload["name"], payload["order_number"], payload["number"]) == ("#1042", 1042, 42)
    assert (payload["financial_status"], payload["fulfillment_status"]) == ("paid", None)
    assert payload["tags"] == "web, printful-forwarded"
    assert payload["note_attributes"] == [{"name": "table", "value": "5"}]
    assert payload["payment_gateway_names"] == ["shopify_payments"]
    assert payload["discount_codes"] == [{"code": "WELCOME10", "amount": "5.40", "type": "percentage"}]


def test_times_are_the_shops_own(store: Store, order: Order) -> None:
    payload = body(store, order)

    assert payload["created_at"] == "2026-11-22T07:00:00-05:00"
    assert payload["updated_at"] == "2026-11-22T07:03:00-05:00"
    assert payload["cancelled_at"] is None


def test_amounts_are_texts_and_add_up(store: Store, order: Order) -> None:
    payload = body(store, order)

    assert payload["total_line_items_price"] == "54.00"
    assert payload["total_discounts"] == "5.40"
    assert payload["subtotal_price"] == "48.60"
    assert payload["total_tax"] == "4.49"
    assert payload["total_price"] == "59.84"  # with 5.75 for delivery and a dollar's tip
    assert payload["current_subtotal_price"] == "24.30"
    assert payload["current_total_discounts"] == "2.70"
    assert payload["total_price_set"]["shop_money"] == {"amount": "59.84", "currency_code": "USD"}
    assert payload["total_outstanding"] == "0.00"


def test_a_line_says_what_is_left_of_it_and_what_to_print(store: Store, order: Order) -> None:
    [line] = body(store, order)["line_items"]

    assert (line["quantity"], line["current_quantity"], line["fulfillable_quantity"]) == (2, 1, 1)
    assert line["name"] == "Your design - Black / M"
    assert line["properties"] == [{"name": "_design", "value": "cosmic"}, {"name": "Size note", "value": "wide"}]
    assert (line["vendor"], line["price"]) == ("Printful_DS", "27.00")
    assert line["total_discount"] == "0.00"  # what a code takes off stands in the allocations alone
    assert [(each["amount"], each["discount_application_index"]) for each in line["discount_allocations"]] == [
        ("5.40", 0)
    ]


def test_goods_that_are_picked_up_have_no_shipping_address(store: Store, order: Order) -> None:
    order.shipping_address = None
    order.shipping_lines = [ShippingLine(21, "Main Street", "Main Street", Decimal(0))]

    payload = body(store, order)

    assert payload["shipping_address"] is None
    assert (payload["shipping_lines"][0]["code"], payload["shipping_lines"][0]["price"]) == ("Main Street", "0.00")


def test_a_guests_order_has_no_customer(store: Store, order: Order) -> None:
    order.customer_id = None

    assert body(store, order)["customer"] is None


def test_an_unpaid_amount_is_outstanding(store: Store, order: Order) -> None:
    order.financial_status = "PENDING"

    payload = body(store, order)

    assert payload["total_outstanding"] == payload["current_total_price"] != "0.00"


def test_a_cancelled_order_says_when_and_why(store: Store, order: Order) -> None:
    order.canceled_at, order.cancel_reason = NOW, "FRAUD"

    payload = BODIES["orders/cancelled"](store, order)

    assert (payload["cancelled_at"], payload["cancel_reason"]) == ("2026-11-22T07:00:00-05:00", "fraud")


@pytest.mark.parametrize("topic", ["fulfillments/create", "fulfillments/update"])
def test_a_parcel_has_its_tracking_and_its_lines(store: Store, order: Order, topic: str) -> None:
    parcel = Fulfillment(51, [(order.lines[0], 1)], "USPS", [("EX1", "https://tracking.example/EX1"), ("EX2", None)])
    parcel.order = order
    order.fulfillments.append(parcel)

    payload = BODIES[topic](store, parcel)

    assert set(payload) == FULFILLMENT_KEYS
    assert set(payload["line_items"][0]) == PARCEL_LINE_KEYS
    assert (payload["order_id"], payload["status"], payload["name"]) == (9001, "success", "#1042.1")
    assert (payload["tracking_number"], payload["tracking_numbers"]) == ("EX1", ["EX1", "EX2"])
    assert payload["tracking_urls"] == ["https://tracking.example/EX1"]
    assert payload["line_items"][0]["quantity"] == 1
    assert body(store, order)["line_items"][0]["fulfillment_status"] == "fulfilled"


def test_a_refund_names_the_lines_it_is_for(store: Store, order: Order) -> None:
    given_back = RefundedLine(61, order.lines[0], 1, Decimal("24.30"), Decimal("2.01"), restocked=True)
    refund = Refund(62, order, NOW, [given_back], shipping=Decimal("5.75"), note="Too small")
    order.refunds.append(refund)

    payload = BODIES["refunds/create"](store, refund)

    assert set(payload) == REFUND_KEYS
    [line] = payload["refund_line_items"]
    assert set(line) == REFUNDED_LINE_KEYS
    assert set(line["line_item"]) == PARCEL_LINE_KEYS
    assert (line["line_item_id"], line["quantity"], line["restock_type"]) == (11, 1, "return")
    assert (line["subtotal"], line["subtotal_set"]["shop_money"]["amount"]) == (24.3, "24.30")
    [payment] = payload["transactions"]
    assert set(payment) == TRANSACTION_KEYS
    assert payment["amount"] == "32.06"
    assert payload["order_adjustments"][0]["amount"] == "-5.75"
    assert body(store, order)["refunds"] == [payload]


def test_an_edit_names_lines_and_numbers_alone(store: Store, order: Order) -> None:
    edit = OrderEdit(71, order, NOW, additions=[], removals=[(order.lines[0], 1)], note="Called")

    payload = BODIES["orders/edited"](store, edit)

    assert set(payload) == {"order_edit"}
    assert set(payload["order_edit"]) == EDIT_KEYS
    assert payload["order_edit"]["order_id"] == 9001
    assert payload["order_edit"]["line_items"] == {"additions": [], "removals": [{"id": 11, "delta": 1}]}
    assert payload["order_edit"]["staff_note"] == "Called"


def test_a_risk_assessment_names_the_order_and_the_level(store: Store, order: Order) -> None:
    payload = BODIES["orders/risk_assessment_changed"](store, RiskAssessment(order, "HIGH", NOW))

    assert payload == {
        "provider_id": None,
        "provider_title": None,
        "risk_level": "high",
        "created_at": "2026-11-22T07:00:00-05:00",
        "order_id": 9001,
        "admin_graphql_api_order_id": "gid://shopify/Order/9001",
    }


def test_webhooks_of_fulfillment_orders_name_them_alone(store: Store, order: Order) -> None:
    [part] = order.fulfillment_orders
    named = {"id": "gid://shopify/FulfillmentOrder/31", "status": "open"}

    assert BODIES["fulfillment_orders/order_routing_complete"](store, part) == {"fulfillment_order": named}
    assert BODIES["fulfillment_orders/hold_released"](store, part) == {"fulfillment_order": named}


def test_goods_ready_for_pickup_send_a_webhook_with_their_method(store: Store, order: Order) -> None:
    [part] = order.fulfillment_orders
    part.method = "PICK_UP"

    payload = BODIES["fulfillment_orders/line_items_prepared_for_pickup"](store, part)["fulfillment_order"]

    assert (payload["preparable"], payload["delivery_method"]) == (True, {"method_type": "pickup"})


def test_a_hold_sends_a_webhook_with_its_reason(store: Store, order: Order) -> None:
    [part] = order.fulfillment_orders
    part.status = "ON_HOLD"
    part.holds.append(Hold(81, "INCORRECT_ADDRESS", "No such street"))

    payload = BODIES["fulfillment_orders/placed_on_hold"](store, part)["fulfillment_order"]

    assert payload["status"] == "on_hold"
    assert payload["fulfillment_holds"] == [{"reason": "incorrect_address", "reason_notes": "No such street"}]
