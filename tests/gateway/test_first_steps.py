"""A newcomer's first steps: pays the sandbox's example cart, and finds its order in all three systems."""

import re

import httpx

from tests.gateway.order_shop import order_shop
from tests.virtual_time import in_no_time

EXAMPLE = "/sandbox/checkout/example?key=example"


async def paid(http: httpx.AsyncClient) -> str:
    """Pays the example cart; the path of its order's page."""
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', (await http.get(EXAMPLE)).text))
    thanks = (await http.post(EXAMPLE, data={**form, "country": "US", "payment": "card"})).text
    pages: list[str] = re.findall(r'href="(/sandbox/orders/\d+)"', thanks)
    [page] = pages
    return page


@in_no_time
async def test_the_example_cart_once_paid_is_seen_in_all_three_systems() -> None:
    async with order_shop() as shop:
        http = shop.served.http
        page = await paid(http)
        await shop.settled()
        life = (await http.get(f"{page}/life.json")).json()

    assert life["shopify"]["tags"] == ["pos-forwarded", "printful-forwarded"]
    assert [[each["name"] for each in order["items"]] for order in life["printful"]] == [
        ["Roastery Crest T-Shirt - XL"]
    ]
    assert [[each["name"] for each in order["items"]] for order in life["square"]] == [["Latte"]]
    assert {each["sender"] for each in life["messages"]} == {"shopify", "square"}


@in_no_time
async def test_the_example_cart_can_be_paid_again() -> None:
    async with order_shop() as shop:
        http = shop.served.http
        first, second = await paid(http), await paid(http)
        await shop.settled()

        assert first != second
        assert len(shop.print_orders) == 2


@in_no_time
async def test_the_form_of_the_example_cart_sent_twice_makes_one_order() -> None:
    async with order_shop() as shop:
        http = shop.served.http
        page = await paid(http)
        again = await http.post(EXAMPLE, data={"payment": "card"})

        assert f'href="{page}"' in again.text
