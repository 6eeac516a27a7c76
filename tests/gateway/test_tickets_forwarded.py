"""A pickup becomes one ticket per location, paid or to be paid there, and never two."""

from typing import Any

import pytest

from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE
from sandbox.order_life import COUNTER, assess, mark_paid, route
from sandbox.square.locations import SQEAST, SQMAIN
from sandbox.square.states import pay
from sandbox.square.views import due
from tests.gateway.order_shop import OrderShop, attempts, field, journal, order_shop
from tests.virtual_time import in_no_time

CREATES = "square POST /square/v2/orders"


def creations(shop: OrderShop) -> int:
    """How often Square was asked to make an order."""
    return sum(each == CREATES for each in shop.writes)


@in_no_time
async def test_a_pickup_without_an_address_becomes_one_ticket_for_its_cafe() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()

        assert order.shipping_address is None
        assert shop.ticket.location_id == SQMAIN
        assert shop.ticket.content["reference_id"] == str(order.id)
        assert shop.ticket.source_name == "Kynda Online"
        assert shop.ticket.fulfillments[0]["type"] == "PICKUP"
        assert creations(shop) == 1


@in_no_time
async def test_a_paid_order_is_recorded_as_paid_to_the_cent() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()

        assert due(shop.ticket) == 0
        assert shop.ticket.paid == int(order.total * 100)
        [payment] = shop.ticket.payments
        assert payment.source_type == "EXTERNAL"


@in_no_time
async def test_the_ticket_stays_when_its_payment_cannot_be_recorded() -> None:
    async with order_shop(square_record_external_payment=False) as shop:
        await shop.pickup()

        assert (shop.ticket.payments, shop.ticket.state) == ([], "OPEN")


@in_no_time
async def test_staff_see_in_shopify_that_the_counter_has_the_ticket() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()

        assert order.tags == ["pos-forwarded"]
        assert order.note == f"pos_order_id: square-{shop.ticket.id}"
        assert field(order, "pos_order_id") == f"square-{shop.ticket.id}"
        assert attempts(order) == ["pos send done"]


@in_no_time
async def test_choices_and_table_are_on_the_ticket() -> None:
    async with order_shop() as shop:
        latte = shop.variant("latte")
        await shop.pickup((latte, 1, {"Milk": "Oat", "Note": "Extra hot"}), attributes={"table": "5"})

        [line] = shop.ticket.content["line_items"]
        assert "Milk: Oat" in str(line)
        assert "Extra hot" in str(line)
        assert shop.ticket.content["ticket_name"] == "Table 5"


@in_no_time
async def test_the_chosen_pickup_time_is_on_the_ticket() -> None:
    async with order_shop() as shop:
        await shop.pickup(attributes={"pickup_at": "2026-11-22T15:30:00+00:00"})

        details = shop.ticket.fulfillments[0]["pickup_details"]
        assert details["schedule_type"] == "SCHEDULED"
        assert details["pickup_at"].startswith("2026-11-22T15:30:00")


@in_no_time
async def test_an_order_for_two_cafes_becomes_a_ticket_in_each() -> None:
    async with order_shop() as shop:
        latte, loaf = shop.variant("latte"), shop.variant("banana-bread")
        order = await shop.placed((latte, 1, (), "PICK_UP", MAIN_STREET), (loaf, 1, (), "PICK_UP", RIVERSIDE))

        assert {each.location_id for each in shop.tickets} == {SQMAIN, SQEAST}
        assert {each.content["line_items"][0]["name"] for each in shop.tickets} == {"Latte", loaf.product.title}
        assert len(journal(order)["tickets"]) == 2


@in_no_time
async def test_an_order_that_is_printed_and_picked_up_reaches_both() -> None:
    async with order_shop() as shop:
        shirt, latte = shop.variant("roastery-crest-shirt"), shop.variant("latte")
        order = await shop.placed((shirt, 1), (latte, 1, (), "PICK_UP", MAIN_STREET))

        assert [each.quantity for each in shop.print_order.items] == [1]
        assert [each["name"] for each in shop.ticket.content["line_items"]] == ["Latte"]
        assert set(order.tags) == {"printful-forwarded", "pos-forwarded"}


@in_no_time
async def test_an_outage_of_printful_does_not_delay_a_counter_ticket() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("printful", "timeout")
        shirt, latte = shop.variant("roastery-crest-shirt"), shop.variant("latte")
        order = await shop.placed((shirt, 1), (latte, 1, (), "PICK_UP", MAIN_STREET))

        assert shop.ticket.state == "OPEN"
        assert {"pos-forwarded", "forwarding-pending"} <= set(order.tags)


@in_no_time
async def test_an_order_to_be_paid_at_the_counter_is_sent_unpaid_at_once() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(paid=False, gateway=COUNTER)

        assert (shop.ticket.payments, due(shop.ticket)) == ([], int(order.total * 100))


