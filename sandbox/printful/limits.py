"""Printful's rate limits: a number of requests per fixed window of a minute."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

WINDOW_S = 60


@dataclass(slots=True)
class Window:
    """One caller's window: its start and the number of requests so far."""

    began: datetime
    used: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a request is admitted, and what the response headers say about the window."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        return {
            "X-Ratelimit-Limit": str(self.limit),
            "X-Ratelimit-Remaining": str(self.remaining),
            "X-Ratelimit-Reset": str(self.reset_s),
        }


class Limiter:
    """Counts requests by caller. A refused request is not counted and does not extend the window."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._windows: dict[str, Window] = {}

    def turn(self, caller: str, limit: int) -> Turn:
        now = self._now()
        window = self._windows.get(caller)
        if window is None or (now - window.began).total_seconds() >= WINDOW_S:
            window = self._windows[caller] = Window(now)
        reset_s = math.ceil(WINDOW_S - (now - window.began).total_seconds())
        if window.used >= limit:
            return Turn(False, limit, 0, reset_s)
        window.used += 1
        return Turn(True, limit, limit - window.used, reset_s)
