"""Where the clients' time and chance come from, and the moment by which an operation has to be over."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

OPERATION_S = 8.0  # longer than this nobody waits for a page


@dataclass(frozen=True, slots=True)
class Timing:
    """`clock` gives seconds that only ever grow, `jitter` numbers from 0 up to 1."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


REAL = Timing()


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a whole operation has to be over. Handed down, so that what one call used up the next does not have."""

    at: float
    clock: Callable[[], float]

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Self:
        return cls(clock() + seconds, clock)

    @property
    def remaining_s(self) -> float:
        """Seconds that are left, 0 when none are."""
        return max(0.0, self.at - self.clock())
