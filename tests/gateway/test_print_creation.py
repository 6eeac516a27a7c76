"""A creation at Printful without an answer is awaited and found, and not repeated while it may still succeed."""

import asyncio
import json
from collections.abc import Sequence
from copy import copy

import pytest

from sandbox.order_life import cancel, hold, refund
from sandbox.order_records import Order
from sandbox.print_order_records import PrintOrder
from tests.gateway.order_shop import OrderShop, attempts, journal, order_shop
from tests.orders.steps import Line, Place
from tests.orders.world import World
from tests.virtual_time import in_no_time, in_virtual_time

MINUTES = 60.0


def creations(shop: OrderShop | World) -> list[str]:
    """The numbers under which Printful was asked to make an order, in order."""
    faults = shop.sandbox.faults
    asked = [each for each in faults.log if (each.method, each.path) == ("POST", "/printful/orders")]
    return [json.loads(each.body)["external_id"] for each in asked]


def alive(orders: Sequence[PrintOrder]) -> list[PrintOrder]:
    return [each for each in orders if each.status != "canceled"]


def twin_of(shop: OrderShop, printed: PrintOrder) -> PrintOrder:
    """Another order that Printful made under the same number."""
    twin = copy(printed)
    twin.id = shop.store.new_print_id()
    shop.store.print_orders[twin.id] = twin
    return twin


@pytest.mark.parametrize("commit_s", [5.0, 30.0, 42.0])
@pytest.mark.parametrize("end", ["cancel", "refund", "nothing"])
def test_a_killed_gateways_creation_is_found_later(commit_s: float, end: str) -> None:
    async def killed() -> None:
        async with World.running() as world:
            world.store.printful_commit_s = commit_s
            await Place((Line("sync"),)).take(world)
            [order] = world.orders
            await asyncio.sleep(1.5)
            assert creations(world)
            world.gateways[0].life.end()
            if end == "cancel":
                cancel(world.store, order)
            elif end == "refund":
                refund(world.store, order, {line: line.current_quantity for line in order.lines})
            await asyncio.sleep(5)
            world.start_gateway()
            await asyncio.sleep(20 * MINUTES)

            assert len(creations(world)) == 1
            assert [each.status for each in world.print_orders(order)] == ["draft" if end == "nothing" else "canceled"]
            assert "forwarding-pending" not in order.tags
            assert ("printful-forwarded" in order.tags) is (end == "nothing")

    in_virtual_time(killed())


@pytest.mark.parametrize("commit_s", [10.0, 32.0, 40.0])
@in_no_time
async def test_an_order_cancelled_while_a_slow_creation_is_under_way_leaves_no_draft(commit_s: float) -> None:
    async with order_shop() as shop:
        shop.store.printful_commit_s = commit_s
        order = await shop.placed()
        assert journal(order)["print"]["may_exist"]
        cancel(shop.store, order)
        await shop.settled()
        assert "forwarding-pending" in order.tags

        for _ in range(3):
            await shop.later(60)
            await shop.sweep()

        assert alive(shop.print_orders) == []
        assert len(creations(shop)) == 1
        assert order.tags == []


@in_no_time
async def test_an_order_on_hold_is_looked_for_when_its_creation_was_not_answered() -> None:
    async with order_shop() as shop:
        shop.store.printful_commit_s = 20
        order = await shop.placed()
        hold(shop.store, order)
        await shop.later(60)
        await shop.sweep()

        assert journal(order)["print"]["order_id"] == shop.print_order.id
        assert "printful-forwarded" in order.tags


