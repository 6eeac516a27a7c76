"""Printful's stand-in is no kinder than Printful may be: creations take a while, and show up late."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx

from sandbox.app import build_store, create_sandbox
from sandbox.clock import Clock
from sandbox.store import Store
from tests.serving import NOON
from tests.unit.test_sandbox_printful_orders import SHIRT, Orders, order
from tests.virtual_time import in_no_time


@asynccontextmanager
async def printful() -> AsyncIterator[tuple[Orders, Store]]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    store = build_store(Clock(lambda: NOON + timedelta(seconds=loop.time() - began)))
    transport = httpx.ASGITransport(create_sandbox(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example/printful") as http:
        yield Orders(http), store


@in_no_time
async def test_a_slow_order_is_answered_when_it_is_made() -> None:
    async with printful() as (orders, store):
        store.printful_commit_s = 12

        asking = asyncio.create_task(orders.made())
        await asyncio.sleep(11)
        assert store.print_orders == {}
        made = await asking

        assert [*store.print_orders] == [made["id"]]


@in_no_time
async def test_a_slow_order_is_made_also_when_its_caller_has_gone() -> None:
    async with printful() as (orders, store):
        store.printful_commit_s = 40

        asking = asyncio.create_task(orders.made())
        await asyncio.sleep(1)
        asking.cancel()
        await asyncio.sleep(40)

        assert (await orders.ok("GET", "/orders/@5001"))["status"] == "draft"


@in_no_time
async def test_a_number_is_checked_on_arrival_alone() -> None:
    async with printful() as (orders, store):
        store.printful_commit_s = 12

        first = asyncio.create_task(orders.made())
        await asyncio.sleep(6)
        await orders.made()
        await first

        assert [each.external_id for each in store.print_orders.values()] == ["5001", "5001"]
        assert (await orders.refusal("POST", "/orders", order(SHIRT)))[2] == "OR-13"


@in_no_time
async def test_a_new_order_is_found_by_its_number_and_listed_later_and_by_its_id_at_once() -> None:
    async with printful() as (orders, store):
        store.printful_lookup_lag_s, store.printful_listing_lag_s = 20, 30
        made = await orders.made()

        assert (await orders.call("GET", "/orders/@5001")).status_code == 404
        assert (await orders.ok("GET", f"/orders/{made['id']}"))["id"] == made["id"]
        assert (await orders.refusal("POST", "/orders", order(SHIRT)))[2] == "OR-13"
        await asyncio.sleep(20)
        assert (await orders.ok("GET", "/orders/@5001"))["id"] == made["id"]
        assert await orders.ok("GET", "/orders") == []
        await asyncio.sleep(10)
        assert [each["id"] for each in await orders.ok("GET", "/orders")] == [made["id"]]
