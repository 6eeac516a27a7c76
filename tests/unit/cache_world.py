"""Fixtures of cache tests: a clock that the test moves, and an upstream that answers on command."""

import asyncio
from collections.abc import Collection, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from clients.cache.answers import Cached, Fetched
from clients.cache.policies import Policies, Policy
from clients.cache.store import Cache
from clients.cache.tags import Tag

T = TypeVar("T")

CATALOG = Policies().catalog
STOCK = Policies().stock
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Down(Exception):
    """The upstream is down: an old answer is better than none."""


class Clock:
    """Seconds that pass only by `pass_s`; `noon` tells them as a time of day."""

    def __init__(self) -> None:
        self.now_s = 5_000.0

    def __call__(self) -> float:
        return self.now_s

    def pass_s(self, seconds: float) -> None:
        self.now_s += seconds

    def time(self) -> datetime:
        return NOON + timedelta(seconds=self.now_s)


class World:
    """A cache over one upstream. `answer` is what that answers, or raises; `requests` how often it was asked.

    What is spawned while `doomed` is cancelled before it begins, as at the end of the process.
    """

    def __init__(self, max_bytes: int = 1_000_000, **settings: Any) -> None:
        self.clock = Clock()
        self.tasks: list[asyncio.Task[Any]] = []
        self.cache = Cache(max_bytes, clock=self.clock, spawn=self.spawn, stale_on=(Down,), **settings)
        self.answer: str | Exception = "first"
        self.tags: Collection[Tag] = ()
        self.size_bytes = 100
        self.narrowed: Policy | None = None
        self.requests = 0
        self.doomed = False
        self.asked = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    def spawn(self, coroutine: Coroutine[Any, Any, T], /) -> "asyncio.Task[T]":
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.append(task)
        if self.doomed:
            task.cancel()
        return task

    async def fetch(self) -> Fetched[str]:
        """Reads `answer` when asked and gives it when `open`: a change in between is not seen."""
        self.requests += 1
        answer, tags = self.answer, self.tags
        self.asked.set()
        await self.open.wait()
        if isinstance(answer, Exception):
            raise answer
        return Fetched(answer, tags, self.size_bytes, self.narrowed)

    async def get(self, key: str = "key", policy: Policy = CATALOG) -> Cached[str]:
        return await self.cache.get(key, policy, self.fetch)

    async def get_held(self, key: str = "key", policy: Policy = CATALOG) -> "asyncio.Task[Cached[str]]":
        """A call whose fetch has begun and waits for `release`."""
        self.open.clear()
        self.asked.clear()
        call = asyncio.create_task(self.get(key, policy))
        await self.asked.wait()
        return call

    def release(self) -> None:
        self.open.set()

    async def landed(self) -> None:
        """When every fetch that was begun has ended."""
        await asyncio.gather(*self.tasks, return_exceptions=True)
