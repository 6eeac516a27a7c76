"""Goods that Printful ships and the counter hands over are fulfilled in Shopify once, and never undone."""

import pytest

from sandbox.fulfilling import fulfill
from sandbox.order_life import hold, place_order, refund, release
from sandbox.order_records import Fulfillment
from sandbox.square.states import sell_at_counter
from tests.gateway.order_shop import attempts, journal, order_shop, reason
from tests.virtual_time import in_no_time

IN_WORK = ("confirm", "start")


def units(fulfillment: Fulfillment) -> dict[str | None, int]:
    """How many of which SKU it holds."""
    return {line.sku: count for line, count in fulfillment.items}


@in_no_time
async def test_a_parcel_becomes_a_fulfillment_of_exactly_its_lines_with_its_tracking() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful(*IN_WORK)
        shirt, _ = shop.print_order.items

        parcel = shop.printful.ship(shop.print_order, {shirt.id: 1})
        await shop.settled()

        [made] = order.fulfillments
        assert units(made) == {"PFUL-SYNC-4752058801": 1}
        assert made.tracking_company == "USPS"
        assert made.tracking == [(parcel.tracking_number, parcel.tracking_url)]


@in_no_time
async def test_the_second_parcel_is_a_fulfillment_of_its_own() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful(*IN_WORK)
        shirt, mug = shop.print_order.items
        for content in ({shirt.id: 1}, {shirt.id: 1, mug.id: 1}):
            shop.printful.ship(shop.print_order, content)
            await shop.settled()

        assert [units(each) for each in order.fulfillments] == [
            {"PFUL-SYNC-4752058801": 1},
            {"PFUL-SYNC-4752058801": 1, "PFUL-1320": 1},
        ]
        numbers = [number for each in order.fulfillments for number, _ in each.tracking]
        assert numbers == [parcel.tracking_number for parcel in shop.print_order.shipments]
        assert journal(order)["print"]["state"] == "done"
        assert order.fulfillment_status == "FULFILLED"


@in_no_time
async def test_a_parcel_of_goods_from_two_places_becomes_a_fulfillment_in_each() -> None:
    async with order_shop() as shop:
        (shirt, _), (mug, _, art) = shop.prints()
        main, east = list(shop.store.locations)[:2]
        order = await shop.placed((shirt, 1, (), None, main), (mug, 1, art, None, east))
        await shop.at_printful(*IN_WORK, "ship")

        assert {each.location_id for each in order.fulfillments} == {main, east}
        [number] = {number for each in order.fulfillments for number, _ in each.tracking}
        assert number == shop.print_order.shipments[0].tracking_number


@in_no_time
async def test_own_goods_in_the_same_order_are_not_fulfilled_for_the_shop() -> None:
    async with order_shop() as shop:
        order = await shop.placed((shop.variant("roastery-crest-shirt"), 1), (shop.variant("kynda-house-blend"), 1))
        await shop.at_printful(*IN_WORK, "ship")

        [made] = order.fulfillments
        assert units(made) == {"PFUL-SYNC-4752058801": 1}
        assert order.fulfillment_status == "PARTIALLY_FULFILLED"


@in_no_time
async def test_a_second_delivery_of_the_same_message_changes_nothing() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful(*IN_WORK)
        shop.sandbox.faults.add("webhooks", "doubled")
        await shop.at_printful("ship")
        shop.counted()

        for each in list(shop.sandbox.webhooks.log):
            if each.topic == "package_shipped":
                again = await shop.served.http.post(each.uri, content=each.body, headers=each.headers)
                assert again.status_code == 200

        assert len(order.fulfillments) == 1
        assert shop.writes == []


@in_no_time
async def test_a_fulfillment_that_shopify_made_without_saying_so_is_not_made_twice() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful(*IN_WORK)
        shop.sandbox.faults.add("admin", "lost", times=1, match="fulfillmentCreate")
        await shop.at_printful("ship")
        await shop.later(120)

        await shop.sweep()

        assert len(order.fulfillments) == 1
        assert journal(order)["print"]["state"] == "done"


@in_no_time
async def test_a_message_that_arrives_late_undoes_nothing() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm")
        shop.sandbox.faults.add("webhooks", "delayed", times=1, match="printful order_updated", latency_s=600)
        await shop.at_printful("start", "ship")
        before = journal(order)["print"]

        await shop.later(700)

        assert journal(order)["print"] == before
        assert len(order.fulfillments) == 1


@in_no_time
async def test_a_false_message_about_a_parcel_ships_nothing() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.store.tell_printful(
            "package_shipped",
            {
                "shipment": {"id": 77, "tracking_number": "1Z", "items": []},
                "order": {"id": shop.print_order.id, "external_id": str(order.id), "status": "fulfilled"},
            },
        )
        await shop.settled()

        assert order.fulfillments == []


@in_no_time
async def test_a_parcel_sent_again_is_added_to_what_was_fulfilled() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful(*IN_WORK, "ship")
        first = shop.print_order.shipments[0]

        again = shop.printful.ship(shop.print_order, reshipment=True)
        await shop.settled()

        [made] = order.fulfillments
        assert {number for number, _ in made.tracking} == {first.tracking_number, again.tracking_number}


@in_no_time
async def test_a_parcel_that_came_back_is_seen_on_the_order() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful(*IN_WORK, "ship")

        shop.printful.returned(shop.print_order, shop.print_order.shipments[0], "Nobody there")
        await shop.settled()

        assert "printful-failed" in order.tags
        assert "Nobody there" in reason(order)
        assert len(order.fulfillments) == 1


