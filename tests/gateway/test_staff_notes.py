"""Text that staff write into an order's note is never lost."""

import asyncio

import pytest

from sandbox import order_life
from sandbox.order_life import place_order
from sandbox.order_records import Order
from tests.gateway.order_shop import OrderShop, order_shop
from tests.virtual_time import in_no_time

WORDS = "Call before delivery."


def write(shop: OrderShop, order: Order, text: str) -> None:
    order.note = text
    order_life.changed(shop.store, order)


def lines(order: Order) -> list[str]:
    return (order.note or "").splitlines()


async def until_requested(shop: OrderShop, upstream: str, match: str) -> None:
    """Returns once a request has arrived that names `match`."""
    for _ in range(200):
        if any(
            each.upstream == upstream and match in f"{each.operation} {each.path}" for each in shop.sandbox.faults.log
        ):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"nobody asked {upstream} for {match}")


@pytest.mark.parametrize("slow", [("printful", "/orders"), ("admin", "OrderNote"), ("admin", "MarkOrder")])
def test_a_note_written_while_the_order_is_forwarded_is_not_lost(slow: tuple[str, str]) -> None:
    @in_no_time
    async def scenario() -> None:
        upstream, match = slow
        async with order_shop() as shop:
            shop.sandbox.faults.add(upstream, "latency", latency_s=0.5, match=match, times=1)
            order = place_order(shop.store, shop.prints(), note="Ring twice.")
            receiving = asyncio.create_task(shop.settled())
            await until_requested(shop, upstream, match)
            write(shop, order, f"Ring twice.\n{WORDS}")
            await receiving
            await shop.settled()

            assert lines(order) == ["Ring twice.", WORDS, f"printful_order_id: {shop.print_order.id}"]

    scenario()


@in_no_time
async def test_a_changed_line_of_the_gateway_preserves_the_text_of_staff() -> None:
    async with order_shop() as shop:
        order = await shop.pickup(note="No sugar.")
        first = shop.ticket
        write(shop, order, f"{order.note}\n{WORDS}")
        order_life.edit(shop.store, order, {order.lines[0]: 1})
        await shop.settled()

        [ticket] = [each for each in shop.live_tickets if each is not first]
        assert lines(order) == ["No sugar.", f"pos_order_id: square-{ticket.id}", WORDS]


@in_no_time
async def test_a_note_that_staff_emptied_gets_only_the_gateways_lines() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("admin", "latency", latency_s=0.5, match="MarkOrder", times=1)
        order = place_order(shop.store, shop.prints(), note="Ring twice.")
        receiving = asyncio.create_task(shop.settled())
        await until_requested(shop, "admin", "MarkOrder")
        write(shop, order, "")
        await receiving

        assert lines(order) == [f"printful_order_id: {shop.print_order.id}"]
