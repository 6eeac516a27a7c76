"""Orders that people, other systems and late messages did something odd to: none is lost, and none harms another."""

import asyncio
import json

import pytest

from sandbox.order_life import assess, cancel, change_address, place_order, refund
from sandbox.order_records import Order
from sandbox.records import Metafield
from tests.gateway.order_shop import NAMESPACE, OrderShop, journal, order_shop
from tests.gateway.test_order_staff import staff_mutation, staffs
from tests.gateway.test_order_webhooks import PRINTFUL, SHOPIFY, posted
from tests.signed import dumped, headers, printful_event
from tests.virtual_time import in_no_time

OURS = {"printful-forwarded", "printful-failed", "pos-forwarded", "pos-failed", "forwarding-pending"}


def write_journal(order: Order, text: str) -> None:
    """What somebody who edits metafields by hand does."""
    [kept] = [each for each in (*order.private_metafields, *order.metafields) if each.key == "forwarding"]
    kept.value = text


def said(order: Order) -> str:
    return json.dumps(journal(order), ensure_ascii=False)


async def act_as_staff(shop: OrderShop, field: str, order: Order) -> None:
    await staffs(shop, staff_mutation(field), id=str(order.id))
    await shop.settled()


async def paid_again(shop: OrderShop, order: Order) -> int:
    """How a new message about an order's payment is answered."""
    body = dumped({"id": order.id})
    sent = headers(body, "orders/paid", webhook_id="another", triggered_at=shop.store.clock.now().isoformat())
    return (await posted(shop.served, SHOPIFY, body, sent)).status_code


def printful_message(shop: OrderShop, kind: str, external_id: str | None, **data: object) -> bytes:
    about = {**data, "order": {"id": 2, "external_id": external_id}}
    return printful_event(kind, about, created=int(shop.store.clock.now().timestamp()))


ODD_JOURNALS = [
    "null",
    "[]",
    "[" * 100_000,
    '{"v":2}',
    '{"v":1,"print":[1]}',
    '{"v":1,"print":{"order_id":"seventy"}}',
    '{"v":1,"print":{"parcels":{"5":{"lines":"abc"}}}}',
    '{"v":1,"tickets":{"1":{"revision":"x"}}}',
    '{"v":1,"attempts":[{"at":"2026-11-22T13:00:00","system":"pos","action":"send","result":"done"}]}',
    '{"v":1,"lease":{"by":"x","until":"2026-11-22T13:00:00"}}',
    '{"v":1,"lease":{"by":"x","until":"9999-11-22T13:00:00+00:00"}}',
]


@pytest.mark.parametrize("text", ODD_JOURNALS)
def test_a_journal_that_was_edited_by_hand_costs_neither_its_order_nor_another(text: str) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            order, other = await shop.placed(), await shop.placed()
            write_journal(order, text)
            cancel(shop.store, other)
            report = await shop.sweep()

            assert report.failures == []
            assert await paid_again(shop, order) == 200
            assert [each.status for each in shop.print_orders] == ["draft", "canceled"]
            assert order.tags == ["printful-forwarded"]
            look = "query ($id: ID!) { shopOrderById(id: $id) { timeline { at } } }"
            assert "errors" not in await staffs(shop, look, id=str(order.id))

    scenario()


@in_no_time
async def test_goods_that_come_back_after_delivery_are_no_failure_of_printing() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start", "ship")

        refund(shop.store, order, {order.lines[0]: 1})
        await shop.settled()

        assert order.tags == ["printful-forwarded"]
        assert journal(order)["print"]["state"] == "done"


@in_no_time
async def test_an_address_that_is_erased_after_delivery_is_no_failure() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start", "ship")

        change_address(shop.store, order, None)  # type: ignore[arg-type]
        await shop.sweep()

        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_forwarding_a_cancelled_order_by_hand_sends_nothing() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        cancel(shop.store, order)
        await shop.settled()

        await act_as_staff(shop, "forwardOrder", order)

        assert [each.status for each in shop.print_orders] == ["canceled"]
        assert order.tags == []


