"""Shipping quotes and margins, with and without Printful."""

from typing import Any

import pytest

from app import Sandbox
from clients.timing import Timing
from tests.gateway.order_rush import gateways, passing_sandbox
from tests.serving import Served, serving
from tests.virtual_time import in_no_time

TEXAS = {"countryCode": "US", "provinceCode": "TX", "zip": "78701"}
AUSTIN = {**TEXAS, "address1": "1 Congress Ave", "city": "Austin"}
RATES = """
query ($cart: ID, $items: [PrintShippingItem!], $address: PrintShippingAddress) {
  shippingRates(cartId: $cart, items: $items, address: $address) {
    source ageSeconds printedQuantity otherQuantity
    rates { id name price { amount currencyCode } minDays maxDays }
  }
}
"""
ESTIMATE = """
query ($items: [PrintEstimateItem!]!, $address: PrintShippingAddress!) {
  costEstimate(items: $items, address: $address) {
    printedQuantity otherQuantity subtotal { amount currencyCode } shipping { amount } tax { amount } total { amount }
  }
}
"""
MARGIN = """margin {
  retail { amount } cost { amount } shipping { amount } fees { amount } earned { amount } percent withheld
}"""
ADD = "mutation ($id: ID!, $lines: [CartLineInput!]!) { cartLinesAdd(cartId: $id, lines: $lines) { cart { id } } }"
TO = """
mutation ($id: ID!, $to: [CartSelectableAddressInput!]!) {
  cartDeliveryAddressesAdd(cartId: $id, addresses: $to) { userErrors { message } }
}
"""


async def variant(gateway: Served, handle: str) -> str:
    found = await gateway.data(f'{{ product(handle: "{handle}") {{ variants(first: 1) {{ nodes {{ id }} }} }} }}')
    return str(found["product"]["variants"]["nodes"][0]["id"])


async def a_cart(gateway: Served, **quantities: int) -> str:
    """A cart with so many of the first variants of some products, by their handles with `_` for `-`."""
    made = await gateway.data("mutation { cartCreate { cart { id } } }")
    cart_id = str(made["cartCreate"]["cart"]["id"])
    lines = [
        {"merchandiseId": await variant(gateway, handle.replace("_", "-")), "quantity": quantity}
        for handle, quantity in quantities.items()
    ]
    await gateway.data(ADD, id=cart_id, lines=lines)
    return cart_id


async def rates(gateway: Served, **variables: Any) -> Any:
    return (await gateway.data(RATES, **variables))["shippingRates"]


async def refusal(gateway: Served, **variables: Any) -> Any:
    answer = await gateway.ask(RATES, variables)
    assert answer["data"] == {"shippingRates": None}
    return answer["errors"][0]


async def test_a_carts_printed_goods_are_quoted_live_together(gateway: Served) -> None:
    cart = await a_cart(gateway, your_design_shirt=2, roastery_crest_shirt=1)
    quote = await rates(gateway, cart=cart, address=TEXAS)

    assert (quote["source"], quote["ageSeconds"]) == ("LIVE", 0)
    assert (quote["printedQuantity"], quote["otherQuantity"]) == (3, 0)
    assert quote["rates"][0] == {
        "id": "STANDARD",
        "name": "Flat Rate (Estimated delivery: Nov 26–Nov 29)",
        "price": {"amount": "9.15", "currencyCode": "USD"},
        "minDays": 4,
        "maxDays": 7,
    }


async def test_a_cart_is_quoted_to_its_buyers_address(gateway: Served) -> None:
    cart = await a_cart(gateway, your_design_mug=1)
    await gateway.data(TO, id=cart, to=[{"selected": True, "address": {"deliveryAddress": AUSTIN}}])

    assert (await rates(gateway, cart=cart))["rates"][0]["price"]["amount"] == "6.99"


async def test_items_are_quoted_without_a_cart(gateway: Served) -> None:
    shirt = await variant(gateway, "your-design-shirt")
    quote = await rates(gateway, items=[{"merchandiseId": shirt, "quantity": 1}], address=TEXAS)

    assert quote["rates"][0]["price"] == {"amount": "4.75", "currencyCode": "USD"}


