"""Operations in the shape that storefronts send, with their expected answers.

`ACCEPT_ANSWERS=1` writes `answers/` anew from what Storefront's stand-in says: read them before you keep them.
"""

import json
import os
from typing import Any

import pytest

from tests.gateway.examples import NAMES, accept, document, expectation
from tests.serving import Answer, Served, sandbox_at_noon, serving

ACCEPTED = os.environ.get("ACCEPT_ANSWERS") == "1"


@pytest.mark.parametrize("name", NAMES)
async def test_a_storefront_operation_gets_the_expected_answer(name: str, gateway: Served) -> None:
    query, expected = document(name), expectation(name)
    straight = await gateway.ask_storefront(query, expected["variables"])
    if ACCEPTED:
        assert "errors" not in straight, straight
        expected |= straight
        accept(name, expected)

    assert await gateway.ask(query, expected["variables"]) == straight
    assert straight["data"] == expected["data"]
    assert straight.keys() <= {"data", "extensions"}


async def test_a_page_of_a_collection_continues_after_the_previous_one(gateway: Served) -> None:
    query, variables = document("collection"), {"handle": "drinkware", "first": 3}
    handles: list[str] = []
    cursors: list[str | None] = [None]
    while cursors[-1] is not None or len(cursors) == 1:
        asked = {**variables, "after": cursors[-1]}
        answer = await gateway.ask(query, asked)
        assert answer == await gateway.ask_storefront(query, asked)
        products = answer["data"]["collection"]["products"]
        handles += [edge["node"]["handle"] for edge in products["edges"]]
        cursors.append(products["pageInfo"]["endCursor"] if products["pageInfo"]["hasNextPage"] else None)

    assert len(cursors) - 1 == 3
    assert len(handles) == len(set(handles)) == 8


async def test_a_filters_input_works_as_the_filter(gateway: Served) -> None:
    query = document("collection")
    whole = await gateway.ask(query, {"handle": "drinkware", "first": 20})
    products = whole["data"]["collection"]["products"]
    vendors = next(each for each in products["filters"] if each["id"] == "filter.p.vendor")

    for value in vendors["values"]:
        asked = {"handle": "drinkware", "first": 20, "filters": [json.loads(value["input"])]}
        answer = await gateway.ask(query, asked)
        assert len(answer["data"]["collection"]["products"]["edges"]) == value["count"]


async def test_a_customer_logs_in_and_reads_the_account(gateway: Served) -> None:
    query = document("customer")
    login = {"email": "ada@example.com", "password": "espresso-time"}
    logged_in = await gateway.ask(query, login, name="LogIn")
    payload = logged_in["data"]["customerAccessTokenCreate"]
    token = payload["customerAccessToken"]["accessToken"]
    account = await gateway.ask(query, {"token": token}, name="Account")

    assert payload["customerUserErrors"] == []
    assert account == await gateway.ask_storefront(query, {"token": token}, name="Account")
    customer = account["data"]["customer"]
    assert (customer["firstName"], customer["email"]) == ("Ada", "ada@example.com")
    assert customer["defaultAddress"]["city"] == "Austin"
    assert [each["city"] for each in customer["addresses"]["nodes"]] == ["Austin", "Dallas"]
    assert len(customer["orders"]["nodes"]) == 2
    assert customer["orders"]["nodes"][0]["lineItems"]["nodes"][0]["variant"]["sku"]


async def test_a_wrong_password_is_a_user_error_in_the_payload(gateway: Served) -> None:
    login = {"email": "ada@example.com", "password": "decaf"}
    answer = await gateway.ask(document("customer"), login, name="LogIn")

    assert answer == {
        "data": {
            "customerAccessTokenCreate": {
                "customerAccessToken": None,
                "customerUserErrors": [{"code": "UNIDENTIFIED_CUSTOMER", "field": ["input"]}],
            }
        }
    }


class Till:
    """A cart's journey, walked twice in equal shops: through the gateway, and straight to Storefront."""

    def __init__(self, ours: Served, theirs: Served) -> None:
        self._ours = ours
        self._theirs = theirs
        self.cart: Answer = {}

    async def step(self, name: str, **variables: Any) -> Answer:
        """The payload of a step, the same on both ways."""
        if self.cart:
            variables["cartId"] = self.cart["id"]
        answer = await self._ours.ask(document("cart"), variables, name=name)
        assert answer == await self._theirs.ask_storefront(document("cart"), variables, name=name)
        assert "errors" not in answer
        payload: Answer = answer["data"]["payload"]
        self.cart = payload["cart"] or self.cart
        read = await self._ours.ask(document("cart"), {"id": self.cart["id"]}, name="Cart")
        assert read["data"]["cart"] == self.cart
        return payload

    def lines(self) -> list[tuple[str, int]]:
        return [(each["merchandise"]["sku"], each["quantity"]) for each in self.cart["lines"]["nodes"]]


