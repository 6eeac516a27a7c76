"""Garbage collection without long pauses: the event loop stands still while the collector looks through objects."""

import gc
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TypeVar

T = TypeVar("T")

THRESHOLDS = (5_000, 5, 200)
"""The new objects that start a collection, and how many collections of one generation there are to one of the next.

Planning a small document makes 2,000 objects, most of them in cycles. Measured under load: a collection of new objects
takes 2 ms (12 ms with 20,000), one of the middle generation 4 ms and up to 40 ms while large documents are planned, one
of all objects 40 ms. Little that is still in use after seconds becomes garbage at all. Python's own 700 objects cost
15 % more processor time where large joined listings make thousands of live ones.
"""

SETTLING, SETTLING_THRESHOLDS = 5, (5_000, 5, 10)
"""The first collections of all objects come early, and what they leave is excluded, too: types of the schema that are
built when they are first used. Together they took 300 ms. No more than these, because a frozen cycle is never freed.
"""


def settle() -> None:
    """Excludes the objects made so far, which are permanent, from all collections.

    The one full collection is short: app.py has excluded what the imports made.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SETTLING_THRESHOLDS)
    left = SETTLING

    def exclude_survivors(phase: str, info: Mapping[str, int]) -> None:
        nonlocal left
        if phase == "stop" and info["generation"] == 2 and left:
            gc.freeze()
            left -= 1
            if not left:
                gc.set_threshold(*THRESHOLDS)

    gc.callbacks.append(exclude_survivors)


def permanent(build: Callable[[], T]) -> Callable[[], T]:
    """`build`, whose result is excluded as well when it is first built after `settle`. It is built once."""

    @wraps(build)
    def built() -> T:
        if not found:
            found.append(build())
            if gc.get_freeze_count():
                gc.collect(1)
                gc.freeze()
        return found[0]

    found: list[T] = []
    return built
