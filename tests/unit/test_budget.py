"""Admission to an upstream: order, capacity, and waiters that are cancelled or late."""

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.budget import Admission, Budget, Capacity, Priority
from clients.errors import Throttled
from clients.timing import Deadline
from clients.upstreams import UpstreamName
from tests.virtual_time import in_virtual_time, virtual_timing

ADMIN = UpstreamName.ADMIN

NOTES, ORDERS, PAGES, SWEEPS, _ = Priority


class Tap:
    """A meter that room drips into; it begins empty."""

    def __init__(self, per_s: float) -> None:
        self._clock = asyncio.get_running_loop().time
        self._per_s = per_s
        self.taken = 0.0

    @property
    def room(self) -> float:
        return self._clock() * self._per_s - self.taken

    @property
    def capacity(self) -> Capacity:
        return Capacity(math.inf, self.room)

    def wait_s(self, cost: float, priority: Priority) -> float:
        return max(0.0, (cost - self.room) / self._per_s)

    def take(self, cost: float) -> None:
        self.taken += cost

    def give_back(self, cost: float) -> None:
        pass


class Shop:
    """An upstream with a budget; notes who was let in, and when."""

    def __init__(self, *, at_once: int = 100, per_s: float = math.inf, group_per_s: float = 1.0) -> None:
        timing = virtual_timing()
        self.tap = Tap(per_s) if per_s < math.inf else None
        self.budget = Budget(ADMIN, at_once=at_once, meter=self.tap, groups={"slow": Tap(group_per_s)}, timing=timing)
        self.clock = timing.clock
        self.let_in: list[tuple[str, float]] = []

    def within(self, seconds: float) -> Deadline:
        return Deadline.after(seconds, self.clock)

    async def ask(
        self,
        name: str,
        priority: Priority = PAGES,
        *,
        cost: float = 1.0,
        group: str | None = None,
        within_s: float = math.inf,
        takes_s: float = 0.0,
    ) -> None:
        admission = await self.budget.admit(
            name, deadline=self.within(within_s), priority=priority, cost=cost, group=group
        )
        self.let_in.append((name, self.clock()))
        await asyncio.sleep(takes_s)
        self.budget.give_back(admission)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.let_in]


def test_nobody_waits_while_there_is_capacity() -> None:
    async def test() -> None:
        shop = Shop()
        await asyncio.gather(*(shop.ask(str(number), takes_s=1) for number in range(100)))
        assert {at for _, at in shop.let_in} == {0.0}

    in_virtual_time(test())


def test_no_more_requests_run_at_once_than_allowed() -> None:
    async def test() -> None:
        shop = Shop(at_once=2)
        await asyncio.gather(*(shop.ask(str(number), takes_s=1) for number in range(5)))
        assert [at for _, at in shop.let_in] == [0, 0, 1, 1, 2]

    in_virtual_time(test())


def test_the_urgent_go_first_and_equals_in_the_order_they_came() -> None:
    async def test() -> None:
        shop = Shop(per_s=1)
        names = [("s1", SWEEPS), ("p1", PAGES), ("o1", ORDERS), ("p2", PAGES), ("s2", SWEEPS), ("o2", ORDERS)]
        names.append(("n1", NOTES))
        await asyncio.gather(*(shop.ask(name, priority) for name, priority in names))
        assert shop.names == ["n1", "o1", "o2", "p1", "p2", "s1", "s2"]

    in_virtual_time(test())


def test_a_waiter_is_admitted_when_there_is_capacity_for_its_cost() -> None:
    async def test() -> None:
        shop = Shop(per_s=10)
        await asyncio.gather(shop.ask("dear", cost=30), shop.ask("cheap", cost=5))
        assert shop.names == ["dear", "cheap"]
        assert [at for _, at in shop.let_in] == pytest.approx([3, 3.5])

    in_virtual_time(test())


def test_a_wait_beyond_the_deadline_fails_at_once() -> None:
    async def test() -> None:
        shop = Shop(per_s=1)
        ahead = asyncio.create_task(shop.ask("ahead", cost=5))
        await asyncio.sleep(0)
        with pytest.raises(Throttled) as raised:
            await shop.ask("late", cost=2, within_s=6)
        assert shop.clock() == 0
        assert raised.value.retry_after_s == pytest.approx(7)
        await ahead

    in_virtual_time(test())


