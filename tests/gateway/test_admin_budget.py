"""Many concurrent Admin operations: with admission none is throttled and urgent ones go first."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

import httpx
import orjson
import pytest

from clients.admin.client import Admin
from clients.admin.models import VariantStock
from clients.admin.operations import VARIANT_INVENTORY
from clients.admin.token import StaticToken
from clients.budget import Priority
from clients.global_ids import GlobalId, global_id
from clients.guard import CallOptions
from clients.timing import Deadline
from sandbox.admin.tokens import PERMANENT
from sandbox.app import build_store, create_sandbox
from sandbox.clock import Clock
from tests.conftest import NOW
from tests.virtual_time import in_virtual_time, virtual_timing

URL = "http://sandbox.example/admin/api/2026-10/graphql.json"
OPERATIONS = 2_000
BUCKET_POINTS, POINTS_PER_S = 4_000.0, 200.0  # an Advanced shop's
POINTS_EACH = 7.5  # what one operation takes out of the bucket, on average
OVERLOAD = 3.0  # points asked for, in those that come back meanwhile
# Of ten operations in a row.
MIX = (Priority.SWEEPS,) * 3 + (Priority.PAGES,) * 6 + (Priority.ORDERS,)


@dataclass(frozen=True)
class Caller:
    priority: Priority
    came_at: float


@dataclass(frozen=True)
class Sent:
    """A request as Shopify saw it."""

    caller: Caller
    sent_at: float
    answered_at: float
    throttled: bool
    points: float


_caller: ContextVar[Caller] = ContextVar("caller")


class Shopify(httpx.AsyncBaseTransport):
    """The sandbox's Admin on the loop's time, as far away as a real one. Notes what it is sent."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self.store = build_store(Clock(lambda: NOW + timedelta(seconds=self._clock())))
        self.store.admin_bucket_points, self.store.admin_points_per_second = BUCKET_POINTS, POINTS_PER_S
        self._sandbox = httpx.ASGITransport(create_sandbox(self.store))
        self._requests = 0
        self.seen: list[Sent] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._requests += 1
        way_s = 0.02 + 0.01 * (self._requests % 5)  # so that answers overtake each other
        sent_at = self._clock()
        await asyncio.sleep(way_s)
        response = await self._sandbox.handle_async_request(request)
        answer = orjson.loads(await response.aread())
        await asyncio.sleep(way_s)
        throttled = "errors" in answer and answer["errors"][0]["extensions"]["code"] == "THROTTLED"
        points = answer["extensions"]["cost"]["actualQueryCost"] or 0
        self.seen.append(Sent(_caller.get(), sent_at, self._clock(), throttled, points))
        return response


Ask = Callable[[Sequence[GlobalId]], Awaitable[None]]


async def overload(shopify: Shopify, ask: Ask) -> None:
    """2,000 operations, each about one variant, at three times the rate at which points come back."""
    clock = asyncio.get_running_loop().time
    every_s = POINTS_EACH / (OVERLOAD * POINTS_PER_S)
    variants = [global_id("ProductVariant", number) for number in shopify.store.variants]

    async def call(number: int) -> None:
        _caller.set(Caller(MIX[number % len(MIX)], clock()))
        await ask([variants[number % len(variants)]])

    async with asyncio.TaskGroup() as calls:
        for number in range(OPERATIONS):
            calls.create_task(call(number))
            await asyncio.sleep(every_s)


async def with_turns() -> list[Sent]:
    """As the gateway asks."""
    shopify, timing = Shopify(), virtual_timing()
    async with Admin(URL, StaticToken(PERMANENT), shopify, timing=timing) as admin:

        async def ask(ids: Sequence[GlobalId]) -> None:
            options = CallOptions(_caller.get().priority, Deadline.after(3_600, timing.clock))
            found = await admin.variant_inventory(ids, options=options)
            assert isinstance(found[ids[0]], VariantStock)

        await overload(shopify, ask)
    return shopify.seen


async def without_turns() -> list[Sent]:
    """Each sent as it comes."""
    shopify = Shopify()
    async with httpx.AsyncClient(transport=shopify, headers={"X-Shopify-Access-Token": PERMANENT}) as http:

        async def ask(ids: Sequence[GlobalId]) -> None:
            await http.post(URL, json={"query": VARIANT_INVENTORY, "variables": {"ids": ids}})

        await overload(shopify, ask)
    return shopify.seen


@pytest.fixture(scope="module")
def orderly() -> list[Sent]:
    """What Shopify saw of 2,000 operations that waited for their turns."""
    return in_virtual_time(with_turns())


def test_no_operation_that_waits_for_admission_is_throttled(orderly: list[Sent]) -> None:
    assert len(orderly) == OPERATIONS
    assert sum(each.throttled for each in orderly) == 0


def test_of_operations_sent_as_they_come_many_are_throttled() -> None:
    assert sum(each.throttled for each in in_virtual_time(without_turns())) > OPERATIONS / 4


def test_no_request_is_sent_before_a_more_urgent_one_that_waits(orderly: list[Sent]) -> None:
    overtaken = [
        (urgent, other)
        for urgent in orderly
        for other in orderly
        if urgent.caller.priority < other.caller.priority and urgent.caller.came_at < other.sent_at < urgent.sent_at
    ]
    assert overtaken == []


def test_an_overload_delays_only_requests_that_can_wait(orderly: list[Sent]) -> None:
    waits = {
        priority: [each.sent_at - each.caller.came_at for each in orderly if each.caller.priority is priority]
        for priority in Priority
    }
    assert max(waits[Priority.ORDERS]) < 1
    assert max(waits[Priority.ORDERS]) < max(waits[Priority.PAGES]) < max(waits[Priority.SWEEPS])


def test_waiting_leaves_hardly_any_points_unused(orderly: list[Sent]) -> None:
    points = sum(each.points for each in orderly)
    assert points == pytest.approx(OPERATIONS * POINTS_EACH, rel=0.1)
    assert max(each.answered_at for each in orderly) < 1.1 * (points - BUCKET_POINTS) / POINTS_PER_S
