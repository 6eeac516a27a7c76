"""A gateway with a history over the sandbox, and what is in a history."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from clients.history.rows import TABLES, HistoryStore
from clients.timing import Timing
from tests.gateway.order_rush import passing_sandbox
from tests.gateway.order_shop import OrderShop
from tests.serving import Answer, serving

WITHIN_S = 20.0
QUICK = Timing(sleep=lambda _: asyncio.sleep(0.002))
"""Waits are short, so that a change is written at once."""
STATUS = "{ status { history { state detail waiting dropped } } }"

Rows = Mapping[str, Sequence[Sequence[object]]]


class HistoryShop(OrderShop):
    """A shop whose gateway has a history."""

    async def status(self) -> Answer:
        """How the gateway says its history does."""
        found: Answer = (await self.served.ask(STATUS, staff=True))["data"]["status"]["history"]
        return found

    async def written(self) -> None:
        """Waits until no change waits to be written."""

        async def is_written() -> bool:
            await self.settled()
            return bool((await self.status())["waiting"] == 0)

        await eventually(is_written)


@asynccontextmanager
async def history_shop(url: str, **settings: Any) -> AsyncIterator[HistoryShop]:
    given = {"database_url": url, **settings}
    async with serving(passing_sandbox(), timing=QUICK, **given) as served:
        yield HistoryShop(served, given)


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Waits until it holds."""
    deadline = time.monotonic() + WITHIN_S
    while not await holds():
        assert time.monotonic() < deadline, "it does not hold in time"
        await asyncio.sleep(0.01)


async def dump(store: HistoryStore) -> Rows:
    """All rows of all tables."""
    return {name: [list(row) async for row in store.table(name)] for name in TABLES}
