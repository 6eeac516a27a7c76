"""Table, location, pickup time and fulfillment mode on a cart."""

from typing import Any

import pytest

from app import Sandbox
from tests.serving import Served

UPDATE = """
mutation ($cart: ID!, $visit: CartVisitInput!) {
  cartVisitUpdate(cartId: $cart, visit: $visit) {
    __typename
    cart { id attributes { key value } }
    userErrors { code field message }
  }
}
"""
PRESENT = 'attributes: [{key: "gift", value: "yes"}, {key: "table", value: "1"}]'


@pytest.fixture
async def cart(gateway: Served) -> str:
    """A cart with a foreign attribute and a table."""
    made = await gateway.data("mutation { cartCreate(input: {" + PRESENT + "}) { cart { id } } }")
    found: str = made["cartCreate"]["cart"]["id"]
    return found


async def attributes(gateway: Served, cart: str) -> dict[str, str]:
    found = await gateway.data("query ($id: ID!) { cart(id: $id) { attributes { key value } } }", id=cart)
    return {each["key"]: each["value"] for each in found["cart"]["attributes"]}


async def problem(gateway: Served, cart: str, visit: dict[str, Any]) -> dict[str, Any]:
    answer = await gateway.ask(UPDATE, {"cart": cart, "visit": visit})
    assert (answer.get("data") or {"cartVisitUpdate": None}) == {"cartVisitUpdate": None}
    error: dict[str, Any] = answer["errors"][0]
    return error


async def test_a_visit_is_written_as_attributes_and_the_foreign_ones_stay(gateway: Served, cart: str) -> None:
    visit = {"location": "main_street", "fulfillmentMode": "CURBSIDE", "pickupAt": "2026-11-22T14:15:00+01:00"}

    payload = (await gateway.data(UPDATE, cart=cart, visit=visit))["cartVisitUpdate"]

    assert payload["__typename"] == "CartAttributesUpdatePayload"
    assert payload["userErrors"] == []
    written = {each["key"]: each["value"] for each in payload["cart"]["attributes"]}
    assert written == {
        "gift": "yes",
        "table": "1",
        "location": "main_street",
        "fulfillment_mode": "curbside",
        "pickup_at": "2026-11-22T13:15:00Z",
    }
    assert await attributes(gateway, cart) == written


async def test_null_removes_a_part_of_the_visit(gateway: Served, cart: str) -> None:
    await gateway.data(UPDATE, cart=cart, visit={"table": None, "pickupAt": None})

    assert await attributes(gateway, cart) == {"gift": "yes"}


async def test_a_visit_update_costs_one_read_and_one_change(gateway: Served, sandbox: Sandbox, cart: str) -> None:
    before = gateway.requests["storefront"]

    await gateway.data(UPDATE, cart=cart, visit={"table": "7"})

    assert gateway.requests["storefront"] - before == 2


async def test_two_changes_in_one_operation_both_apply(gateway: Served, cart: str) -> None:
    await gateway.data(
        """mutation ($cart: ID!) {
          a: cartVisitUpdate(cartId: $cart, visit: {table: "7"}) { cart { id } }
          cartAttributesUpdate(cartId: $cart, attributes: [{key: "by", value: "hand"}]) { cart { id } }
          b: cartVisitUpdate(cartId: $cart, visit: {fulfillmentMode: TABLE}) { cart { id } }
          c: cartVisitUpdate(cartId: $cart, visit: {location: "riverside"}) { cart { id } }
        }""",
        cart=cart,
    )

    assert await attributes(gateway, cart) == {"by": "hand", "fulfillment_mode": "table", "location": "riverside"}


async def test_a_missing_cart_is_reported_with_storefronts_error(gateway: Served) -> None:
    unknown = "gid://shopify/Cart/unknown?key=0"
    query = (
        "mutation ($cart: ID!) { payload: cartAttributesUpdate(cartId: $cart, attributes: []) { userErrors { code } } }"
    )
    errors = (await gateway.data(query, cart=unknown))["payload"]["userErrors"]

    payload = (await gateway.data(UPDATE, cart=unknown, visit={"table": "7"}))["cartVisitUpdate"]

    assert payload["cart"] is None
    assert [{"code": each["code"]} for each in payload["userErrors"]] == errors != []


@pytest.mark.parametrize(
    ("visit", "told"),
    [
        ({"pickupAt": "2026-11-22T11:59:00Z"}, "`pickupAt` is in the past."),
        ({"pickupAt": "2026-12-06T12:00:01Z"}, "`pickupAt` is more than 14 days ahead."),
        ({"pickupAt": "noon"}, "`pickupAt` must be a time such as 2026-11-23T08:30:00Z."),
        ({"table": "T" * 65}, "`table` must have 1 to 64 printable characters; null removes it."),
        ({"location": ""}, "`location` must have 1 to 64 printable characters; null removes it."),
    ],
)
async def test_an_invalid_visit_is_refused_without_a_change(
    gateway: Served, sandbox: Sandbox, cart: str, visit: dict[str, Any], told: str
) -> None:
    before = gateway.requests["storefront"]

    error = await problem(gateway, cart, {"fulfillmentMode": "PICKUP", **visit})

    assert (error["extensions"]["code"], error["message"]) == ("BAD_USER_INPUT", told)
    assert error["path"] == ["cartVisitUpdate"]
    assert gateway.requests["storefront"] == before


async def test_an_unknown_way_of_handing_over_is_refused(gateway: Served, cart: str) -> None:
    answer = await gateway.ask(UPDATE, {"cart": cart, "visit": {"fulfillmentMode": "DRONE"}})

    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_attributes_that_cannot_be_read_are_not_overwritten(gateway: Served, sandbox: Sandbox, cart: str) -> None:
    sandbox.faults.add("storefront", "status", status=503)

    error = await problem(gateway, cart, {"table": "7"})
    sandbox.faults.clear()

    assert error["extensions"]["code"] == "TRY_LATER"
    assert await attributes(gateway, cart) == {"gift": "yes", "table": "1"}
