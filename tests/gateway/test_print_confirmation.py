"""An order is confirmed at Printful only if it was read a few seconds before."""

import asyncio

import pytest

from sandbox.order_life import assess, cancel, refund
from sandbox.order_records import Order
from tests.gateway.order_shop import OrderShop, attempts, journal, order_shop
from tests.virtual_time import in_no_time


def spoil(shop: OrderShop, order: Order, how: str) -> None:
    """What makes an order one that must not be confirmed."""
    if how == "cancelled":
        cancel(shop.store, order)
    elif how == "refunded":
        refund(shop.store, order, {line: line.current_quantity for line in order.lines})
    else:
        assess(shop.store, order, "HIGH")


async def place_unreported(shop: OrderShop) -> Order:
    """An order of which no message arrives, then or later."""
    shop.sandbox.faults.add("webhooks", "lost")
    return await shop.placed()


@pytest.mark.parametrize("how", ["cancelled", "refunded", "a fraud"])
@in_no_time
async def test_an_order_that_changes_during_its_creation_is_not_confirmed(how: str) -> None:
    async with order_shop(printful_confirm="auto") as shop:
        order = await place_unreported(shop)
        shop.store.printful_commit_s = 20
        sweeping = asyncio.create_task(shop.sweep())
        await asyncio.sleep(10)
        spoil(shop, order, how)
        await sweeping

        assert not shop.print_order.was_confirmed
        assert shop.print_order.status == "canceled"


@in_no_time
async def test_an_order_that_is_cancelled_or_changed_while_its_confirmation_is_queued_is_not_confirmed() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        order = await place_unreported(shop)
        shop.store.printful_per_minute = 2  # the order is made after a minute, and could be confirmed after two
        sweeping = asyncio.create_task(shop.sweep())
        await asyncio.sleep(73)
        assert shop.print_order.status == "draft"
        cancel(shop.store, order)
        await sweeping
        for _ in range(3):
            await shop.later(60)
            await shop.sweep()

        assert not shop.print_order.was_confirmed
        assert shop.print_order.status == "canceled"


@in_no_time
async def test_a_confirmation_that_could_not_be_sent_in_time_is_sent_later() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        order = await place_unreported(shop)
        shop.store.printful_per_minute = 2
        await shop.sweep()
        assert "forwarding-pending" in order.tags

        shop.store.printful_per_minute = 120
        await shop.later(60)
        await shop.sweep()

        assert shop.print_order.status == "pending"
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_an_edit_during_creation_is_sent_before_the_confirmation() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        order = await place_unreported(shop)
        shop.store.printful_commit_s = 20
        sweeping = asyncio.create_task(shop.sweep())
        await asyncio.sleep(10)
        refund(shop.store, order, {order.lines[0]: 1})
        await sweeping

        assert [each.quantity for each in shop.print_order.items] == [1, 1]
        assert shop.print_order.status == "pending"
        assert [each for each in attempts(order) if "printful" in each] == [
            "printful create done",
            "printful update done",
            "printful confirm done",
        ]


@in_no_time
async def test_an_order_that_is_read_and_confirmed_at_once_is_read_once() -> None:
    async with order_shop(printful_confirm="auto") as shop:
        order = await place_unreported(shop)
        shop.counted()
        await shop.sweep()

        reads = [each for each in shop.sandbox.faults.log if str(order.id).encode() in each.body]
        assert sum(b"query Order(" in each.body for each in reads) == 1
        assert shop.print_order.status == "pending"


@pytest.mark.parametrize("confirm", ["auto", "hold:2"])
@in_no_time
async def test_with_a_replica_that_lags_a_cancellation_is_seen_once_the_replica_shows_it(confirm: str) -> None:
    async with order_shop(printful_confirm=confirm, replica_lag_s=20) as shop:
        order = await shop.placed()
        await shop.later(100)
        await shop.sweep()
        assert shop.print_order.status in ("draft", "pending")

        cancel(shop.store, order)
        await shop.settled()
        await shop.later(25)
        for _ in range(2):
            await shop.sweep()
            await shop.later(30)

        assert shop.print_order.status == "canceled"
        assert shop.print_order.was_confirmed is (confirm == "auto")
        assert "printful-forwarded" not in order.tags
        assert journal(order)["print"]["state"] == "cancelled"
