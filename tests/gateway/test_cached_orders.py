"""What is cached of a guest's order: its status at Printful and at the counter, and that there is no such order."""

from typing import Any

import pytest

from sandbox.order_life import place_order
from tests.gateway.order_shop import OrderShop, order_shop
from tests.virtual_time import in_no_time

LOOK = """query ($name: String!, $email: String!) {
  shopOrder(name: $name, email: $email) { name step printful { status } tickets { status } }
}"""
MAIL = "dana@example.com"
UNKNOWN = "#9999"


async def look(shop: OrderShop, name: str, email: str = MAIL) -> Any:
    """The answer to a guest who asks for an order."""
    sent = {"query": LOOK, "variables": {"name": name, "email": email}, "extensions": {"cache": True}}
    response = await shop.served.http.post("/graphql", json=sent)
    assert response.headers["cache-control"] == "no-store"
    answer = response.json()
    assert "errors" not in answer
    return answer


async def order_seen(shop: OrderShop, name: str, email: str = MAIL) -> Any:
    return (await look(shop, name, email))["data"]["shopOrder"]


@in_no_time
async def test_a_polling_page_reads_printful_once_within_seconds() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        first = await order_seen(shop, order.name)
        shop.counted()
        assert await order_seen(shop, order.name) == first
        assert set(shop.requests) == {"admin"}
        await shop.later(60)
        await order_seen(shop, order.name)
        assert shop.requests["printful"] == 1


@in_no_time
async def test_a_polling_page_reads_the_counter_once_within_seconds() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        first = await order_seen(shop, order.name)
        shop.counted()
        assert await order_seen(shop, order.name) == first
        assert set(shop.requests) == {"admin"}


@in_no_time
async def test_a_step_that_a_webhook_reports_is_seen_at_once() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        assert (await order_seen(shop, order.name))["printful"]["status"] == "draft"
        await shop.at_printful("confirm")
        assert (await order_seen(shop, order.name))["printful"]["status"] == "pending"


@in_no_time
async def test_staff_see_the_status_as_it_is() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await order_seen(shop, order.name)
        shop.counted()
        await shop.served.ask(LOOK, {"name": order.name, "email": MAIL}, staff=True)
        assert shop.requests["printful"] == 1


@in_no_time
async def test_an_outage_of_printful_is_not_cached() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.sandbox.faults.add("printful", "status", status=503)
        await order_seen(shop, order.name)
        shop.sandbox.faults.clear()
        await shop.later(30)
        shop.counted()
        await order_seen(shop, order.name)
        assert shop.requests["printful"] == 1


@in_no_time
async def test_access_to_an_order_is_checked_on_each_request() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        assert await order_seen(shop, order.name) is not None
        order.email = "grace@example.com"
        assert await order_seen(shop, order.name) is None


@in_no_time
async def test_an_unknown_order_is_read_once_within_seconds() -> None:
    async with order_shop() as shop:
        assert (await look(shop, UNKNOWN))["extensions"]["cache"]["state"] == "MISS"
        shop.counted()
        answer = await look(shop, UNKNOWN)
        assert (answer["data"], answer["extensions"]["cache"]["state"]) == ({"shopOrder": None}, "HIT")
        assert shop.requests == {}


@in_no_time
@pytest.mark.parametrize("pays", [True, False])
async def test_an_order_that_was_unknown_is_found_as_soon_as_a_webhook_names_it(pays: bool) -> None:
    async with order_shop() as shop:
        name = (await shop.placed()).name
        following = f"#{int(name.removeprefix('#')) + 1}"
        assert await order_seen(shop, following) is None
        assert place_order(shop.store, shop.prints(), paid=pays).name == following
        await shop.settled()
        assert (await order_seen(shop, following))["name"] == following