@in_no_time
async def test_an_order_deleted_at_printful_can_be_forwarded_again() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.store.print_orders.clear()

        await act_as_staff(shop, "forwardOrder", order)
        assert "printful-failed" in order.tags
        assert "Forward it again" in journal(order)["print"]["reason"]

        await act_as_staff(shop, "forwardOrder", order)
        assert shop.print_order.external_id == f"{order.id}-2"
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_goods_shipped_before_printful_failed_are_not_printed_again() -> None:
    async with order_shop() as shop:
        order = await shop.placed((shop.variant("roastery-crest-shirt"), 3))
        first = shop.print_order
        shop.printful.confirm(first)
        shop.printful.start(first)
        shop.printful.ship(first, {first.items[0].id: 1})
        shop.printful.hold(first)
        shop.printful.cancel(first)
        await shop.settled()

        await act_as_staff(shop, "forwardOrder", order)

        second = next(each for each in shop.print_orders if each.external_id == f"{order.id}-2")
        assert [item.quantity for item in second.items] == [2]
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_a_ticket_withdrawn_for_fraud_is_made_again_when_staff_forward_the_order() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        assess(shop.store, order, "HIGH")
        await shop.settled()
        assert shop.live_tickets == []

        assess(shop.store, order, "LOW")
        await shop.settled()
        await act_as_staff(shop, "forwardOrder", order)
        await act_as_staff(shop, "forwardOrder", order)

        assert len(shop.live_tickets) == 1
        assert sorted(order.tags) == ["forwarding-warning", "pos-forwarded"]


@in_no_time
async def test_an_order_that_was_past_cancelling_is_no_failure_once_the_suspicion_is_gone() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start")
        assess(shop.store, order, "HIGH")
        await shop.settled()
        assert "printful-failed" in order.tags

        assess(shop.store, order, "LOW")
        await shop.settled()
        await shop.sweep()

        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_forwarding_twice_by_hand_while_two_sweeps_run_prints_once() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await act_as_staff(shop, "cancelPrintOrder", order)
        assert await paid_again(shop, order) == 200
        assert len(shop.print_orders) == 1

        mutations = [act_as_staff(shop, "forwardOrder", order) for _ in range(2)]
        await asyncio.gather(*mutations, shop.sweep(), shop.sweep())

        assert [each.status for each in shop.print_orders] == ["canceled", "draft"]
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_the_shops_own_metafields_with_similar_keys_do_no_harm() -> None:
    async with order_shop() as shop:
        order = place_order(shop.store, shop.prints())
        now = shop.store.clock.now()
        order.private_metafields += [
            Metafield(number, NAMESPACE, f"gift_{number}", "single_line_text_field", "x", now, now)
            for number in range(1, 20)
        ]
        await shop.settled()

        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_an_order_with_no_room_for_tags_is_forwarded_and_costs_no_subscription() -> None:
    async with order_shop() as shop:
        no_room = {"userErrors": [{"field": ["tags"], "message": "There are too many tags."}]}
        full = json.dumps({"data": {"tagsAdd": no_room, "tagsRemove": no_room, "orderUpdate": no_room}})
        shop.sandbox.faults.add("admin", "status", status=200, body=full, match="MarkOrder")
        order = await shop.placed()

        assert await paid_again(shop, order) == 200
        assert journal(order)["print"]["state"] == "forwarded"
        assert len(shop.print_orders) == 1


@in_no_time
async def test_three_hundred_lines_in_forty_parcels_reach_printful_and_come_back() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        shirt = shop.variant("roastery-crest-shirt")
        order = await shop.placed(*[(shirt, 1)] * 300)
        await shop.sweep()
        await shop.at_printful("start")
        items = [each.id for each in shop.print_order.items]
        for number in range(40):
            shop.printful.ship(shop.print_order, dict.fromkeys(items[number::40], 1))
        await shop.settled()
        await shop.sweep()

        handed_over = [line.id for parcel in order.fulfillments for line, _ in parcel.items]
        assert sorted(handed_over) == sorted(line.id for line in order.lines)
        assert len(order.fulfillments) == 40
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_the_faults_of_very_many_lines_are_shortened() -> None:
    async with order_shop() as shop:
        order = await shop.placed(*[(shop.variant("your-design-mug", "PFUL-1320"), 1)] * 300)
        await shop.sweep()

        assert "And 288 more" in journal(order)["print"]["reason"]
        assert len(said(order)) < 5_000


@in_no_time
async def test_tickets_of_a_point_of_sale_that_was_switched_off_are_reported_when_they_matter() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        await shop.sweep(active_pos_system="none")
        assert order.tags == ["pos-forwarded"]

        shop.sandbox.faults.add("webhooks", "lost")
        cancel(shop.store, order)
        await shop.sweep(active_pos_system="none")
        assert "pos-failed" in order.tags
        assert "ACTIVE_POS_SYSTEM" in said(order)


