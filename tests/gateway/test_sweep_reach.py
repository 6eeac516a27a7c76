"""The orders that a sweep reads, their sequence, and the number of requests in a large shop."""

import copy
from datetime import timedelta
from typing import Any

import pytest

from sandbox.order_life import edit, place_order
from sandbox.order_making import Bought
from sandbox.order_records import Order
from sandbox.printful.order_states import PrintOrderStates
from tests.gateway.order_rush import nobody_told, operations, quietly
from tests.gateway.order_shop import OrderShop, journal, order_shop
from tests.gateway.test_sweep import lost
from tests.virtual_time import in_no_time

MANY = 600


def in_progress(shop: OrderShop, order: Order) -> None:
    """Staff say that they have begun."""
    for part in order.fulfillment_orders:
        part.status = "IN_PROGRESS"
    assert order.fulfillment_status == "IN_PROGRESS"
    order.changed_at = shop.store.clock.now()


def partly_paid(shop: OrderShop, order: Order) -> None:
    """Staff add something that is still to be paid."""
    edit(shop.store, order, {}, [Bought(own_goods(shop), 1, (), "SHIPPING", None)])
    assert order.financial_status == "PARTIALLY_PAID"


def unreadable(shop: OrderShop, order: Order) -> None:
    """Shopify fails whenever it is asked for this order."""
    variables = f'"variables":{{"id":"gid://shopify/Order/{order.id}"}}'
    shop.sandbox.faults.add("admin", "html", match=variables)


def own_goods(shop: OrderShop) -> Any:
    return next(each.variants[0] for each in shop.store.products.values() if each.product_type == "Coffee Beans")


def reads(shop: OrderShop) -> int:
    return operations(shop.sandbox.faults)["Order"]


@pytest.mark.parametrize("change", [in_progress, partly_paid])
@pytest.mark.parametrize("by_itself", [True, False], ids=["running", "reconcile"])
def test_a_parcel_without_a_message_is_reported_whatever_the_orders_name(change: Any, by_itself: bool) -> None:
    @in_no_time
    async def shipped() -> None:
        async with order_shop(sweep_minutes=60 if by_itself else 0) as shop:
            order = await shop.placed()
            change(shop, order)
            await shop.later(4 * 86_400)  # longer ago than what "changed lately" finds
            shop.sandbox.faults.add("webhooks", "lost")
            for step in ("confirm", "start", "ship"):
                getattr(PrintOrderStates(shop.store), step)(shop.print_order)

            await (shop.later(7200) if by_itself else shop.sweep())

            assert len(order.fulfillments) == 1

    shipped()


@in_no_time
async def test_a_draft_on_hold_is_confirmed_though_staff_began_with_the_order() -> None:
    async with order_shop(printful_confirm="hold:30", sweep_minutes=5) as shop:
        order = await shop.placed()
        in_progress(shop, order)

        await shop.later(3600)

        assert shop.print_order.status == "pending"


@in_no_time
async def test_one_order_missing_at_printful_does_not_cause_reading_all_its_history() -> None:
    async with order_shop() as shop:
        orders = [await shop.placed() for _ in range(3)]
        live = dict(shop.store.print_orders)
        gone = next(each for each in live.values() if each.external_id == str(orders[0].id))
        shop.store.print_orders.clear()
        for number in range(1500):
            old = copy.copy(gone)
            old.id, old.external_id, old.status = 50_000_000 + number, f"old-{number}", "fulfilled"
            shop.store.print_orders[old.id] = old
        shop.store.print_orders.update(live)
        del shop.store.print_orders[gone.id]
        shop.counted()

        await shop.sweep()

        lists = [each for each in shop.sandbox.faults.log if each.path.endswith("/printful/orders")]
        assert len(lists) <= 2
        assert "printful-failed" in orders[0].tags
        assert str(gone.id) in journal(orders[0])["print"]["reason"]


@in_no_time
async def test_an_old_order_that_printful_still_has_is_read_alone_now_and_then() -> None:
    async with order_shop(sweep_minutes=5) as shop:
        await shop.placed()
        print_order = shop.print_order
        for number in range(300):
            new = copy.copy(print_order)
            new.id, new.external_id, new.status = print_order.id + 1 + number, f"new-{number}", "fulfilled"
            shop.store.print_orders[new.id] = new
        shop.sandbox.faults.add("webhooks", "lost")
        shop.counted()
        await shop.later(3 * 3600)

        alone = operations(shop.sandbox.faults)[f"GET /printful/orders/{print_order.id}"]
        assert 2 <= alone <= 4
        PrintOrderStates(shop.store).confirm(print_order)
        PrintOrderStates(shop.store).start(print_order)
        PrintOrderStates(shop.store).ship(print_order)
        await shop.later(2 * 3600)
        [order] = [each for each in shop.store.orders.values() if str(each.id) == print_order.external_id]
        assert len(order.fulfillments) == 1


@in_no_time
async def test_orders_at_risk_come_first_in_a_sweep() -> None:
    with quietly():
        async with order_shop() as shop:
            shop.store.admin_bucket_points, shop.store.admin_points_per_second = 2_000, 100
            with nobody_told(shop.store):
                for _ in range(MANY):
                    place_order(shop.store, [Bought(own_goods(shop), 1, (), "SHIPPING", None)])
            late = await lost(shop)
            shop.sandbox.faults.add("admin", "latency", latency_s=0.15)
            shop.sandbox.faults.add("printful", "latency", latency_s=0.5)
            began = shop.store.clock.now()

            await shop.sweep()

            [made] = [each for each in shop.print_orders if each.external_id == str(late.id)]
            waited_s = (made.created_at - began).total_seconds()
            took_s = (shop.store.clock.now() - began).total_seconds()
            assert waited_s < 20
            assert took_s < 60
            assert reads(shop) < 20


@in_no_time
async def test_an_order_that_cannot_be_read_does_not_hold_back_the_others() -> None:
    async with order_shop(sweep_minutes=5) as shop:
        sick = await lost(shop)
        unreadable(shop, sick)
        await shop.later(3600)
        shop.counted()
        await shop.later(400)

        [since] = {
            each.body.decode().partition("updated_at:>='")[2][:20]
            for each in shop.sandbox.faults.log
            if b"updated_at:>=" in each.body
        }
        lately = (shop.store.clock.now() - timedelta(minutes=25)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert since > lately
        assert "forwarding-pending" in sick.tags


@in_no_time
async def test_an_order_that_could_not_be_tagged_is_settled_after_the_outage() -> None:
    async with order_shop(sweep_minutes=5) as shop:
        order = await lost(shop)
        unreadable(shop, order)
        shop.sandbox.faults.add("admin", "status", status=500, match="MarkOrder")
        await shop.later(3600)
        assert shop.print_orders == []
        shop.sandbox.faults.clear()

        await shop.later(400)

        assert shop.print_order.external_id == str(order.id)
        assert order.tags == ["printful-forwarded"]
