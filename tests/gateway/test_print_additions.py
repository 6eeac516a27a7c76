"""Goods added after printing began are printed as another order on request."""

import asyncio

import pytest

from sandbox.order_life import cancel, edit, mark_paid, refund
from sandbox.order_records import Order
from sandbox.print_order_records import PrintOrder
from tests.gateway.order_shop import WITH_ART, OrderShop, attempts, journal, order_shop, quantities, reason
from tests.virtual_time import in_no_time


async def closed(shop: OrderShop) -> Order:
    """An order that Printful makes already."""
    order = await shop.placed((shop.variant("roastery-crest-shirt"), 2))
    await shop.at_printful("confirm", "start")
    return order


async def added(shop: OrderShop, order: Order, *, paid: bool = True) -> None:
    """Staff add a mug to an order, and the buyer pays for it."""
    mug = shop.variant("your-design-mug", "PFUL-1320")
    edit(shop.store, order, {}, [(mug, 1, WITH_ART, "SHIPPING", order.lines[0].location_id)])
    if paid:
        mark_paid(shop.store, order)
    await shop.settled()


def of(shop: OrderShop, number: str) -> PrintOrder:
    return next(each for each in shop.print_orders if each.external_id == number)


@in_no_time
async def test_goods_that_were_added_too_late_wait_for_staff_and_say_so() -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        await added(shop, order)
        await shop.sweep()

        assert len(shop.print_orders) == 1
        assert "printful-failed" in order.tags
        assert "Forward the order again" in reason(order)


@in_no_time
async def test_staff_can_send_late_additions_as_another_order() -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        await added(shop, order)
        await shop.forward(order)
        await shop.forward(order)
        await shop.sweep()

        shirts, mug = order.lines
        assert {each.external_id: quantities(each) for each in shop.print_orders} == {
            str(order.id): {str(shirts.id): 2},
            f"{order.id}-2": {str(mug.id): 1},
        }
        assert order.tags == ["printful-forwarded"]
        first, second = (str(each.id) for each in shop.print_orders)
        assert f"printful_order_id: {first}, {second}" in (order.note or "")


@in_no_time
async def test_more_units_of_a_line_go_as_another_order_of_the_units_that_are_missing() -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        edit(shop.store, order, {order.lines[0]: 5})
        mark_paid(shop.store, order)
        await shop.settled()
        await shop.forward(order)

        assert quantities(of(shop, f"{order.id}-2")) == {str(order.lines[0].id): 3}


@in_no_time
async def test_with_the_setting_the_edit_itself_sends_the_addition() -> None:
    async with order_shop(printful_send_additions=True) as shop:
        order = await closed(shop)
        await added(shop, order)
        await shop.sweep()

        assert [each.external_id for each in shop.print_orders] == [str(order.id), f"{order.id}-2"]
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_goods_that_are_not_paid_are_not_sent_as_another_order() -> None:
    async with order_shop(printful_send_additions=True) as shop:
        order = await closed(shop)
        await added(shop, order, paid=False)
        await shop.forward(order)
        assert len(shop.print_orders) == 1

        mark_paid(shop.store, order)
        await shop.settled()

        assert len(shop.print_orders) == 2


@in_no_time
async def test_two_concurrent_requests_for_an_addition_make_one_order() -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        await added(shop, order)
        await asyncio.gather(shop.forward(order), shop.forward(order), shop.sweep(), shop.sweep())

        assert len(shop.print_orders) == 2


@pytest.mark.parametrize("kind", ["lost", "timeout", "status"])
@in_no_time
async def test_an_addition_whose_creation_fails_is_made_once(kind: str) -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        await added(shop, order)
        shop.sandbox.faults.add("printful", kind, times=1, match=f"{order.id}-2")
        await shop.forward(order)
        for _ in range(3):
            await shop.later(120)
            await shop.sweep()

        assert [each.external_id for each in shop.print_orders] == [str(order.id), f"{order.id}-2"]
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_a_second_addition_goes_as_a_third_order() -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        await added(shop, order)
        await shop.forward(order)
        for step in (shop.printful.confirm, shop.printful.start):
            step(of(shop, f"{order.id}-2"))
        await shop.settled()
        edit(shop.store, order, {order.lines[0]: 3})
        mark_paid(shop.store, order)
        await shop.settled()
        await shop.forward(order)

        shirts, mug = order.lines
        assert {each.external_id: quantities(each) for each in shop.print_orders} == {
            str(order.id): {str(shirts.id): 2},
            f"{order.id}-2": {str(mug.id): 1},
            f"{order.id}-3": {str(shirts.id): 1},
        }


