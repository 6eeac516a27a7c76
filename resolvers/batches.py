"""Batched reads by key for one request: keys requested together are read together, each of them once."""

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import cached_property
from typing import Generic, TypeVar, cast

from strawberry.dataloader import DataLoader

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Batches(Generic[K, V]):
    """`load` returns the values of keys in their order; an exception stands for a value that could not be read.

    `many` needs no future for each key, as a DataLoader does; `one` collects the keys requested at one moment.
    With `remembers` a key is read once in the life of this object, else by each call.
    """

    def __init__(
        self, load: Callable[[list[K]], Awaitable[Sequence[V | BaseException]]], *, remembers: bool = True
    ) -> None:
        self._load = load
        self._remembers = remembers
        self._reads: dict[K, asyncio.Task[dict[K, V | BaseException]]] = {}

    @cached_property
    def _single(self) -> DataLoader[K, V]:
        owner = weakref.ref(self)  # a bound method would leave a cycle for the garbage collector

        async def load(keys: list[K]) -> Sequence[V]:
            found = owner()
            assert found is not None
            return cast("Sequence[V]", await found.many(keys))

        return DataLoader(load, cache=self._remembers)

    async def one(self, key: K) -> V:
        """The value of a key. Raises the exception that `load` returned for it."""
        return await self._single.load(key)

    async def many(self, keys: Sequence[K]) -> list[V | BaseException]:
        """The values of keys, in their order."""
        if not self._remembers:
            distinct = list(dict.fromkeys(keys))
            found = dict(zip(distinct, await self._load(distinct), strict=True))
            return [found[key] for key in keys]
        new = [key for key in dict.fromkeys(keys) if key not in self._reads]
        if new:
            read = asyncio.create_task(self._read(new))
            self._reads.update(dict.fromkeys(new, read))
        reads = [self._reads[key] for key in keys]
        pending = {read for read in reads if not read.done()}
        if pending:
            await asyncio.wait(pending)
        return [read.result()[key] for read, key in zip(reads, keys, strict=True)]

    async def _read(self, keys: list[K]) -> dict[K, V | BaseException]:
        try:
            return dict(zip(keys, await self._load(keys), strict=True))
        except Exception as error:  # noqa: BLE001 each of them raises it
            return dict.fromkeys(keys, error)


class Once(Generic[K, V]):
    """Reads by key, each of them made once. An exception stands for a value that could not be read."""

    def __init__(self) -> None:
        self._reads: dict[K, asyncio.Task[V | Exception]] = {}

    def begun(self, key: K, read: Callable[[K], Awaitable[V]]) -> asyncio.Task[V | Exception]:
        """The read of a key, which begins now unless it has begun before."""
        found = self._reads.get(key)
        if found is None:
            found = self._reads[key] = asyncio.create_task(_value_or_failure(read, key))
        return found

    async def get(self, key: K, read: Callable[[K], Awaitable[V]]) -> V:
        """The value of a key. Raises what `read` raised."""
        task = self.begun(key, read)
        await asyncio.wait((task,))  # not the task itself: others may wait for it when this caller is cancelled
        found = task.result()
        if isinstance(found, Exception):
            raise found
        return found


async def _value_or_failure(read: Callable[[K], Awaitable[V]], key: K) -> V | Exception:
    try:
        return await read(key)
    except Exception as error:  # noqa: BLE001 each caller raises it
        return error
