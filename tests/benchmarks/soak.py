"""Minutes of mixed load at twice what one process can do: `python -m tests.benchmarks.soak`, which `make soak` runs.

The gateway has a processor core for itself. The upstreams, whose faults switch on and off, and the load generator share
another; the upstreams have the lower priority, so that the generator is in time. Arrivals are open: they come at their
times, however slow the answers are. Every answer is compared with that of a quiet gateway.
"""

import argparse
import asyncio
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count, repeat
from pathlib import Path

import orjson

from tests.benchmarks.load import answer, graphql_request, served
from tests.benchmarks.open_load import Answered, Load, gaps
from tests.benchmarks.peer_workloads import WORKLOADS
from tests.benchmarks.peers import request_of

WARM_UP_S, CAPACITY_S, CLIENTS = 3.0, 7.0, 6
TIMES_CAPACITY = 2.0
FAULT_EVERY_S, FAULT_FOR_S, AFTER_FAULT_S = 20.0, 6.0, 35.0
CONNECTIONS = 400
FAULTS = ("/printful", "/admin", "/api")
REFUSED_WITHIN_MS, CACHED_P99_MS, GROWTH = 50.0, 25.0, 1.05
LATE_MS, WAITED = 5.0, 0.05
EXPLAINED = {"TRY_LATER", "THROTTLED", "ACCESS_DENIED", "UPSTREAM_BROKEN"}


@dataclass(frozen=True)
class Kind:
    """A kind of request, its share of the load, and its requests as they go over the wire, without end."""

    name: str
    requests: Iterator[bytes]
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
    cached_refused: int = 0
    faults: int = 0
    unsent: int = 0
    unanswered: int = 0
    memory_kb: list[tuple[float, int]] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    processor: dict[str, "Processor"] = field(default_factory=dict)


@dataclass(frozen=True)
class Processor:
    """The seconds that a process ran, and that it waited for a core because others ran there."""

    ran_s: float = 0.0
    waited_s: float = 0.0

    @classmethod
    def of(cls, pid: int) -> "Processor":
        """The figures of a process so far, from Linux."""
        ran, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
        return cls(int(ran) / 1e9, int(waited) / 1e9)

    def since(self, before: "Processor", seconds: float) -> "Processor":
        """The shares of a period."""
        return Processor((self.ran_s - before.ran_s) / seconds, (self.waited_s - before.waited_s) / seconds)


def kinds() -> list[Kind]:
    """The mix: cached pages; work for the processor, far more of it than there is time for; and mistakes.

    Documents that differ in a comment have one answer, and none of them is cached.
    """
    by_key = {each.key: each for each in WORKLOADS}
    listing = by_key["W4"].query.replace("first: 100", "first: 20")
    fresh = (graphql_request(f"{listing}\n# {number}") for number in count())
    return [
        Kind("cached listing", repeat(graphql_request(listing)), 30, is_cached=True),
        Kind("joined page", repeat(request_of(by_key["W1"])), 10),
        Kind("pure listing", fresh, 30),
        Kind("joined listing", repeat(request_of(by_key["W2"])), 15),
        Kind("order page of staff", repeat(request_of(by_key["W3"])), 10),
        Kind("mistake", repeat(graphql_request("{ nothing { here } }")), 5),
    ]


async def right_answers(load: Load, mix: Sequence[Kind]) -> dict[str, bytes]:
    """The answer to each kind of request while nothing else happens."""
    return {kind.name: (await load.one(next(kind.requests)))[1] for kind in mix}


def draw(mix: Sequence[Kind], chance: random.Random) -> Iterator[tuple[Kind, bytes]]:
    """Requests by their shares, without end."""
    shares = [kind.share for kind in mix]
    while True:
        [kind] = chance.choices(mix, shares)
        yield kind, next(kind.requests)


async def capacity(load: Load, mix: Sequence[Kind]) -> float:
    """How many requests of the mix the process answers in a second when each client waits for its answer."""
    requests = draw(mix, random.Random(1))

    async def answered(seconds: float) -> int:
        ends_s, answers = time.perf_counter() + seconds, 0

        async def client() -> None:
            nonlocal answers
            while time.perf_counter() < ends_s:
                status, _ = await load.one(next(requests)[1])
                answers += status == 200

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        return answers

    await answered(WARM_UP_S)
    return await answered(CAPACITY_S) / CAPACITY_S


def arrivals(
    mix: Sequence[Kind], rate: float, seconds: float, right: dict[str, bytes], weather: "Weather", found: Findings
) -> Iterator[tuple[float, bytes, Answered]]:
    """Requests at a rate, and what judges their answers."""
    requests = draw(mix, random.Random(2))
    for gap_s in gaps(random.Random(3), rate, seconds):
        kind, request = next(requests)

        def answered(status: int, body: bytes, took_ms: float, kind: Kind = kind) -> None:
            judge(found, kind, status, body, right[kind.name], took_ms, weather)

        yield gap_s, request, answered


def judge(
    found: Findings, kind: Kind, status: int, body: bytes, right: bytes, took_ms: float, weather: "Weather"
) -> None:
    """Files an answer: right, refused, or explained by a fault. Everything else is wrong."""
    found.statuses[(kind.name, status)] += 1
    if status in (429, 503):
        found.refused_ms.append(took_ms)
        found.cached_refused += kind.is_cached
    elif status == 200 and body == right:
        if kind.is_cached:
            found.cached_ms.append(took_ms)
    elif weather.explains and status == 200 and codes(body) and codes(body) <= EXPLAINED:
        found.explained += 1
    else:
        found.faults += status >= 500
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


