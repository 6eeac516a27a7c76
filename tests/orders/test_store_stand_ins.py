"""The stand-ins of Redis and of the history's database fail as the real servers do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from clients.history.database import HistoryDatabase
from clients.history.rows import HistoryDown, OrderRow, OrderRows
from clients.shared.redis_link import RedisLink
from tests.history.shop import dump
from tests.orders import database_stand_in, redis_stand_in
from tests.orders.database_stand_in import DatabaseStandIn
from tests.orders.mortal import Life, owned_tasks
from tests.orders.redis_stand_in import RedisStandIn
from tests.serving import NOON
from tests.virtual_time import in_no_time, virtual_timing

ROWS = OrderRows(
    OrderRow(7, "#7", NOON, "2026-11", "USD", "PAID", "UNFULFILLED", None, False, "", None), (), (), (), ()
)


@asynccontextmanager
async def linked(server: RedisStandIn) -> AsyncIterator[RedisLink]:
    connection_class = server.connection_class(Life("process"))
    link = RedisLink(redis_stand_in.URL, "test", timing=virtual_timing(), connection_class=connection_class)
    with RedisStandIn.virtual_clock():
        async with link.opened():
            await asyncio.sleep(1)
            yield link


@in_no_time
async def test_values_expire_in_virtual_time() -> None:
    async with linked(RedisStandIn(Random(1))) as link:
        await link.put("short", b"1", 5)
        await link.put("long", b"1", 50)
        await asyncio.sleep(10)

        assert [await link.get("short"), await link.get("long")] == [None, b"1"]


@in_no_time
async def test_a_killed_redis_has_lost_everything_and_is_used_again() -> None:
    server = RedisStandIn(Random(1))
    async with linked(server) as link:
        await link.put("name", b"1", 100)
        server.fail("kill", 5)
        await asyncio.sleep(1)
        was_up = link.is_up
        await asyncio.sleep(10)

        assert not was_up
        assert link.is_up
        assert await link.get("name") is None


@in_no_time
async def test_a_hanging_redis_carries_out_what_it_received() -> None:
    server = RedisStandIn(Random(1))
    async with linked(server) as link:
        server.fail("hang", 5)
        began_s = asyncio.get_running_loop().time()
        await link.put("name", b"late", 100)
        took_s = asyncio.get_running_loop().time() - began_s
        await asyncio.sleep(10)

        assert took_s <= 0.06
        assert await link.get("name") == b"late"


@in_no_time
async def test_two_processes_share_a_lease_until_the_stand_in_forgets_it() -> None:
    server = RedisStandIn(Random(1))
    async with linked(server) as link, linked(server) as other:
        first = [await link.claim("sweep", "one", 60), await other.claim("sweep", "two", 60)]
        server.fail("flush", 0)

        assert first == [True, False]
        assert await other.claim("sweep", "two", 60)


@pytest.mark.parametrize("kind", ["kill", "hang"])
def test_a_database_that_fails_is_down_and_keeps_what_was_committed(tmp_path: Path, kind: str) -> None:
    @in_no_time
    async def failing() -> None:
        server = DatabaseStandIn(tmp_path / "history.db", Random(1))
        store = HistoryDatabase(database_stand_in.URL, connect=server.connect(Life("process")))
        await store.write(ROWS, 1)
        server.fail(kind, 20)
        with pytest.raises(HistoryDown):
            await store.check()
        await asyncio.sleep(30)
        found = await dump(store)
        await store.close()

        assert len(found["orders"]) == 2

    failing()


def test_a_commit_without_an_answer_is_a_failure_and_may_have_happened(tmp_path: Path) -> None:
    @in_no_time
    async def lost() -> None:
        server = DatabaseStandIn(tmp_path / "history.db", Random(1))
        store = HistoryDatabase(database_stand_in.URL, connect=server.connect(Life("process")))
        await store.check()
        server.fail("lose", 0)
        with pytest.raises(HistoryDown):
            await store.write(ROWS, 1)
        found = await dump(store)
        await store.close()

        assert len(found["orders"]) == 2

    lost()


def test_a_process_that_dies_leaves_no_transaction_open(tmp_path: Path) -> None:
    @in_no_time
    async def died() -> None:
        server = DatabaseStandIn(tmp_path / "history.db", Random(1))
        async with owned_tasks():
            life = Life("mortal")
            store = HistoryDatabase(database_stand_in.URL, connect=server.connect(life))
            await store.check()
            writing = life.start(store.write(ROWS, 1))
            await asyncio.sleep(0.03)
            life.end()
            await asyncio.wait([writing])
        other = HistoryDatabase(database_stand_in.URL, connect=server.connect(Life("another")))
        await other.write(ROWS, 2)
        found = await dump(other)
        await other.close()
        server.close()

        assert len(found["orders"]) == 2

    died()