async def variant_id(shop: Served, handle: str) -> str:
    query = "query V($handle: String!) { product(handle: $handle) { variants(first: 1) { nodes { id } } } }"
    answer = await shop.ask(query, {"handle": handle})
    found: str = answer["data"]["product"]["variants"]["nodes"][0]["id"]
    return found


async def test_a_cart_from_creation_to_its_checkout_url(gateway: Served) -> None:
    async with serving(sandbox_at_noon()) as twin:
        till = Till(gateway, twin)
        beans, mug = await variant_id(gateway, "ethiopia-yirgacheffe"), await variant_id(gateway, "ceramic-mug")

        await till.step("CartCreate", input={"lines": [{"merchandiseId": mug}], "buyerIdentity": {"countryCode": "US"}})
        assert till.lines() == [("CERMUG-WHITE", 1)]
        assert till.cart["checkoutUrl"].startswith("http://localhost:8000/")

        grind = [{"key": "grind", "value": "espresso"}]
        await till.step("CartLinesAdd", lines=[{"merchandiseId": beans, "quantity": 2, "attributes": grind}])
        await till.step("CartLinesAdd", lines=[{"merchandiseId": beans, "quantity": 1, "attributes": grind}])
        await till.step("CartLinesAdd", lines=[{"merchandiseId": beans}])
        assert sorted(quantity for _, quantity in till.lines()) == [1, 1, 3]
        assert till.cart["totalQuantity"] == 5

        plain = next(each for each in till.cart["lines"]["nodes"] if not each["attributes"] and each["quantity"] == 1)
        await till.step("CartLinesUpdate", lines=[{"id": plain["id"], "quantity": 2}])
        assert till.cart["totalQuantity"] == 6
        await till.step("CartLinesRemove", lineIds=[plain["id"]])
        assert till.cart["totalQuantity"] == 4

        before = float(till.cart["cost"]["totalAmount"]["amount"])
        payload = await till.step("CartDiscountCodesUpdate", codes=["WELCOME10", "NOT-A-CODE"])
        applicable = {each["code"]: each["applicable"] for each in till.cart["discountCodes"]}
        assert applicable == {"WELCOME10": True, "NOT-A-CODE": False}
        assert [each["code"] for each in payload["warnings"]] == ["DISCOUNT_NOT_FOUND"]
        assert float(till.cart["cost"]["totalAmount"]["amount"]) == pytest.approx(before * 0.9, abs=0.02)

        await till.step("CartBuyerIdentityUpdate", buyer={"countryCode": "US", "email": "guest@example.com"})
        home = {
            "address1": "1 Example Street",
            "city": "Austin",
            "countryCode": "US",
            "provinceCode": "TX",
            "zip": "78701",
        }
        await till.step(
            "CartDeliveryAddressesAdd", addresses=[{"address": {"deliveryAddress": home}, "selected": True}]
        )
        group = till.cart["deliveryGroups"]["nodes"][0]
        assert len(group["deliveryOptions"]) > 1
        chosen = {"deliveryGroupId": group["id"], "deliveryOptionHandle": group["deliveryOptions"][-1]["handle"]}
        await till.step("CartSelectedDeliveryOptionsUpdate", options=[chosen])
        group = till.cart["deliveryGroups"]["nodes"][0]
        assert group["selectedDeliveryOption"]["handle"] == chosen["deliveryOptionHandle"]

        await till.step("CartGiftCardCodesAdd", codes=["KYNDA25GIFT00001"])
        assert [each["lastCharacters"] for each in till.cart["appliedGiftCards"]] == ["0001"]
        await till.step("CartNoteUpdate", note="Ring twice")
        await till.step("CartAttributesUpdate", attributes=[{"key": "gift", "value": "yes"}])
        assert (till.cart["note"], till.cart["attributes"]) == ("Ring twice", [{"key": "gift", "value": "yes"}])


async def test_storefronts_refusal_of_a_cart_change_returns_the_cart(gateway: Served) -> None:
    async with serving(sandbox_at_noon()) as twin:
        till = Till(gateway, twin)
        mug = await variant_id(gateway, "ceramic-mug")
        await till.step("CartCreate", input={"lines": [{"merchandiseId": mug}]})

        payload = await till.step("CartLinesAdd", lines=[{"merchandiseId": "gid://shopify/ProductVariant/1"}])

        assert [each["code"] for each in payload["userErrors"]] == ["INVALID"]
        assert till.lines() == [("CERMUG-WHITE", 1)]


async def test_an_unknown_cart_is_null_without_an_error(gateway: Served) -> None:
    unknown = {"id": "gid://shopify/Cart/c1-0123?key=4567"}

    assert await gateway.ask(document("cart"), unknown, name="Cart") == {"data": {"cart": None}}
