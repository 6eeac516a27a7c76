"""What starting costs: processor time until the first answer, memory, and the first operation of each kind."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

import orjson
import pytest

from tests.benchmarks.load import ROOT
from tests.benchmarks.peers import cpu_seconds
from tests.servers.ports import free_port

pytestmark = pytest.mark.benchmark

ROUNDS = 3
MODE = "{ gateway { mode } }"
NOWHERE = "http://127.0.0.1:9"
SANDBOX = {"GATEWAY_MODE": "sandbox"}
LIVE = {
    "GATEWAY_MODE": "live",
    "SHOPIFY_STORE_DOMAIN": "kynda-sandbox.myshopify.com",
    "SHOPIFY_STOREFRONT_PRIVATE_TOKEN": "sandbox-private",
    "SHOPIFY_STOREFRONT_URL": f"{NOWHERE}/api/2026-10/graphql.json",
    "SHOPIFY_ADMIN_ACCESS_TOKEN": "sandbox-admin",
    "SHOPIFY_ADMIN_URL": f"{NOWHERE}/admin/api/2026-10/graphql.json",
    "SHOPIFY_WEBHOOK_SECRET": "sandbox-secret",
    "PRINTFUL_API_KEY": "sandbox-printful",
    "PRINTFUL_STORE_ID": "1",
    "PRINTFUL_API_URL": NOWHERE,
}
GOALS = {"sandbox": (2.0, None), "live": (1.5, 100)}
FIRST_GOAL_S = 0.5
FIRST = {
    "forwarded": "{ products(first: 5) { nodes { id title } } }",
    "joined": "{ products(first: 5) { nodes { kind variants(first: 3) { nodes { inventory { tracked } "
    "printful { size product { name } } } } } } }",
    "for staff": "{ status { __typename } orderDesk { __typename } }",
    "by the executor": "mutation { cartCreate(input: {}) { cart { id } } "
    'cachePurge(ids: ["gid://shopify/Product/1"]) { __typename } }',
    "refused": "{ products(first: 5) { nodes { titel } } }",
}


class Started:
    """A gateway that runs as a process of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.pid = process.pid
        self._port = port

    def answer(self, operation: str) -> bytes:
        """The answer to an operation of staff. A new connection each: workers take them in turns."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Content-Type": "application/json", "Authorization": "Bearer sandbox-staff"}
        connection.request("POST", "/graphql", orjson.dumps({"query": operation}), headers)
        response = connection.getresponse()
        assert response.status == 200
        answer = response.read()
        connection.close()
        return answer


@contextmanager
def started(environment: Mapping[str, str]) -> Iterator[Started]:
    port = free_port()
    given = {"PATH": os.environ["PATH"], "HOST": "127.0.0.1", "PORT": str(port), **environment}
    process = subprocess.Popen([sys.executable, "-m", "app"], cwd=ROOT, env=given, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        while not process.stdout.readline().startswith(b"Kynda gateway, "):  # printed when it listens
            assert process.poll() is None, "the gateway did not start"
        yield Started(process, port)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def megabytes(pid: int) -> float:
    """The resident memory of a process, with the libraries that it shares with others."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def workers_of(pid: int) -> list[int]:
    children = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return [child for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]


@pytest.mark.parametrize(("mode", "environment"), [("sandbox", SANDBOX), ("live", LIVE)])
def test_a_process_answers_soon_after_its_start(mode: str, environment: Mapping[str, str]) -> None:
    seconds, sizes = [], []
    for _ in range(ROUNDS):
        with started(environment) as gateway:
            assert f'"mode":"{mode}"'.encode() in gateway.answer(MODE)
            seconds.append(cpu_seconds(gateway.pid))
            sizes.append(megabytes(gateway.pid))
    goal_s, goal_mb = GOALS[mode]
    print(f"\nstart in {mode} mode to the first answer")
    print(f"  {median(seconds):.2f} s of processor time, {min(seconds):.2f} to {max(seconds):.2f} (goal {goal_s})")
    print(f"  {median(sizes):.0f} MB of memory" + (f" (goal {goal_mb})" if goal_mb else ""))


def test_an_idle_worker_takes_little_memory() -> None:
    with started({**LIVE, "WORKERS": "2"}) as gateway:
        for _ in range(10):
            assert b'"mode":"live"' in gateway.answer(MODE)
        sizes = [megabytes(worker) for worker in workers_of(gateway.pid)]
    assert len(sizes) == 2
    print(f"\nan idle worker in live mode: {max(sizes):.0f} MB of memory (goal {GOALS['live'][1]})")


def test_the_first_operation_of_each_kind_is_answered_soon() -> None:
    print(f"\nthe first operation of a kind, and the second: seconds of processor time (goal {FIRST_GOAL_S})")
    for kind, operation in FIRST.items():
        with started(SANDBOX) as gateway:
            gateway.answer(MODE)
            spent = []
            for number in range(2):  # two documents, so that the second has no plan either
                before = cpu_seconds(gateway.pid)
                assert (b"errors" in gateway.answer(f"{operation} # {number}")) is (kind == "refused")
                spent.append(cpu_seconds(gateway.pid) - before)
        print(f"  {kind:16} {spent[0]:.2f}, then {spent[1]:.2f}")
