"""Admission of requests to an upstream: callers wait in order of priority until the upstream has capacity."""

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
from clients.upstreams import UpstreamName

_NO_GROUPS: Mapping[str, "Meter"] = MappingProxyType({})
_SHORTEST_SLEEP_S = 0.001  # a wait shortened by rounding must not become a busy loop


class Priority(IntEnum):
    """The order in which waiting requests are admitted."""

    NOTES = 0  # results of work on an order: a result that is not recorded would be repeated
    ORDERS = 1  # checkout and webhooks
    PAGES = 2
    SWEEPS = 3
    HISTORY = 4  # a copy for people, which can wait for long


class Meter(Protocol):
    """The capacity of an upstream, as far as we know it. Costs are in the upstream's own unit."""

    def wait_s(self, cost: float, priority: Priority) -> float:
        """Seconds until there is capacity for `cost`, of one request or several together; 0 when there is now."""
        ...

    def take(self, cost: float) -> None:
        """Records that a request is sent."""
        ...

    def give_back(self, cost: float) -> None:
        """Records that a request is over."""
        ...

    @property
    def capacity(self) -> "Capacity | None":
        """What the upstream allows, and what is left of it now; None for an upstream that states no limit."""
        ...


@dataclass(frozen=True, slots=True)
class Capacity:
    """The most that an upstream allows, and what is left of it now, in the upstream's own unit."""

    limit: float
    available: float


@dataclass(frozen=True, slots=True)
class Admission:
    """Permission to send one request."""

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
    """Admissions to one upstream: at most `at_once` requests at a time, within the capacity of its meters.

    `meter` measures every request; each of `groups` measures the requests of that group too. A request that waits
    for its group holds up that group only. Within a priority, requests are admitted in order of arrival.
    """

    def __init__(
        self,
        upstream: UpstreamName,
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

    @property
    def running(self) -> int:
        """How many requests are under way."""
        return self._out

    @property
    def waiting(self) -> int:
        """How many requests wait to be admitted."""
        return len(self._waiting)

    @property
    def capacities(self) -> Mapping[str, Capacity]:
        """The capacity by what it counts: `all` requests, or those of a group."""
        meters = {"all": self._meter, **self._groups}
        found = {name: meter.capacity for name, meter in meters.items() if meter is not None}
        return {name: capacity for name, capacity in found.items() if capacity is not None}

    async def admit(
        self,
        operation: str,
        *,
        deadline: Deadline,
        priority: Priority = Priority.PAGES,
        cost: float = 1.0,
        group: str | None = None,
    ) -> Admission:
        """An admission, as soon as there is one; pass it to `give_back` afterwards.

        Raises Throttled at once when the deadline would pass before.
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
        """Ends a request, whatever its outcome. Update the meters from its response first."""
        self._out -= 1
        for meter in admission.meters:
            meter.give_back(admission.cost)
        self._grant()

    def _take(self, admission: Admission) -> None:
        self._out += 1
        for meter in admission.meters:
            meter.take(admission.cost)

    def _expected_s(self, waiter: _Waiter) -> float:
        """The expected wait for an admission, according to the meters, if nobody more urgent arrives."""
        ahead = [each for each in self._waiting if each.priority <= waiter.priority]
        waits = [0.0]
        for meter in waiter.admission.meters:
            cost = sum(each.admission.cost for each in ahead if meter in each.admission.meters)
            waits.append(meter.wait_s(cost + waiter.admission.cost, waiter.priority))
        return max(waits)

    def _grant(self) -> None:
        """Admits every request that can be sent now, and schedules the next check for the others."""
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
            if not waiter.granted.done():  # its caller may have been cancelled at this moment
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
            self._alarm = asyncio.create_task(self._retry_after_sleep(sleep_s))

    async def _retry_after_sleep(self, sleep_s: float) -> None:
        await self._timing.sleep(sleep_s)
        self._alarm = None  # the current task, which the call below must not cancel
        self._grant()

    def _no_room(self, waiter: _Waiter, wait_s: float) -> Throttled:
        detail = "not sent: its turn would come too late"
        return Throttled(self._upstream, waiter.operation, detail, wait_s, was_sent=False)


def _wait_s(admission: Admission, priority: Priority) -> float:
    return max((meter.wait_s(admission.cost, priority) for meter in admission.meters), default=0.0)
