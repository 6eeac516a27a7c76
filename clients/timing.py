"""The source of the clients' time and randomness, and the deadline of an operation."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

OPERATION_S = 8.0  # nobody waits longer than this for a page


@dataclass(frozen=True, slots=True)
class Timing:
    """`clock` returns monotonic seconds; `jitter` returns numbers from 0 up to 1."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


REAL = Timing()


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a whole operation. It is passed down: time that one call used is gone for the next."""

    at: float
    clock: Callable[[], float]

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Self:
        return cls(clock() + seconds, clock)

    @property
    def remaining_s(self) -> float:
        """The remaining seconds, at least 0."""
        return max(0.0, self.at - self.clock())
