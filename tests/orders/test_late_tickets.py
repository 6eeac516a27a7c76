"""A ticket that Square creates long after the request timed out is found and settled."""

import asyncio

import pytest

from sandbox import order_life
from sandbox.order_records import Order
from tests.orders.oracle import faults_found, journal_of
from tests.orders.order_facts import ticket_state
from tests.orders.steps import TICKET_OVER, Line, Place
from tests.orders.world import World
from tests.virtual_time import in_virtual_time

COFFEE = Place((Line("drink main", 2),))


async def killed_while_square_works(world: World, *, commit_s: float) -> Order:
    """A new order whose gateway crashes while Square creates its ticket."""
    world.store.square_commit_s = commit_s
    await COFFEE.take(world)
    for _ in range(100):
        await asyncio.sleep(0.1)
        if any(each.path.endswith("/v2/orders") for each in world.faults.log if each.upstream == "square"):
            break
    world.gateways[0].life.end()
    await asyncio.sleep(0.1)
    assert world.store.square_orders == {}
    return world.orders[0]


def live(world: World) -> list[str]:
    return [each.id for each in world.store.square_orders.values() if ticket_state(each) not in TICKET_OVER]


@pytest.mark.parametrize("messages", ["arrive", "lost"])
@pytest.mark.parametrize("lag_s", [0, 45])
def test_the_late_ticket_of_a_cancelled_order_is_cancelled(lag_s: float, messages: str) -> None:
    async def played() -> list[str]:
        async with World.running() as world:
            world.store.square_search_lag_s = lag_s
            order = await killed_while_square_works(world, commit_s=30)
            if messages == "lost":
                world.faults.add("webhooks", "lost")
            order_life.cancel(world.store, order)
            world.start_gateway()
            await asyncio.sleep(3600)
            assert world.store.square_orders
            return [*live(world), *faults_found(world)]

    assert in_virtual_time(played()) == []


def test_an_order_whose_ticket_may_yet_appear_stays_pending_and_says_why() -> None:
    async def played() -> tuple[list[str], str]:
        async with World.running() as world:
            order = await killed_while_square_works(world, commit_s=30)
            order_life.cancel(world.store, order)
            await asyncio.sleep(15)
            await world.sweep()
            [ticket] = journal_of(order)["tickets"].values()
            return order.tags, ticket["reason"]

    tags, reason = in_virtual_time(played())
    assert "forwarding-pending" in tags
    assert "may still be created" in reason


def test_a_ticket_that_never_came_is_not_waited_for_for_ever() -> None:
    async def played() -> list[str]:
        async with World.running() as world:
            world.faults.add("square", "timeout", match="/v2/orders")
            await COFFEE.take(world)
            await asyncio.sleep(1)
            world.gateways[0].life.end()
            order_life.cancel(world.store, world.orders[0])
            world.faults.clear()
            world.start_gateway()
            await asyncio.sleep(3600)
            assert not world.store.square_orders
            return [*world.orders[0].tags, *faults_found(world)]

    assert in_virtual_time(played()) == []


def test_the_late_ticket_of_an_order_that_is_still_wanted_is_the_only_one_and_paid() -> None:
    async def played() -> list[str]:
        async with World.running() as world:
            await killed_while_square_works(world, commit_s=30)
            world.start_gateway()
            await asyncio.sleep(3600)
            assert len(world.store.square_orders) == 1
            return faults_found(world)

    assert in_virtual_time(played()) == []


def test_the_late_ticket_of_an_order_that_was_edited_meanwhile_is_renewed() -> None:
    async def played() -> list[str]:
        async with World.running() as world:
            order = await killed_while_square_works(world, commit_s=30)
            order_life.edit(world.store, order, {order.lines[0]: 1})
            world.history(order).edited = True
            world.start_gateway()
            await asyncio.sleep(3600)
            assert len(live(world)) == 1
            return faults_found(world)

    assert in_virtual_time(played()) == []


def test_the_late_ticket_of_a_changed_order_is_cancelled_with_the_order() -> None:
    async def played() -> list[str]:
        async with World.running() as world:
            await COFFEE.take(world)
            await asyncio.sleep(5)
            order = world.orders[0]
            world.history(order).edited = True
            assert len(live(world)) == 1
            world.store.square_commit_s = 30
            order_life.edit(world.store, order, {order.lines[0]: 1})
            for _ in range(100):
                await asyncio.sleep(0.1)
                if not live(world):
                    break
            await asyncio.sleep(0.5)
            world.gateways[0].life.end()
            order_life.cancel(world.store, order)
            world.start_gateway()
            await asyncio.sleep(3600)
            assert len(world.store.square_orders) == 2
            return [*live(world), *faults_found(world)]

    assert in_virtual_time(played()) == []


def test_a_ticket_that_comes_after_all_waiting_is_found_by_the_sweep() -> None:
    async def played() -> list[str]:
        async with World.running() as world:
            order = await killed_while_square_works(world, commit_s=1800)
            order_life.cancel(world.store, order)
            world.start_gateway()
            await asyncio.sleep(1500)
            assert journal_of(order)["tickets"] == {} or "forwarding-pending" not in order.tags
            await asyncio.sleep(3600)
            assert world.store.square_orders
            return [*live(world), *faults_found(world)]

    assert in_virtual_time(played()) == []


def test_a_ticket_of_a_cancelled_order_whose_journal_was_deleted_is_cancelled() -> None:
    async def played() -> list[str]:
        async with World.running() as world:
            await COFFEE.take(world)
            await asyncio.sleep(5)
            order = world.orders[0]
            world.faults.add("webhooks", "lost")
            order_life.cancel(world.store, order)
            order.private_metafields.clear()
            world.faults.clear()
            await asyncio.sleep(3600)
            return [*live(world), *faults_found(world)]

    assert in_virtual_time(played()) == []
