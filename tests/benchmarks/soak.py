"""Minutes of mixed load at twice what one process can do: `python -m tests.benchmarks.soak`, which `make soak` runs.

The upstreams are a process of their own; their faults switch on and off. Arrivals are open: they come at their times,
however slow the answers are. Every answer is compared with that of a quiet gateway.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from tests.benchmarks.load import Connection, answer, graphql_request, served
from tests.benchmarks.peer_workloads import WORKLOADS
from tests.benchmarks.peers import request_of

CAPACITY_S = 5.0
TIMES_CAPACITY = 2.0
FAULT_EVERY_S, FAULT_FOR_S, AFTER_FAULT_S = 20.0, 6.0, 35.0
CONNECTIONS = 150
FAULTS = ("/printful", "/admin", "/api")
REFUSED_WITHIN_MS, CACHED_P99_MS, GROWTH = 50.0, 25.0, 1.05
EXPLAINED = {"TRY_LATER", "THROTTLED", "ACCESS_DENIED", "UPSTREAM_BROKEN"}


@dataclass(frozen=True)
class Kind:
    """A kind of request: as it goes over the wire, its share of the load, and its right answer."""

    name: str
    requests: Sequence[bytes]
    share: int
    is_cached: bool = False


@dataclass
class Findings:
    """What was seen."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    cached_ms: list[float] = field(default_factory=list)
    refused_ms: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    explained: int = 0
    unsent: int = 0
    memory_kb: list[tuple[float, int]] = field(default_factory=list)
    own_ms: list[float] = field(default_factory=list)


def kinds() -> list[Kind]:
    """The mix: cached pages; work for the processor, far more of it than there is time for; and mistakes.

    Documents that differ in a comment have one answer, and none of them is cached.
    """
    by_key = {each.key: each for each in WORKLOADS}
    listing = by_key["W4"].query.replace("first: 100", "first: 20")
    fresh = [graphql_request(f"{listing}\n# {number}") for number in range(3_000)]
    joined = request_of(by_key["W1"])
    return [
        Kind("cached listing", [graphql_request(listing)], 30, is_cached=True),
        Kind("joined page", [joined], 10),
        Kind("pure listing", fresh, 30),
        Kind("joined listing", [request_of(by_key["W2"])], 15),
        Kind("order page of staff", [request_of(by_key["W3"])], 10),
        Kind("mistake", [graphql_request("{ nothing { here } }")], 5),
    ]


class Sender(Connection):
    """A connection that takes every status, and opens itself again."""

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return int(head[9:12]), await self._reader.readexactly(length)


async def right_answers(port: int, mix: Sequence[Kind]) -> dict[bytes, bytes]:
    """The answer to each request while nothing else happens; that of a kind is the same for all its requests."""
    found: dict[bytes, bytes] = {}
    async with Sender(port) as sender:
        for kind in mix:
            body = (await sender.send(kind.requests[0]))[1]
            found |= dict.fromkeys(kind.requests, body)
    return found


def draw(mix: Sequence[Kind], chance: random.Random) -> Iterator[tuple[Kind, bytes]]:
    """Requests by their shares, without end."""
    shares = [kind.share for kind in mix]
    while True:
        [kind] = chance.choices(mix, shares)
        yield kind, chance.choice(kind.requests)


async def capacity(port: int, mix: Sequence[Kind]) -> float:
    """How many requests of the mix the process answers in a second when nobody hurries it."""
    count, ends = 0, time.perf_counter() + CAPACITY_S
    requests = draw(mix, random.Random(1))

    async def client() -> None:
        nonlocal count
        async with Sender(port) as sender:
            while time.perf_counter() < ends:
                await sender.send(next(requests)[1])
                count += 1

    await asyncio.gather(*(client() for _ in range(4)))
    return count / CAPACITY_S


