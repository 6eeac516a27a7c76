"""A product page and a cart journey through unchanged client libraries: Apollo, Shopify's own, Python's gql."""

from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.conftest import RunClient
from tests.e2e.python_journey import visit_with_gql

LIBRARIES = [
    pytest.param("apollo.mjs", marks=pytest.mark.node, id="apollo"),
    pytest.param("storefront_api_client.mjs", marks=pytest.mark.node, id="storefront-api-client"),
    pytest.param("gql", id="gql"),
]
Visit = dict[str, Any]


@pytest.fixture(scope="module", params=LIBRARIES)
def visit(request: pytest.FixtureRequest, gateway: str) -> Visit:
    """What one library saw on its way through the shop."""
    if request.param == "gql":
        return visit_with_gql(gateway)
    run_client: RunClient = request.getfixturevalue("run_client")
    return run_client(request.param, gateway)


@pytest.fixture(scope="module")
def storefront_api_client(run_client: RunClient, gateway: str) -> Visit:
    return run_client("storefront_api_client.mjs", gateway)


def _cart(visit: Visit, step: str) -> dict[str, Any]:
    cart: dict[str, Any] = visit["cart"]["steps"][step]["cart"]
    return cart


def _quantities(visit: Visit, step: str) -> list[int]:
    return sorted(line["quantity"] for line in _cart(visit, step)["lines"]["nodes"])


def _total(visit: Visit, step: str) -> Decimal:
    return Decimal(_cart(visit, step)["cost"]["totalAmount"]["amount"])


def _price(visit: Visit) -> Decimal:
    return Decimal(visit["page"]["product"]["selectedOrFirstAvailableVariant"]["price"]["amount"])


def test_a_product_page_shows_the_variant_that_was_chosen(visit: Visit) -> None:
    variant = visit["page"]["product"]["selectedOrFirstAvailableVariant"]
    assert [(option["name"], option["value"]) for option in variant["selectedOptions"]] == [("Color", "Slate")]


def test_a_product_page_has_pictures_and_recommendations(visit: Visit) -> None:
    page = visit["page"]
    assert page["product"]["images"]["nodes"]
    assert page["productRecommendations"]
    assert all(product["handle"] != "ceramic-mug" for product in page["productRecommendations"])


def test_gateway_fields_come_along_with_storefronts(visit: Visit) -> None:
    product = visit["joined"]["product"]
    assert product["isCustomizable"] is True
    variants = product["variants"]["nodes"]
    assert variants
    assert all(variant["printful"]["availability"] for variant in variants)
    assert all(variant["inventory"] is not None for variant in variants)


def test_no_step_of_the_cart_meets_a_complaint(visit: Visit) -> None:
    complaints = {step: answer["userErrors"] for step, answer in visit["cart"]["steps"].items()}
    assert not any(complaints.values()), complaints


def test_adding_the_same_goods_again_keeps_one_line(visit: Visit) -> None:
    assert _quantities(visit, "addSame") == [2]


def test_goods_with_another_attribute_become_a_line_of_their_own(visit: Visit) -> None:
    assert _quantities(visit, "addGift") == [1, 2]


def test_an_updated_quantity_counts(visit: Visit) -> None:
    assert _quantities(visit, "update") == [2, 3]
    assert _total(visit, "update") == 5 * _price(visit)


def test_an_unknown_discount_code_changes_nothing_and_is_reported(visit: Visit) -> None:
    cart = _cart(visit, "unknownCode")
    assert [(code["code"], code["applicable"]) for code in cart["discountCodes"]] == [("NO-SUCH-CODE", False)]
    assert _total(visit, "unknownCode") == _total(visit, "update")


def test_a_discount_code_lowers_the_total(visit: Visit) -> None:
    assert [(code["code"], code["applicable"]) for code in _cart(visit, "discount")["discountCodes"]] == [
        ("WELCOME10", True)
    ]
    assert _total(visit, "discount") < _total(visit, "update")


def test_the_cart_stores_the_buyer_and_the_note(visit: Visit) -> None:
    final = visit["cart"]["final"]
    assert (final["buyerIdentity"]["email"], final["buyerIdentity"]["countryCode"]) == ("guest@example.com", "US")
    assert final["note"] == "Ring twice"


def test_a_removed_line_is_gone(visit: Visit) -> None:
    assert _quantities(visit, "remove") == [2]


def test_a_cart_read_again_equals_the_cart_that_was_written(visit: Visit) -> None:
    final, left = visit["cart"]["final"], _cart(visit, "remove")
    assert (final["id"], final["totalQuantity"], final["cost"]) == (left["id"], left["totalQuantity"], left["cost"])


def test_a_cart_has_the_address_of_its_checkout(visit: Visit) -> None:
    assert visit["cart"]["final"]["checkoutUrl"].startswith(("http://", "https://"))


@pytest.mark.node
def test_apollo_caches_objects_by_type_and_id(run_client: RunClient, gateway: str) -> None:
    assert {"Cart", "CartLine", "Product", "ProductVariant"} <= set(run_client("apollo.mjs", gateway)["cachedTypes"])


@pytest.mark.node
def test_shopifys_client_learns_why_an_operation_was_refused(storefront_api_client: Visit) -> None:
    refused = storefront_api_client["refused"]
    assert refused["status"] == 200
    assert any("noSuchField" in message for message in refused["messages"])


@pytest.mark.node
def test_shopifys_client_sees_an_unknown_cart_as_null_without_errors(storefront_api_client: Visit) -> None:
    missing = storefront_api_client["missing"]
    assert missing["data"] == {"cart": None}
    assert "errors" not in missing