@in_no_time
async def test_an_order_that_is_not_paid_online_waits_for_its_money() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(paid=False, gateway="bank transfer")
        assert shop.tickets == []

        mark_paid(shop.store, order)
        await shop.settled()

        assert due(shop.ticket) == 0


@in_no_time
async def test_paying_a_counter_order_makes_no_second_ticket() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(paid=False, gateway=COUNTER)

        mark_paid(shop.store, order)
        await shop.settled()

        assert (shop.ticket.state, due(shop.ticket)) == ("OPEN", 0)
        assert attempts(order) == ["pos send done", "pos pay done"]


@in_no_time
async def test_a_counter_order_that_was_paid_in_cash_is_not_paid_twice() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(paid=False, gateway=COUNTER)
        pay(shop.store, shop.ticket)

        mark_paid(shop.store, order)
        await shop.settled()

        assert [each.source_type for each in shop.ticket.payments] == ["CASH"]
        assert "pos-failed" not in order.tags


@in_no_time
async def test_a_payment_that_square_did_not_answer_is_recorded_once() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(paid=False, gateway=COUNTER)
        shop.sandbox.faults.add("square", "lost", match="/v2/payments", times=1)

        mark_paid(shop.store, order)
        await shop.settled()
        await shop.sweep()

        assert [each.source_type for each in shop.ticket.payments] == ["EXTERNAL"]
        assert order.tags == ["pos-forwarded"]


@in_no_time
async def test_a_ticket_waits_for_routing_and_risk() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(routed=False, risk="PENDING")
        route(shop.store, order)
        await shop.settled()
        assert shop.tickets == []

        assess(shop.store, order, "LOW")
        await shop.settled()

        assert shop.ticket.state == "OPEN"


@in_no_time
async def test_goods_that_the_shop_ships_itself_get_no_ticket() -> None:
    async with order_shop() as shop:
        await shop.placed((shop.variant("kynda-house-blend"), 1))

        assert shop.tickets == []


@in_no_time
async def test_a_place_without_a_point_of_sale_is_named_on_the_order() -> None:
    async with order_shop(pos_locations={str(RIVERSIDE): SQEAST}) as shop:
        order = await shop.pickup()

        assert shop.tickets == []
        assert order.tags == ["pos-failed"]
        [ticket] = journal(order)["tickets"].values()
        assert "Main Street Cafe" in ticket["reason"]


@in_no_time
async def test_without_a_point_of_sale_pickups_are_shopifys_alone() -> None:
    async with order_shop(active_pos_system="none") as shop:
        order = await shop.pickup()

        assert shop.writes == []
        assert order.tags == []


@pytest.mark.parametrize("kind", ["status", "throttle", "timeout", "html"])
def test_with_the_counter_down_the_order_is_pending_and_a_sweep_sends_it_once(kind: str) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            shop.sandbox.faults.add("square", kind)
            order = await shop.pickup()
            assert order.tags == ["forwarding-pending"]

            shop.sandbox.faults.clear()
            await shop.later(120)
            await shop.sweep()

            assert shop.ticket.state == "OPEN"
            assert due(shop.ticket) == 0
            assert order.tags == ["pos-forwarded"]

    scenario()


@pytest.mark.parametrize("kind", ["lost", "truncated", "wrong-type"])
@pytest.mark.parametrize("match", ["/v2/orders", "/v2/payments"])
def test_a_lost_answer_of_square_makes_no_second_ticket(kind: str, match: str) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            shop.sandbox.faults.add("square", kind, times=1, match=match)
            order = await shop.pickup()
            await shop.later(120)
            await shop.sweep()

            assert shop.ticket.content["reference_id"] == str(order.id)
            assert len(shop.ticket.payments) == 1
            assert order.tags == ["pos-forwarded"]

    scenario()


@in_no_time
async def test_a_ticket_without_its_markers_is_adopted() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        order.metafields.clear()
        order.private_metafields.clear()
        order.tags.clear()

        await shop.sweep()

        assert field(order, "pos_order_id") == f"square-{shop.ticket.id}"
        assert order.tags == ["pos-forwarded"]


@in_no_time
async def test_fifty_copies_of_one_message_make_one_ticket() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("webhooks", "lost")
        order = await shop.pickup()
        shop.sandbox.faults.clear()

        for _ in range(50):
            shop.store.tell(("orders/paid", order))
        await shop.settled()

        assert creations(shop) == 1
        assert attempts(order) == ["pos send done"]


@pytest.mark.parametrize("attributes", [{}, {"table": "7"}, {"fulfillment_mode": "pickup"}])
def test_goods_that_need_no_shipping_become_a_ticket(attributes: dict[str, Any]) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            await shop.placed((shop.variant("latte"), 1), method="NONE", location_id=MAIN_STREET, attributes=attributes)

            assert shop.ticket.location_id == SQMAIN

    scenario()
