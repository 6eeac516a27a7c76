"""Orders of the sandbox's customers as Storefront shows them."""

from typing import Any

import pytest

from tests.unit.storefront_calls import Storefront

ORDER = """{ id name orderNumber currencyCode processedAt email phone customerLocale edited financialStatus
  fulfillmentStatus cancelReason canceledAt customerUrl statusUrl customAttributes { key value }
  subtotalPrice { amount currencyCode } subtotalPriceV2 { amount } totalPrice { amount } totalPriceV2 { amount }
  totalTax { amount } totalTaxV2 { amount } totalRefunded { amount } totalRefundedV2 { amount }
  totalShippingPrice { amount } totalShippingPriceV2 { amount } originalTotalPrice { amount }
  originalTotalDuties { amount } currentTotalDuties { amount } currentSubtotalPrice { amount }
  currentTotalPrice { amount } currentTotalShippingPrice { amount } currentTotalTax { amount }
  shippingAddress { city } billingAddress { city } metafield(namespace: "custom", key: "packed_by") { value }
  shippingDiscountAllocations { allocatedAmount { amount } }
  discountApplications(first: 5) { nodes { __typename targetType allocationMethod targetSelection
    value { ... on MoneyV2 { amount } ... on PricingPercentageValue { percentage } }
    ... on DiscountCodeApplication { code applicable } ... on AutomaticDiscountApplication { title }
    ... on ManualDiscountApplication { title description } ... on ScriptDiscountApplication { title } } }
  lineItems(first: 5) { nodes { title quantity currentQuantity customAttributes { key value } variant { sku }
    originalTotalPrice { amount } discountedTotalPrice { amount }
    discountAllocations { allocatedAmount { amount } discountApplication { __typename } } } }
  successfulFulfillments { trackingCompany trackingInfo { number url }
    fulfillmentLineItems(first: 5) { nodes { quantity lineItem { title } } } } }"""


def history(shop: Storefront, arguments: str = "first: 10", email: str = "ada@example.com") -> Any:
    password = {"ada@example.com": "espresso-time", "ben@example.com": "filter-first"}[email]
    selection = (
        f"{{ orders({arguments}) {{ totalCount nodes {ORDER} edges {{ cursor }} pageInfo {{ hasNextPage }} }} }}"
    )
    return shop.query("customer", selection, customerAccessToken=shop.log_in(email, password))["orders"]


def names(found: Any) -> list[str]:
    return [order["name"] for order in found["nodes"]]


def amounts(order: Any, *fields: str) -> list[str]:
    return [order[field]["amount"] for field in fields]


def test_an_order_adds_up_and_shows_what_was_taken_off_later(shop: Storefront) -> None:
    order = history(shop)["nodes"][0]

    mug = order["lineItems"]["nodes"][1]
    assert amounts(order, "subtotalPrice", "totalShippingPrice", "totalTax", "totalPrice") == [
        "68.4", "0.0", "5.64", "74.04",
    ]  # fmt: skip
    assert amounts(order, "currentSubtotalPrice", "currentTotalPrice", "totalRefunded") == ["48.6", "52.61", "21.43"]
    assert (mug["quantity"], mug["currentQuantity"]) == (2, 1)
    assert amounts(mug, "originalTotalPrice", "discountedTotalPrice") == ["44.0", "39.6"]
    assert mug["discountAllocations"][0]["allocatedAmount"]["amount"] == "4.4"
    assert mug["variant"] == {"sku": "CERMUG-WHITE"}
    assert order["edited"] is True


def test_deprecated_prices_say_the_same(shop: Storefront) -> None:
    order = history(shop)["nodes"][0]

    for name in ("subtotalPrice", "totalPrice", "totalTax", "totalRefunded", "totalShippingPrice"):
        assert order[name]["amount"] == order[f"{name}V2"]["amount"]


def test_only_parcels_that_got_away_are_shown_with_their_tracking(shop: Storefront) -> None:
    parcels = history(shop)["nodes"][0]["successfulFulfillments"]

    assert [parcel["trackingCompany"] for parcel in parcels] == ["USPS", "UPS"]
    assert parcels[1]["trackingInfo"] == [
        {"number": "EX0002", "url": "https://tracking.example.com/EX0002"},
        {"number": "EX0003", "url": None},
    ]
    assert parcels[1]["fulfillmentLineItems"]["nodes"] == [{"quantity": 2, "lineItem": {"title": "Ceramic Mug"}}]


def test_discounts_of_every_kind_are_distinguished(shop: Storefront) -> None:
    delivered, picked_up, *_ = history(shop)["nodes"]

    code, automatic = delivered["discountApplications"]["nodes"]
    script, manual = picked_up["discountApplications"]["nodes"]
    assert (code["code"], code["applicable"], code["value"]) == ("WELCOME10", True, {"percentage": 10.0})
    assert (automatic["title"], automatic["targetType"]) == ("Shipping on us", "SHIPPING_LINE")
    assert (script["title"], script["value"]) == ("Bring your own cup", {"amount": "0.5"})
    assert manual["description"] == "The first one was spilled"
    assert delivered["shippingDiscountAllocations"] == [{"allocatedAmount": {"amount": "8.25"}}]


