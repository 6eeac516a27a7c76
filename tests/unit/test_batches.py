"""Batched reads by key: keys requested together are read together, and once."""

import asyncio
from collections.abc import Sequence

import pytest

from resolvers.batches import Batches


class Source:
    """Doubles numbers, and fails for the odd ones it is told to. Notes what it is asked for."""

    def __init__(self, *failing: int) -> None:
        self.asked: list[list[int]] = []
        self._failing = failing

    async def load(self, keys: list[int]) -> Sequence[int | BaseException]:
        self.asked.append(keys)
        await asyncio.sleep(0)
        return [ValueError(f"no {key}") if key in self._failing else 2 * key for key in keys]


async def test_many_keys_are_read_together_in_order_and_once() -> None:
    source = Source()

    assert await Batches(source.load).many([3, 1, 3, 2]) == [6, 2, 6, 4]
    assert source.asked == [[3, 1, 2]]


async def test_concurrent_reads_share_their_common_keys() -> None:
    source = Source()
    reads = Batches(source.load)

    found = await asyncio.gather(reads.many([1, 2]), reads.many([2, 3]), reads.one(3), reads.one(4))

    assert list(found) == [[2, 4], [4, 6], 6, 8]
    assert sorted(key for keys in source.asked for key in keys) == [1, 2, 3, 4]


async def test_a_failed_key_fails_no_other() -> None:
    reads = Batches(Source(1).load)

    failed, found = await reads.many([1, 2])

    assert isinstance(failed, ValueError)
    assert found == 4
    with pytest.raises(ValueError, match="no 1"):
        await reads.one(1)


async def test_a_failed_batch_fails_each_key() -> None:
    async def broken(_: list[int]) -> Sequence[int]:
        raise LookupError("down")

    assert [type(each) for each in await Batches(broken).many([1, 2])] == [LookupError, LookupError]


async def test_without_memory_each_call_reads_again() -> None:
    source = Source()
    reads = Batches(source.load, remembers=False)
    await reads.many([1])
    await reads.many([1])

    assert source.asked == [[1], [1]]


async def test_a_caller_that_gives_up_does_not_end_the_read_of_the_others() -> None:
    reads = Batches(Source().load)
    impatient = asyncio.create_task(reads.many([1]))
    patient = asyncio.create_task(reads.many([1]))
    await asyncio.sleep(0)
    impatient.cancel()

    assert await patient == [2]
