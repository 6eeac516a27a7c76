"""Two workers, Redis and PostgreSQL are killed while orders come in: each order is sent once, and none is lost.

Afterwards a history that is rebuilt from Shopify has the same rows as the one that was written live. `RUNS` says how
often the workers are killed, and `KILL_SEED` repeats what is random about it.
"""

import asyncio
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from random import Random

import pytest

from clients.history.database import HistoryDatabase
from tests.e2e.processes import Shop, stand_ins
from tests.e2e.test_killed_gateway import MOMENTS, SEED, SEEN_WITHIN_S, World
from tests.history.shop import Rows, dump
from tests.servers.ports import free_port
from tests.servers.postgres_server import PostgresServer
from tests.servers.redis_server import RedisServer

pytestmark = pytest.mark.slow

RUNS = int(os.environ.get("RUNS", "1"))
EQUAL_WITHIN_S = 60.0
_KILLED_AT = [name for name in MOMENTS if name != "a parcel is told to Shopify"]


class Troubles:
    """Kills, hangs, empties and confuses Redis, and kills PostgreSQL, in random order and at random moments."""

    def __init__(self, redis: RedisServer, postgres: PostgresServer, random: Random) -> None:
        self.redis = redis
        self.postgres = postgres
        self.random = random
        self._is_over = threading.Event()
        self.counts: Counter[str] = Counter()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Makes trouble. Both servers run again at the end."""
        self._is_over.clear()
        making = threading.Thread(target=self._make)
        making.start()
        try:
            yield
        finally:
            self._is_over.set()
            making.join()

    def _make(self) -> None:
        while True:
            for trouble in (self.random.choice(_TROUBLES), _kill_postgres):
                trouble(self)
                self.counts[trouble.__name__.strip("_")] += 1
                if self._is_over.wait(self.random.uniform(0.05, 0.6)):
                    return

    def pause(self) -> None:
        self._is_over.wait(self.random.uniform(0.05, 1.0))


def _kill_redis(troubles: Troubles) -> None:
    troubles.redis.kill()
    troubles.pause()
    troubles.redis.start()


def _hang_redis(troubles: Troubles) -> None:
    troubles.redis.hang()
    troubles.pause()
    troubles.redis.go_on()


def _empty_redis(troubles: Troubles) -> None:
    troubles.redis.client.flushall()


def _confuse_redis(troubles: Troubles) -> None:
    """Gives half of the keys a value of another type."""
    client = troubles.redis.client
    for key in sorted(client.keys()):
        if troubles.random.random() < 0.5:
            client.delete(key)
            client.rpush(key, "wrong")


def _kill_postgres(troubles: Troubles) -> None:
    troubles.postgres.kill()
    troubles.pause()
    troubles.postgres.start()


_TROUBLES = (_kill_redis, _hang_redis, _empty_redis, _confuse_redis)


class WorkersWorld(World):
    """A gateway with two workers that share Redis and a history."""

    def __init__(
        self, folder: Path, shop: Shop, settings: dict[str, str], random: Random, postgres: PostgresServer
    ) -> None:
        self.live, self.rebuilt = postgres.url("live"), postgres.url("rebuilt")
        super().__init__(folder, shop, {**settings, "DATABASE_URL": self.live}, random)
        self.killed: Counter[str] = Counter()
        # Each printed order costs the history a request to Printful, which allows it 60 a minute.
        self.moment_within_s, self.run_within_s = 30.0, 1800.0

    def start_gateway(self) -> None:
        if self.gateway is None or not self.gateway.is_alive:
            super().start_gateway()

    def stop_gateway(self, *, in_order: bool) -> None:
        """Kills one worker, which is then replaced, or the whole gateway."""
        assert self.gateway is not None
        workers = sorted(self.gateway.workers)
        if workers and not in_order and self.random.random() < 0.5:
            self.killed["worker"] += 1
            os.kill(self.random.choice(workers), signal.SIGKILL)
        else:
            self.killed["gateway"] += 1
            super().stop_gateway(in_order=in_order)

    def history_differences(self) -> list[str]:
        """How the rebuilt history differs from the live one, once that has caught up."""
        self.rebuild(self.rebuilt)
        deadline = time.monotonic() + EQUAL_WITHIN_S + len(self.orders)
        while differences := self._differences():
            if time.monotonic() > deadline:
                return differences
            time.sleep(0.5)
        before = _rows(self.live)
        self.rebuild(self.live)
        again = _rows(self.live)
        return [
            f"{table}: a rebuild removed {row}" for table in before for row in before[table] if row not in again[table]
        ]

    def _differences(self) -> list[str]:
        """What the stand-ins had before, the gateway never wrote."""
        placed = {int(order.id) for order in self.orders}
        live, rebuilt = _rows(self.live), _rows(self.rebuilt)
        return [
            *(f"{table}: only live {row}" for table, row in _rows_of(live, placed) if row not in rebuilt[table]),
            *(f"{table}: only rebuilt {row}" for table, row in _rows_of(rebuilt, placed) if row not in live[table]),
        ]

    def rebuild(self, url: str) -> None:
        settings, self.settings = self.settings, {**self.settings, "DATABASE_URL": url}
        try:
            assert self.run("history", "rebuild") == 0, (self.folder / "history.log").read_text()[-2000:]
        finally:
            self.settings = settings


def _rows(url: str) -> Rows:
    async def read() -> Rows:
        store = HistoryDatabase(url)
        try:
            return await dump(store)
        finally:
            await store.close()

    return asyncio.run(read())


def _rows_of(rows: Rows, orders: Collection[int]) -> Iterator[tuple[str, Sequence[object]]]:
    return ((table, row) for table, found in rows.items() for row in found if row[0] in orders)


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WorkersWorld, Troubles]]:
    folder, port, random = tmp_path_factory.mktemp("killed-stores"), free_port(), Random(SEED)
    with ExitStack() as stack:
        redis = RedisServer(folder)
        stack.callback(redis.kill)
        postgres = PostgresServer()
        stack.callback(postgres.remove)
        shop, settings = stack.enter_context(stand_ins(folder, f"http://127.0.0.1:{port}"))
        shared = {"WORKERS": "2", "REDIS_URL": redis.url}
        world = WorkersWorld(folder, shop, {**settings, **shared, "PORT": str(port)}, random, postgres)
        assert world.run("webhooks") == 0, (folder / "webhooks.log").read_text()
        stack.callback(lambda: world.gateway.end() if world.gateway is not None else None)
        world.start_gateway()
        world.place()
        yield world, Troubles(redis, postgres, random)


@pytest.mark.parametrize("run", range(RUNS))
def test_killed_workers_and_stores_cost_no_order_and_no_row(troubled: tuple[WorkersWorld, Troubles], run: int) -> None:
    world, troubles = troubled
    name = next(islice(cycle(_KILLED_AT), run, None))
    print(f"KILL_SEED={SEED}: killed when {name}")
    with troubles.going_on():
        world.kill_when(MOMENTS[name])
        world.start_gateway()
    world.heal()
    deadline = time.monotonic() + SEEN_WITHIN_S
    while (wrong := world.wrong()) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert wrong == []
    if run == RUNS - 1:
        print(f"killed {dict(world.killed)}, troubles {dict(troubles.counts)}, {len(world.orders)} orders")
        assert world.history_differences() == []
