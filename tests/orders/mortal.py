"""Simulated processes that can crash at any await, as in a power failure."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from random import Random
from typing import Any, Self, TypeVar

import httpx

from clients.timing import Timing

T = TypeVar("T")
_OWNER: contextvars.ContextVar["Life | None"] = contextvars.ContextVar("owner", default=None)
_ABANDONED_S = 40.0  # how long an upstream works on a request after its sender crashed


class Died(BaseException):
    """The process has crashed here: none of its code runs any more."""


class Life:
    """The life of one process. It crashes at its `ends_in`-th await of an upstream or of time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ends_in: int | None = None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks: set[asyncio.Task[Any]] = set()

    def reach(self) -> None:
        """A point at which the process can crash. Raises Died if it does, or already has."""
        if self.ends_in is not None:
            self.ends_in -= 1
            if self.ends_in <= 0:
                self.end()
        if self.is_over:
            raise Died

    @property
    def is_over(self) -> bool:
        return self.over.done()

    def end(self) -> None:
        """Crashes the process now."""
        if self.is_over:
            return
        self.over.set_result(None)
        asyncio.get_running_loop().call_soon(self._cancel)

    def _cancel(self) -> None:
        for task in list(self._tasks):
            task.cancel()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Runs work as part of this process, together with all tasks that it starts."""
        context = contextvars.copy_context()
        context.run(_OWNER.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    def keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def timing(self, random: Random) -> Timing:
        """The clock, sleep and randomness of this process."""

        async def sleep(seconds: float) -> None:
            self.reach()
            await asyncio.sleep(seconds)
            self.reach()

        return Timing(clock=asyncio.get_running_loop().time, sleep=sleep, jitter=random.random)


@asynccontextmanager
async def owned_tasks() -> AsyncIterator[None]:
    """Makes the loop record the owner of each task inside this context."""
    loop = asyncio.get_running_loop()

    def factory(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], **how: Any) -> asyncio.Task[T]:
        task = asyncio.Task(work, loop=loop, **how)
        context: contextvars.Context | None = how.get("context")
        owner = _OWNER.get() if context is None else context.get(_OWNER)
        if owner is not None:
            owner.keep(task)
        return task

    loop.set_task_factory(factory)  # type: ignore[arg-type]
    loop.set_exception_handler(_ignore_the_dead)
    try:
        yield
    finally:
        loop.set_task_factory(None)


def _ignore_the_dead(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), Died):
        loop.default_exception_handler(context)


class Wire(httpx.AsyncBaseTransport):
    """A process's transport to the upstreams, with latency.

    The process can crash before a request arrives, and after its response. The upstream finishes a request even if
    its sender has crashed. `saw` is called with each request and its response.
    """

    def __init__(
        self,
        life: Life,
        upstreams: httpx.AsyncBaseTransport,
        random: Random,
        saw: Callable[[Life, httpx.Request, httpx.Response], None],
    ) -> None:
        self._life = life
        self._upstreams = upstreams
        self._random = random
        self._saw = saw

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._life.reach()
        await asyncio.sleep(self._random.uniform(0.01, 0.12))
        self._life.reach()
        answering = asyncio.get_running_loop().create_task(self._answer(request), context=contextvars.Context())
        try:
            response = await asyncio.shield(answering)
        except asyncio.CancelledError:
            asyncio.get_running_loop().call_later(_ABANDONED_S, answering.cancel)
            raise
        self._life.reach()
        return response

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._upstreams.handle_async_request(request)
        self._saw(self._life, request, response)
        return response

    async def __aenter__(self) -> Self:
        return self

    async def aclose(self) -> None:
        """Does nothing: the upstreams outlive the process."""
