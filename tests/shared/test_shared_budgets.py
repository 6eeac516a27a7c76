"""Two processes together spend no more than an upstream allows one app and one account."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from clients.admin.client import Admin
from clients.admin.models import VariantStock
from clients.admin.token import StaticToken
from clients.budget import Priority
from clients.errors import Throttled
from clients.global_ids import GlobalId, global_id
from clients.guard import CallOptions
from clients.shared.budgets import RESERVATION_S, SharedPoints, SharedWindows
from clients.shared.redis_link import RedisLink
from clients.timing import Deadline
from sandbox.admin.tokens import PERMANENT
from sandbox.app import build_store, create_sandbox
from sandbox.clock import Clock
from tests.servers.redis_server import RedisServer
from tests.shared.eventually import eventually

URL = "http://sandbox.example/admin/api/2026-10/graphql.json"
OPERATIONS = 2_000
PROCESSES = 2
BUCKET_POINTS, POINTS_PER_S = 4_000.0, 2_000.0
POINTS_EACH = 7.5
OVERLOAD = 3.0


@asynccontextmanager
async def links(server: RedisServer, count: int = PROCESSES) -> AsyncIterator[list[RedisLink]]:
    """The connections of several processes."""
    async with AsyncExitStack() as stack:
        found = [RedisLink(server.url, "shop", call_s=0.5) for _ in range(count)]
        for link in found:
            await stack.enter_async_context(link.opened())
            await link.ready()
        yield found


class Shopify(httpx.AsyncBaseTransport):
    """The sandbox's Admin with answers that overtake each other; counts the throttled ones."""

    def __init__(self) -> None:
        store = build_store(Clock())
        store.admin_bucket_points, store.admin_points_per_second = BUCKET_POINTS, POINTS_PER_S
        self.variants = [
            global_id("ProductVariant", variant.id)
            for product in store.products.values()
            for variant in product.variants
        ]
        self._sandbox = httpx.ASGITransport(create_sandbox(store))
        self.requests = self.throttled = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        await asyncio.sleep(0.01 + 0.01 * (self.requests % 5))
        response = await self._sandbox.handle_async_request(request)
        content = await response.aread()
        self.throttled += b"THROTTLED" in content
        return httpx.Response(response.status_code, headers=response.headers, content=content)


@pytest.mark.slow
async def test_two_processes_at_three_times_the_rate_are_never_throttled(redis_server: RedisServer) -> None:
    shopify = Shopify()
    async with links(redis_server) as connections, AsyncExitStack() as stack:
        admins = [
            await stack.enter_async_context(
                Admin(URL, StaticToken(PERMANENT), shopify, deadline_s=30, shared=SharedPoints(link))
            )
            for link in connections
        ]
        loop = asyncio.get_running_loop()
        began_s = loop.time()

        async def one(number: int) -> dict[GlobalId, VariantStock | Exception]:
            due_s = began_s + number * POINTS_EACH / (OVERLOAD * POINTS_PER_S)
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            ids = [shopify.variants[number % len(shopify.variants)]]
            options = CallOptions(Priority.PAGES, deadline=Deadline.after(120))
            return {**await admins[number % PROCESSES].variant_inventory(ids, options=options)}

        answers = await asyncio.gather(*(one(number) for number in range(OPERATIONS)))

    assert all(isinstance(value, VariantStock) for answer in answers for value in answer.values())
    assert shopify.throttled == 0
    assert shopify.requests == OPERATIONS


async def test_points_that_one_process_reserved_are_not_given_to_another(redis_server: RedisServer) -> None:
    async with links(redis_server) as connections:
        first, second = map(SharedPoints, connections)
        held = [await first.reserve(900, Priority.ORDERS, None) for _ in range(2)]
        assert [each.wait_s for each in held] == [0, 0]

        assert (await second.reserve(900, Priority.ORDERS, None)).wait_s > 0
        assert RESERVATION_S < 60


async def test_pages_leave_a_share_of_the_points_to_orders(redis_server: RedisServer) -> None:
    async with links(redis_server, 1) as (link,):
        points = SharedPoints(link)
        assert (await points.reserve(1_890, Priority.ORDERS, None)).wait_s == 0

        assert (await points.reserve(50, Priority.PAGES, None)).wait_s > 0
        assert (await points.reserve(50, Priority.ORDERS, None)).wait_s == 0


