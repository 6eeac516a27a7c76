"""Plans operations without holding the event loop: what takes long is planned in a thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from resolvers.public_errors import ErrorCode, PublicError, RequestRefused
from schema.execution.plan import Plan, Planner, Refused, TakesLong, plan_of

BRIEF_BYTES = 1_500
"""Documents of this size take some 10 ms. A shop's larger ones are planned once."""

MAX_PENDING = 8
"""How many may wait for the thread: about two seconds of the largest documents."""


class Planning:
    """Plans operations by a planner, one of the long ones at a time.

    The interpreter lets the event loop and the thread run in turns, so the loop is late by milliseconds at most.
    """

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._thread: ThreadPoolExecutor | None = None
        self._pending: dict[tuple[str, str | None], asyncio.Future[Plan | Refused]] = {}

    async def plan(self, query: str, operation_name: str | None) -> Plan:
        """The plan for an operation. Raises RequestRefused, with TRY_LATER when too many wait."""
        outcome = self._planner.known(query, operation_name)
        if outcome is None and len(query) <= BRIEF_BYTES:
            try:
                outcome = self._planner.outcome(query, operation_name, is_brief=True)
            except TakesLong:
                pass
            else:
                self._planner.add(query, operation_name, outcome)
        if outcome is None:
            outcome = await self._in_thread(query, operation_name)
        return plan_of(outcome)

    async def _in_thread(self, query: str, operation_name: str | None) -> Plan | Refused:
        """The outcome for a long document. Concurrent requests for it share the work, which continues without them."""
        key = (query, operation_name)
        running = self._pending.get(key)
        if running is None:
            if len(self._pending) >= MAX_PENDING:
                problem = "Too many large operations are new here at once: try again in a second."
                raise RequestRefused([PublicError(ErrorCode.TRY_LATER, problem)])
            self._thread = self._thread or ThreadPoolExecutor(1, "planning")
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(self._thread, self._planner.outcome, query, operation_name)
            self._pending[key] = running
            running.add_done_callback(lambda done: self._finish(key, done))
        return await asyncio.shield(running)

    def _finish(self, key: tuple[str, str | None], done: asyncio.Future[Plan | Refused]) -> None:
        del self._pending[key]
        if not done.cancelled() and done.exception() is None:
            self._planner.add(*key, done.result())
