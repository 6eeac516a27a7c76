"""A ticket's progress reaches Shopify within two sweeps when Square's webhooks are lost."""

import pytest

from sandbox.order_life import COUNTER
from sandbox.square import states as counter
from tests.gateway.order_shop import OrderShop, journal, order_shop
from tests.virtual_time import in_no_time

SWEEP_MINUTES = 5
HOURLY = 60  # for days: a thousand sweeps would take seconds
TWO_SWEEPS_S = 2 * SWEEP_MINUTES * 60 * 1.2  # sweeps are spread by chance


def status(order: object) -> str:
    [ticket] = journal(order)["tickets"].values()  # type: ignore[arg-type]
    return str(ticket["status"])


async def place_unreported(shop: OrderShop, action: str) -> None:
    """The counter does something, of which no message arrives."""
    shop.sandbox.faults.add("webhooks", "lost")
    counter.act(shop.store, shop.tickets[-1].id, action)
    await shop.settled()
    shop.sandbox.faults.clear()


@pytest.mark.parametrize("paid", [True, False], ids=["paid online", "paid at the counter"])
@pytest.mark.parametrize("lag_s", [0, 60])
def test_ready_and_handed_over_are_seen_by_the_sweeps(lag_s: int, paid: bool) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop(sweep_minutes=SWEEP_MINUTES) as shop:
            shop.store.square_search_lag_s = lag_s
            order = await (shop.pickup() if paid else shop.pickup(paid=False, gateway=COUNTER))
            [part] = order.fulfillment_orders
            await shop.later(3600)

            await place_unreported(shop, "ready")
            await shop.later(TWO_SWEEPS_S)
            assert (status(order), part.prepared) == ("ready", True)

            if not paid:
                await place_unreported(shop, "pay")
            await place_unreported(shop, "complete")
            await shop.later(TWO_SWEEPS_S)
            assert (status(order), part.status, part.remaining) == ("completed", "CLOSED", 0)

    scenario()


@pytest.mark.parametrize("action", ["cancel", "fail"])
def test_a_ticket_that_the_counter_fails_is_found_by_the_sweep(action: str) -> None:
    @in_no_time
    async def scenario() -> None:
        async with order_shop(sweep_minutes=SWEEP_MINUTES) as shop:
            order = await shop.pickup(paid=False, gateway=COUNTER)
            await shop.later(3600)
            await place_unreported(shop, action)
            await shop.later(TWO_SWEEPS_S)

            assert "pos-failed" in order.tags

    scenario()


@in_no_time
async def test_events_during_an_outage_of_square_are_seen_afterwards() -> None:
    async with order_shop(sweep_minutes=SWEEP_MINUTES) as shop:
        order = await shop.pickup(paid=False, gateway=COUNTER)
        await shop.later(3600)
        await place_unreported(shop, "ready")
        shop.sandbox.faults.add("square", "status", status=503)
        await shop.later(3600)
        shop.sandbox.faults.clear()
        await shop.later(TWO_SWEEPS_S)

        assert status(order) == "ready"


@in_no_time
async def test_a_pickup_that_staff_filed_away_is_followed_to_its_end() -> None:
    async with order_shop(sweep_minutes=HOURLY) as shop:
        order = await shop.pickup()
        order.closed_at = shop.store.clock.now()
        await shop.later(4 * 86400)
        await place_unreported(shop, "ready")
        await shop.later(2 * HOURLY * 60 * 1.2)

        assert status(order) == "ready"