@pytest.mark.parametrize("commit_s", [10.0, 12.0, 35.0])
@in_no_time
async def test_no_second_creation_is_sent_while_the_first_may_still_be_carried_out(commit_s: float) -> None:
    async with order_shop() as shop:
        shop.store.printful_commit_s = commit_s
        order = await shop.placed()
        for wait_s in (2.6, 27.5, 30, 120):
            await shop.later(wait_s)
            await shop.sweep()

        assert creations(shop) == [str(order.id)]
        assert [each.external_id for each in shop.print_orders] == [str(order.id)]
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_a_creation_that_never_arrives_is_sent_again_once_it_cannot_come_any_more() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("printful", "timeout", times=1, match="external_id")
        order = await shop.placed()
        await shop.later(30)
        await shop.sweep()
        assert len(creations(shop)) == 1
        assert "may still be carried out" in journal(order)["print"]["reason"]

        await shop.later(90)
        await shop.sweep()

        assert len(creations(shop)) == 2
        assert len(shop.print_orders) == 1
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_a_request_that_was_not_sent_is_repeated_at_once() -> None:
    async with order_shop() as shop:
        shop.sandbox.faults.add("printful", "throttle", times=1, match="external_id")
        order = await shop.placed()
        await shop.later(10)
        await shop.sweep()

        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_a_duplicate_after_a_lost_creation_is_cancelled_once() -> None:
    """The first creation takes longer than any that is known."""
    async with order_shop() as shop:
        shop.store.printful_commit_s = 130
        order = await shop.placed()
        await shop.later(120)
        shop.store.printful_commit_s = 20
        await shop.sweep()
        assert len(creations(shop)) == 2

        await shop.later(60)
        await shop.sweep()

        assert len(shop.print_orders) == 2
        assert len(alive(shop.print_orders)) == 1
        assert journal(order)["print"]["order_id"] == alive(shop.print_orders)[0].id
        assert "printful cancel_twin done" in attempts(order)


@in_no_time
async def test_a_message_about_a_duplicate_order_cancels_it() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        first = shop.print_order
        twin = twin_of(shop, first)
        shop.store.tell_printful("order_updated", {"order": {"id": twin.id, "external_id": str(order.id)}})
        await shop.settled()

        assert (first.status, twin.status) == ("draft", "canceled")
        assert journal(order)["print"]["order_id"] == first.id


@in_no_time
async def test_a_sweep_that_finds_a_duplicate_order_cancels_it() -> None:
    async with order_shop() as shop:
        await shop.placed()
        first = shop.print_order
        twin = twin_of(shop, first)
        await shop.sweep()

        assert sorted([first.status, twin.status]) == ["canceled", "draft"]


@in_no_time
async def test_of_two_orders_the_one_in_production_stays() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        first = shop.print_order
        twin = twin_of(shop, first)
        shop.printful.confirm(twin)
        shop.printful.start(twin)
        await shop.settled()
        await shop.sweep()

        assert (first.status, twin.status) == ("canceled", "inprocess")
        assert journal(order)["print"]["order_id"] == twin.id
        assert "printful-failed" not in order.tags


@in_no_time
async def test_two_orders_in_production_are_reported() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        first = shop.print_order
        twin = twin_of(shop, first)
        for each in (first, twin):
            shop.printful.confirm(each)
            shop.printful.start(each)
        await shop.settled()
        await shop.sweep()

        assert "printful-failed" in order.tags
        assert "twice" in journal(order)["print"]["reason"]


@in_no_time
async def test_a_draft_that_appears_after_its_order_was_cancelled_is_cancelled_too() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        cancel(shop.store, order)
        await shop.settled()
        late = twin_of(shop, shop.print_order)
        late.status = "draft"
        shop.store.tell_printful("order_updated", {"order": {"id": late.id, "external_id": str(order.id)}})
        await shop.settled()

        assert late.status == "canceled"
        assert order.tags == []


@pytest.mark.parametrize("lag_s", [5.0, 20.0, 60.0])
@in_no_time
async def test_a_number_that_is_taken_and_not_shown_yet_is_pending_and_not_final(lag_s: float) -> None:
    async with order_shop() as shop:
        shop.store.printful_lookup_lag_s = shop.store.printful_listing_lag_s = lag_s
        order = await shop.placed()
        order.metafields.clear()
        order.private_metafields.clear()
        order.tags.clear()
        await shop.sweep()
        assert order.tags == ["forwarding-pending"]
        assert "is taken" in journal(order)["print"]["reason"]

        for _ in range(2):
            await shop.later(60)
            await shop.sweep()

        assert order.tags == ["printful-forwarded"]
        assert journal(order)["print"]["order_id"] == shop.print_order.id


@in_no_time
async def test_an_order_with_a_lost_answer_is_found_even_if_look_ups_lag() -> None:
    async with order_shop() as shop:
        shop.store.printful_lookup_lag_s = shop.store.printful_listing_lag_s = 20
        shop.sandbox.faults.add("printful", "lost", times=1, match="external_id")
        order = await shop.placed()
        assert "forwarding-pending" in order.tags

        await shop.later(60)
        await shop.sweep()

        assert len(creations(shop)) == 1
        assert order.tags == ["printful-forwarded"]


