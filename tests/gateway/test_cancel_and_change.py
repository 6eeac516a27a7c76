"""Cancellations and changes reach Printful and the counter in time, or are reported as too late."""

from dataclasses import replace

import pytest

from sandbox.fulfilling import fulfill
from sandbox.order_life import SOMEWHERE, cancel, change_address, edit, refund
from sandbox.order_records import Order
from tests.gateway.order_shop import WITH_ART, attempts, field, journal, order_shop, quantities, reason
from tests.virtual_time import in_no_time


def ticket_reason(order: Order) -> str:
    [ticket] = journal(order)["tickets"].values()
    found: str = ticket["reason"]
    return found


@pytest.mark.parametrize("steps", [(), ("confirm",)])
def test_a_cancelled_order_is_cancelled_at_printful_unless_it_is_in_production(steps: tuple[str, ...]) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            order = await shop.placed()
            await shop.at_printful(*steps)

            cancel(shop.store, order)
            await shop.settled()

            assert shop.print_order.status == "canceled"
            assert not {"printful-forwarded", "printful-failed", "forwarding-pending"} & set(order.tags)
            assert attempts(order)[-1] == "printful cancel done"

    scenario()


@in_no_time
async def test_cancelling_an_order_in_production_reports_that_it_is_too_late() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start")

        cancel(shop.store, order)
        await shop.settled()
        await shop.sweep()

        assert shop.print_order.status == "inprocess"
        assert "printful-failed" in order.tags
        assert reason(order).startswith("Too late to cancel")
        assert attempts(order).count("printful cancel too_late") == 1


@in_no_time
async def test_an_order_cancelled_before_its_first_message_never_reaches_printful() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("webhooks", "delayed", match="orders/", latency_s=60)
        order = await shop.placed(routed=False)
        cancel(shop.store, order)
        await shop.later(120)

        assert shop.print_orders == []


@pytest.mark.parametrize("is_told_first", [False, True])
def test_an_order_cancelled_while_its_creation_is_uncertain_is_cancelled_at_printful(is_told_first: bool) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop() as shop:
            shop.sandbox.faults.add("printful", "lost", times=1, match="external_id")
            order = await shop.placed()
            cancel(shop.store, order)
            if is_told_first:
                await shop.settled()
            await shop.later(120)
            await shop.sweep()

            assert shop.print_order.status == "canceled"
            assert order.tags == []

    scenario()


@in_no_time
async def test_a_cancelled_pickup_is_cancelled_at_the_counter() -> None:
    async with order_shop(square_record_external_payment=False) as shop:
        order = await shop.pickup()

        cancel(shop.store, order)
        await shop.settled()

        assert shop.ticket.state == "CANCELED"
        assert attempts(order)[-1] == "pos cancel done"


@in_no_time
async def test_a_cancelled_paid_pickup_leaves_no_ticket_to_make() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()

        cancel(shop.store, order)
        await shop.settled()

        assert shop.live_tickets == []


@in_no_time
async def test_cancelling_a_pickup_in_preparation_reports_that_it_is_too_late() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        await shop.at_the_counter("accept", "ready")

        cancel(shop.store, order)
        await shop.settled()

        assert shop.ticket.fulfillments[0]["state"] == "PREPARED"
        assert "pos-failed" in order.tags
        assert "Inform the counter" in ticket_reason(order)


@in_no_time
async def test_a_full_refund_cancels_the_printful_order() -> None:
    async with order_shop() as shop:
        order = await shop.placed()

        refund(shop.store, order, {line: line.quantity for line in order.lines})
        await shop.settled()

        assert shop.print_order.status == "canceled"


@in_no_time
async def test_refunded_units_are_not_printed() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shirt, mug = order.lines

        refund(shop.store, order, {shirt: 1})
        await shop.settled()

        assert quantities(shop.print_order) == {str(shirt.id): 1, str(mug.id): 1}
        assert attempts(order)[-1] == "printful update done"


@in_no_time
async def test_a_refund_during_production_is_reported_as_too_late() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start")

        refund(shop.store, order, {order.lines[0]: 1})
        await shop.settled()

        assert quantities(shop.print_order)[str(order.lines[0].id)] == 2
        assert "printful-failed" in order.tags
        assert "changed after Printful began" in reason(order)


@in_no_time
async def test_a_refund_of_money_only_changes_no_print() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.counted()

        refund(shop.store, order, {}, shipping=order.shipping_lines[0].price)
        await shop.settled()

        assert [each for each in shop.writes if "printful" in each] == []