async def test_a_cart_without_printed_goods_makes_no_request_to_printful(gateway: Served) -> None:
    found = await gateway.data(
        "{ cafeMenu { sections { items { product { variants(first: 1) { nodes { id } } } } } } }"
    )
    drink = found["cafeMenu"]["sections"][0]["items"][0]["product"]["variants"]["nodes"][0]["id"]
    quote = await rates(gateway, items=[{"merchandiseId": drink, "quantity": 2}], address=TEXAS)

    assert (quote["rates"], quote["printedQuantity"], quote["otherQuantity"]) == ([], 0, 2)
    assert "printful" not in gateway.requests


async def test_an_unknown_cart_has_no_rates(gateway: Served) -> None:
    assert await rates(gateway, cart="gid://shopify/Cart/none?key=none", address=TEXAS) is None


async def test_an_impossible_quote_is_refused_with_a_reason(gateway: Served) -> None:
    cart = await a_cart(gateway, your_design_shirt=1)
    shirt = [{"merchandiseId": await variant(gateway, "your-design-shirt"), "quantity": 1}]
    for variables, said in (
        ({}, "either cartId or items"),
        ({"cart": cart, "items": shirt}, "either cartId or items"),
        ({"items": shirt}, "The destination address is missing"),
        ({"items": [], "address": TEXAS}, "1 to 250"),
        ({"items": [{**shirt[0], "quantity": 0}], "address": TEXAS}, "A quantity must be"),
        ({"items": [{"merchandiseId": "gid://shopify/ProductVariant/1"}], "address": TEXAS}, "no variant"),
        ({"items": shirt, "address": {"countryCode": "US"}}, "check country, province"),
        ({"items": shirt, "address": {"countryCode": "XX"}}, "check country, province"),
    ):
        problem = await refusal(gateway, **variables)
        assert problem["extensions"]["code"] == "BAD_USER_INPUT"
        assert said in problem["message"]


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    @property
    def timing(self) -> Timing:
        return Timing(lambda: self.now_s, self.sleep, lambda: 0.5)


async def test_without_printful_the_last_rates_hold_for_a_day_before_the_flat_rate(sandbox: Sandbox) -> None:
    clock = Clock()
    async with serving(sandbox, timing=clock.timing) as gateway:
        shirt = [{"merchandiseId": await variant(gateway, "your-design-shirt"), "quantity": 1}]
        live = await rates(gateway, items=shirt, address=TEXAS)
        sandbox.faults.add("printful", "status")
        clock.now_s += 12 * 3600
        old = await rates(gateway, items=shirt, address=TEXAS)
        clock.now_s += 13 * 3600
        flat = await rates(gateway, items=shirt, address=TEXAS)

    assert old["rates"] == live["rates"]
    assert old["source"] == "LAST_KNOWN"
    assert 12 * 3600 <= old["ageSeconds"] < 12 * 3600 + 60
    assert (flat["source"], flat["ageSeconds"]) == ("FLAT", None)
    assert flat["rates"] == [
        {
            "id": "FLAT",
            "name": "Flat rate",
            "price": {"amount": "7.95", "currencyCode": "USD"},
            "minDays": None,
            "maxDays": None,
        }
    ]


async def test_the_flat_rate_is_the_shops(sandbox: Sandbox) -> None:
    sandbox.faults.add("printful", "status")
    async with serving(sandbox, timing=Clock().timing, shipping_fallback_rate="5.50") as gateway:
        shirt = [{"merchandiseId": await variant(gateway, "your-design-shirt"), "quantity": 1}]
        quote = await rates(gateway, items=shirt, address=TEXAS)

    assert (quote["source"], quote["rates"][0]["price"]["amount"]) == ("FLAT", "5.50")


