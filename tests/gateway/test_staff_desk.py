"""The staff desk: its pages show what the staff graph knows, and its buttons do what its mutations do."""

import re
from typing import Any

import httpx

from app import create_app
from sandbox.order_life import place_order
from sandbox.order_records import Order
from tests.gateway.order_shop import OrderShop, attempts, journal, order_shop
from tests.gateway.staff_desk import address, signed_in, words
from tests.serving import GivenSettings
from tests.virtual_time import in_no_time

REFUSAL = {"code": 400, "result": "No.", "error": {"reason": "BadRequest", "message": "The ZIP code is missing."}}


async def refused_order(shop: OrderShop) -> Order:
    """An order that Printful refuses."""
    shop.sandbox.faults.add("printful", "status", status=400, match="/orders", body=REFUSAL)
    order = await shop.placed()
    shop.sandbox.faults.clear()
    return order


@in_no_time
async def test_today_lists_a_refused_order_with_its_reason_and_what_to_do() -> None:
    async with order_shop() as shop:
        order = await refused_order(shop)
        page = await (await signed_in(shop)).get("/staff")

        assert "<title>(1) Today" in page.text
        assert "The ZIP code is missing." in words(page)
        assert "Then press Try again." in words(page)
        assert f'href="{address(order)}"' in page.text


def button_classes(page: httpx.Response) -> dict[str, str]:
    """The classes of the buttons on an order's page, by their labels."""
    return {label: classes for classes, label in re.findall(r'<a class="(button[^"]*)" [^>]*>([^<]+)</a>', page.text)}


@in_no_time
async def test_the_button_that_an_order_needs_stands_out() -> None:
    async with order_shop() as shop:
        refused, draft = await refused_order(shop), await shop.placed()
        browser = await signed_in(shop)
        of_refused, of_draft = [button_classes(await browser.get(address(each))) for each in (refused, draft)]

    assert of_refused == {"Try again": "button"}
    assert of_draft == {
        "Try again": "button second",
        "Confirm": "button",
        "Cancel at Printful": "button danger",
    }


@in_no_time
async def test_today_lists_drafts_with_their_cost() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        page = words(await (await signed_in(shop)).get("/staff"))

        assert f"{order.name} costs" in page
        assert "1 to confirm" in page
        assert "1 went out" in page
        assert "Nothing. All orders are where they belong." in page


@in_no_time
async def test_a_held_draft_is_left_for_later_until_it_is_confirmed() -> None:
    async with order_shop(printful_confirm="hold:60") as shop:
        await shop.placed()
        page = words(await (await signed_in(shop)).get("/staff"))

        assert "No draft waits for confirmation." in page
        assert "The gateway confirms it by itself." in page
        assert "until 22 Nov 13:00 UTC" in page


@in_no_time
async def test_an_order_that_is_pending_for_long_needs_somebody() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("printful", "status", status=503)
        await shop.placed()
        browser = await signed_in(shop)
        soon = words(await browser.get("/staff"))
        await shop.later(15 * 60)
        late = words(await browser.get("/staff"))

        assert "0 need somebody" in soon
        assert "1 left for later" in soon
        assert "1 need somebody" in late
        assert "0 left for later" in late


@in_no_time
async def test_the_page_of_an_order_shows_all_three_systems() -> None:
    async with order_shop() as shop:
        order = await shop.placed((shop.variant("roastery-crest-shirt"), 1), note="fragile")
        await shop.at_printful("confirm", "start", "ship")
        page = await (await signed_in(shop)).get(address(order))
        parcel = shop.print_order.shipments[0]

        text = words(page)
        assert f"Order {order.name}" in text
        assert str(shop.print_order.id) in text
        assert parcel.tracking_number in text
        assert f'href="{parcel.tracking_url}"' in page.text
        assert f'href="/sandbox/orders/{order.number}"' in page.text
        assert "A parcel left the printer." in text


@in_no_time
async def test_trying_again_asks_first_and_then_forwards() -> None:
    async with order_shop(staff_tokens={"Ada": "a-token-of-adas-own"}) as shop:
        order = await refused_order(shop)
        browser = await signed_in(shop, "a-token-of-adas-own")
        question = await browser.get(f"{address(order)}/forward")
        assert not shop.print_orders
        assert "costs nothing until it is confirmed" in words(question)

        after = words(await browser.press(f"{address(order)}/forward"))
        assert "Tried again. Printful: forwarded." in after
        assert len(shop.print_orders) == 1
        assert [each.get("by") for each in journal(order)["attempts"]][-1] == "Ada"
        assert "By Ada." in after


@in_no_time
async def test_confirming_shows_the_cost_before_and_the_status_after() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        browser = await signed_in(shop)
        question = words(await browser.get(f"{address(order)}/confirm"))
        after = words(await browser.press(f"{address(order)}/confirm"))

        assert "Printful charges the shop" in question
        assert "Confirmed. The order at Printful is pending now." in after
        assert shop.print_order.status == "pending"
        assert "printful confirm done" in attempts(order)


@in_no_time
async def test_cancelling_leaves_shopifys_order() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        browser = await signed_in(shop)
        after = words(await browser.press(f"{address(order)}/cancel"))

        assert "Cancelled." in after
        assert shop.print_order.status == "canceled"
        assert order.canceled_at is None


@in_no_time
async def test_the_result_of_an_action_is_shown_once() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        browser = await signed_in(shop)

        assert "Confirmed." in words(await browser.press(f"{address(order)}/confirm"))
        assert "Confirmed." not in words(await browser.get(address(order)))


