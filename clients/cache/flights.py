"""Running fetches of the cache, and what their callers get."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from clients.cache.answers import Cached, CacheState, Fetched
from clients.cache.changes import Moment
from clients.cache.entries import Entry, Key
from clients.cache.policies import Policy
from clients.cache.second_level import Position
from clients.guard import PAGE, CallOptions

T = TypeVar("T")

FetchMany: TypeAlias = Callable[[list[Key]], Awaitable[Sequence[Fetched[T] | BaseException]]]
"""Fetches the answers of keys, in their order. An exception stands for one that could not be had."""


class Spawn(Protocol):
    """Starts a task that outlives its caller, such as `asyncio.create_task`.

    A fetch also serves later callers, so the task must not inherit a request's context (its deadline, its id in
    the logs). Tasks cancelled at the end of the process are cancelled for their callers, too.
    """

    def __call__(self, coroutine: Coroutine[Any, Any, T], /) -> asyncio.Task[T]: ...


class Flight:
    """A running fetch and its callers. `options` are those of the caller that began it.

    `position`: where the second level stood when it began; None: nothing is shared.
    """

    __slots__ = ("began", "options", "overtaken", "position", "state", "task")

    def __init__(self, began: Moment, options: CallOptions = PAGE, position: Position | None = None) -> None:
        self.began = began
        self.options = options
        self.position = position
        self.overtaken = False
        self.state = CacheState.MISS
        self.task: asyncio.Future[Entry | Exception]


def answer_from(entry: Entry, state: CacheState, now: float) -> Cached[Any]:
    return Cached(
        entry.value,
        state,
        now - entry.began_s,
        max(0.0, entry.fresh_until_s - now),
        entry.policy,
        entry.tags,
        entry.began_s,
    )


def lasts_longer(options: CallOptions, others: CallOptions) -> bool:
    """Whether these options leave time after the deadline of the others."""
    if options is others or others.deadline is None:
        return False
    return options.deadline is None or options.deadline.at > others.deadline.at


def kinds_of(policies: Collection[Policy]) -> frozenset[str]:
    return frozenset().union(*(policy.kinds for policy in policies))


def lasts_until(found: Fetched[Any], *, with_errors: bool = False) -> float:
    """When a shared answer stops being served, or being served after errors."""
    policy = found.policy
    if policy is None or found.began_s is None:
        return float("-inf")
    more_s = policy.stale_if_error_s if with_errors else policy.stale_while_revalidate_s
    return found.began_s + policy.fresh_s + more_s


async def fetch_one(fetch: FetchMany[T], key: Key) -> Fetched[T]:
    """What `fetch` returns for one key. Raises the exception that stands for its answer."""
    (answer,) = await fetch([key])
    if isinstance(answer, BaseException):
        raise answer
    return answer