async def test_an_estimate_is_for_staff_and_covers_printfuls_goods(gateway: Served) -> None:
    items = [
        {"merchandiseId": await variant(gateway, "your-design-shirt"), "quantity": 2, "designId": "design-002"},
        {"merchandiseId": await variant(gateway, "morning-ritual-mug"), "quantity": 1},
    ]
    answer = await gateway.ask(ESTIMATE, {"items": items, "address": TEXAS}, staff=True)

    assert answer["data"]["costEstimate"] == {
        "printedQuantity": 3,
        "otherQuantity": 0,
        "subtotal": {"amount": "29.33", "currencyCode": "USD"},
        "shipping": {"amount": "11.39"},
        "tax": {"amount": "2.42"},
        "total": {"amount": "43.14"},
    }
    refused = await gateway.ask(ESTIMATE, {"items": items, "address": TEXAS})
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_an_estimate_with_an_unknown_design_is_refused(gateway: Served) -> None:
    items = [{"merchandiseId": await variant(gateway, "your-design-shirt"), "designId": "none"}]
    answer = await gateway.ask(ESTIMATE, {"items": items, "address": TEXAS}, staff=True)

    assert "design-001" in answer["errors"][0]["message"]


async def test_staff_see_the_margin_of_a_shirt(gateway: Served) -> None:
    query = f'{{ product(handle: "your-design-shirt") {{ variants(first: 1) {{ nodes {{ {MARGIN} }} }} }} }}'
    answer = await gateway.ask(query, staff=True)

    assert answer["data"]["product"]["variants"]["nodes"][0]["margin"] == {
        "retail": {"amount": "27.0"},
        "cost": {"amount": "11.69"},
        "shipping": {"amount": "7.95"},
        "fees": {"amount": "1.08"},
        "earned": {"amount": "6.28"},
        "percent": "23.3",
        "withheld": None,
    }
    assert (await gateway.ask(query))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_staff_see_the_margin_of_a_cart_with_its_real_shipping(gateway: Served) -> None:
    cart = await a_cart(gateway, your_design_shirt=2)
    await gateway.data(TO, id=cart, to=[{"selected": True, "address": {"deliveryAddress": AUSTIN}}])
    query = f"query ($id: ID!) {{ cart(id: $id) {{ {MARGIN} }} }}"
    answer = await gateway.ask(query, {"id": cart}, staff=True)

    assert answer["data"]["cart"]["margin"] == {
        "retail": {"amount": "54.0"},
        "cost": {"amount": "23.38"},
        "shipping": {"amount": "6.95"},
        "fees": {"amount": "1.87"},
        "earned": {"amount": "21.80"},
        "percent": "40.4",
        "withheld": None,
    }


@pytest.mark.parametrize("country", ["DE"])
async def test_a_margin_in_another_currency_than_the_costs_is_withheld(gateway: Served, country: str) -> None:
    query = f"""query @inContext(country: {country}) {{
      product(handle: "your-design-shirt") {{ variants(first: 1) {{ nodes {{ price {{ currencyCode }} {MARGIN} }} }} }}
    }}"""
    answer = await gateway.ask(query, staff=True)
    node = answer["data"]["product"]["variants"]["nodes"][0]

    assert node["price"]["currencyCode"] != "USD"
    assert node["margin"]["earned"] is None
    assert node["margin"]["withheld"] == "CURRENCIES_DIFFER"


@in_no_time
@pytest.mark.parametrize("status", [401, 429, 503])
async def test_a_carts_margin_without_a_quote_and_without_a_flat_rate_is_withheld(status: int) -> None:
    sandbox = passing_sandbox()
    async with gateways(sandbox, 1, staff_token="s" * 24) as (http,):
        sandbox.faults.add("printful", "status", status=status, match="shipping/rates")

        async def ask(query: str, **variables: Any) -> Any:
            sent = {"query": query, "variables": variables}
            return (await http.post("/graphql", json=sent, headers={"Authorization": f"Bearer {'s' * 24}"})).json()

        cart = "gid://shopify/Cart/example?key=example"
        await ask(TO, id=cart, to=[{"selected": True, "address": {"deliveryAddress": AUSTIN}}])
        answer = await ask(f"query ($id: ID!) {{ cart(id: $id) {{ {MARGIN} }} }}", id=cart)

    assert "errors" not in answer
    found = answer["data"]["cart"]["margin"]
    assert (found["shipping"], found["earned"], found["withheld"]) == (None, None, "SHIPPING_UNKNOWN")
    assert found["cost"] is not None