@in_no_time
async def test_a_refused_action_states_the_reason() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        browser = await signed_in(shop)
        question = await browser.get(f"{address(order)}/confirm")
        await shop.at_printful("confirm", "start", "ship")
        answer = await browser.post(f"{address(order)}/cancel", {"form_token": form_token_of(question.text)})
        after = await browser.get(answer.headers["location"])

        assert "It is too late" in words(after)
        assert 'class="message bad" role="alert"' in after.text


def form_token_of(text: str) -> str:
    return text.partition('name="form_token" value="')[2].partition('"')[0]


@in_no_time
async def test_orders_are_found_by_number_name_email_and_tag() -> None:
    async with order_shop() as shop:
        order = await shop.placed(email="grace@example.com")
        other = await shop.placed(email="dana@example.com")
        browser = await signed_in(shop)
        start = await browser.get("/staff/search")
        token = form_token_of(start.text)

        for text in (order.name, str(order.number), str(order.id), "grace@example.com", "GRACE@example.com"):
            found = words(await browser.post("/staff/search", {"form_token": token, "text": text}))
            assert order.name in found, text
            assert other.name not in found, text
        tagged = words(await browser.get("/staff/search?text=tag:printful-forwarded"))
        assert order.name in tagged
        assert other.name in tagged
        nobody = words(await browser.post("/staff/search", {"form_token": token, "text": "#99999"}))
        assert "No order fits" in nobody


@in_no_time
async def test_a_search_is_one_value_and_no_syntax() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        browser = await signed_in(shop)
        for text in ('x" OR status:any OR "', "status:open", "-tag:x", "a OR b", "(", "\\", "id:>0"):
            page = await browser.get("/staff/search")
            token = form_token_of(page.text)
            found = await browser.post("/staff/search", {"form_token": token, "text": text})
            assert found.status_code == 200
            assert order.name not in words(found), text


@in_no_time
async def test_the_catalogue_lists_problems_and_what_printful_ran_out_of() -> None:
    async with order_shop() as shop:
        shop.variant("your-design-mug").product.tags.append("printful-out-of-stock")
        page = words(await (await signed_in(shop)).get("/staff/catalogue"))

        assert "Printful no longer makes PFUL-4030" in page
        assert "run out of Your Design Mug" in page


@in_no_time
async def test_the_health_page_draws_the_last_forwards() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        page = await (await signed_in(shop)).get("/staff/health")

        assert f"<title>{order.name}: 0 s</title></circle>" in page.text
        assert page.text.count("<circle") == 1
        assert "One order was sent, 0 s after it was placed." in words(page)
        assert "Left for large shipping rates: 5 of 5" in words(page)


@in_no_time
async def test_the_health_page_shows_systems_budgets_sweep_and_version() -> None:
    async with order_shop() as shop:
        await shop.placed()
        shop.sandbox.faults.add("printful", "status", status=503)
        for _ in range(3):
            await shop.placed()
        browser = await signed_in(shop)
        page = await browser.get("/staff/health")
        text = words(page)

        for system in ("Storefront", "Admin answers", "Printful down", "Square"):
            assert system in text
        assert "<meter" in page.text
        assert "Shopify's API 2026-10 supported until 01 Oct 2027" in text
        assert "Last sweep none in this process yet" in text
        assert "Last webhook of Shopify" in text


@in_no_time
async def test_the_set_up_is_checked_on_demand_worst_first() -> None:
    async with order_shop() as shop:
        browser = await signed_in(shop)
        shop.sandbox.faults.add("printful", "status", status=401)
        plain = words(await browser.get("/staff/health"))
        page = words(await browser.get("/staff/health?check"))

        assert "rejects our credentials" not in plain
        assert page.index("does not work Printful rejects our credentials") < page.index("works Storefront")


@in_no_time
async def test_an_outage_of_shopify_costs_a_sentence_and_not_the_page() -> None:
    async with order_shop() as shop:
        browser = await signed_in(shop)
        shop.sandbox.faults.add("admin", "status", status=503)
        for path in ("/staff", "/staff/search?text=x", "/staff/catalogue", "/staff/health"):
            page = await browser.get(path)
            assert page.status_code == 200
            assert 'class="message bad" role="alert"' in page.text, path
        assert (await browser.get("/staff/orders/1")).status_code == 502


@in_no_time
async def test_an_unknown_order_or_page_is_not_found() -> None:
    async with order_shop() as shop:
        browser = await signed_in(shop)
        for path in ("/staff/orders/12", "/staff/orders/12/forward", "/staff/nothing"):
            assert (await browser.get(path)).status_code == 404
        order = await shop.placed()
        assert (await browser.get(f"{address(order)}/burn")).status_code == 404


async def test_without_a_staff_token_there_is_no_desk() -> None:
    live: dict[str, Any] = {"shopify_store_domain": "kynda.myshopify.com", "shopify_storefront_private_token": "t"}
    app = create_app(GivenSettings(**live), transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:
        for path in ("/staff", "/staff/sign-in"):
            assert (await http.get(path)).status_code == 404


@in_no_time
async def test_the_counts_are_sent_live() -> None:
    async with order_shop() as shop:
        browser = await signed_in(shop)
        place_order(shop.store, shop.prints())
        await shop.settled()
        response = await browser.get("/staff/events")  # ends by itself after some minutes, which pass at once

        assert response.headers["content-type"].startswith("text/event-stream")
        assert 'data: {"needs": 0, "confirm": 1, "later": 0, "sent": 1}' in response.text
