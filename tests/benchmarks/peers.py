"""Measures the gateway beside its peers: `python -m tests.benchmarks.peers`, which `make bench-peers` runs.

The stand-ins are a process of their own, the clients another. Each figure is the processor time of the server's whole
process tree per operation. All sides take turns; the table shows medians. Every answer is compared with the gateway's.
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from tests.benchmarks.load import CLIENTS, ROOT, Connection, answer, served
from tests.benchmarks.peer_workloads import WORKLOADS, Workload
from tests.benchmarks.servers import STAFF_TOKEN
from tests.servers.ports import free_port

PEERS = Path(__file__).parent / "peers"
RESULTS = ROOT / ".bench"
DELAY_MS = 25
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass
class Side:
    """One server: its port, its process, and the workloads it takes part in."""

    name: str
    port: int
    pid: int
    workloads: tuple[str, ...]


@dataclass
class Result:
    """What was measured of one side at one workload."""

    cpu_ms: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)
    upstream_requests: float | None = None


def request_of(workload: Workload) -> bytes:
    """A POST of the workload as it goes over the wire. All sides get the same."""
    body = orjson.dumps({"query": workload.query, "variables": workload.variables})
    head = (
        "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\naccept: application/json\r\n"
        + (f"authorization: Bearer {STAFF_TOKEN}\r\n" if workload.key == "W3" else "")
        + f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def node(script: str, upstream_port: int, **environment: str) -> Iterator[tuple[int, int]]:
    """The port and process id of a Node peer, started as a process and ended afterwards."""
    port = free_port()
    given = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "UPSTREAM": f"http://127.0.0.1:{upstream_port}",
        "NODE_ENV": "production",
        **environment,
    }
    process = subprocess.Popen(["node", script], cwd=PEERS, env=given, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == b"ready":
                break
        else:
            raise RuntimeError(f"{script} did not start")
        yield port, process.pid
    finally:
        process.terminate()
        process.communicate(timeout=20)


def cpu_seconds(pid: int) -> float:
    """Processor time, user and system, of a process and its children."""
    stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    own = (int(stat[11]) + int(stat[12])) / TICKS_PER_S
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(cpu_seconds(int(child)) for child in children)


async def upstream_requests(port: int) -> int:
    """How many requests the stand-ins have received so far."""
    return int(await answer(port, b"GET /requests HTTP/1.1\r\nhost: bench\r\n\r\n"))


async def set_delay(port: int, delay_ms: int) -> None:
    """Delays the stand-ins' answers from now on."""
    await answer(port, f"GET /settings?delay_ms={delay_ms} HTTP/1.1\r\nhost: bench\r\n\r\n".encode())


def same_data(ours: bytes, theirs: bytes) -> bool:
    """Whether two answers hold the same data, whatever the order of keys."""
    return bool(orjson.loads(ours).get("data") == orjson.loads(theirs).get("data"))


async def round_of(side: Side, request: bytes, operations: int, result: Result, clients: int = CLIENTS) -> None:
    """Sends `operations` requests over `clients` connections and adds what that took."""
    left = iter(range(operations))

    async def client() -> None:
        async with Connection(side.port) as connection:
            await connection.ask(request)
            ready.release()
            await started.wait()
            for _ in left:
                await connection.ask(request)

    ready, started = asyncio.Semaphore(0), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
        for _ in range(clients):
            await ready.acquire()
        cpu, began = cpu_seconds(side.pid), time.perf_counter()
        started.set()
    took_s = time.perf_counter() - began
    result.cpu_ms.append((cpu_seconds(side.pid) - cpu) * 1000 / operations)
    result.per_second.append(operations / took_s)


async def latencies(side: Side, request: bytes, count: int = 40) -> list[float]:
    """Milliseconds that single requests take, one client, in turn."""
    found = []
    async with Connection(side.port) as connection:
        await connection.ask(request)
        for _ in range(count):
            began = time.perf_counter()
            await connection.ask(request)
            found.append((time.perf_counter() - began) * 1000)
    return sorted(found)


async def measure(sides: list[Side], upstream_port: int, repeats: int, scale: float) -> dict[str, dict[str, Result]]:
    """All figures, by workload and side."""
    results: dict[str, dict[str, Result]] = {}
    for workload in WORKLOADS:
        request = request_of(workload)
        taking_part = [side for side in sides if workload.key in side.workloads]
        results[workload.key] = {side.name: Result() for side in taking_part}
        reference = await answer(taking_part[0].port, request)
        assert b'"errors"' not in reference, reference[:500]
        for side in taking_part:
            if side.name == "uvicorn, same bytes":
                await answer(
                    side.port,
                    b"PUT / HTTP/1.1\r\nhost: bench\r\ncontent-length: %d\r\n\r\n" % len(reference) + reference,
                )
            theirs = await answer(side.port, request)
            assert same_data(reference, theirs), f"{side.name} answers {workload.key} differently: {theirs[:500]!r}"
            before = await upstream_requests(upstream_port)
            await answer(side.port, request)
            results[workload.key][side.name].upstream_requests = await upstream_requests(upstream_port) - before
        operations = max(CLIENTS, int(workload.operations * scale))
        for turn in range(repeats + 1):
            for side in taking_part if turn % 2 else reversed(taking_part):
                spare = Result() if turn == 0 else results[workload.key][side.name]  # the first turn warms up
                await round_of(side, request, operations, spare)
        await set_delay(upstream_port, DELAY_MS)
        for side in taking_part:
            results[workload.key][side.name].latency_ms = await latencies(side, request)
        await set_delay(upstream_port, 0)
    return results


