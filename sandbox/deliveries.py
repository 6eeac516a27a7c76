"""Sends messages to subscribers, and again by their sender's schedule when they fail, on the sandbox's clock."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count

import httpx

from sandbox.clock import Clock
from sandbox.faults import Faults

DELIVERIES_KEPT = 1000
UNDER_WAY = 64  # to one address of one sender


class Sender:
    """Who sends: how long an answer may take, and after how many seconds each further attempt is made."""

    name: str
    connect_s: float
    answer_s: float
    repeats_s: tuple[float, ...]

    def is_wanted(self, _: "Delivery") -> bool:
        """Whether the subscription still exists."""
        return True

    def content(self, delivery: "Delivery") -> bytes:
        """The body and headers of the next attempt."""
        return delivery.body

    def arrived(self, delivery: "Delivery") -> None:
        """Notes that a delivery was taken."""

    def gave_up(self, delivery: "Delivery") -> None:
        """Notes that the last attempt failed as well."""


@dataclass(slots=True, eq=False)
class Delivery:
    """A message to one subscriber. `due` is when it is sent next; `statuses` what was answered, None for no answer.

    `subscription_id` says which of its sender's subscriptions it is for, where there are several.
    """

    sender: Sender
    topic: str
    uri: str
    headers: dict[str, str]
    body: bytes
    made_at: datetime
    due: datetime
    subscription_id: int | None = None
    statuses: list[int | None] = field(default_factory=list)

    @property
    def has_arrived(self) -> bool:
        return bool(self.statuses) and self.statuses[-1] is not None and 200 <= self.statuses[-1] < 300

    @property
    def target(self) -> tuple[str, str]:
        return self.sender.name, self.uri


class Deliveries:
    """What is to be sent, by all senders. `run` sends it; the last 1,000 deliveries are kept in `log`.

    While it runs, what was put off on the clock is done in time too.
    No more than 64 deliveries to one address are under way at a time. An address that is slow holds up no other.
    """

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self._later: list[tuple[datetime, int, Delivery]] = []
        self._numbers = count()
        self._ready: defaultdict[tuple[str, str], deque[Delivery]] = defaultdict(deque)
        self._held: list[Delivery] = []
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._wake: asyncio.Event | None = None
        self._settled: list[asyncio.Future[None]] = []
        self.log: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        clock.watchers.append(self._look)

    def add(self, *deliveries: Delivery) -> None:
        """Queues deliveries. Active faults may drop, double, delay or reorder them."""
        for delivery in deliveries:
            for each in self._faulty(delivery):
                self._send_at(each.due, each)
        self._look()

    def _faulty(self, delivery: Delivery) -> Iterator[Delivery]:
        """The deliveries after the active faults were applied."""
        fault = self._faults.next_webhook(f"{delivery.sender.name} {delivery.topic}", delivery.body)
        match None if fault is None else fault.kind:
            case "lost":
                return
            case "reordered":
                self._held.append(delivery)
                return
            case "doubled":
                yield replace(delivery, statuses=[])
            case "delayed":
                assert fault is not None
                delivery.due += timedelta(seconds=fault.latency_s)
        yield delivery

    def _send_at(self, due: datetime, delivery: Delivery) -> None:
        delivery.due = due
        heappush(self._later, (due, next(self._numbers), delivery))

    async def run(self, http: httpx.AsyncClient) -> None:
        """Sends due deliveries with `http` until cancelled. Deliveries in progress then count as failed."""
        wake = self._wake = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as sending:
                while True:
                    wake.clear()
                    self._take_due()
                    for delivery in self._next_to_send():
                        task = sending.create_task(_attempt(delivery, http))
                        # Not a part of the task: it may be cancelled before it has begun.
                        task.add_done_callback(partial(self._attempted, delivery))
                    await self._until_next(wake)
        finally:
            self._wake = None

    async def settled(self) -> None:
        """Waits until nothing is due and nothing under way, of any sender. Only while `run` runs."""
        self._take_due()
        if not self._is_settled:
            settled = asyncio.get_running_loop().create_future()
            self._settled.append(settled)
            self._look()
            await settled

    @property
    def _is_settled(self) -> bool:
        return not self._under_way and not self._ready

    def _look(self) -> None:
        if self._wake is not None:
            self._wake.set()

    def _take_due(self) -> None:
        self._clock.catch_up()  # what happens by itself may be told of
        now = self._clock.now()
        while self._later and self._later[0][0] <= now:
            delivery = heappop(self._later)[2]
            if delivery.sender.is_wanted(delivery):
                self._ready[delivery.target].append(delivery)

    def _next_to_send(self) -> Iterator[Delivery]:
        """What is due, as far as its addresses have not enough to answer already."""
        for target, waiting in list(self._ready.items()):
            while waiting and self._under_way[target] < UNDER_WAY:
                delivery = waiting.popleft()
                self._under_way[target] += 1
                if not delivery.statuses:
                    self.log.append(delivery)
                yield delivery
            if not waiting:
                del self._ready[target]

    async def _until_next(self, wake: asyncio.Event) -> None:
        if self._is_settled:
            for settled in self._settled:
                if not settled.done():  # who waited may have given up
                    settled.set_result(None)
            self._settled.clear()
        due = [moment for moment in (self._later[0][0] if self._later else None, self._clock.next_due) if moment]
        wait_s = (min(due) - self._clock.now()).total_seconds() if due else None
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await wake.wait()

    def _attempted(self, delivery: Delivery, attempt: asyncio.Task[int | None]) -> None:
        failed = attempt.cancelled() or attempt.exception() is not None
        delivery.statuses.append(None if failed else attempt.result())
        now, sender, repeats = self._clock.now(), delivery.sender, len(delivery.statuses) - 1
        if delivery.has_arrived:
            sender.arrived(delivery)
        elif repeats < len(sender.repeats_s):
            self._send_at(now + timedelta(seconds=sender.repeats_s[repeats]), delivery)
        else:
            sender.gave_up(delivery)
        for held in self._held:
            if held.sender is sender:
                self._send_at(now, held)
        self._held = [each for each in self._held if each.sender is not sender]
        self._under_way -= Counter([delivery.target])  # leaves out those that come to zero
        self._look()


async def _attempt(delivery: Delivery, http: httpx.AsyncClient) -> int | None:
    """The status that was answered; None when there was no answer in time."""
    sender = delivery.sender
    with suppress(httpx.HTTPError, httpx.InvalidURL, TimeoutError):
        async with asyncio.timeout(sender.answer_s):
            timeout = httpx.Timeout(sender.answer_s, connect=sender.connect_s)
            answer = await http.post(
                delivery.uri, content=sender.content(delivery), headers=delivery.headers, timeout=timeout
            )
            return answer.status_code
    return None
