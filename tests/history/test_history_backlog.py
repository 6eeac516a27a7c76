"""What waits while the history's database is away: bounded, and written when it is back."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
import structlog

from clients.global_ids import GlobalId
from clients.guard import CallOptions
from clients.history.rows import FoundAttempt, HistoryDown, MonthlyMoney, OrderRow, OrderRows, Search
from resolvers.history import History, HistoryState
from tests.serving import NOON
from tests.virtual_time import in_no_time, virtual_timing


class FlakyStore:
    """A store that is away while `is_down`."""

    def __init__(self) -> None:
        self.is_down = False
        self.written: list[int] = []

    async def check(self) -> None:
        if self.is_down:
            raise HistoryDown("no connection")

    async def begin_read(self, order_id: int) -> int:
        if self.is_down:
            raise HistoryDown("no connection")
        return 1

    async def write(self, rows: OrderRows, read_number: int) -> None:
        if self.is_down:
            raise HistoryDown("no connection")
        self.written.append(rows.order.order_id)

    async def outdated(self, versions: Mapping[int, str]) -> set[int]:
        if self.is_down:
            raise HistoryDown("no connection")
        return {order_id for order_id, version in versions.items() if version != "written"}

    async def attempts(self, search: Search) -> Sequence[FoundAttempt]:
        raise NotImplementedError

    async def money_by_month(self) -> Sequence[MonthlyMoney]:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError

    def table(self, name: str) -> AsyncIterator[Sequence[object]]:
        raise NotImplementedError


async def read(order_id: GlobalId, _: CallOptions) -> OrderRows:
    if order_id == "13":
        raise KeyError(order_id)
    order = OrderRow(int(order_id), "#1", NOON, "2026-11", "USD", "PAID", "UNFULFILLED", None, False, "", None)
    return OrderRows(order, (), (), (), ())


def test_orders_wait_for_a_lost_database_up_to_a_bound() -> None:
    @in_no_time
    async def lost() -> None:
        store = FlakyStore()
        store.is_down = True
        history = History(store, timing=virtual_timing(), backlog=3)
        task = asyncio.create_task(history.run(read))
        with structlog.testing.capture_logs() as logged:
            for number in range(5):
                history.order_changed(GlobalId(str(number)))
            await asyncio.sleep(300)
            while_down = history.status
            store.is_down = False
            await asyncio.sleep(120)
        task.cancel()
        await asyncio.wait([task])

        assert (while_down.state, while_down.waiting, while_down.dropped) == (HistoryState.DOWN, 3, 2)
        assert sorted(store.written) == [2, 3, 4]
        assert history.status.state is HistoryState.UP
        assert [each["event"] for each in logged] == ["history_lost", "history_regained"]

    lost()


def test_an_order_that_changes_often_is_written_once_and_a_faulty_one_stops_nobody() -> None:
    @in_no_time
    async def busy() -> None:
        store = FlakyStore()
        history = History(store, timing=virtual_timing())
        task = asyncio.create_task(history.run(read))
        for order_id in ("1", "13", "1", "1", "2"):
            history.order_changed(GlobalId(order_id))
        await asyncio.sleep(10)
        task.cancel()
        await asyncio.wait([task])

        assert store.written == [1, 2]
        assert history.status.waiting == 0

    busy()


@pytest.mark.parametrize("is_down", [False, True])
def test_a_process_that_ends_writes_what_waits_unless_the_database_is_away(is_down: bool) -> None:
    @in_no_time
    async def ending() -> None:
        store = FlakyStore()
        history = History(store, timing=virtual_timing())
        task = asyncio.create_task(history.run(read))
        await asyncio.sleep(0)
        history.order_changed(GlobalId("1"))
        store.is_down = is_down
        task.cancel()
        await asyncio.wait([task])

        assert store.written == ([] if is_down else [1])

    ending()


def test_a_database_that_is_away_at_the_start_shows_before_the_first_order() -> None:
    @in_no_time
    async def started() -> None:
        store = FlakyStore()
        store.is_down = True
        history = History(store, timing=virtual_timing())
        task = asyncio.create_task(history.run(read))
        with structlog.testing.capture_logs() as logged:
            await asyncio.sleep(1)
            at_first = history.status
            store.is_down = False
            await asyncio.sleep(120)
        task.cancel()
        await asyncio.wait([task])

        assert (at_first.state, at_first.detail) == (HistoryState.DOWN, "no connection")
        assert history.status.state is HistoryState.UP
        assert [each["event"] for each in logged] == ["history_lost", "history_regained"]

    started()


def test_orders_that_a_sweep_lists_are_written_when_the_history_has_another_version() -> None:
    @in_no_time
    async def listed() -> None:
        store = FlakyStore()
        store.is_down = True
        history = History(store, timing=virtual_timing(), backlog=3)
        task = asyncio.create_task(history.run(read))
        versions = {"1": "written", "2": "another", "3": "another", "4": "written"}
        history.orders_listed({GlobalId(order_id): version for order_id, version in versions.items()})
        await asyncio.sleep(300)
        while_down = list(store.written)
        store.is_down = False
        await asyncio.sleep(120)
        task.cancel()
        await asyncio.wait([task])

        assert while_down == []
        assert store.written == [2, 3]

    listed()
