"""Variants as the sandbox's Storefront answers for them: price, stock, bundles, subscriptions and pick-up."""

from typing import Any

import pytest

from sandbox.store import Store
from tests.conftest import Ask


def variant_of(ask: Ask, handle: str, fields: str, head: str = "") -> Any:
    """Fields of a product's first variant."""
    found = ask(f'query {head} {{ product(handle: "{handle}") {{ variants(first: 1) {{ nodes {{ {fields} }} }} }} }}')
    return found["product"]["variants"]["nodes"][0]


def test_a_variant_has_its_plain_fields(ask: Ask) -> None:
    fields = """id title sku barcode price { amount } priceV2 { amount } compareAtPrice { amount }
      compareAtPriceV2 { amount } taxable requiresShipping weight weightUnit product { handle } image { altText }"""
    assert variant_of(ask, "camp-mug", fields) == {
        "id": "gid://shopify/ProductVariant/44000000220",
        "title": "Black",
        "sku": "CAMMUG-BLACK",
        "barcode": "2040000002206",
        "price": {"amount": "14.0"},
        "priceV2": {"amount": "14.0"},
        "compareAtPrice": {"amount": "19.0"},
        "compareAtPriceV2": {"amount": "19.0"},
        "taxable": True,
        "requiresShipping": True,
        "weight": 400.0,
        "weightUnit": "GRAMS",
        "product": {"handle": "camp-mug"},
        "image": {"altText": "Enamel Camp Mug in black"},
    }


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        ("latte", (True, False, 0)),
        ("french-press", (True, True, 0)),
        ("panama-geisha-reserve", (False, False, 0)),
        ("brewing-scale", (True, False, 12)),
    ],
)
def test_stock_decides_what_is_for_sale(ask: Ask, handle: str, expected: tuple[bool, bool, int]) -> None:
    found = variant_of(ask, handle, "availableForSale currentlyNotInStock quantityAvailable")
    assert tuple(found.values()) == expected


def test_where_a_variant_can_be_picked_up(ask: Ask) -> None:
    fields = "storeAvailability(first: 5) { nodes { available quantityAvailable pickUpTime location { name } } }"
    assert variant_of(ask, "brewing-scale", fields)["storeAvailability"]["nodes"] == [
        {
            "available": True,
            "quantityAvailable": 3,
            "pickUpTime": "Usually ready in 1 hour",
            "location": {"name": "Main Street Cafe"},
        },
        {
            "available": False,
            "quantityAvailable": 0,
            "pickUpTime": "Usually ready in 2 hours",
            "location": {"name": "Riverside Cafe"},
        },
    ]


@pytest.mark.parametrize(
    ("head", "arguments", "expected"),
    [
        ("", "first: 1", "Main Street Cafe"),
        ("", "first: 1, reverse: true", "Riverside Cafe"),
        ("", "last: 1", "Riverside Cafe"),
        ("", "first: 1, near: {latitude: 29.4, longitude: -98.5}", "Riverside Cafe"),
        ("", "first: 1, near: {latitude: 30.3, longitude: -97.7}", "Main Street Cafe"),
        ('@inContext(preferredLocationId: "gid://shopify/Location/65000000002")', "first: 1", "Riverside Cafe"),
    ],
)
def test_pick_up_places_come_nearest_first(ask: Ask, head: str, arguments: str, expected: str) -> None:
    found = variant_of(ask, "latte", f"storeAvailability({arguments}) {{ nodes {{ location {{ name }} }} }}", head)
    assert found["storeAvailability"]["nodes"] == [{"location": {"name": expected}}]


def test_price_breaks_and_quantity_rules(ask: Ask) -> None:
    breaks = "quantityPriceBreaks(first: 5) { nodes { minimumQuantity price { amount currencyCode } } }"
    found = variant_of(ask, "paper-filters", breaks, "@inContext(country: CA)")
    assert found["quantityPriceBreaks"]["nodes"] == [
        {"minimumQuantity": 5, "price": {"amount": "9.59", "currencyCode": "CAD"}},
        {"minimumQuantity": 20, "price": {"amount": "8.22", "currencyCode": "CAD"}},
    ]
    rule = "quantityRule { minimum maximum increment }"
    assert variant_of(ask, "bean-socks", rule)["quantityRule"] == {"minimum": 2, "maximum": 12, "increment": 2}
    assert variant_of(ask, "latte", rule)["quantityRule"] == {"minimum": 1, "maximum": None, "increment": 1}


def test_a_bundle_names_its_parts_and_a_part_its_bundles(ask: Ask) -> None:
    parts = "requiresComponents components(first: 5) { nodes { quantity productVariant { product { handle } } } }"
    found = variant_of(ask, "home-brewing-kit", parts)
    assert found["requiresComponents"] is True
    assert [(n["quantity"], n["productVariant"]["product"]["handle"]) for n in found["components"]["nodes"]] == [
        (1, "ceramic-dripper"),
        (2, "paper-filters"),
        (1, "kynda-house-blend"),
    ]
    grouped = variant_of(
        ask, "paper-filters", "requiresComponents groupedBy(first: 5) { nodes { product { handle } } }"
    )
    assert grouped == {
        "requiresComponents": False,
        "groupedBy": {"nodes": [{"product": {"handle": "home-brewing-kit"}}]},
    }


