"""Requests for one order that wait are merged: the most urgent of them sets the time budget."""

import asyncio

import pytest

from resolvers.orders.settle_request import SettleRequest
from resolvers.orders.time_budget import IMMEDIATE, SWEEPING, TimeBudget
from tests.gateway.order_rush import PRINTED, passing_sandbox, unreported_order
from tests.gateway.test_shutdown import order_id, services_of, settler_of
from tests.virtual_time import in_no_time

PRINTFUL_TAKES_S = 10.0


async def seconds_until_answered(first: TimeBudget, second: TimeBudget) -> float:
    """How long whoever comes second waits, when both come while the order is being worked on."""
    sandbox = passing_sandbox()
    clock = asyncio.get_running_loop().time
    async with services_of(sandbox) as services:
        order, settler = unreported_order(sandbox.store, PRINTED), settler_of(services)
        sandbox.faults.add("printful", "latency", latency_s=PRINTFUL_TAKES_S)
        running = asyncio.create_task(settler.settle(order_id(order)))
        await asyncio.sleep(0.01)
        queued = asyncio.create_task(settler.settle(order_id(order), SettleRequest(follow=True), first))
        await asyncio.sleep(0.01)
        began_s = clock()
        await settler.settle(order_id(order), SettleRequest(follow=True), second)
        took_s = clock() - began_s
        await asyncio.gather(running, queued)
        return took_s


@pytest.mark.parametrize(("first", "second"), [(SWEEPING, IMMEDIATE), (IMMEDIATE, SWEEPING), (IMMEDIATE, IMMEDIATE)])
def test_a_message_that_joins_a_waiting_request_is_answered_in_its_own_time(
    first: TimeBudget, second: TimeBudget
) -> None:
    @in_no_time
    async def joined() -> None:
        assert await seconds_until_answered(first, second) < 2 * (IMMEDIATE.work_s + IMMEDIATE.write_s)

    joined()


@in_no_time
async def test_two_sweeps_that_are_merged_keep_the_long_timeout() -> None:
    assert await seconds_until_answered(SWEEPING, SWEEPING) > PRINTFUL_TAKES_S
