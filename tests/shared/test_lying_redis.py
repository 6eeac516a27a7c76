"""A Redis that answers nonsense: no call raises, nobody waits for long, and sharing works again afterwards."""

import asyncio
from collections.abc import Mapping
from random import Random

from clients.budget import Priority
from clients.cache.second_level import ChangeKind, SharedChange
from clients.shared.budgets import LONGEST_LOCKOUT_S, SharedPoints, SharedWindows
from clients.shared.changes import SharedChanges
from clients.shared.counts import SharedCounts
from clients.shared.redis_link import RedisLink
from tests.orders.mortal import Life
from tests.orders.redis_stand_in import URL, RedisStandIn
from tests.virtual_time import in_no_time, virtual_timing

LASTS_S = 300.0


class Counted:
    """Windows in which a client acts once a second."""

    def __init__(self) -> None:
        self.totals: list[int] = []

    def take_unsettled(self, most: int) -> Mapping[str, int]:
        return {"client": 1}

    def note_total(self, key: str, total: int, window_s: float) -> None:
        self.totals.append(total)


@in_no_time
async def test_no_call_raises_while_redis_lies_and_all_is_shared_afterwards() -> None:
    server, timing, counted = RedisStandIn(Random(1)), virtual_timing(), Counted()
    link = RedisLink(URL, "test", timing=timing, connection_class=server.connection_class(Life("process")))
    changes, points, windows = SharedChanges(link, clock=timing.clock), SharedPoints(link), SharedWindows(link)
    counts = SharedCounts(link, timing)
    counts.join("clients", 3600.0, counted)
    with RedisStandIn.virtual_clock():
        async with link.opened():
            settling = asyncio.create_task(counts.keep_settling())
            await asyncio.sleep(1)
            server.fail("lie", LASTS_S)
            waits = []
            for number in range(round(LASTS_S)):
                await asyncio.sleep(1)
                changes.publish(SharedChange(ChangeKind.CHANGED, kinds=(str(number),)))
                changes.has_seen(b"another", None)
                for reserved in (
                    await points.reserve(10, Priority.PAGES, None),
                    await windows.reserve(1, Priority.PAGES, None),
                ):
                    points.settle(reserved)
                    waits.append(reserved.wait_s)
                await link.claim("sweep", "process", 5)
                await link.get("name")
            await asyncio.sleep(10)
            settled = len(counted.totals)
            await asyncio.sleep(10)

            assert link.is_up
            assert await changes.are_recorded()
            assert (await points.reserve(10, Priority.ORDERS, None)).token
            assert not settling.done()
            assert len(counted.totals) - settled >= 9
            settling.cancel()
    assert all(0 <= wait_s <= LONGEST_LOCKOUT_S for wait_s in waits)
