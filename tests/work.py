"""A measure of work that does not depend on the machine: the number of function calls, in Python and C."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

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


@contextmanager
def counted_work() -> Iterator[Work]:
    """Counts the calls of this thread while it runs."""
    work = Work()
    before = sys.getprofile()
    sys.setprofile(work.count)
    try:
        yield work
    finally:
        sys.setprofile(before)
