"""A newcomer's first steps: pays the sandbox's example cart, and finds its order in all three systems."""

import re

from tests.gateway.order_shop import order_shop
from tests.virtual_time import in_no_time

EXAMPLE = "/sandbox/checkout/example?key=example"


@in_no_time
async def test_the_example_cart_once_paid_is_seen_in_all_three_systems() -> None:
    async with order_shop() as shop:
        http = shop.served.http
        form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', (await http.get(EXAMPLE)).text))
        thanks = (await http.post(EXAMPLE, data={**form, "country": "US", "payment": "card"})).text
        await shop.settled()
        [page] = re.findall(r'href="(/sandbox/orders/\d+)"', thanks)
        life = (await http.get(f"{page}/life.json")).json()

    assert life["shopify"]["tags"] == ["pos-forwarded", "printful-forwarded"]
    assert [[each["name"] for each in order["items"]] for order in life["printful"]] == [
        ["Roastery Crest T-Shirt - XL"]
    ]
    assert [[each["name"] for each in order["items"]] for order in life["square"]] == [["Latte"]]
    assert {each["sender"] for each in life["messages"]} == {"shopify", "square"}