def test_goods_by_weight_have_a_price_per_measure(ask: Ask) -> None:
    fields = """unitPrice { amount currencyCode }
      unitPriceMeasurement { measuredType quantityUnit quantityValue referenceUnit referenceValue }"""
    assert variant_of(ask, "kynda-house-blend", fields) == {
        "unitPrice": {"amount": "4.71", "currencyCode": "USD"},
        "unitPriceMeasurement": {
            "measuredType": "WEIGHT",
            "quantityUnit": "G",
            "quantityValue": 340.0,
            "referenceUnit": "G",
            "referenceValue": 100,
        },
    }
    assert variant_of(ask, "camp-mug", fields) == {"unitPrice": None, "unitPriceMeasurement": None}


def test_a_subscription_lowers_the_price_by_its_percentage(ask: Ask) -> None:
    fields = """sellingPlanAllocations(first: 1) { nodes {
      checkoutChargeAmount { amount } remainingBalanceChargeAmount { amount }
      priceAdjustments { price { amount } compareAtPrice { amount } perDeliveryPrice { amount } unitPrice { amount } }
      sellingPlan { name description recurringDeliveries options { name value }
        billingPolicy { ... on SellingPlanRecurringBillingPolicy { interval intervalCount } }
        deliveryPolicy { ... on SellingPlanRecurringDeliveryPolicy { interval intervalCount } }
        priceAdjustments { orderCount adjustmentValue {
          ... on SellingPlanPercentagePriceAdjustment { adjustmentPercentage } } }
        checkoutCharge { type value { ... on SellingPlanCheckoutChargePercentageValue { percentage } } }
        metafield(namespace: "custom", key: "weeks") { value } } } }"""
    assert variant_of(ask, "kynda-house-blend", fields)["sellingPlanAllocations"]["nodes"] == [
        {
            "checkoutChargeAmount": {"amount": "13.6"},
            "remainingBalanceChargeAmount": {"amount": "0.0"},
            "priceAdjustments": [
                {
                    "price": {"amount": "13.6"},
                    "compareAtPrice": {"amount": "16.0"},
                    "perDeliveryPrice": {"amount": "13.6"},
                    "unitPrice": {"amount": "4.0"},
                }
            ],
            "sellingPlan": {
                "name": "Every week, 15% off",
                "description": "A bag every week.",
                "recurringDeliveries": True,
                "options": [{"name": "Deliver every", "value": "Week"}],
                "billingPolicy": {"interval": "WEEK", "intervalCount": 1},
                "deliveryPolicy": {"interval": "WEEK", "intervalCount": 1},
                "priceAdjustments": [{"orderCount": None, "adjustmentValue": {"adjustmentPercentage": 15.0}}],
                "checkoutCharge": {"type": "PERCENTAGE", "value": {"percentage": 100.0}},
                "metafield": {"value": "1"},
            },
        }
    ]


def test_allocations_can_be_read_backwards(ask: Ask) -> None:
    fields = "sellingPlanAllocations(first: 1, reverse: true) { nodes { sellingPlan { name } } }"
    nodes = variant_of(ask, "kynda-house-blend", fields)["sellingPlanAllocations"]["nodes"]
    assert nodes == [{"sellingPlan": {"name": "Every month, 5% off"}}]


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        ("home-espresso-machine", {"eligible": True, "available": True, "installmentsCount": {"count": 4}}),
        ("panama-geisha-reserve", {"eligible": True, "available": False, "installmentsCount": {"count": 4}}),
        ("latte", {"eligible": False, "available": False, "installmentsCount": None}),
    ],
)
def test_amounts_that_may_be_paid_in_instalments(ask: Ask, handle: str, expected: dict[str, Any]) -> None:
    fields = "shopPayInstallmentsPricing { eligible available installmentsCount { count } }"
    assert variant_of(ask, handle, fields)["shopPayInstallmentsPricing"] == expected


def test_an_instalment_is_a_quarter_of_the_price(ask: Ask) -> None:
    fields = "shopPayInstallmentsPricing { fullPrice { amount } pricePerTerm { amount } }"
    assert variant_of(ask, "home-espresso-machine", fields)["shopPayInstallmentsPricing"] == {
        "fullPrice": {"amount": "649.0"},
        "pricePerTerm": {"amount": "162.25"},
    }


def test_stock_follows_the_store(ask: Ask, store: Store) -> None:
    scale = store.product_by_handle("brewing-scale")
    assert scale is not None
    for level in scale.variants[0].stock.values():
        level.available = 0
    found = variant_of(
        ask, "brewing-scale", "availableForSale quantityAvailable product { totalInventory availableForSale }"
    )
    assert found == {
        "availableForSale": False,
        "quantityAvailable": 0,
        "product": {"totalInventory": 0, "availableForSale": False},
    }
