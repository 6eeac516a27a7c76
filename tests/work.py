"""A measure of work that does not depend on the machine: the number of function calls, in Python and C."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

CALLS_PER_SECOND = 4_000_000
"""About what CPython 3.11 makes of the gateway's code in a second of a slow processor."""


class Work:
    """`calls` is their number."""

    def __init__(self) -> None:
        self.calls = 0

    def count(self, _: FrameType, event: str, __: Any) -> None:
        """The profile function."""
        if event in ("call", "c_call"):
            self.calls += 1


W = TypeVar("W", bound=Work)


class LongestPiece(Work):
    """`longest` is the most that one callback of the event loop did: all else waited so long."""

    _RUN = asyncio.Handle._run.__code__

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0

    def count(self, frame: FrameType, event: str, argument: Any) -> None:
        """The profile function."""
        if event == "call" and frame.f_code is self._RUN:
            self.calls = 0
        super().count(frame, event, argument)
        self.longest = max(self.longest, self.calls)


@contextmanager
def counted_pieces() -> Iterator[LongestPiece]:
    """Counts the calls of this thread by callbacks of the event loop while it runs."""
    with _counting(LongestPiece()) as work:
        yield work


@contextmanager
def counted_work() -> Iterator[Work]:
    """Counts the calls of this thread while it runs."""
    with _counting(Work()) as work:
        yield work


@contextmanager
def _counting(work: W) -> Iterator[W]:
    before = sys.getprofile()
    sys.setprofile(work.count)
    try:
        yield work
    finally:
        sys.setprofile(before)
