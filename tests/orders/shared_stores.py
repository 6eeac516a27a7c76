"""The Redis and the history's database that the gateways of a world share."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from app import connected
from clients.history.database import HistoryDatabase
from clients.history.rows import TABLES
from edge.sharing import Stores
from resolvers.history_rebuild import rebuild
from resolvers.orders.journal import ATTEMPTS_KEPT
from tests.orders import database_stand_in, redis_stand_in
from tests.orders.database_stand_in import DatabaseStandIn
from tests.orders.mortal import Life
from tests.orders.redis_stand_in import RedisStandIn
from tests.virtual_time import virtual_timing

if TYPE_CHECKING:
    from tests.orders.world import World

CAUGHT_UP_S = 5 * 60.0  # two sweeps, and the retries of a history

Rows = Mapping[str, Sequence[Sequence[Any]]]


class SharedStores:
    """Both stores. `is_over`: processes that start now share nothing."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.redis = RedisStandIn(random)
        self.database = DatabaseStandIn(folder / "live.db", random)
        self.copy = DatabaseStandIn(folder / "rebuilt.db", random)
        self.is_over = False

    @classmethod
    @contextmanager
    def open(cls, seed: int) -> Iterator["SharedStores"]:
        with tempfile.TemporaryDirectory(prefix="history-") as folder, RedisStandIn.virtual_clock():
            stores = cls(Path(folder), Random(seed))
            try:
                yield stores
            finally:
                stores.database.close()
                stores.copy.close()

    @property
    def settings(self) -> dict[str, Any]:
        if self.is_over:
            return {}
        return {"redis_url": redis_stand_in.URL, "database_url": database_stand_in.URL}

    def stores(self, life: Life) -> Stores:
        return Stores(self.redis.connection_class(life), self.database.connect(life))

    def end_faults(self) -> None:
        self.redis.end_faults()
        self.database.end_faults()


async def history_differences(world: "World", shared: SharedStores) -> list[str]:
    """How the history that was written live differs from a rebuilt one, and from itself after a rebuild."""
    await asyncio.sleep(CAUGHT_UP_S)
    live = await _dump(shared.database)
    await _rebuild(world, shared.copy)
    rebuilt = await _dump(shared.copy)
    await _rebuild(world, shared.database)
    again = await _dump(shared.database)
    found = [f"a rebuild changed the history: {each}" for each in _differences(live, again)]
    return [
        *found,
        *(f"a rebuilt history is another one: {each}" for each in _differences(_seen(live, rebuilt), rebuilt)),
    ]


async def _dump(database: DatabaseStandIn) -> Rows:
    store = HistoryDatabase(database_stand_in.URL, connect=database.connect(Life("reader")))
    found = {name: [list(row) async for row in store.table(name)][1:] for name in TABLES}
    await store.close()
    return found


async def _rebuild(world: "World", database: DatabaseStandIn) -> None:
    settings = world.settings().model_copy(update={"redis_url": None})
    stores = Stores(connect_database=database.connect(Life("rebuild")))
    timing, now = virtual_timing(), world.store.clock.now
    async with connected(settings, world.upstreams, timing, now, stores=stores) as services:
        assert services.orders is not None
        assert services.history is not None
        await rebuild(services.orders, services.history.store, timing)


def _seen(live: Rows, rebuilt: Rows) -> Rows:
    """The live rows without attempts that the journals have dropped since. A rebuild cannot find these."""
    journals: dict[int, int] = {}
    for order_id, *_ in rebuilt["attempts"]:
        journals[order_id] = journals.get(order_id, 0) + 1
    full = {order_id for order_id, count in journals.items() if count == ATTEMPTS_KEPT}
    attempts = []
    for order_id in sorted({row[0] for row in live["attempts"]}):
        of_order = [row for row in live["attempts"] if row[0] == order_id]
        if order_id in full:
            latest = of_order[-ATTEMPTS_KEPT:]
            of_order = [[order_id, number, *row[2:]] for number, row in enumerate(latest)]
        attempts += of_order
    return {**live, "attempts": attempts}


def _differences(one: Rows, other: Rows) -> list[str]:
    found = []
    for table in TABLES:
        there = [f"{table} has no longer {row}" for row in one[table] if row not in other[table]]
        found += [*there, *(f"{table} has now {row}" for row in other[table] if row not in one[table])]
    return found