def report(results: dict[str, dict[str, Result]], repeats: int) -> str:
    """The results as Markdown."""
    lines = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}, Node {node_version()}; {CLIENTS} clients, {repeats} repeats in turns. "
        "Caches are off but where the name says otherwise.",
        "",
    ]
    for workload in WORKLOADS:
        sides = results[workload.key]
        ours = median(next(iter(sides.values())).cpu_ms)
        lines += [
            f"### {workload.key}: {workload.title}",
            "",
            "| server | processor ms per operation | least to most | times the gateway's | operations per second "
            f"| upstream requests | p50 / p99 ms at {DELAY_MS} ms upstream delay |",
            "|---|---|---|---|---|---|---|",
        ]
        for name, found in sides.items():
            p50, p99 = median(found.latency_ms), found.latency_ms[int(len(found.latency_ms) * 0.99)]
            lines.append(
                f"| {name} | {median(found.cpu_ms):.2f} | {min(found.cpu_ms):.2f} to {max(found.cpu_ms):.2f} "
                f"| {median(found.cpu_ms) / ours:.2f} | {median(found.per_second):.0f} "
                f"| {found.upstream_requests:.0f} | {p50:.1f} / {p99:.1f} |"
            )
        lines.append("")
    return "\n".join(lines)


def picture(results: dict[str, dict[str, Result]]) -> str:
    """The processor times as a picture (SVG), on a scale of its own for each workload."""
    rows: list[str] = []
    y = 30
    for workload in WORKLOADS:
        rows.append(f'<text x="10" y="{y}" font-weight="bold">{workload.key}: {workload.title}</text>')
        figures = {name: median(found.cpu_ms) for name, found in results[workload.key].items()}
        most = max(figures.values())
        for name, each in figures.items():
            y += 22
            rows.append(
                f'<text x="20" y="{y}">{name}</text><rect x="230" y="{y - 12}" height="15" '
                f'width="{max(1, each / most * 440):.0f}" fill="#8a4b22"/>'
                f'<text x="{240 + each / most * 440:.0f}" y="{y}">{each:.2f} ms</text>'
            )
        y += 40
    size = f'viewBox="0 0 780 {y}" width="780" height="{y}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13">{"".join(rows)}</svg>'
    )


def node_version() -> str:
    """The version of Node, without its v."""
    return subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip().lstrip("v")


def main() -> None:
    """Measures, and writes the results into .bench/."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="counted turns of each side (default 3)")
    parser.add_argument("--scale", type=float, default=1.0, help="times the usual number of operations (default 1)")
    parser.add_argument("--without-hive", action="store_true", help="leave Hive Gateway out")
    given = parser.parse_args()
    everything = tuple(workload.key for workload in WORKLOADS if not workload.is_cached)
    with ExitStack() as stack:
        upstream_port, _ = stack.enter_context(served("upstreams"))

        def ours(title: str, name: str, workloads: tuple[str, ...]) -> Side:
            return Side(title, *stack.enter_context(served(name, upstream_port=upstream_port)), workloads)

        def theirs(title: str, script: str, workloads: tuple[str, ...], **environment: str) -> Side:
            return Side(title, *stack.enter_context(node(script, upstream_port, **environment)), workloads)

        sides = [
            ours("gateway", "gateway", everything),
            ours("gateway, cache on", "gateway-keeping", ("W5",)),
            ours("gateway, Printful warm", "gateway-warm", ("W1", "W2")),
            theirs("yoga with JIT", "yoga.mjs", everything),
            theirs("yoga, cache on", "yoga.mjs", ("W5",), CACHE="response"),
            ours("uvicorn, same bytes", "same-bytes", ("W5",)),
        ]
        if not given.without_hive:
            sides.append(theirs("Hive Gateway with JIT", "hive.mjs", everything))
        results = asyncio.run(measure(sides, upstream_port, given.repeats, given.scale))
    RESULTS.mkdir(exist_ok=True)
    text = report(results, given.repeats)
    (RESULTS / "peers.md").write_text(text)
    (RESULTS / "peers.svg").write_text(picture(results))
    raw: dict[str, Any] = {key: {name: vars(each) for name, each in sides.items()} for key, sides in results.items()}
    (RESULTS / "peers.json").write_text(json.dumps(raw, indent=1))
    print(text)
    print(f"Written to {RESULTS.relative_to(ROOT)}/", file=sys.stderr)


if __name__ == "__main__":
    main()
