"""Square's stand-in is no kinder than Square may be: creations take a while, and searches run behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx

from sandbox.app import build_store, create_sandbox
from sandbox.clock import Clock
from sandbox.square.states import ready
from sandbox.store import Store
from tests.serving import NOON
from tests.unit.square_calls import BASE, TOKEN, created_order, found_ids
from tests.virtual_time import in_no_time


@asynccontextmanager
async def square() -> AsyncIterator[tuple[httpx.AsyncClient, Store]]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    store = build_store(Clock(lambda: NOON + timedelta(seconds=loop.time() - began)))
    transport = httpx.ASGITransport(create_sandbox(store))
    async with httpx.AsyncClient(transport=transport, base_url=f"{BASE}/v2", headers=TOKEN) as http:
        yield http, store


@in_no_time
async def test_a_slow_order_is_answered_when_it_is_made() -> None:
    async with square() as (http, store):
        store.square_commit_s = 30
        making = asyncio.create_task(created_order(http, key="one"))
        await asyncio.sleep(29)
        assert store.square_orders == {}
        order = await making

        assert [*store.square_orders] == [order["id"]]


@in_no_time
async def test_a_slow_order_is_made_also_when_its_caller_has_gone() -> None:
    async with square() as (http, store):
        store.square_commit_s = 30
        making = asyncio.create_task(created_order(http, key="one"))
        await asyncio.sleep(1)
        making.cancel()
        await asyncio.sleep(30)

        assert len(await found_ids(http)) == 1
        assert len(store.square_orders) == 1


@in_no_time
async def test_a_slow_order_that_is_sent_twice_with_one_key_is_made_once() -> None:
    async with square() as (http, store):
        store.square_commit_s = 30
        first = asyncio.create_task(created_order(http, key="one"))
        await asyncio.sleep(1)
        assert (await created_order(http, key="one"))["id"] == (await first)["id"]

        assert len(store.square_orders) == 1


@in_no_time
async def test_a_slow_order_that_square_refuses_is_refused_in_the_end() -> None:
    async with square() as (http, store):
        store.square_commit_s = 30

        assert (await http.post("/orders", json={"order": {"location_id": "NOWHERE"}})).status_code == 404


@in_no_time
async def test_a_search_finds_orders_and_their_changes_late() -> None:
    async with square() as (http, store):
        store.square_search_lag_s = 20
        order = await created_order(http)
        by_change = {"query": {"sort": {"sort_field": "UPDATED_AT"}}}
        assert await found_ids(http) == []
        assert (await http.get(f"/orders/{order['id']}")).status_code == 200

        await asyncio.sleep(20)
        assert await found_ids(http) == [order["id"]]
        ready(store, store.square_orders[order["id"]])
        assert await found_ids(http, **by_change) == []
        await asyncio.sleep(20)
        assert await found_ids(http, **by_change) == [order["id"]]