@in_no_time
async def test_a_late_draft_of_an_order_long_cancelled_is_cancelled_when_a_sweep_lists_it() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        cancel(shop.store, order)
        await shop.settled()
        late = twin_of(shop, shop.print_order)
        late.status = "draft"
        await shop.later(5 * 24 * 60 * MINUTES)
        await shop.placed()
        await shop.sweep()

        assert late.status == "canceled"


@in_no_time
async def test_a_draft_whose_order_was_deleted_in_shopify_is_reported() -> None:
    async with order_shop() as shop:
        deleted = await shop.placed()
        draft = shop.print_order
        await shop.placed()
        del shop.store.orders[deleted.id]
        report = await shop.sweep()

        [said] = [each for each in report.swept if each.name.endswith(str(deleted.id))]
        assert said.needs_a_person
        assert str(draft.id) in said.actions[0]
        assert draft.status == "draft"  # it may be another shop's


# A journal that is not this order's


def copied(order: Order, other: Order) -> None:
    """What an app does that duplicates an order with all that is on it."""
    other.metafields[:] = [copy(each) for each in order.metafields]
    other.private_metafields[:] = [copy(each) for each in order.private_metafields]
    other.tags[:] = list(order.tags)
    other.note = order.note


async def two_orders(shop: OrderShop) -> tuple[Order, Order, PrintOrder]:
    """An order at Printful, and another one that carries its journal."""
    first = await shop.placed()
    printed = shop.print_order
    shop.sandbox.faults.add("webhooks", "lost")
    second = await shop.placed()
    shop.sandbox.faults.clear()
    copied(first, second)
    return first, second, printed


@in_no_time
async def test_cancelling_a_duplicate_does_not_cancel_the_first_orders_prints() -> None:
    async with order_shop() as shop:
        _, second, printed = await two_orders(shop)
        cancel(shop.store, second)
        await shop.settled()
        await shop.sweep()

        assert printed.status == "draft"
        assert len(shop.print_orders) == 1
        assert "printful-forwarded" not in second.tags


@in_no_time
async def test_a_duplicate_gets_prints_of_its_own() -> None:
    async with order_shop() as shop:
        first, second, printed = await two_orders(shop)
        await shop.sweep()

        assert {each.external_id for each in shop.print_orders} == {str(first.id), str(second.id)}
        assert printed.external_id == str(first.id)
        assert journal(second)["order"] == str(second.id)
        assert journal(second)["print"]["order_id"] != printed.id


@in_no_time
async def test_cancelling_a_duplicate_does_not_cancel_the_first_orders_ticket() -> None:
    async with order_shop() as shop:
        first = await shop.pickup()
        shop.sandbox.faults.add("webhooks", "lost")
        second = await shop.pickup()
        shop.sandbox.faults.clear()
        copied(first, second)
        cancel(shop.store, second)
        await shop.settled()
        await shop.sweep()

        assert len(shop.live_tickets) == 1


async def resent(shop: OrderShop) -> Order:
    """An order that Printful cancelled and that goes a second time."""
    order = await shop.placed()
    await shop.at_printful("confirm", "cancel")
    await shop.forward(order)
    assert [each.external_id for each in shop.print_orders] == [str(order.id), f"{order.id}-2"]
    return order


def forget(order: Order) -> None:
    order.metafields.clear()
    order.private_metafields.clear()


@in_no_time
async def test_without_its_journal_an_order_that_went_twice_is_found_under_its_second_number() -> None:
    async with order_shop() as shop:
        order = await resent(shop)
        forget(order)
        await shop.sweep()

        assert len(shop.print_orders) == 2
        assert journal(order)["print"]["external_id"] == f"{order.id}-2"
        assert "printful-failed" not in order.tags


@in_no_time
async def test_without_its_journal_a_cancelled_order_that_went_twice_is_cancelled_under_its_second_number() -> None:
    async with order_shop() as shop:
        order = await resent(shop)
        forget(order)
        cancel(shop.store, order)
        await shop.settled()
        await shop.sweep()

        assert alive(shop.print_orders) == []
