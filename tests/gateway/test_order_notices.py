"""Whatever keeps paid goods from being made is seen on the order in Shopify and listed for staff."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox import order_life
from sandbox.cart_records import PlaceAddress
from sandbox.catalogue.shelf import MAIN_STREET, ROASTERY
from sandbox.fulfilling import fulfill
from sandbox.order_records import Order, OrderLineItem
from sandbox.square.views import due
from tests.gateway.order_shop import OrderShop, attempts, field, journal, order_shop, quantities
from tests.virtual_time import in_no_time

FAILED = "{ failedForwards { name forwarding { parts { system state reason warnings } } } }"


async def routed(shop: OrderShop, *lines: Any, change: Any = None, **how: Any) -> Order:
    """A paid order whose lines `change` alters before it is routed, once all messages about it were received."""
    order = order_life.place_order(
        shop.store, lines or [(shop.variant("roastery-crest-shirt"), 1)], routed=False, **how
    )
    for line in order.lines:
        change(line)
    order_life.route(shop.store, order)
    await shop.settled()
    return order


def by_method(method: str | None) -> Any:
    def change(line: OrderLineItem) -> None:
        line.method = method

    return change


async def listed(shop: OrderShop, order: Order) -> list[dict[str, Any]]:
    """The parts of an order in `failedForwards`; none when it is not listed."""
    answer = await shop.served.ask(FAILED, staff=True)
    found: dict[str, list[dict[str, Any]]] = {
        each["name"]: each["forwarding"]["parts"] for each in answer["data"]["failedForwards"]
    }
    return found.get(order.name, [])


@in_no_time
@pytest.mark.parametrize("method", ["PICK_UP", "LOCAL", "NONE", "RETAIL", "PICKUP_POINT", "TELEPORT"])
async def test_printed_goods_that_are_not_mailed_are_refused_in_sight_of_staff(method: str) -> None:
    async with order_shop() as shop:
        order = await routed(shop, change=by_method(method))
        assert (shop.print_orders, shop.tickets) == ([], [])
        assert "printful-failed" in order.tags
        [part] = [each for each in await listed(shop, order) if each["system"] == "PRINTFUL"]
        assert part["state"] == "REFUSED"
        assert "Roastery Crest T-Shirt" in part["reason"]


@in_no_time
async def test_a_dry_run_names_goods_that_nobody_makes() -> None:
    async with order_shop() as shop:
        shop.store.webhook_subscriptions.clear()
        order = await routed(shop, change=by_method("PICK_UP"))
        looked = {each.name: each.actions for each in (await shop.sweep(dry_run=True)).swept}
        assert looked[order.name] == ("printful: refuse",)


@in_no_time
async def test_without_a_delivery_method_printed_goods_are_mailed() -> None:
    async with order_shop() as shop:
        order = await routed(shop, change=by_method(None))
        assert quantities(shop.print_order) == {str(order.lines[0].id): 1}
        await shop.at_printful("confirm", "start", "ship")
        assert [parcel.tracking != [] for parcel in order.fulfillments] == [True]


@in_no_time
async def test_the_goods_that_can_be_printed_go_out_beside_a_shirt_that_is_picked_up() -> None:
    async with order_shop() as shop:
        shirt, mug = shop.variant("roastery-crest-shirt"), shop.variant("morning-ritual-mug")
        lines = [(shirt, 1, (), "PICK_UP", MAIN_STREET), (mug, 1, (), "SHIPPING", ROASTERY)]
        order = await shop.placed(*lines, (shop.variant("latte"), 1, (), "PICK_UP", MAIN_STREET))
        assert quantities(shop.print_order) == {str(order.lines[1].id): 1}
        assert [each["name"] for each in shop.ticket.content["line_items"]] == ["Latte"]
        assert {"printful-forwarded", "printful-failed", "pos-forwarded"} <= set(order.tags)
        assert "T-Shirt" in journal(order)["print"]["reason"]
        assert "T-Shirt" in (await shop.sweep(dry_run=True)).stuck[order.name]

        await shop.at_the_counter("accept", "ready", "complete")
        part = next(each for each in order.fulfillment_orders if each.method == "PICK_UP")
        assert {entry.line.title: entry.remaining for entry in part.lines} == {"Roastery Crest T-Shirt": 1, "Latte": 0}


@in_no_time
@pytest.mark.parametrize("vendor", ["Printful DS", "printful_ds", "Printful"])
async def test_a_vendor_that_is_nearly_printfuls_is_seen_by_staff(vendor: str) -> None:
    def change(line: OrderLineItem) -> None:
        line.vendor = vendor

    async with order_shop() as shop:
        order = await routed(shop, change=change)
        assert shop.print_orders == []
        assert "printful-failed" in order.tags
        [part] = await listed(shop, order)
        assert (part["state"], vendor in part["reason"]) == ("REFUSED", True)


@in_no_time
async def test_fulfilling_by_hand_cancels_the_print_order_in_sight_of_staff() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        for there in order.fulfillment_orders:
            fulfill(shop.store, {there: None})
        await shop.sweep()
        assert shop.print_order.status == "canceled"
        assert "printful-failed" in order.tags
        [part] = await listed(shop, order)
        assert part["state"] == "CANCELLED"
        assert "fulfilled in Shopify" in part["reason"]


@in_no_time
async def test_goods_that_shopify_fulfills_by_itself_after_the_payment_are_seen_by_staff() -> None:
    async with order_shop() as shop:
        order = order_life.place_order(shop.store, shop.prints())
        for there in order.fulfillment_orders:
            fulfill(shop.store, {there: None})
        await shop.settled()
        assert shop.print_orders == []
        assert "printful-failed" in order.tags
        assert [each["state"] for each in await listed(shop, order)] == ["REFUSED"]


@in_no_time
async def test_staff_end_what_is_not_made_with_a_tag() -> None:
    async with order_shop() as shop:
        order = await routed(shop, change=by_method("PICK_UP"))
        order.tags.append("forwarding-accepted")
        order_life.changed(shop.store, order)
        await shop.sweep()
        assert order.tags == ["forwarding-accepted"]
        assert await listed(shop, order) == []


@in_no_time
async def test_a_refund_of_all_money_with_the_goods_still_wanted_is_seen_by_staff() -> None:
    async with order_shop() as shop:
        order = await shop.placed(*shop.prints(), (shop.variant("latte"), 1, (), "PICK_UP", MAIN_STREET))
        order_life.refund(shop.store, order, {}, shipping=order.total)
        await shop.settled()
        assert order.financial_status == "REFUNDED"
        assert shop.print_order.status == "canceled"
        assert shop.live_tickets == []
        assert {"printful-failed", "pos-failed"} <= set(order.tags)
        assert ["refunded" in each["reason"] for each in await listed(shop, order)] == [True, True]


@in_no_time
async def test_an_authorized_order_says_that_it_waits_for_the_capture_and_goes_out_with_it() -> None:
    async with order_shop() as shop:
        order = await shop.placed(paid=False, authorized=True)
        assert shop.print_orders == []
        assert order.tags == ["forwarding-pending"]
        [part] = await listed(shop, order)
        assert part["state"] == "WAITING"
        assert "capture" in part["reason"]
        order_life.mark_paid(shop.store, order)
        await shop.settled()
        assert len(shop.print_orders) == 1
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_an_unpaid_order_has_no_tags() -> None:
    async with order_shop() as shop:
        order = await shop.placed(paid=False)
        assert (order.tags, journal(order)) == ([], {})


@in_no_time
async def test_an_authorized_order_goes_out_before_the_capture_where_the_shop_wants_it() -> None:
    async with order_shop(forward_authorized=True) as shop:
        await shop.placed(paid=False, authorized=True)
        assert len(shop.print_orders) == 1


@in_no_time
async def test_a_draft_that_is_held_back_for_its_risk_says_so_until_it_is_confirmed() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        order = await shop.placed(risk="MEDIUM")
        assert shop.print_order.status == "draft"
        assert sorted(order.tags) == ["forwarding-warning", "printful-forwarded"]
        [part] = await listed(shop, order)
        assert (part["state"], part["warnings"]) == ("FORWARDED", [part["reason"]])
        assert "risk" in part["reason"]
        await shop.at_printful("confirm")
        assert order.tags == ["printful-forwarded"]
        assert "reason" not in journal(order)["print"]


@in_no_time
async def test_a_fulfillment_order_of_a_third_party_is_left_to_it_by_name() -> None:
    async with order_shop() as shop:
        shop.store.locations[ROASTERY].is_fulfillment_service = True
        order = await shop.placed((shop.variant("roastery-crest-shirt"), 1, (), "SHIPPING", ROASTERY))
        assert shop.print_orders == []
        assert order.tags == ["forwarding-warning"]
        [part] = await listed(shop, order)
        assert "Roastery Warehouse" in part["reason"]


@in_no_time
async def test_a_fulfillment_order_that_the_app_may_not_see_names_the_scope_after_an_hour() -> None:
    async with order_shop() as shop:
        shop.store.locations[ROASTERY].is_fulfillment_service = True
        shop.store.admin_scopes.remove("read_third_party_fulfillment_orders")
        order = await shop.placed((shop.variant("roastery-crest-shirt"), 1, (), "SHIPPING", ROASTERY))
        assert order.tags == ["forwarding-pending"]
        await shop.later(2 * 3600.0)
        await shop.sweep()
        [part] = await listed(shop, order)
        assert "read_third_party_fulfillment_orders" in part["reason"]


@in_no_time
async def test_a_guest_who_paid_a_part_by_gift_card_pays_the_rest_at_the_counter() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(paid=False, prepaid=Decimal(5))
        assert order.financial_status == "PARTIALLY_PAID"
        owed = int((order.total - 5) * 100)
        assert shop.ticket.content["discounts"][0]["name"] == "Paid online already"
        assert due(shop.ticket) == owed
        order_life.mark_paid(shop.store, order)
        await shop.settled()
        assert due(shop.ticket) == 0


@in_no_time
async def test_the_counter_calls_who_pays_and_not_who_gets_the_parcel() -> None:
    giver = PlaceAddress(first_name="Bo", last_name="Giver", phone="+15125550100", country_code="US")
    async with order_shop() as shop:
        mug = (shop.variant("morning-ritual-mug"), 1, (), "SHIPPING", ROASTERY)
        await shop.placed(mug, (shop.variant("latte"), 1, (), "PICK_UP", MAIN_STREET), billing_address=giver)
        recipient = shop.ticket.fulfillments[0]["pickup_details"]["recipient"]
        assert (recipient["display_name"], recipient["phone_number"]) == ("Bo Giver", "+15125550100")


@in_no_time
async def test_notices_are_written_once() -> None:
    async with order_shop() as shop:
        order = await routed(shop, change=by_method("PICK_UP"))
        await shop.sweep()
        tried, text = attempts(order), field(order, "forwarding")
        shop.counted()
        await shop.sweep()
        assert shop.writes == []
        assert (attempts(order), field(order, "forwarding")) == (tried, text)


@in_no_time
@pytest.mark.parametrize("change", ["edit", "cancel"])
async def test_a_payment_that_stays_at_square_is_seen_by_staff_until_they_accept_it(change: str) -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        ticket = shop.ticket.id
        if change == "edit":
            order_life.edit(shop.store, order, {order.lines[0]: 1})
        else:
            order_life.cancel(shop.store, order)
        await shop.settled()

        assert "forwarding-warning" in order.tags
        [part] = await listed(shop, order)
        [warning] = part["warnings"]
        assert ticket in warning
        assert "refund it there manually" in warning

        order.tags.append("forwarding-accepted")
        order_life.changed(shop.store, order)
        await shop.sweep()
        assert "forwarding-warning" not in order.tags
        assert await listed(shop, order) == []


@in_no_time
async def test_an_unpaid_ticket_that_is_cancelled_leaves_nothing_to_warn_of() -> None:
    async with order_shop(pay_at_counter_gateways="Pay at the counter") as shop:
        order = await shop.pickup(paid=False)
        order_life.cancel(shop.store, order)
        await shop.settled()
        assert (shop.live_tickets, order.tags) == ([], [])


@in_no_time
async def test_an_order_that_printful_cancelled_but_the_shop_owes_is_stuck() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "cancel")
        assert "canceled at Printful" in (await shop.sweep(dry_run=True)).stuck[order.name]
        assert "canceled at Printful" in (await shop.sweep()).stuck[order.name]

        order_life.cancel(shop.store, order)
        await shop.settled()
        assert order.name not in (await shop.sweep()).stuck


@in_no_time
@pytest.mark.parametrize("cause", ["hold", "edit"])
async def test_a_draft_that_waits_again_says_why_until_it_goes_on(cause: str) -> None:
    async with order_shop(sweep_minutes=5, printful_confirm="hold:30") as shop:
        order = await shop.placed()
        if cause == "hold":
            order_life.hold(shop.store, order)
        else:
            order_life.edit(shop.store, order, {order.lines[0]: 3})
        await shop.later(7200)

        assert shop.print_order.status == "draft"
        assert "forwarding-warning" in order.tags
        [part] = await listed(shop, order)
        [warning] = part["warnings"]
        assert warning.startswith("The draft at Printful is not confirmed yet. ")
        assert ("on hold" if cause == "hold" else "PARTIALLY_PAID") in warning

        if cause == "hold":
            order_life.release(shop.store, order)
        else:
            order_life.mark_paid(shop.store, order)
        await shop.later(7200)
        assert shop.print_order.status == "pending"
        assert order.tags == ["printful-forwarded"]
        assert await listed(shop, order) == []


@in_no_time
async def test_unpaid_additions_are_reported_while_the_first_goods_are_made() -> None:
    async with order_shop() as shop:
        printed, picked_up = await shop.placed(), await shop.pickup()
        await shop.at_printful("confirm", "start")
        for order in (printed, picked_up):
            order_life.edit(shop.store, order, {order.lines[0]: 3})
            await shop.settled()
            [part] = await listed(shop, order)
            assert "PARTIALLY_PAID" in " ".join(part["warnings"])

        order_life.mark_paid(shop.store, picked_up)
        await shop.settled()
        assert [each.content["line_items"][0]["quantity"] for each in shop.live_tickets] == ["3"]
