"""What takes long is planned in a thread, so that the event loop answers others meanwhile."""

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest

from resolvers.public_errors import ErrorCode, RequestRefused
from schema.execution.limits import DocumentLimits
from schema.execution.plan import Plan, Planner
from schema.execution.planning import BRIEF_BYTES, MAX_PENDING_BYTES, Planning
from schema.graph import Graph, public_graph, staff_graph

SHOP = "{ shop { name } }"
MISTAKE = "{ shop { namme } gateway { mod } }"


class Recorded(Planner):
    """Notes the thread in which each operation is planned, and waits there until it may end."""

    def __init__(self, staff: Callable[[], Graph] = staff_graph) -> None:
        super().__init__(public=public_graph(), staff=staff, limits=DocumentLimits(), max_plan_bytes=1_000_000)
        self.threads: list[threading.Thread] = []
        self.may_end = threading.Event()
        self.may_end.set()

    def outcome(self, *operation: Any, **how: Any) -> Any:
        found = super().outcome(*operation, **how)
        if threading.current_thread() is not threading.main_thread():
            self.may_end.wait(10)
        self.threads.append(threading.current_thread())
        return found

    @property
    def in_loop(self) -> list[bool]:
        return [each is threading.main_thread() for each in self.threads]


def large(number: int = 0) -> str:
    return f"{SHOP} # {number} " + "x" * BRIEF_BYTES


async def test_a_brief_document_is_planned_at_once_and_a_large_one_in_a_thread() -> None:
    planner = Recorded()
    planning = Planning(planner)
    await planning.plan(SHOP, None)
    assert planner.in_loop == [True]
    await planning.plan(large(), None)

    assert planner.in_loop == [True, False]


async def test_the_event_loop_runs_while_a_large_document_is_planned() -> None:
    planner = Recorded()
    planner.may_end.clear()
    planning = Planning(planner)
    task = asyncio.create_task(planning.plan(large(), None))
    await asyncio.sleep(0)
    assert (await planning.plan(SHOP, None)).pure
    assert not task.done()
    planner.may_end.set()

    assert (await task).pure


async def test_a_plan_is_computed_once_for_all_who_wait_for_it_and_then_cached() -> None:
    planner = Recorded()
    planning = Planning(planner)
    plans = await asyncio.gather(*(planning.plan(large(), None) for _ in range(5)))
    plans.append(await planning.plan(large(), None))

    assert planner.in_loop == [False]
    assert all(plan is plans[0] for plan in plans)


async def test_a_caller_that_goes_away_does_not_end_the_planning_for_others() -> None:
    planner = Recorded()
    planner.may_end.clear()
    planning = Planning(planner)
    first, second = (asyncio.create_task(planning.plan(large(), None)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    planner.may_end.set()

    assert (await second).pure
    assert planner.in_loop == [False]


async def test_beyond_a_seconds_work_on_large_documents_more_are_refused_until_later() -> None:
    planner = Recorded()
    planner.may_end.clear()
    planning = Planning(planner)
    most = MAX_PENDING_BYTES // len(large(10))
    assert most > 40  # all pages of a shop may be new at once
    tasks = [asyncio.create_task(planning.plan(large(number), None)) for number in range(10, 10 + most)]
    await asyncio.sleep(0)
    with pytest.raises(RequestRefused) as refused:
        await planning.plan(large(999), None)
    planner.may_end.set()
    await asyncio.gather(*tasks)

    assert [error.code for error in refused.value.errors] == [ErrorCode.TRY_LATER]
    assert (await planning.plan(large(999), None)).pure


async def test_the_first_invalid_document_builds_the_graph_for_staff_in_a_thread() -> None:
    threads: list[threading.Thread] = []

    def staff() -> Graph:
        threads.append(threading.current_thread())
        return staff_graph()

    planner = Recorded(staff)
    planning = Planning(planner)
    for number in range(3):
        with pytest.raises(RequestRefused, match=r"namme|mod"):
            await planning.plan(f"{MISTAKE} # {number}", None)

    assert threads[0] is not threading.main_thread()
    assert planner.in_loop == [False, True, True]


async def test_a_refusal_is_cached_as_a_plan_is() -> None:
    planner = Recorded()
    planning = Planning(planner)
    for _ in range(3):
        with pytest.raises(RequestRefused):
            await planning.plan(MISTAKE, None)

    assert len(planner.threads) == 1
    assert planner.planned() == []


MIXED = "query ($all: Boolean!) { products(first: 1) { nodes { kind isFeatured @include(if: $all) } } }"


class Compiling:
    """Notes the threads in which forms are compiled."""

    def __init__(self, plan: Plan) -> None:
        assert plan.forms is not None
        self.threads: list[threading.Thread] = []
        self._compile_under = plan.forms._compile_under
        plan.forms._compile_under = self.compiled

    def compiled(self, switches: Any) -> Any:
        self.threads.append(threading.current_thread())
        return self._compile_under(switches)


@pytest.mark.parametrize(("comment", "is_in_loop"), [("", True), ("# " + "x" * BRIEF_BYTES, False)])
async def test_a_large_operation_is_compiled_in_a_thread_once_for_each_form(comment: str, is_in_loop: bool) -> None:
    planning = Planning(Recorded())
    plan = await planning.plan(MIXED + comment, None)
    compiling = Compiling(plan)
    both = [{"all": True}, {"all": False}] * 3
    forms = await asyncio.gather(*(planning.form(plan, variables) for variables in both))
    forms += [await planning.form(plan, variables) for variables in both]

    assert len({id(form) for form in forms}) == 2
    assert [each is threading.main_thread() for each in compiling.threads] == [is_in_loop] * 2
    assert await planning.form(plan, {}) is None


def test_the_plan_of_an_operation_that_is_forwarded_leaves_almost_nothing_to_the_garbage_collector() -> None:
    planner = Recorded()
    query = "{ products(first: 5) { nodes { " + " ".join(f"a{number}: title" for number in range(200)) + " } } }"
    planner.plan(query, None)
    gc.collect()
    before = len(gc.get_objects())
    plan = planner.plan(query + " ", None)
    gc.collect()

    assert len(gc.get_objects()) - before < 60
    assert len(plan.document.definitions) == 1


def test_a_pure_plan_reads_the_operation_that_was_named_again() -> None:
    query = "query A { shop { name } } query B($id: ID!) { node(id: $id) { id } }"
    plan = Recorded().plan(query, "B")
    assert isinstance(plan, Plan)
    assert plan.operation.name is not None
    assert (plan.pure, plan.operation.name.value) == (True, "B")
    assert [each.variable.name.value for each in plan.declared] == ["id"]