@pytest.mark.parametrize(
    ("steps", "word"),
    [
        (("confirm", "hold"), "could not be verified"),
        (("confirm", "hold_approval"), "approved in its dashboard"),
        (("confirm", "fail"), "could not be fetched"),
        (("confirm", "cancel"), "canceled"),
        (("archive",), "archived"),
    ],
)
def test_a_problem_at_printful_is_shown_on_the_order(steps: tuple[str, ...], word: str) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            await shop.at_printful(*steps)

            assert "printful-failed" in order.tags
            assert word in reason(order)

    scenario()


@in_no_time
async def test_a_released_hold_is_no_longer_reported() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "hold", "release")

        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_goods_that_staff_fulfilled_by_hand_are_not_fulfilled_again() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful(*IN_WORK)
        fulfill(shop.store, dict.fromkeys(order.fulfillment_orders), company="USPS", tracking=[("BYHAND", None)])
        await shop.settled()

        await shop.at_printful("ship")

        assert [number for each in order.fulfillments for number, _ in each.tracking] == ["BYHAND"]
        assert "forwarding-pending" not in order.tags


@in_no_time
async def test_a_parcel_of_an_order_on_hold_is_reported_to_shopify_when_the_hold_ends() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful(*IN_WORK)
        hold(shop.store, order)
        await shop.at_printful("ship")
        assert order.fulfillments == []
        assert "forwarding-pending" in order.tags

        release(shop.store, order)
        await shop.settled()

        assert len(order.fulfillments) == 1
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_a_refund_between_two_parcels_does_not_hide_the_second() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful(*IN_WORK)
        shirt, _ = shop.print_order.items
        shop.printful.ship(shop.print_order, {shirt.id: 1})
        await shop.settled()
        refund(shop.store, order, {order.lines[0]: 1})
        await shop.settled()

        await shop.at_printful("ship")

        assert [units(each) for each in order.fulfillments] == [{"PFUL-SYNC-4752058801": 1}, {"PFUL-1320": 1}]
        assert "printful-failed" in order.tags  # one shirt was printed for nothing, which stays to be seen


@in_no_time
async def test_a_ticket_that_is_ready_notifies_the_guest_once() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        shop.sandbox.faults.add("webhooks", "doubled")
        await shop.at_the_counter("accept", "ready")

        assert [part.prepared for part in order.fulfillment_orders] == [True]
        assert order.fulfillments == []
        assert attempts(order).count("shopify prepared done") == 1


@in_no_time
async def test_a_pickup_is_fulfilled_once() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        shop.sandbox.faults.add("webhooks", "doubled")
        await shop.at_the_counter("accept", "ready", "complete")

        [made] = order.fulfillments
        assert [count for _, count in made.items] == [2]
        assert order.fulfillment_status == "FULFILLED"


@in_no_time
async def test_a_pickup_without_a_ready_notice_is_still_fulfilled() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        shop.sandbox.faults.add("webhooks", "lost", match="square")
        await shop.at_the_counter("accept", "ready")
        shop.sandbox.faults.clear()
        await shop.at_the_counter("complete")

        assert len(order.fulfillments) == 1


@in_no_time
async def test_an_event_that_arrives_late_undoes_nothing() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        shop.sandbox.faults.add("webhooks", "reordered", times=1, match="square order.fulfillment.updated")
        await shop.at_the_counter("accept", "ready", "complete")
        await shop.later(5)

        [ticket] = journal(order)["tickets"].values()
        assert (ticket["status"], ticket["state"]) == ("completed", "done")


@pytest.mark.parametrize(("step", "word"), [("cancel", "cancelled"), ("fail", "failed")])
def test_a_ticket_that_the_counter_cancelled_is_shown_on_the_order(step: str, word: str) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            order = await shop.pickup()
            await shop.at_the_counter(step)

            assert "pos-failed" in order.tags
            [ticket] = journal(order)["tickets"].values()
            assert word in ticket["reason"]

    scenario()


@in_no_time
async def test_messages_about_the_gateways_own_changes_cause_no_request() -> None:
    async with order_shop() as shop:
        await shop.pickup()
        made = [each for each in shop.sandbox.webhooks.log if each.sender.name == "square"]
        assert "order.created" in {each.topic for each in made}
        shop.counted()

        for each in made:
            assert (await shop.served.http.post(each.uri, content=each.body, headers=each.headers)).status_code == 200

        assert (shop.requests, shop.writes) == ({}, [])


@in_no_time
async def test_our_own_tags_and_notes_that_come_back_cause_no_request() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.store.subscribe("ORDERS_UPDATED", "http://localhost:8000/webhooks/shopify")
        shop.counted()

        shop.store.tell(("orders/updated", order))
        await shop.settled()

        assert shop.requests == {}


@in_no_time
async def test_tickets_of_other_channels_change_nothing() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        shop.counted()
        sell_at_counter(shop.store, "SQMAIN", {"Espresso": 300})
        await shop.settled()

        assert shop.writes == []
        assert attempts(order) == ["pos send done"]


@in_no_time
async def test_a_product_is_tagged_while_printful_lacks_its_stock() -> None:
    async with order_shop() as shop:
        variant = shop.variant("your-design-mug", "PFUL-1320")
        shop.printful.stock_updated(19, [1320], [])
        await shop.settled()
        assert "printful-out-of-stock" in variant.product.tags

        shop.printful.stock_updated(19, [], [])
        await shop.settled()

        assert "printful-out-of-stock" not in variant.product.tags


@in_no_time
async def test_an_order_that_the_gateway_never_saw_is_not_touched_by_printfuls_messages() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("webhooks", "lost")
        order = place_order(shop.store, [(shop.variant("kynda-house-blend"), 1)])
        shop.sandbox.faults.clear()
        shop.store.tell_printful("order_updated", {"order": {"id": 5, "external_id": str(order.id)}})
        await shop.settled()

        assert shop.writes == []