async def watch_memory(pid: int, found: list[tuple[float, int]]) -> None:
    """Notes the memory of a process each second until it is cancelled."""
    began = time.perf_counter()
    while True:
        status = Path(f"/proc/{pid}/status").read_text()  # noqa: ASYNC240 it is in memory
        found.append((time.perf_counter() - began, int(status.split("VmRSS:")[1].split()[0])))
        await asyncio.sleep(1)


async def soak(pids: Mapping[str, int], port: int, upstream_port: int, minutes: float) -> tuple[float, Findings]:
    """The rate that was offered, and what was seen."""
    mix, found, seconds = kinds(), Findings(), minutes * 60
    weather = Weather(upstream_port)
    async with Load(port, CONNECTIONS) as load:
        right = await right_answers(load, mix)
        rate = TIMES_CAPACITY * await capacity(load, mix)
        before = {name: Processor.of(pid) for name, pid in pids.items()}
        helpers = [
            asyncio.create_task(weather.change()),
            asyncio.create_task(watch_memory(pids["gateway"], found.memory_kb)),
        ]
        try:
            await load.offer(arrivals(mix, rate, seconds, right, weather, found))
        finally:
            for each in helpers:
                each.cancel()
        found.processor = {name: Processor.of(pid).since(before[name], seconds) for name, pid in pids.items()}
        found.unsent, found.unanswered, found.late_ms = load.unsent, load.unanswered, load.late_ms
    return rate, found


def report(rate: float, found: Findings) -> list[str]:
    """The figures, and a line with PASS or FAIL for each goal."""
    settled, last = memory_of(found.memory_kb)
    return [
        f"{sum(found.statuses.values())} answers to {rate:.0f} requests offered a second",
        f"{found.explained} answers had errors of failing upstreams",
        f"cached answers: {len(found.cached_ms)}, {spread(found.cached_ms)}",
        f"refused (429, 503): {len(found.refused_ms)}, {spread(found.refused_ms)}",
        *(f"  {name}: {status} x {count}" for (name, status), count in sorted(found.statuses.items())),
        f"memory each half minute, in MB: {' '.join(f'{kb // 1024}' for _, kb in found.memory_kb[::30])}",
        f"memory after two minutes {settled / 1024:.0f} MB, at the end {last / 1024:.0f} MB",
        *(
            f"{name}: ran {each.ran_s:.0%} of the time, waited {each.waited_s:.0%} for a core that others used"
            for name, each in found.processor.items()
        ),
        f"requests were sent late by: {spread(found.late_ms)}; {found.unsent} could not be sent",
        *doubts(found),
        *(f"{'PASS' if holds else 'FAIL'} {goal}" for goal, holds in verdicts(found, settled, last)),
    ]


def verdicts(found: Findings, settled_kb: int, last_kb: int) -> Iterator[tuple[str, bool]]:
    """Each goal, and whether it was reached."""
    example = f", for instance {found.wrong[0]}" if found.wrong else ""
    cached_ms, refused_ms = percentile(found.cached_ms, 0.99), percentile(found.refused_ms, 0.99)
    yield f"every answer is right or a refusal ({len(found.wrong)} are wrong{example})", not found.wrong
    yield f"every request is answered ({found.unanswered} were not)", not found.unanswered
    yield f"no 5xx that the faults do not explain ({found.faults})", not found.faults
    yield f"99 % of refusals within {REFUSED_WITHIN_MS:.0f} ms ({refused_ms:.1f})", refused_ms <= REFUSED_WITHIN_MS
    yield f"99 % of cached answers within {CACHED_P99_MS:.0f} ms ({cached_ms:.1f})", cached_ms <= CACHED_P99_MS
    yield f"no cached answer is refused ({found.cached_refused})", not found.cached_refused
    grew = last_kb / settled_kb - 1 if settled_kb else 0.0
    yield f"memory grows by at most {GROWTH - 1:.0%} after minute two ({grew:.1%})", last_kb <= settled_kb * GROWTH


def doubts(found: Findings) -> Iterator[str]:
    """Why the times are those of this machine rather than of the gateway."""
    if (late_ms := percentile(found.late_ms, 0.99)) > LATE_MS:
        yield f"DOUBT the generator was late by up to {late_ms:.1f} ms: it had too little processor time"
    gateway = found.processor.get("gateway", Processor())
    if gateway.waited_s > WAITED:
        yield f"DOUBT other programs used the gateway's core for {gateway.waited_s:.0%} of the time"
    if found.unsent:
        yield f"DOUBT {found.unsent} requests could not be sent: no connection was free"


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
        upstream_port, upstreams = stack.enter_context(served("upstreams"))
        port, gateway = stack.enter_context(served("gateway-keeping", upstream_port=upstream_port))
        pids = {"gateway": gateway, "upstreams": upstreams, "generator": os.getpid()}
        share_cores(pids)
        rate, found = asyncio.run(soak(pids, port, upstream_port, given.minutes))
    lines = report(rate, found)
    print("\n".join(lines))
    return int(any(line.startswith("FAIL") for line in lines))


def share_cores(pids: Mapping[str, int]) -> None:
    """Gives the gateway a core for itself, and the upstreams a lower priority than the generator."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        for name, pid in pids.items():
            os.sched_setaffinity(pid, {cores[0]} if name == "gateway" else set(cores[1:]))
    os.setpriority(os.PRIO_PROCESS, pids["upstreams"], os.getpriority(os.PRIO_PROCESS, 0) + 5)


if __name__ == "__main__":
    sys.exit(main())
