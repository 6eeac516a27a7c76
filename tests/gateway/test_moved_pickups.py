"""A pickup that staff move to another cafe is only on that cafe's board; a double payment is reported."""

from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE
from sandbox.fulfilling import fulfill
from sandbox.order_life import COUNTER, edit
from sandbox.order_moves import move
from sandbox.square import states as counter
from sandbox.square.locations import SQEAST, SQMAIN
from sandbox.square.records import SquareOrder
from sandbox.square.views import board, due
from tests.gateway.order_shop import OrderShop, journal, order_shop
from tests.virtual_time import in_no_time


def live_at(shop: OrderShop, location_id: str) -> list[SquareOrder]:
    return [each for each in shop.live_tickets if each.location_id == location_id]


def on_board(shop: OrderShop) -> list[str]:
    return [each.location_id for each in board(shop.store)]


def reasons(order: object) -> list[str]:
    tickets = journal(order)["tickets"].values()  # type: ignore[arg-type]
    return [each["reason"] for each in tickets if each.get("reason")]


@in_no_time
async def test_a_pickup_moved_in_place_gets_a_ticket_at_the_new_cafe_alone() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        move(shop.store, order.fulfillment_orders[0], RIVERSIDE)
        await shop.settled()

        assert on_board(shop) == [SQEAST]
        assert live_at(shop, SQMAIN) == []
        assert sorted(order.tags) == ["forwarding-warning", "pos-forwarded"]


@in_no_time
async def test_a_pickup_moved_with_a_new_fulfillment_order_is_on_one_board() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        move(shop.store, order.fulfillment_orders[0], RIVERSIDE, as_new=True)
        await shop.settled()

        assert on_board(shop) == [SQEAST]
        assert live_at(shop, SQMAIN) == []


@in_no_time
async def test_the_sweep_sees_a_move_whose_message_was_lost() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        shop.sandbox.faults.add("webhooks", "lost")
        move(shop.store, order.fulfillment_orders[0], RIVERSIDE, as_new=True)
        await shop.settled()
        shop.sandbox.faults.clear()
        await shop.sweep()

        assert on_board(shop) == [SQEAST]


@in_no_time
async def test_only_the_unprepared_part_of_a_pickup_moves() -> None:
    async with order_shop() as shop:
        order = await shop.pickup((shop.variant("latte"), 3))
        [part] = order.fulfillment_orders
        fulfill(shop.store, {part: {part.lines[0]: 1}})
        await shop.settled()
        move(shop.store, part, RIVERSIDE)
        await shop.settled()

        [ticket] = shop.live_tickets
        assert (ticket.location_id, ticket.content["line_items"][0]["quantity"]) == (SQEAST, "2")


@in_no_time
async def test_goods_that_the_old_cafe_has_made_are_not_made_again_and_staff_are_notified() -> None:
    for as_new in (False, True):
        async with order_shop() as shop:
            order = await shop.pickup()
            await shop.at_the_counter("ready")
            move(shop.store, order.fulfillment_orders[0], RIVERSIDE, as_new=as_new)
            await shop.settled()
            await shop.sweep()

            assert [each.location_id for each in shop.tickets] == [SQMAIN]
            assert "pos-failed" in order.tags
            assert any("too late" in reason for reason in reasons(order))


@in_no_time
async def test_the_new_cafe_makes_a_ticket_that_the_old_one_cancels_after_all() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        await shop.at_the_counter("ready")
        move(shop.store, order.fulfillment_orders[0], RIVERSIDE, as_new=True)
        await shop.settled()
        counter.act(shop.store, shop.ticket.id, "cancel")
        await shop.settled()
        await shop.sweep()

        assert on_board(shop) == [SQEAST]


@in_no_time
async def test_no_new_ticket_is_made_while_the_old_one_cannot_be_cancelled() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        shop.sandbox.faults.add("square", "status", status=503, match="SQMAIN")
        shop.sandbox.faults.add("square", "status", status=503, match=shop.ticket.id)
        move(shop.store, order.fulfillment_orders[0], RIVERSIDE, as_new=True)
        await shop.settled()
        assert [each.location_id for each in shop.tickets] == [SQMAIN]
        assert "forwarding-pending" in order.tags

        shop.sandbox.faults.clear()
        await shop.later(120)
        await shop.sweep()
        assert on_board(shop) == [SQEAST]
        assert sorted(order.tags) == ["forwarding-warning", "pos-forwarded"]


@in_no_time
async def test_a_moved_pickup_that_is_paid_at_the_counter_is_paid_for_once() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(paid=False, gateway=COUNTER)
        move(shop.store, order.fulfillment_orders[0], RIVERSIDE, as_new=True)
        await shop.settled()

        [ticket] = shop.live_tickets
        assert (ticket.location_id, due(ticket)) == (SQEAST, int(order.total * 100))
        assert sum(len(each.payments) for each in shop.tickets) == 0


@in_no_time
async def test_an_edit_that_leaves_two_payments_at_square_says_which_one_to_refund() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        first = shop.ticket
        edit(shop.store, order, {order.lines[0]: 1})
        await shop.settled()
        await shop.sweep()

        assert len([payment for each in shop.tickets for payment in each.payments]) == 2
        [reason] = reasons(order)
        assert f"square-{first.id}" in reason
        assert "refund it there manually" in reason


@in_no_time
async def test_an_edit_of_an_unpaid_ticket_leaves_nothing_to_refund() -> None:
    async with order_shop(square_record_external_payment=False) as shop:
        order = await shop.pickup()
        edit(shop.store, order, {order.lines[0]: 1})
        await shop.settled()

        assert reasons(order) == []


@in_no_time
async def test_a_pickup_moved_back_is_at_the_first_cafe_again() -> None:
    async with order_shop() as shop:
        order = await shop.pickup()
        for place in (RIVERSIDE, MAIN_STREET):
            move(shop.store, order.fulfillment_orders[-1], place, as_new=True)
            await shop.settled()

        assert on_board(shop) == [SQMAIN]
        assert sorted(order.tags) == ["forwarding-warning", "pos-forwarded"]
