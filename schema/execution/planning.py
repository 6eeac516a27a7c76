"""Plans operations without holding the event loop: what takes long is planned in a thread."""

import asyncio
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from resolvers.public_errors import ErrorCode, PublicError, RequestRefused
from schema.execution.compiled import Compiled
from schema.execution.plan import Plan, Planner, TakesLong, plan_of

T = TypeVar("T")

BRIEF_BYTES = 1_500
"""Documents of this size take some 10 ms. A shop's larger ones are planned once."""

MAX_PENDING_BYTES = 150_000
"""How large the documents that wait for the thread may be together: about a second's work."""


class Planning:
    """Plans operations by a planner, one of the long ones at a time.

    The interpreter lets the event loop and the thread run in turns, so the loop is late by milliseconds at most.
    """

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._thread: ThreadPoolExecutor | None = None
        self._pending: dict[Hashable, asyncio.Task[Any]] = {}
        self._pending_bytes = 0

    async def plan(self, query: str, operation_name: str | None) -> Plan:
        """The plan for an operation. Raises RequestRefused, with TRY_LATER when too many wait."""
        outcome = self._planner.known(query, operation_name)
        if outcome is None and len(query) <= BRIEF_BYTES:
            with suppress(TakesLong):
                outcome = self._planner.outcome(query, operation_name, is_brief=True)
                self._planner.add(query, operation_name, outcome)
        if outcome is None:
            work = partial(self._planner.outcome, query, operation_name)
            add = partial(self._planner.add, query, operation_name)
            return plan_of(await self._in_thread((query, operation_name), len(query), work, add))
        return plan_of(outcome)

    async def form(self, plan: Plan, variables: Mapping[str, Any]) -> Compiled | None:
        """The compiled form of a plan for these variables; None when it is left to the executor.

        Raises RequestRefused, with TRY_LATER when too many wait.
        """
        forms = plan.forms
        values = None if forms is None else forms.values(variables)
        if forms is None or values is None:
            return None
        if forms.document_bytes <= BRIEF_BYTES or forms.has(values):
            return forms.under(variables)
        work, add = partial(forms.compiled, values), partial(forms.add, values)
        return await self._in_thread((forms, values), forms.document_bytes, work, add)

    async def aside(self, work: Callable[[], T]) -> T:
        """The result of work that needs no event loop. Raises RequestRefused, with TRY_LATER when too much waits."""
        return await self._in_thread(object(), BRIEF_BYTES, work, lambda _: None)

    async def _in_thread(
        self, key: Hashable, document_bytes: int, work: Callable[[], T], done_with: Callable[[T], object]
    ) -> T:
        """The result of long work. Concurrent requests for it share the work, which continues without them."""
        running = self._pending.get(key)
        if running is None:
            if self._pending and self._pending_bytes + document_bytes > MAX_PENDING_BYTES:
                problem = "Too many large operations are new here at once: try again in a second."
                raise RequestRefused([PublicError(ErrorCode.TRY_LATER, problem)])
            self._pending_bytes += document_bytes
            running = self._pending[key] = asyncio.ensure_future(self._work(key, document_bytes, work, done_with))
        result: T = await asyncio.shield(running)
        return result

    async def _work(
        self, key: Hashable, document_bytes: int, work: Callable[[], T], done_with: Callable[[T], object]
    ) -> T:
        self._thread = self._thread or ThreadPoolExecutor(1, "planning")
        try:
            result = await asyncio.get_running_loop().run_in_executor(self._thread, work)
            done_with(result)
            return result
        finally:
            del self._pending[key]
            self._pending_bytes -= document_bytes