async def test_printfuls_requests_are_counted_over_all_processes(redis_server: RedisServer) -> None:
    async with links(redis_server) as connections:
        both = [SharedWindows(link) for link in connections]
        given = [(await both[number % 2].reserve(1, Priority.ORDERS, None)).wait_s for number in range(125)]

    assert [each == 0 for each in given] == [True] * 120 + [False] * 5
    assert 0 < given[-1] <= 60


async def test_printfuls_orders_have_a_fifth_of_the_requests_to_themselves(redis_server: RedisServer) -> None:
    async with links(redis_server, 1) as (link,):
        windows = SharedWindows(link)
        pages = [(await windows.reserve(1, Priority.PAGES, None)).wait_s for _ in range(100)]

        assert sum(each == 0 for each in pages) == 96
        assert (await windows.reserve(1, Priority.ORDERS, None)).wait_s == 0


async def test_a_lockout_at_one_process_stops_the_other(redis_server: RedisServer) -> None:
    async with links(redis_server) as connections:
        first, second = map(SharedWindows, connections)
        first.learn("mockups", 2, 0, 30.0, 60.0)

        async def second_waits() -> bool:
            return 30 < (await second.reserve(1, Priority.PAGES, "mockups")).wait_s <= 60

        await eventually(second_waits)
        assert (await second.reserve(1, Priority.PAGES, None)).wait_s == 0


async def test_without_redis_everything_is_reserved_and_the_own_budget_counts(redis_server: RedisServer) -> None:
    async with links(redis_server, 1) as (link,):
        redis_server.kill()
        points, windows = SharedPoints(link), SharedWindows(link)
        given = [await points.reserve(900, Priority.PAGES, None) for _ in range(5)]
        given += [await windows.reserve(1, Priority.PAGES, None) for _ in range(5)]

        assert {each.wait_s for each in given} == {0.0}
        for each in given:
            points.settle(each)


async def test_a_wait_beyond_the_deadline_is_refused_before_it_is_sent(redis_server: RedisServer) -> None:
    shopify = Shopify()
    async with links(redis_server, 1) as (link,):
        points = SharedPoints(link)
        await points.reserve(1_000, Priority.ORDERS, None)
        await points.reserve(990, Priority.ORDERS, None)
        async with Admin(URL, StaticToken(PERMANENT), shopify, shared=points) as admin:
            found = await admin.variant_inventory(
                shopify.variants[:20], options=CallOptions(deadline=Deadline.after(0.3))
            )

    assert {type(each) for each in found.values()} == {Throttled}
    assert shopify.requests == 0


AN_HOUR_AHEAD = """
local ahead = redis.call('TIME')[1] + 3600
for index, key in ipairs(KEYS) do
  for _, field in ipairs({'as_of', 'ends', 'locked'}) do
    if redis.call('HEXISTS', key, field) == 1 then redis.call('HSET', key, field, ahead) end
  end
  if string.find(key, 'reservations') then
    for _, token in ipairs(redis.call('HKEYS', key)) do redis.call('HSET', key, token, '1900 ' .. ahead) end
  end
end
return 1
"""


async def test_a_step_of_redis_clock_stops_neither_admin_nor_printful(redis_server: RedisServer) -> None:
    async with links(redis_server, 1) as (link,):
        points, windows = SharedPoints(link), SharedWindows(link)
        points.settle(await points.reserve(1_990, Priority.ORDERS, None))
        await points.reserve(1, Priority.ORDERS, None)
        for _ in range(120):
            await windows.reserve(1, Priority.ORDERS, "mockups")
        windows.learn("mockups", 2, 0, 30.0, 60.0)

        async def is_locked() -> bool:
            return (await windows.reserve(1, Priority.ORDERS, "mockups")).wait_s > 30

        await eventually(is_locked)
        keys = [link.name("admin", each) for each in ("points", "reservations")]
        keys += [link.name("printful", "window", each) for each in ("all", "mockups")]
        await link.run(AN_HOUR_AHEAD, keys)

        assert (await points.reserve(1_000, Priority.ORDERS, None)).wait_s < 30
        assert (await windows.reserve(1, Priority.ORDERS, None)).wait_s == 0
        assert (await windows.reserve(1, Priority.ORDERS, "mockups")).wait_s == 0