def test_an_order_at_the_table_has_no_address_but_its_attributes(shop: Storefront) -> None:
    order = history(shop)["nodes"][1]

    assert order["shippingAddress"] is None
    assert {"key": "table", "value": "5"} in order["customAttributes"]
    assert order["lineItems"]["nodes"][0]["customAttributes"] == [{"key": "own_cup", "value": "yes"}]


def test_a_canceled_order_abroad_has_its_duties_and_its_reason(shop: Storefront) -> None:
    order = history(shop, email="ben@example.com")["nodes"][0]

    assert (order["cancelReason"], order["canceledAt"]) == ("CUSTOMER", "2026-10-10T07:00:00Z")
    assert (order["currencyCode"], order["financialStatus"]) == ("EUR", "REFUNDED")
    assert amounts(order, "originalTotalDuties", "currentTotalDuties", "originalTotalPrice") == ["4.1", "4.1", "156.28"]


def test_each_customer_sees_their_own_orders(shop: Storefront) -> None:
    assert names(history(shop)) == ["#1001", "#1002", "#1003"]
    assert names(history(shop, email="ben@example.com")) == ["#1004"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("first: 2", ["#1001", "#1002"]),
        ("last: 1", ["#1003"]),
        ("first: 3, reverse: true", ["#1003", "#1002", "#1001"]),
        ("first: 3, sortKey: TOTAL_PRICE", ["#1002", "#1003", "#1001"]),
        ("first: 3, sortKey: PROCESSED_AT, reverse: true", ["#1003", "#1002", "#1001"]),
        ('first: 3, sortKey: RELEVANCE, query: "shirt OR latte"', ["#1003", "#1002"]),
        ('first: 3, query: "latte"', ["#1002"]),
        ('first: 3, query: "processed_at:>2026-09-01"', ["#1002", "#1003"]),
        ('first: 3, query: "financial_status:partially_refunded"', ["#1001"]),
        ('first: 3, query: "fulfillment_status:in_progress"', ["#1003"]),
        ('first: 3, query: "name:1002"', ["#1002"]),
    ],
)
def test_orders_are_found_sorted_and_paged(shop: Storefront, arguments: str, expected: list[str]) -> None:
    assert names(history(shop, arguments)) == expected


def test_the_count_is_of_all_that_was_found(shop: Storefront) -> None:
    found = history(shop, "first: 1")

    assert (found["totalCount"], found["pageInfo"]["hasNextPage"]) == ("3", True)
    assert names(history(shop, f'first: 5, after: "{found["edges"][0]["cursor"]}"')) == ["#1002", "#1003"]


def test_lines_parcels_and_discounts_are_paged_and_reversed(shop: Storefront) -> None:
    selection = """{ orders(first: 1) { nodes {
      lineItems(first: 1, reverse: true) { nodes { title } pageInfo { hasNextPage } }
      discountApplications(last: 1, reverse: true) { nodes { __typename } }
      successfulFulfillments(first: 1) { trackingInfo(first: 0) { number }
        fulfillmentLineItems(first: 1, reverse: true) { nodes { quantity } } } } } }"""
    order = shop.query("customer", selection, customerAccessToken=shop.log_in())["orders"]["nodes"][0]

    assert order["lineItems"] == {"nodes": [{"title": "Ceramic Mug"}], "pageInfo": {"hasNextPage": True}}
    assert order["discountApplications"]["nodes"] == [{"__typename": "DiscountCodeApplication"}]
    assert order["successfulFulfillments"] == [
        {"trackingInfo": [], "fulfillmentLineItems": {"nodes": [{"quantity": 2}]}}
    ]


def test_an_order_is_a_node_for_who_has_its_key_or_is_its_customer(shop: Storefront) -> None:
    order = history(shop)["nodes"][0]
    bare = order["id"].split("?")[0]
    mine = shop.within(f'buyer: {{customerAccessToken: "{shop.log_in()}"}}')

    assert shop.query("node", f"{{ ... on Order {ORDER} }}", id=order["id"]) == order
    assert mine.query("node", "{ ... on Order { name } }", id=bare) == {"name": "#1001"}
    assert shop.query("nodes", "{ id }", ids=[bare, "gid://shopify/Order/1?key=x"]) == [None, None]


def test_an_order_leads_to_its_pages_and_metafields(shop: Storefront) -> None:
    order = history(shop)["nodes"][0]

    key = order["id"].split("key=")[1]
    assert order["statusUrl"] == f"http://localhost:8000/sandbox/orders/7700000001?key={key}"
    assert order["customerUrl"].endswith(key)
    assert order["metafield"] == {"value": "Sam"}