@in_no_time
async def test_a_refund_of_shipped_goods_undoes_nothing() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start", "ship")

        refund(shop.store, order, {order.lines[0]: 1}, restock=False)
        await shop.settled()

        assert len(order.fulfillments) == 1
        assert shop.print_order.status == "fulfilled"


@in_no_time
async def test_an_edit_changes_the_draft() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shirt, mug = order.lines

        edit(shop.store, order, {shirt: 1, mug: 0})
        await shop.settled()

        assert quantities(shop.print_order) == {str(shirt.id): 1}


@in_no_time
async def test_a_line_added_and_paid_is_printed_with_the_same_order() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        edit(shop.store, order, {}, [(shop.variant("your-design-mug", "PFUL-4830"), 1, WITH_ART)])
        await shop.settled()
        assert len(shop.print_order.items) == 2  # what was added is not paid yet

        order.financial_status = "PAID"
        shop.store.tell(("orders/paid", order))
        await shop.settled()

        assert quantities(shop.print_order) == {str(line.id): line.quantity for line in order.lines}


@in_no_time
async def test_an_edit_during_production_is_reported_as_too_late() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start")

        edit(shop.store, order, {order.lines[1]: 0})
        await shop.settled()

        assert len(shop.print_order.items) == 2
        assert "printful-failed" in order.tags


@in_no_time
async def test_an_edit_of_a_pickup_makes_another_ticket_and_ends_the_first() -> None:
    async with order_shop() as shop:
        order = await shop.pickup((shop.variant("latte"), 2), (shop.variant("banana-bread"), 1))

        edit(shop.store, order, {order.lines[1]: 0})
        await shop.settled()

        [alive] = shop.live_tickets
        assert [line["name"] for line in alive.content["line_items"]] == ["Latte"]
        assert len(shop.tickets) == 2
        assert field(order, "pos_order_id") == f"square-{alive.id}"
        assert sorted(order.tags) == ["forwarding-warning", "pos-forwarded"]


@in_no_time
async def test_staff_are_asked_to_refund_the_payment_of_a_replaced_ticket() -> None:
    async with order_shop() as shop:
        order = await shop.pickup((shop.variant("latte"), 2))

        edit(shop.store, order, {order.lines[0]: 1})
        await shop.settled()

        [said] = [each["detail"] for each in journal(order)["attempts"] if each["action"] == "cancel"]
        assert "refund it by hand" in said


@in_no_time
async def test_an_edit_of_a_ready_ticket_is_reported_as_too_late() -> None:
    async with order_shop() as shop:
        order = await shop.pickup((shop.variant("latte"), 2), (shop.variant("banana-bread"), 1))
        await shop.at_the_counter("accept", "ready")

        edit(shop.store, order, {order.lines[1]: 0})
        await shop.settled()

        assert len(shop.tickets) == 1
        assert "pos-failed" in order.tags
        assert "too late" in ticket_reason(order)


@in_no_time
async def test_a_refund_of_all_that_is_picked_up_ends_the_ticket() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()

        refund(shop.store, order, {order.lines[0]: 2})
        await shop.settled()

        assert shop.live_tickets == []


@in_no_time
async def test_goods_that_were_handed_over_do_not_change() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        await shop.at_the_counter("accept", "ready", "complete")

        refund(shop.store, order, {order.lines[0]: 1})
        await shop.settled()

        assert shop.ticket.state == "COMPLETED"
        assert "pos-failed" not in order.tags


@in_no_time
async def test_a_new_address_reaches_the_draft_with_the_next_sweep() -> None:
    async with order_shop() as shop:
        order = await shop.placed()

        change_address(shop.store, order, replace(SOMEWHERE, address1="9 Other Lane", zip="78702"))
        await shop.settled()
        await shop.sweep()

        recipient = shop.print_order.recipient
        assert (recipient["address1"], recipient["zip"]) == ("9 Other Lane", "78702")


@in_no_time
async def test_a_new_address_during_production_is_reported_as_too_late() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start")

        change_address(shop.store, order, replace(SOMEWHERE, address1="9 Other Lane"))
        await shop.sweep()

        assert shop.print_order.recipient["address1"] == "5 Sample Road"
        assert "printful-failed" in order.tags
        assert "address" in reason(order)
        assert "9 Other Lane" not in str(journal(order))


@in_no_time
async def test_goods_that_staff_fulfil_themselves_are_not_printed() -> None:
    async with order_shop() as shop:
        order = await shop.placed()

        fulfill(shop.store, dict.fromkeys(order.fulfillment_orders))
        await shop.sweep()

        assert shop.print_order.status == "canceled"
