"""Fixtures for end-to-end tests: the gateway as a real process, Node with client libraries, and Chromium."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from tests.servers.ports import free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
START_WITHIN_S = 60
SCRIPT_WITHIN_S = 180

RunClient = Callable[..., dict[str, Any]]


def cannot_run(reason: str) -> NoReturn:
    """Skips the test, or fails it if `REQUIRE_E2E=1` demands that everything is installed."""
    if os.environ.get("REQUIRE_E2E") == "1":
        pytest.fail(f"REQUIRE_E2E=1, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a gateway in sandbox mode in a separate process."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    log = tmp_path_factory.mktemp("gateway") / "log.txt"
    environment = {
        "PATH": os.environ["PATH"],
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "GATEWAY_MODE": "sandbox",
        "SWEEP_MINUTES": "0",  # a periodic sweep would also process the example orders
        "PYTHONUNBUFFERED": "1",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_healthy(url, process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/health", timeout=5, verify=False).is_success:
                return
        except httpx.TransportError:
            pass
        try:  # waits briefly, but not longer than the process runs
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"the gateway stopped with status {process.returncode}:\n{log.read_text()}", pytrace=False)
    pytest.fail(f"the gateway was not ready within {START_WITHIN_S} s:\n{log.read_text()}", pytrace=False)


@pytest.fixture(scope="session")
def run_client() -> RunClient:
    """Runs a script of `clients/` with Node; returns the JSON that it prints."""
    node = shutil.which("node")
    if node is None:
        cannot_run("node is not installed")
    if not (HERE / "node_modules" / ".package-lock.json").exists():
        cannot_run("the npm packages of tests/e2e are not installed (`make test` does it where npm is there)")

    def run(script: str, *arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            [node, str(HERE / "clients" / script), *arguments],
            capture_output=True,
            text=True,
            timeout=SCRIPT_WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, f"{script} failed:\n{done.stderr}\n{done.stdout[-2000:]}"
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    return run


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder for pictures of the pages."""
    folder = HERE / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    found = shutil.which("/usr/bin/chromium") or shutil.which("chromium")
    if found is None:
        cannot_run("chromium is not installed")
    return found