@in_no_time
async def test_a_changeable_addition_takes_later_additions() -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        await added(shop, order)
        await shop.forward(order)
        edit(shop.store, order, {order.lines[1]: 4})
        mark_paid(shop.store, order)
        await shop.settled()

        assert len(shop.print_orders) == 2
        assert quantities(of(shop, f"{order.id}-2")) == {str(order.lines[1].id): 4}


@in_no_time
async def test_parcels_of_both_orders_are_reported_to_shopify() -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        edit(shop.store, order, {order.lines[0]: 3})
        mark_paid(shop.store, order)
        await shop.settled()
        await shop.forward(order)
        second = of(shop, f"{order.id}-2")
        shop.printful.ship(of(shop, str(order.id)))
        for step in (shop.printful.confirm, shop.printful.start, shop.printful.ship):
            step(second)
        await shop.settled()
        await shop.sweep()

        assert sorted(count for made in order.fulfillments for _, count in made.items) == [1, 2]
        numbers = {number for made in order.fulfillments for number, _ in made.tracking}
        assert numbers == {each.shipments[0].tracking_number for each in shop.print_orders}
        assert journal(order)["additions"][0]["state"] == "done"


@in_no_time
async def test_a_cancelled_order_is_cancelled_in_all_its_parts() -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        await added(shop, order)
        await shop.forward(order)
        cancel(shop.store, order)
        await shop.settled()

        assert of(shop, f"{order.id}-2").status == "canceled"
        assert "printful-failed" in order.tags
        assert reason(order).startswith("Too late to cancel")


@in_no_time
async def test_an_addition_that_is_refunded_is_cancelled_alone() -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        await added(shop, order)
        await shop.forward(order)
        refund(shop.store, order, {order.lines[1]: 1})
        await shop.settled()

        assert {each.external_id: each.status for each in shop.print_orders} == {
            str(order.id): "inprocess",
            f"{order.id}-2": "canceled",
        }
        assert "printful-failed" not in order.tags


@in_no_time
async def test_an_order_with_an_addition_is_found_without_its_journal() -> None:
    async with order_shop() as shop:
        order = await closed(shop)
        await added(shop, order)
        await shop.forward(order)
        order.metafields.clear()
        order.private_metafields.clear()
        await shop.sweep()
        await shop.sweep()

        assert len(shop.print_orders) == 2
        assert order.tags == ["printful-forwarded"]
        assert journal(order)["additions"][0]["external_id"] == f"{order.id}-2"


# Goods that Printful drops


@in_no_time
async def test_a_line_that_printful_drops_is_reported() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start")
        dropped = shop.print_order.items.pop()
        shop.store.tell_printful("order_updated", {"order": {"id": shop.print_order.id, "external_id": str(order.id)}})
        await shop.settled()

        assert "printful-failed" in order.tags
        assert dropped.name in reason(order)
        assert attempts(order).count("printful follow refused") == 1


@in_no_time
async def test_a_draft_that_lacks_a_line_is_not_confirmed_and_mended_when_staff_forward_it() -> None:
    async with order_shop(printful_confirm="hold:5") as shop:
        order = await shop.placed()
        whole = quantities(shop.print_order)
        shop.print_order.items.pop()
        shop.printful.changed(shop.print_order)
        await shop.settled()
        await shop.later(10 * 60)
        await shop.sweep()
        assert shop.print_order.status == "draft"
        assert "printful-failed" in order.tags

        await shop.forward(order)

        assert quantities(shop.print_order) == whole
        assert "printful-failed" not in order.tags
