"""Whose turn it is: callers of an upstream wait, the urgent first, until it has room for them."""

import asyncio
import math
from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Protocol

from clients.errors import Throttled
from clients.timing import REAL, Deadline, Timing

_NO_GROUPS: Mapping[str, "Meter"] = MappingProxyType({})
_SHORTEST_SLEEP_S = 0.001  # what rounding leaves of a wait must not make us spin


class Priority(IntEnum):
    """Who goes first while not all can."""

    NOTES = 0  # what came of work on an order: what is not written down would be done again
    ORDERS = 1  # checkout and webhooks
    PAGES = 2
    SWEEPS = 3


class Meter(Protocol):
    """What an upstream lets be asked of it, as far as we know. What a request costs is in the upstream's own unit."""

    def wait_s(self, cost: float, priority: Priority) -> float:
        """Seconds until there is room for `cost`, of one request or of several together; 0 when there is now."""
        ...

    def take(self, cost: float) -> None:
        """A request goes out."""
        ...

    def give_back(self, cost: float) -> None:
        """The request is over."""
        ...


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to send one request."""

    cost: float
    meters: tuple[Meter, ...]


@dataclass(slots=True, eq=False)
class _Waiter:
    admission: Admission
    group: str | None
    priority: Priority
    deadline: Deadline
    operation: str
    granted: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Budget:
    """Turns at one upstream: at most `at_once` requests are out, and as many as its meters have room for.

    `meter` measures every request, one of `groups` also those of that group. A request that has to wait for its group
    holds up that group only. Within a priority turns go in the order asked for.
    """

    def __init__(
        self,
        upstream: str,
        *,
        at_once: int,
        meter: Meter | None = None,
        groups: Mapping[str, Meter] = _NO_GROUPS,
        timing: Timing = REAL,
    ) -> None:
        self._upstream = upstream
        self._at_once = at_once
        self._meter = meter
        self._groups = groups
        self._timing = timing
        self._out = 0
        self._waiting: list[_Waiter] = []
        self._alarm: asyncio.Task[None] | None = None

    async def admit(
        self,
        operation: str,
        *,
        deadline: Deadline,
        priority: Priority = Priority.PAGES,
        cost: float = 1.0,
        group: str | None = None,
    ) -> Admission:
        """A turn, as soon as there is one; hand it to `give_back` afterwards.

        Raises Throttled, and that at once, when the deadline would pass before.
        """
        meters = (self._meter, None if group is None else self._groups[group])
        admission = Admission(cost, tuple(each for each in meters if each is not None))
        if not self._waiting and self._out < self._at_once and _wait_s(admission, priority) <= 0:
            self._take(admission)
            return admission
        waiter = _Waiter(admission, group, priority, deadline, operation)
        wait_s = self._expected_s(waiter)
        if wait_s > deadline.remaining_s:
            raise self._no_room(waiter, wait_s)
        insort(self._waiting, waiter, key=lambda each: each.priority)
        self._grant()
        try:
            await waiter.granted
        except asyncio.CancelledError:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
                self._grant()
            elif not waiter.granted.cancelled() and waiter.granted.exception() is None:
                self.give_back(admission)
            raise
        return admission

    def give_back(self, admission: Admission) -> None:
        """The request is over, however it went; what its answer told should be in the meters by now."""
        self._out -= 1
        for meter in admission.meters:
            meter.give_back(admission.cost)
        self._grant()

    def _take(self, admission: Admission) -> None:
        self._out += 1
        for meter in admission.meters:
            meter.take(admission.cost)

    def _expected_s(self, waiter: _Waiter) -> float:
        """How long until its turn, as far as the meters tell, if nobody more urgent comes."""
        ahead = [each for each in self._waiting if each.priority <= waiter.priority]
        waits = [0.0]
        for meter in waiter.admission.meters:
            cost = sum(each.admission.cost for each in ahead if meter in each.admission.meters)
            waits.append(meter.wait_s(cost + waiter.admission.cost, waiter.priority))
        return max(waits)

    def _grant(self) -> None:
        """Lets go whoever can, and sees to it that those who cannot are looked at again in time."""
        self._fail_the_late()
        held_groups: set[str] = set()
        wake_in_s = math.inf
        position = 0
        while position < len(self._waiting) and self._out < self._at_once:
            waiter = self._waiting[position]
            if waiter.group in held_groups:
                position += 1
                continue
            cost, priority = waiter.admission.cost, waiter.priority
            if waiter.group is not None and (wait_s := self._groups[waiter.group].wait_s(cost, priority)) > 0:
                wake_in_s = min(wake_in_s, wait_s)
                held_groups.add(waiter.group)
                position += 1
                continue
            if self._meter is not None and (wait_s := self._meter.wait_s(cost, priority)) > 0:
                wake_in_s = min(wake_in_s, wait_s)
                break
            del self._waiting[position]
            if not waiter.granted.done():  # its caller may have been cancelled this very moment
                self._take(waiter.admission)
                waiter.granted.set_result(None)
        self._set_alarm(wake_in_s)

    def _fail_the_late(self) -> None:
        now = self._timing.clock()
        late = [each for each in self._waiting if each.deadline.at <= now]
        for waiter in late:
            self._waiting.remove(waiter)
            if not waiter.granted.done():
                waiter.granted.set_exception(self._no_room(waiter, _wait_s(waiter.admission, waiter.priority)))

    def _set_alarm(self, wake_in_s: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if not self._waiting:
            return
        until_late_s = min(each.deadline.at for each in self._waiting) - self._timing.clock()
        sleep_s = max(_SHORTEST_SLEEP_S, min(wake_in_s, until_late_s))
        if sleep_s < math.inf:
            self._alarm = asyncio.create_task(self._look_again(sleep_s))

    async def _look_again(self, sleep_s: float) -> None:
        await self._timing.sleep(sleep_s)
        self._alarm = None  # it is this task, which must not be cancelled by what follows
        self._grant()

    def _no_room(self, waiter: _Waiter, wait_s: float) -> Throttled:
        detail = "not sent: its turn would come too late"
        return Throttled(self._upstream, waiter.operation, detail, wait_s, was_sent=False)


def _wait_s(admission: Admission, priority: Priority) -> float:
    return max((meter.wait_s(admission.cost, priority) for meter in admission.meters), default=0.0)