@in_no_time
async def test_open_orders_with_nothing_to_forward_are_read_once() -> None:
    async with order_shop(sweep_minutes=5) as shop:
        shop.sandbox.faults.add("webhooks", "lost")
        for _ in range(100):
            place_order(shop.store, [(shop.variant("latte"), 1)], method="LOCAL")
        await shop.later(700)
        shop.counted()
        await shop.later(301)

        assert shop.requests["admin"] < 20


@in_no_time
async def test_the_tag_for_later_comes_off_an_order_that_needs_nothing() -> None:
    async with order_shop() as shop:
        order = await shop.placed((shop.variant("latte"), 1), method="LOCAL", tags=["forwarding-pending", "vip"])
        await shop.sweep()

        assert order.tags == ["vip"]


@pytest.mark.parametrize("external_id", [None, "", "x", "-5", "0", "²", "١٢", "1" * 40, "777777", "777777-2"])
def test_a_message_about_an_order_that_is_not_ours_changes_nothing(external_id: str | None) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            await shop.placed()
            shop.counted()

            answer = await posted(shop.served, PRINTFUL, printful_message(shop, "order_updated", external_id))

            assert answer.status_code == 200
            assert shop.writes == []

    scenario()


@in_no_time
async def test_a_forged_trouble_is_not_noted_when_printfuls_order_shows_none() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        before = journal(order)

        await posted(
            shop.served, PRINTFUL, printful_message(shop, "order_failed", str(order.id), reason="Pay somebody else.")
        )

        assert journal(order) == before
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_the_reason_of_a_return_is_stored_short_and_without_the_buyers_name() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start", "ship")
        [parcel] = shop.print_order.shipments
        shop.printful.returned(shop.print_order, parcel, "Dana Sample has moved. " + "x" * 100_000)
        await shop.settled()

        assert "printful-failed" in order.tags
        assert "has moved" in said(order)
        assert "Dana" not in said(order)
        assert len(said(order)) < 5_000


@in_no_time
async def test_the_reason_of_a_failure_is_stored_without_the_buyers_name() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm")
        shop.printful.fail(shop.print_order, "Dana Sample cannot be found at 5 Sample Road.")
        await shop.settled()

        assert "cannot be found" in said(order)
        assert "Dana" not in said(order)


@in_no_time
async def test_a_return_reported_before_its_parcel_is_not_forgotten() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start")
        for lost in ("package_shipped", "order_updated"):
            shop.sandbox.faults.add("webhooks", "lost", match=lost)
        await shop.at_printful("ship")

        shop.printful.returned(shop.print_order, shop.print_order.shipments[0])
        await shop.settled()

        assert len(order.fulfillments) == 1
        assert "printful-failed" in order.tags


@in_no_time
async def test_a_return_reported_while_shopify_is_down_is_sent_again() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start", "ship")
        shop.sandbox.faults.add("admin", "status", status=503, match="query Order(")
        shop.printful.returned(shop.print_order, shop.print_order.shipments[0])
        await shop.settled()
        shop.sandbox.faults.clear()

        await shop.later(4000)

        assert journal(order)["print"]["reason"] == "A parcel came back: Return to sender"


@in_no_time
async def test_a_draft_that_staff_confirm_at_printful_is_no_failure_any_more() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        shop.sandbox.faults.add("printful", "status", status=400, match="/confirm")
        order = await shop.placed()
        shop.sandbox.faults.clear()
        assert "printful-failed" in order.tags

        await shop.at_printful("confirm")

        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_a_confirmation_without_an_answer_is_not_waited_for_once_it_is_too_late_to_cancel() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.sandbox.faults.add("webhooks", "lost")
        shop.sandbox.faults.add("printful", "lost", match="/confirm")
        await act_as_staff(shop, "confirmPrintOrder", order)
        shop.printful.start(shop.print_order)
        cancel(shop.store, order)
        await shop.settled()
        shop.sandbox.faults.clear()
        await shop.sweep()

        assert journal(order)["print"]["reason"].startswith("Too late to cancel")
        assert "forwarding-pending" not in order.tags


@in_no_time
async def test_archiving_a_shipped_order_at_printful_is_not_a_failure() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start", "ship")
        shop.print_order.status = "archived"

        await posted(shop.served, PRINTFUL, printful_message(shop, "order_updated", str(order.id)))

        assert journal(order)["print"]["status"] == "archived"
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_lines_of_a_note_may_end_in_any_way() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.sweep()
        order.note = f"{order.note}\r\n"
        shop.counted()
        await shop.sweep()

        assert shop.writes == []
