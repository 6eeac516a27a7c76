"""A gateway that shuts down leaves no lease and no unknown order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app import Sandbox, connected, create_app
from clients.errors import Unavailable
from clients.global_ids import GlobalId, global_id
from resolvers.context import Services
from resolvers.orders.settle_request import SettleOutcome, SettleRequest
from resolvers.orders.settler import OrderSettler
from resolvers.orders.time_budget import SWEEPING
from sandbox.order_life import cancel, place_order
from sandbox.order_records import Order
from tests.gateway.order_rush import (
    BOTH,
    PICKED_UP,
    PRINTED,
    bought,
    is_marked,
    missing_or_wrong,
    passing_sandbox,
    unreported_order,
)
from tests.gateway.order_shop import journal
from tests.serving import GivenSettings
from tests.virtual_time import in_no_time, virtual_timing

GRACE_S = 9.0
GIVEN: dict[str, Any] = {"sweep_minutes": 0, "graphiql": False, "deadline_shutdown_s": GRACE_S}
SETTINGS = GivenSettings(**GIVEN)


@asynccontextmanager
async def services_of(sandbox: Sandbox) -> AsyncIterator[Services]:
    """What a gateway works with, without its routes and its sweep."""
    clock = sandbox.store.clock.now
    async with connected(SETTINGS, sandbox.transport(), virtual_timing(), clock) as services:
        yield services


def settler_of(services: Services) -> OrderSettler:
    assert services.orders is not None
    return services.orders.settler


def order_id(order: Order) -> GlobalId:
    return global_id("Order", order.id)


async def swept(sandbox: Sandbox, *, after_s: float = 300.0) -> None:
    """Another process sweeps, once what was under way has come to its end."""
    await asyncio.sleep(after_s)
    async with services_of(sandbox) as services:
        assert services.orders is not None
        await services.orders.sweep.run()


@in_no_time
async def test_a_gateway_that_is_ended_finishes_the_order_it_works_on() -> None:
    sandbox = passing_sandbox()
    sandbox.faults.add("printful", "latency", latency_s=1.5, match="/orders")
    app = create_app(SETTINGS, sandbox=sandbox, timing=virtual_timing())

    async with app.router.lifespan_context(app):
        order = place_order(sandbox.store, bought(sandbox.store, BOTH))
        await asyncio.sleep(0.5)

    assert is_marked(order)
    assert missing_or_wrong(sandbox.store, [order]) == []


@in_no_time
async def test_a_sweep_that_is_ended_with_the_gateway_leaves_no_lease() -> None:
    sandbox = passing_sandbox()
    sandbox.faults.add("printful", "latency", latency_s=25, match="/orders")
    settings = SETTINGS.model_copy(update={"sweep_minutes": 1})
    app = create_app(settings, sandbox=sandbox, timing=virtual_timing())
    order = unreported_order(sandbox.store, PRINTED)

    async with app.router.lifespan_context(app):
        await asyncio.sleep(60)
        assert "lease" in journal(order)
        began_s = asyncio.get_running_loop().time()
    took_s = asyncio.get_running_loop().time() - began_s

    assert took_s <= GRACE_S
    assert "lease" not in journal(order)
    assert "forwarding-pending" in order.tags
    sandbox.faults.clear()
    await swept(sandbox)
    assert missing_or_wrong(sandbox.store, [order]) == []


@pytest.mark.parametrize("write", [1, 2])
def test_a_lost_answer_to_a_write_of_the_lease_leaves_no_lease(write: int) -> None:
    """The first write takes the lease, the second releases it."""

    @in_no_time
    async def cut() -> None:
        sandbox = passing_sandbox()
        order = unreported_order(sandbox.store, BOTH)
        clock = asyncio.get_running_loop().time
        async with services_of(sandbox) as services:
            if write > 1:
                sandbox.faults.add("admin", "latency", match="mutation SetMetafields", times=write - 1)
            sandbox.faults.add("admin", "lost", match="mutation SetMetafields", times=1)
            settling = asyncio.create_task(settler_of(services).settle(order_id(order), SettleRequest(), SWEEPING))
            await asyncio.sleep(5)
            assert not sandbox.faults.active
            assert not settling.done()
            began_s = clock()
        assert clock() - began_s <= GRACE_S
        await asyncio.gather(settling, return_exceptions=True)
        assert journal(order).get("lease") is None
        await swept(sandbox)
        assert is_marked(order)
        assert missing_or_wrong(sandbox.store, [order]) == []

    cut()


@pytest.mark.parametrize("kind", [PRINTED, PICKED_UP])
def test_goods_sent_during_a_shutdown_are_known_afterwards(kind: str) -> None:
    @in_no_time
    async def cut() -> None:
        sandbox = passing_sandbox()
        order = unreported_order(sandbox.store, kind)
        upstream = "printful" if kind == PRINTED else "square"
        sandbox.faults.add(upstream, "latency", latency_s=20)
        async with services_of(sandbox) as services:
            settling = asyncio.create_task(settler_of(services).settle(order_id(order), SettleRequest(), SWEEPING))
            await asyncio.sleep(21)  # looked up, and on its way
        assert (await settling).outcome is SettleOutcome.PENDING
        assert "lease" not in journal(order)
        assert "forwarding-pending" in order.tags
        sandbox.faults.clear()
        await swept(sandbox)
        assert missing_or_wrong(sandbox.store, [order]) == []

    cut()


@in_no_time
async def test_an_order_that_is_cancelled_after_its_work_was_cut_short_is_withdrawn() -> None:
    sandbox = passing_sandbox()
    order = unreported_order(sandbox.store, PRINTED)
    sandbox.faults.add("printful", "latency", latency_s=10)
    async with services_of(sandbox) as services:
        settling = asyncio.create_task(settler_of(services).settle(order_id(order), SettleRequest(), SWEEPING))
        await asyncio.sleep(11)
    await settling
    sandbox.faults.clear()
    cancel(sandbox.store, order)

    await swept(sandbox)

    assert [each.status for each in sandbox.store.print_orders.values() if each.external_id == str(order.id)] in (
        [],
        ["canceled"],
    )
    assert "forwarding-pending" not in order.tags


@in_no_time
async def test_with_admin_hanging_the_gateway_still_ends_within_its_grace_period() -> None:
    sandbox = passing_sandbox()
    order = unreported_order(sandbox.store, PRINTED)
    clock = asyncio.get_running_loop().time
    async with services_of(sandbox) as services:
        sandbox.faults.add("printful", "latency", latency_s=30)
        settling = asyncio.create_task(settler_of(services).settle(order_id(order), SettleRequest(), SWEEPING))
        await asyncio.sleep(1)
        sandbox.faults.add("admin", "timeout")
        began_s = clock()

    assert clock() - began_s <= GRACE_S
    with pytest.raises((asyncio.CancelledError, Unavailable)):
        await settling


@in_no_time
async def test_no_work_begins_during_a_shutdown() -> None:
    sandbox = passing_sandbox()
    order = unreported_order(sandbox.store, PRINTED)
    async with services_of(sandbox) as services:
        settler = settler_of(services)
        await settler.close(GRACE_S)

        with pytest.raises(Unavailable):
            await settler.settle(order_id(order))

    assert journal(order) == {}