async def offered(
    port: int, mix: Sequence[Kind], rate: float, seconds: float, right: dict[bytes, bytes], weather: "Weather"
) -> Findings:
    """Sends requests at a rate, and judges the answers."""
    found = Findings()
    free: asyncio.Queue[Sender] = asyncio.Queue()
    requests = draw(mix, random.Random(2))
    chance = random.Random(3)

    async def one(sender: Sender, kind: Kind, request: bytes) -> None:
        began = time.perf_counter()
        try:
            status, body = await sender.send(request)
        except (OSError, asyncio.IncompleteReadError) as error:
            found.wrong.append(f"{kind.name}: the connection was lost ({type(error).__name__})")
            return
        finally:
            free.put_nowait(sender)
        judge(found, kind, status, body, right[request], (time.perf_counter() - began) * 1_000, weather)

    async with asyncio.TaskGroup() as group, AsyncSenders(port) as senders:
        for sender in senders:
            free.put_nowait(sender)
        began = time.perf_counter()
        due = began
        while (now := time.perf_counter()) < began + seconds:
            due += chance.expovariate(rate)
            await asyncio.sleep(max(0.0, due - now))
            kind, request = next(requests)
            if free.empty():
                found.unsent += 1  # the generator is at its end
            else:
                group.create_task(one(free.get_nowait(), kind, request))
        for _ in senders:
            await asyncio.wait_for(free.get(), 30)
    return found


class AsyncSenders:
    """All connections, opened together."""

    def __init__(self, port: int) -> None:
        self._senders = [Sender(port) for _ in range(CONNECTIONS)]

    async def __aenter__(self) -> list[Sender]:
        for each in self._senders:
            await each.__aenter__()
        return self._senders

    async def __aexit__(self, *error: object) -> None:
        for each in self._senders:
            await each.__aexit__(None, None, None)


def judge(
    found: Findings, kind: Kind, status: int, body: bytes, right: bytes, took_ms: float, weather: "Weather"
) -> None:
    """Files an answer: right, refused, or explained by a fault. Everything else is wrong."""
    found.statuses[(kind.name, status)] += 1
    if status in (429, 503):
        found.refused_ms.append(took_ms)
    elif status == 200 and body == right:
        if kind.is_cached:
            found.cached_ms.append(took_ms)
    elif weather.explains and status == 200 and codes(body) and codes(body) <= EXPLAINED:
        found.explained += 1
    else:
        found.wrong.append(f"{kind.name}: {status} {body[:300]!r}")


def codes(body: bytes) -> set[str]:
    """The codes of an answer's errors."""
    errors = orjson.loads(body).get("errors", [])
    return {error.get("extensions", {}).get("code", "") for error in errors}


class Weather:
    """Switches faults of the upstreams on and off. `explains`: one is on, or was a moment ago."""

    def __init__(self, upstream_port: int) -> None:
        self._port = upstream_port
        self._ended_s = float("-inf")
        self._is_on = False

    @property
    def explains(self) -> bool:
        return self._is_on or time.perf_counter() - self._ended_s < AFTER_FAULT_S

    async def change(self) -> None:
        """Changes until it is cancelled."""
        for turn in range(10**6):
            await asyncio.sleep(FAULT_EVERY_S - FAULT_FOR_S)
            self._is_on = True
            await self._set(f"failing={FAULTS[turn % len(FAULTS)]}")
            await asyncio.sleep(FAULT_FOR_S)
            await self._set("failing=")
            self._is_on, self._ended_s = False, time.perf_counter()

    async def _set(self, setting: str) -> None:
        await answer(self._port, f"GET /settings?{setting} HTTP/1.1\r\nhost: bench\r\n\r\n".encode())


async def watch_itself(found: list[float]) -> None:
    """Notes how late this process is itself, which is part of what it measures."""
    while True:
        due = time.perf_counter() + 0.01
        await asyncio.sleep(0.01)
        found.append((time.perf_counter() - due) * 1_000)


