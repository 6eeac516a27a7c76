"""What one client may do in a minute or an hour, it may do at all processes together."""

from collections.abc import Callable

import pytest

from clients.shared.counts import SharedCounts
from clients.shared.redis_link import RedisLink
from clients.timing import REAL
from edge.bodies import HttpRefusal
from edge.rate_limits import ClientLimits, RateLimits
from resolvers.client_limit import HourlyLimit, TooOften
from tests.servers.redis_server import RedisServer
from tests.shared.test_shared_budgets import links

CLIENT = "203.0.113.7"


def of_process(link: RedisLink, clock: Callable[[], float]) -> tuple[RateLimits, SharedCounts]:
    counts = SharedCounts(link, REAL)
    return RateLimits(ClientLimits(1_000, 100, 10), clock=clock, counts=counts), counts


async def test_what_a_client_did_at_one_process_counts_at_the_other(redis_server: RedisServer) -> None:
    now = [0.0]
    async with links(redis_server) as connections:
        (first, first_counts), (second, second_counts) = (of_process(link, lambda: now[0]) for link in connections)
        for _ in range(60):
            first.count_cached_answer(CLIENT)
        for _ in range(30):
            second.count_cached_answer(CLIENT)
        await first_counts.settle()
        await second_counts.settle()
        for _ in range(10):
            second.count_cached_answer(CLIENT)
        with pytest.raises(HttpRefusal):
            second.count_cached_answer(CLIENT)
        second.count_cached_answer("203.0.113.8")
        now[0] = 61.0
        second.count_cached_answer(CLIENT)


async def test_guests_look_orders_up_as_often_at_all_processes_together(redis_server: RedisServer) -> None:
    async with links(redis_server) as connections:
        counts = [SharedCounts(link, REAL) for link in connections]
        first, second = (HourlyLimit(3, clock=REAL.clock, name="order-lookups", counts=each) for each in counts)
        first.take(CLIENT)
        first.take(CLIENT)
        second.take(CLIENT)
        for each in counts:
            await each.settle()

        with pytest.raises(TooOften):
            second.take(CLIENT)


async def test_no_address_of_a_client_reaches_redis(redis_server: RedisServer) -> None:
    async with links(redis_server, 1) as (link,):
        limits, counts = of_process(link, REAL.clock)
        limits.count_cached_answer(CLIENT)
        await counts.settle()
        with redis_server.client as client:
            (name,) = client.scan_iter("*:count:*")
            fields = client.hgetall(name)

    assert len(fields) == 1
    assert CLIENT.encode() not in name + b"".join(fields)


async def test_without_redis_each_process_counts_for_itself(redis_server: RedisServer) -> None:
    async with links(redis_server, 1) as (link,):
        limits, counts = of_process(link, REAL.clock)
        redis_server.kill()
        await link.get("anything")
        for _ in range(100):
            limits.count_cached_answer(CLIENT)
        await counts.settle()

        with pytest.raises(HttpRefusal):
            limits.count_cached_answer(CLIENT)