def test_a_waiter_pushed_back_beyond_its_deadline_fails_when_it_passes() -> None:
    async def test() -> None:
        shop = Shop(per_s=1)
        sweep = asyncio.create_task(shop.ask("sweep", SWEEPS, cost=2, within_s=3))
        await asyncio.sleep(0)
        order = asyncio.create_task(shop.ask("order", ORDERS, cost=4))
        with pytest.raises(Throttled):
            await sweep
        assert shop.clock() == pytest.approx(3)
        await order
        assert shop.names == ["order"]

    in_virtual_time(test())


def test_a_waiting_group_holds_up_no_other_request() -> None:
    async def test() -> None:
        shop = Shop(per_s=100, group_per_s=0.1)
        await asyncio.gather(
            shop.ask("slow 1", ORDERS, group="slow"),
            shop.ask("slow 2", group="slow"),
            shop.ask("page"),
            shop.ask("sweep", SWEEPS),
        )
        assert shop.names == ["page", "sweep", "slow 1", "slow 2"]
        assert [at for _, at in shop.let_in] == pytest.approx([0.01, 0.02, 10, 20], rel=1e-3)

    in_virtual_time(test())


def test_a_cancelled_waiter_makes_room_for_the_next() -> None:
    async def test() -> None:
        shop = Shop(per_s=1)
        dear = asyncio.create_task(shop.ask("dear", cost=1000))
        cheap = asyncio.create_task(shop.ask("cheap"))
        await asyncio.sleep(2)
        dear.cancel()
        await cheap
        assert shop.clock() == pytest.approx(2)

    in_virtual_time(test())


def test_an_admission_for_a_cancelled_waiter_is_not_lost() -> None:
    async def test() -> None:
        shop = Shop(at_once=1)
        first: Admission = await shop.budget.admit("first", deadline=shop.within(9))
        gone = asyncio.create_task(shop.ask("gone"))
        await asyncio.sleep(0)
        shop.budget.give_back(first)  # grants it to `gone`, which does not get to run any more
        gone.cancel()
        await shop.ask("next")
        assert shop.names == ["next"]

    in_virtual_time(test())


def test_no_task_runs_while_nobody_waits() -> None:
    async def test() -> int:
        shop = Shop(per_s=1)
        await asyncio.gather(*(shop.ask(str(number)) for number in range(3)))
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert in_virtual_time(test()) == 1


CALLERS = st.lists(
    st.tuples(
        st.floats(0, 5),  # comes at
        st.sampled_from(Priority),
        st.floats(0.1, 10),  # costs
        st.sampled_from([None, "slow"]),
        st.floats(0, 30) | st.just(math.inf),  # can wait for
        st.none() | st.floats(0, 10),  # gives up after
        st.floats(0, 3),  # takes
    ),
    max_size=12,
)


@given(CALLERS, st.integers(1, 3))
def test_every_waiter_is_answered_and_no_meter_is_overdrawn(
    callers: list[tuple[float, Priority, float, str | None, float, float | None, float]], at_once: int
) -> None:
    async def test() -> None:
        shop = Shop(at_once=at_once, per_s=2, group_per_s=1)
        assert shop.tap is not None
        tap, out = shop.tap, 0

        async def call(
            comes_at: float, priority: Priority, cost: float, group: str | None, within_s: float, takes_s: float
        ) -> None:
            nonlocal out
            await asyncio.sleep(comes_at)
            deadline = shop.within(within_s)
            admission = await shop.budget.admit("Ask", deadline=deadline, priority=priority, cost=cost, group=group)
            out += 1
            assert shop.clock() <= deadline.at + 1e-6
            assert out <= at_once
            assert tap.room >= -1e-6
            try:
                await asyncio.sleep(takes_s)
            finally:
                out -= 1
                shop.budget.give_back(admission)

        async def bounded(comes_at: float, *rest: object, gives_up: float | None) -> None:
            timeout = None if gives_up is None else comes_at + gives_up
            async with asyncio.timeout(timeout):
                await call(comes_at, *rest)  # type: ignore[arg-type]

        outcomes = await asyncio.gather(
            *(
                bounded(comes_at, priority, cost, group, within_s, takes_s, gives_up=gives_up)
                for comes_at, priority, cost, group, within_s, gives_up, takes_s in callers
            ),
            return_exceptions=True,
        )
        for outcome, (*_, gives_up, _) in zip(outcomes, callers, strict=True):
            allowed = (Throttled,) if gives_up is None else (Throttled, TimeoutError)
            assert outcome is None or isinstance(outcome, allowed), outcome
        await asyncio.wait_for(shop.ask("after all", cost=0.1), 1_000)  # nothing is stuck

    in_virtual_time(test())