async def watch_memory(pid: int, found: list[tuple[float, int]]) -> None:
    """Notes the memory of a process each second until it is cancelled."""
    began = time.perf_counter()
    while True:
        status = Path(f"/proc/{pid}/status").read_text()  # noqa: ASYNC240 it is in memory
        found.append((time.perf_counter() - began, int(status.split("VmRSS:")[1].split()[0])))
        await asyncio.sleep(1)


async def soak(port: int, pid: int, upstream_port: int, minutes: float) -> tuple[float, Findings]:
    """The rate that was offered, and what was seen."""
    mix = kinds()
    right = await right_answers(port, mix)
    rate = TIMES_CAPACITY * await capacity(port, mix)
    weather, memory, own_ms = Weather(upstream_port), list[tuple[float, int]](), list[float]()
    helpers = [
        asyncio.create_task(weather.change()),
        asyncio.create_task(watch_memory(pid, memory)),
        asyncio.create_task(watch_itself(own_ms)),
    ]
    try:
        found = await offered(port, mix, rate, minutes * 60, right, weather)
    finally:
        for each in helpers:
            each.cancel()
    found.memory_kb, found.own_ms = memory, own_ms
    return rate, found


def report(rate: float, found: Findings) -> list[str]:
    """The figures, and a line with FAIL for each promise that did not hold."""
    total = sum(found.statuses.values())
    lines = [
        f"{total} requests of {rate:.0f} offered a second, {found.unsent} beyond what the generator can send",
        f"{found.explained} answers had errors of failing upstreams",
        f"cached answers: {spread(found.cached_ms)}",
        f"the generator itself is late: {spread(found.own_ms)}",
        f"refused (429, 503): {len(found.refused_ms)}, {spread(found.refused_ms)}",
        *(f"  {name}: {status} x {count}" for (name, status), count in sorted(found.statuses.items())),
    ]
    settled, last = memory_of(found.memory_kb)
    lines.append(f"memory after two minutes {settled / 1024:.0f} MB, at the end {last / 1024:.0f} MB")
    if found.wrong:
        lines.append(f"FAIL {len(found.wrong)} answers are wrong, for instance {found.wrong[0]}")
    if percentile(found.refused_ms, 0.99) > REFUSED_WITHIN_MS:
        lines.append(f"FAIL refusals take more than {REFUSED_WITHIN_MS:.0f} ms")
    if percentile(found.cached_ms, 0.99) > CACHED_P99_MS:
        lines.append(f"FAIL the p99 of cached answers is above {CACHED_P99_MS:.0f} ms")
    if last > settled * GROWTH:
        lines.append(f"FAIL memory grew by more than {GROWTH - 1:.0%} after minute two")
    return lines


def memory_of(samples: Sequence[tuple[float, int]]) -> tuple[int, int]:
    """Memory at minute two, or in the middle of a shorter run, and at the end: each the median of ten samples."""
    kilobytes = [size for _, size in samples]
    start = next((index for index, (at, _) in enumerate(samples) if at >= 120), len(samples) // 2)
    return sorted(kilobytes[start : start + 10])[len(kilobytes[start : start + 10]) // 2], sorted(kilobytes[-10:])[-5]


def percentile(values: Sequence[float], share: float) -> float:
    """0 for no values."""
    return sorted(values)[int(len(values) * share)] if values else 0.0


def spread(values: Sequence[float]) -> str:
    """The median and the 99th percentile in words."""
    return f"p50 {percentile(values, 0.5):.1f} ms, p99 {percentile(values, 0.99):.1f} ms"


def main() -> int:
    """Runs the soak; 1 when a promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default 10)")
    given = parser.parse_args()
    with ExitStack() as stack:
        upstream_port, _ = stack.enter_context(served("upstreams"))
        port, pid = stack.enter_context(served("gateway-keeping", upstream_port=upstream_port))
        rate, found = asyncio.run(soak(port, pid, upstream_port, given.minutes))
    lines = report(rate, found)
    print("\n".join(lines))
    return int(any(line.startswith("FAIL") for line in lines))


if __name__ == "__main__":
    sys.exit(main())
