"""Garbage collection without long pauses: the event loop stands still while the collector looks through objects."""

import gc
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

T = TypeVar("T")

YOUNG_OBJECTS = 5_000
"""The number of new objects that starts a collection. Planning a small document makes 2,000, most of them in cycles.

Measured: a collection takes 3 ms, and 12 ms with 20,000 objects. Python's default of 700 costs 15 % more processor time
where large joined listings make thousands of live objects.
"""

LONG_LIVED = 100
"""How many collections of the middle generation there are to one of all objects, which takes 40 ms. Python's default
of 10 brings one every three seconds under load; little that is still in use after seconds becomes garbage at all.
"""


def settle() -> None:
    """Excludes the objects made so far, which are permanent, from all collections.

    The one full collection is short: app.py has excluded what the imports made.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, LONG_LIVED)


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
