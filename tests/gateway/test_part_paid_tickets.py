"""A guest who paid a part online pays the rest at the counter, and nothing twice."""

from decimal import Decimal

from sandbox.order_life import COUNTER, edit, mark_paid
from sandbox.square import states as counter
from sandbox.square.views import due
from tests.gateway.order_shop import OrderShop, attempts, journal, order_shop
from tests.virtual_time import in_no_time

GIFT_CARD = Decimal(5)


def owed(order: object) -> int:
    return int((order.total - GIFT_CARD) * 100)  # type: ignore[attr-defined]


def live_due(shop: OrderShop) -> list[int]:
    return [due(each) for each in shop.live_tickets]


@in_no_time
async def test_the_ticket_demands_only_what_is_due() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(paid=False, gateway=COUNTER, prepaid=GIFT_CARD)

        assert order.financial_status == "PARTIALLY_PAID"
        assert live_due(shop) == [owed(order)]


@in_no_time
async def test_the_rest_paid_online_is_recorded_once_and_without_a_complaint() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(paid=False, gateway=COUNTER, prepaid=GIFT_CARD)
        mark_paid(shop.store, order)
        await shop.settled()
        await shop.sweep()

        [ticket] = shop.tickets
        assert (due(ticket), sum(each.amount for each in ticket.payments)) == (0, owed(order))
        assert attempts(order) == ["pos send done", "pos pay done"]
        [record] = journal(order)["tickets"].values()
        assert record.get("reason") is None
        assert order.tags == ["pos-forwarded"]


@in_no_time
async def test_the_rest_paid_in_cash_is_not_demanded_again() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(paid=False, gateway=COUNTER, prepaid=GIFT_CARD)
        counter.act(shop.store, shop.ticket.id, "pay")
        mark_paid(shop.store, order)
        await shop.settled()

        assert [each.source_type for each in shop.ticket.payments] == ["CASH"]
        assert live_due(shop) == [0]


@in_no_time
async def test_an_edit_of_a_part_paid_order_demands_the_new_rest() -> None:
    async with order_shop() as shop:
        order = await shop.pickup((shop.variant("latte"), 3), paid=False, gateway=COUNTER, prepaid=GIFT_CARD)
        edit(shop.store, order, {order.lines[0]: 2})
        await shop.settled()

        assert live_due(shop) == [int((order.current_total - GIFT_CARD) * 100)]
