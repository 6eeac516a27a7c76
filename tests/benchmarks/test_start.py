"""What starting costs: processor time until the first answer, and the memory of a process that has answered once."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.load import ROOT, free_port, graphql_request
from tests.benchmarks.peers import cpu_seconds

pytestmark = pytest.mark.benchmark

ROUNDS = 3
REQUEST = graphql_request("{ gateway { mode } }")
NOWHERE = "http://127.0.0.1:9"
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


def started(environment: Mapping[str, str]) -> tuple[float, float, bytes]:
    """Seconds of processor time until the first answer, megabytes of memory after it, and the answer."""
    port = free_port()
    given = {"PATH": os.environ["PATH"], "HOST": "127.0.0.1", "PORT": str(port), **environment}
    process = subprocess.Popen([sys.executable, "-m", "app"], cwd=ROOT, env=given, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()  # printed when it listens
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(REQUEST)
            answer = b""
            while not answer.endswith(b"}"):
                answer += connection.recv(65_536)
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        return cpu_seconds(process.pid), pages * os.sysconf("SC_PAGE_SIZE") / 1e6, answer
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize(("mode", "environment"), [("sandbox", {"GATEWAY_MODE": "sandbox"}), ("live", LIVE)])
def test_a_process_answers_soon_after_its_start(mode: str, environment: Mapping[str, str]) -> None:
    measured = [started(environment) for _ in range(ROUNDS)]
    assert all(f'"mode":"{mode}"'.encode() in answer for _, _, answer in measured)
    seconds = sorted(each for each, _, _ in measured)
    megabytes = sorted(each for _, each, _ in measured)
    goal_s, goal_mb = GOALS[mode]
    print(f"\nstart in {mode} mode to the first answer")
    print(f"  {median(seconds):.2f} s of processor time, {seconds[0]:.2f} to {seconds[-1]:.2f} (goal {goal_s})")
    print(f"  {median(megabytes):.0f} MB of memory" + (f" (goal {goal_mb})" if goal_mb else ""))
