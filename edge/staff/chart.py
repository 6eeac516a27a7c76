"""The chart of the last day's forwards: when each order was sent, and how long after it was placed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

WIDTH, HEIGHT, MARGIN = 720, 200, 40
_SENDING = ("create", "adopt", "send")
_STEPS_S = (60, 300, 900, 3600, 14_400, 86_400)
_LABELS = ("1 min", "5 min", "15 min", "1 h", "4 h", "1 day")


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A forward at its position in the chart; `words` is its text for screen readers."""

    x: float
    y: float
    words: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class DelaysChart:
    """The points, and the ticks of the delay axis as (y, label). `median` is a text; None without points."""

    points: tuple[ChartPoint, ...]
    marks: tuple[tuple[float, str], ...]
    median: str | None
    slowest: str | None
    width: int = WIDTH
    height: int = HEIGHT
    margin: int = MARGIN


def delays_chart(sent: Iterable[Mapping[str, Any]]) -> DelaysChart:
    """The chart for the orders of the desk's list, each with its attempts."""
    forwards = [found for entry in sent if (found := _forward(entry["order"])) is not None]
    last = max((at for at, _, _ in forwards), default=None)
    points, delays = [], []
    for at, delay_s, name in forwards:
        assert last is not None
        hours_ago = (last - at).total_seconds() / 3600
        x = WIDTH - MARGIN / 2 - min(hours_ago, 24) / 24 * (WIDTH - 1.5 * MARGIN)
        points.append(ChartPoint(round(x, 1), _height(delay_s), f"{name}: {_in_words(delay_s)}", delay_s > 900))
        delays.append(delay_s)
    delays.sort()
    marks = tuple((_height(step), label) for step, label in zip(_STEPS_S, _LABELS, strict=True))
    if not delays:
        return DelaysChart((), marks, None, None)
    return DelaysChart(tuple(points), marks, _in_words(delays[len(delays) // 2]), _in_words(delays[-1]))


def _forward(order: Mapping[str, Any]) -> tuple[datetime, float, str] | None:
    placed = datetime.fromisoformat(order["placedAt"])
    for attempt in order["forwarding"]["attempts"]:
        if attempt["result"] == "DONE" and attempt["action"] in _SENDING:
            at = datetime.fromisoformat(attempt["at"])
            return at, max(0.0, (at - placed).total_seconds()), order["name"]
    return None


def _height(delay_s: float) -> float:
    """The position of a delay. The ticks of the axis are equally spaced."""
    previous = 0.0
    for index, step in enumerate(_STEPS_S):
        if delay_s <= step:
            part = index + (delay_s - previous) / (step - previous)
            break
        previous = step
    else:
        part = len(_STEPS_S)
    return round(HEIGHT - 20 - part / len(_STEPS_S) * (HEIGHT - 40), 1)


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
