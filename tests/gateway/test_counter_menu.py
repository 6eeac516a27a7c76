"""The counter and the web agree: what is sold out at Square shows in the menu, and so do its hours and the switch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE
from sandbox.square.catalogue import catalogue_id
from sandbox.square.catalogue_list import mark_sold_out
from sandbox.square.locations import SQEAST, SQMAIN, set_hours
from tests.gateway.order_shop import OrderShop, order_shop
from tests.gateway.staff_desk import form_token, signed_in, words
from tests.serving import serving
from tests.virtual_time import in_no_time, virtual_timing

MENU = """query ($location: ID) { cafeMenu(locationId: $location) {
  acceptsOrders
  ordering { acceptsOrders reason opensAt }
  sections { items {
    isSoldOut soldOutBy soldOutUntil
    product { handle kind }
    modifiers { name isSoldOut choices { name isAvailable isSoldOut soldOutBy } }
  } }
} }"""
SWITCH = """mutation ($accepts: Boolean!, $location: ID) {
  cafeAcceptsOrdersSet(accepts: $accepts, locationId: $location) { paused }
}"""
MAIN, EAST = f"gid://shopify/Location/{MAIN_STREET}", f"gid://shopify/Location/{RIVERSIDE}"
OPEN = {"acceptsOrders": True, "reason": None, "opensAt": None}
OAT = "SQM-oat"


@asynccontextmanager
async def cafe(**settings: Any) -> AsyncIterator[OrderShop]:
    async with order_shop(**settings) as shop:
        yield shop


async def menu(shop: OrderShop, location: str | None = MAIN) -> Any:
    return (await shop.served.data(MENU, location=location))["cafeMenu"]


async def item(shop: OrderShop, handle: str, location: str | None = MAIN) -> Any:
    sections = (await menu(shop, location))["sections"]
    return next(each for section in sections for each in section["items"] if each["product"]["handle"] == handle)


def ids(shop: OrderShop, handle: str) -> list[str]:
    product = shop.store.product_by_handle(handle)
    assert product is not None
    return [catalogue_id(each.sku or "") for each in product.variants]


async def tap(shop: OrderShop, handle: str, place: str = SQMAIN, *, is_sold_out: bool = True, **how: Any) -> None:
    """Staff tap a product on the register: each of its variations."""
    for each in ids(shop, handle):
        mark_sold_out(shop.store, each, place, is_sold_out=is_sold_out, **how)
    await shop.settled()


@in_no_time
async def test_sold_out_at_the_counter_shows_in_the_menu_within_a_second() -> None:
    async with cafe() as shop:
        assert (await item(shop, "latte"))["isSoldOut"] is False
        await shop.later(100)  # the first read is old
        assert (await item(shop, "latte"))["isSoldOut"] is False

        began_s = asyncio.get_running_loop().time()
        await tap(shop, "latte")
        latte = await item(shop, "latte")

        assert (latte["isSoldOut"], latte["soldOutBy"]) == (True, ["COUNTER"])
        assert asyncio.get_running_loop().time() - began_s < 1
        assert all(choice["isSoldOut"] for choice in latte["modifiers"][0]["choices"])
        assert latte["modifiers"][0]["isSoldOut"] is True
        assert latte["product"] == {"handle": "latte", "kind": "MENU_ITEM"}
        await tap(shop, "latte", is_sold_out=False)
        assert (await item(shop, "latte"))["soldOutBy"] == []


@in_no_time
async def test_a_lost_webhook_is_made_up_for_within_five_minutes() -> None:
    async with cafe() as shop:
        await item(shop, "latte")
        shop.sandbox.faults.add("webhooks", "lost")
        await tap(shop, "latte")

        for _ in range(5):  # with visitors once a minute, and for one who comes alone
            await shop.later(59)
            latte = await item(shop, "latte")
        assert latte["isSoldOut"] is True

        await tap(shop, "latte", is_sold_out=False)
        await shop.later(299)
        assert (await item(shop, "latte"))["isSoldOut"] is False


@in_no_time
async def test_each_location_has_its_own_menu() -> None:
    async with cafe() as shop:
        await tap(shop, "latte", SQEAST)

        assert (await item(shop, "latte", MAIN))["isSoldOut"] is False
        assert (await item(shop, "latte", EAST))["isSoldOut"] is True
        assert (await item(shop, "latte", None))["isSoldOut"] is False
        await tap(shop, "latte", SQMAIN)
        assert (await item(shop, "latte", None))["isSoldOut"] is True


@in_no_time
async def test_a_milk_that_is_sold_out_at_the_counter_is_sold_out_in_the_menu() -> None:
    async with cafe() as shop:
        mark_sold_out(shop.store, OAT, SQMAIN, is_sold_out=True)
        await shop.settled()
        latte = await item(shop, "latte")
        milk = next(each for each in latte["modifiers"] if each["name"] == "Milk")
        oat = next(each for each in milk["choices"] if each["name"] == "Oat")

        assert oat == {"name": "Oat", "isAvailable": False, "isSoldOut": True, "soldOutBy": ["COUNTER"]}
        assert (latte["isSoldOut"], milk["isSoldOut"]) == (False, False)


@in_no_time
async def test_an_item_is_available_again_when_its_time_at_the_counter_is_over() -> None:
    async with cafe() as shop:
        until = shop.store.clock.now() + timedelta(minutes=30)
        await tap(shop, "latte", until=until)
        assert (await item(shop, "latte"))["soldOutUntil"] == until.strftime("%Y-%m-%dT%H:%M:%SZ")
        await shop.later(1831)
        assert (await item(shop, "latte"))["soldOutBy"] == []


@in_no_time
async def test_without_square_the_menu_shows_shopifys_stock() -> None:
    async with cafe() as shop:
        latte = shop.store.product_by_handle("latte")
        assert latte is not None
        for variant in latte.variants:
            variant.tracked, variant.sells_when_out = True, False
            for level in variant.stock.values():
                level.available = 0
        shop.sandbox.faults.add("square", "status", status=503)

        assert (await item(shop, "latte"))["soldOutBy"] == ["SHOPIFY"]
        assert (await item(shop, "cappuccino"))["soldOutBy"] == []
        assert (await menu(shop))["ordering"] == OPEN


@in_no_time
async def test_in_an_outage_the_last_known_state_counts_for_ten_minutes() -> None:
    async with cafe() as shop:
        await tap(shop, "latte")
        assert (await item(shop, "latte"))["isSoldOut"] is True
        shop.sandbox.faults.add("square", "status", status=503)

        await shop.later(500)
        assert (await item(shop, "latte"))["isSoldOut"] is True
        await shop.later(400)
        await item(shop, "latte")
        await shop.later(30)
        assert (await item(shop, "latte"))["isSoldOut"] is False


@in_no_time
async def test_a_hanging_square_delays_a_menu_by_two_seconds_and_the_next_ones_not_at_all() -> None:
    async with cafe() as shop:
        shop.sandbox.faults.add("square", "timeout")
        began_s = asyncio.get_running_loop().time()
        await item(shop, "latte")
        first_s = asyncio.get_running_loop().time() - began_s
        await item(shop, "latte")

        assert first_s <= 3
        assert asyncio.get_running_loop().time() - began_s == first_s


@in_no_time
async def test_a_menu_costs_square_a_request_a_minute_at_most_however_often_it_is_read() -> None:
    async with cafe() as shop:
        await menu(shop)
        shop.counted()
        for _ in range(50):
            await menu(shop)
        assert shop.served.requests.get("square", 0) == 0
        for _ in range(60):
            await shop.later(10)
            await menu(shop)
        assert shop.served.requests["square"] <= 2 * 11  # its menu and its hours, in ten minutes


@in_no_time
async def test_visitors_with_credentials_cost_square_nothing_more() -> None:
    async with cafe() as shop:
        headers = {"Authorization": "Bearer sandbox-staff"}
        for _ in range(5):
            sent = {"query": "{ cafeMenu { acceptsOrders sections { items { isSoldOut } } } }"}
            response = await shop.served.http.post("/graphql", json=sent, headers=headers)
            assert "errors" not in response.json()

        assert shop.served.requests["square"] == 2


@in_no_time
async def test_a_sale_of_counted_stock_that_leaves_some_costs_no_reads() -> None:
    async with cafe() as shop:
        await menu(shop)
        count = {"catalog_object_id": ids(shop, "latte")[0], "location_id": SQMAIN, "state": "IN_STOCK"}
        shop.counted()
        shop.store.tell_square("inventory.count.updated", {"inventory_counts": [{**count, "quantity": "7"}]})
        await shop.settled()
        await menu(shop)
        assert shop.served.requests.get("square", 0) == 0

        shop.store.tell_square("inventory.count.updated", {"inventory_counts": [{**count, "quantity": "0"}]})
        await shop.settled()
        await menu(shop)
        assert shop.served.requests["square"] > 0


@in_no_time
async def test_outside_business_hours_the_cafe_accepts_no_orders() -> None:
    async with cafe() as shop:  # it is Sunday, 6:00 in Chicago
        assert (await menu(shop))["ordering"] == OPEN
        set_hours(
            shop.store, SQMAIN, [{"day_of_week": "MON", "start_local_time": "8:30:00", "end_local_time": "21:00:00"}]
        )
        await shop.settled()

        closed = {"acceptsOrders": False, "reason": "CLOSED", "opensAt": "2026-11-23T14:30:00Z"}
        assert (await menu(shop))["ordering"] == closed
        assert (await menu(shop))["acceptsOrders"] is False
        assert (await menu(shop, EAST))["ordering"] == OPEN
        assert (await menu(shop, None))["ordering"] == OPEN


@in_no_time
async def test_unknown_hours_count_as_open() -> None:
    async with cafe() as shop:
        set_hours(shop.store, SQMAIN, [])
        await shop.settled()
        assert (await menu(shop))["ordering"] == OPEN


@in_no_time
async def test_staff_stop_orders_at_one_location_and_at_all() -> None:
    async with cafe() as shop:
        paused = {"acceptsOrders": False, "reason": "PAUSED", "opensAt": None}
        assert (await menu(shop))["ordering"] == OPEN

        assert await switch(shop, accepts=False, location=MAIN) == [str(MAIN_STREET)]
        assert (await menu(shop))["ordering"] == paused
        assert (await menu(shop, EAST))["ordering"] == OPEN
        assert await switch(shop, accepts=False) == [str(MAIN_STREET), "all"]
        assert (await menu(shop, EAST))["ordering"] == paused
        assert await switch(shop, accepts=True) == []
        assert (await menu(shop))["ordering"] == OPEN


async def switch(shop: OrderShop, *, accepts: bool, location: str | None = None) -> Any:
    answer = await shop.served.ask(SWITCH, {"accepts": accepts, "location": location}, staff=True)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["cafeAcceptsOrdersSet"]["paused"]


@in_no_time
async def test_shopify_stores_the_switch() -> None:
    async with cafe() as shop:
        await switch(shop, accepts=False)
        [metafield] = [each for each in shop.store.app_installation.private_metafields if each.key == "cafe_orders"]
        assert metafield.value == '{"paused": ["all"]}'

        async with serving(shop.sandbox, timing=virtual_timing()) as restarted:
            assert (await restarted.data("{ cafeMenu { acceptsOrders } }"))["cafeMenu"] == {"acceptsOrders": False}


@in_no_time
async def test_only_staff_turn_the_switch() -> None:
    async with cafe() as shop:
        answer = await shop.served.ask(SWITCH, {"accepts": False})
        assert answer["errors"]
        assert (await menu(shop))["ordering"] == OPEN


@in_no_time
async def test_the_switch_of_an_unknown_location_is_refused() -> None:
    async with cafe() as shop:
        for location in ("gid://shopify/Location/1", "Main Street"):
            answer = await shop.served.ask(SWITCH, {"accepts": False, "location": location}, staff=True)
            assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@in_no_time
async def test_without_a_point_of_sale_the_menu_is_shopifys() -> None:
    async with cafe(active_pos_system="none") as shop:
        assert (await menu(shop))["ordering"] == OPEN
        assert (await item(shop, "latte"))["soldOutBy"] == []
        assert shop.served.requests.get("square", 0) == 0


@in_no_time
async def test_staff_stop_and_resume_orders_at_the_desk() -> None:
    async with cafe() as shop:
        browser = await signed_in(shop)
        assert "Stop orders from the web" in words(await browser.get("/staff"))
        page = await browser.get("/staff/counter")
        assert "Main Street" in words(page)

        stopped = await browser.post(
            "/staff/counter", {"form_token": form_token(page), "place": str(MAIN_STREET), "accepts": "no"}
        )
        assert stopped.status_code == 303
        assert "Orders from the web are stopped at 1 of the cafes." in words(await browser.get("/staff/counter"))
        assert (await menu(shop))["ordering"]["reason"] == "PAUSED"

        await browser.post("/staff/counter", {"form_token": form_token(page), "place": "all", "accepts": "yes"})
        assert "All cafes take orders from the web." in words(await browser.get("/staff/counter"))
        assert (await menu(shop))["ordering"] == OPEN


@in_no_time
async def test_the_desks_switch_needs_a_form_of_the_session() -> None:
    async with cafe() as shop:
        browser = await signed_in(shop)
        forged = await browser.post("/staff/counter", {"form_token": "x", "place": "all", "accepts": "no"})
        assert forged.status_code == 403
        assert (await menu(shop))["ordering"] == OPEN


@in_no_time
async def test_a_tap_on_the_sandboxs_page_sends_the_signed_webhook() -> None:
    async with cafe() as shop:
        assert (await item(shop, "latte"))["isSoldOut"] is False
        transport = httpx.ASGITransport(shop.sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as browser:
            assert "Sold out" in (await browser.get("/sandbox/square/menu")).text
            for each in ids(shop, "latte"):
                tapped = await browser.post(f"/sandbox/square/menu/{SQMAIN}/{each}/sold-out")
                assert tapped.status_code == 303
            assert (await browser.post(f"/sandbox/square/menu/{SQMAIN}/none/sold-out")).status_code == 400
        await shop.settled()

        assert (await item(shop, "latte"))["soldOutBy"] == ["COUNTER"]


@in_no_time
async def test_a_forged_sold_out_webhook_is_refused_and_costs_no_reads() -> None:
    async with cafe() as shop:
        await menu(shop)
        shop.counted()
        forged = await shop.served.http.post(
            "/webhooks/square",
            content=b'{"type":"catalog.version.updated","event_id":"1"}',
            headers={"x-square-hmacsha256-signature": "forged"},
        )
        await menu(shop)

        assert forged.status_code == 401
        assert shop.served.requests.get("square", 0) == 0


@in_no_time
async def test_reads_for_the_menu_that_fail_do_not_stop_tickets() -> None:
    async with cafe() as shop:
        for path in ("/catalog/list", "/locations"):
            shop.sandbox.faults.add("square", "status", status=503, match=path)
        for _ in range(4):
            await menu(shop)
            await asyncio.sleep(7)
        await menu(shop)  # the failures are new, and many
        await shop.pickup()

        assert len(shop.tickets) == 1
