"""The gateway and the sandbox as separate processes that can be killed at any moment."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.copies import Copy
from tests.servers.ports import free_port

ROOT = Path(__file__).parents[2]
START_WITHIN_S = 60.0
END_WITHIN_S = 20.0
_SETTING = re.compile(r"\s*[A-Z][A-Z_]+=[^<]*")


# Servers of the tests speak plain HTTP: `verify=False` spares each client the reading of certificates (20 ms).


class Process:
    """`python -m app` with a command and settings, in a process group of its own; what it prints goes to `log`.

    The program is the one in `folder`. With `as_copy` it is this project's, imported once for all copies.
    """

    def __init__(
        self,
        command: list[str],
        settings: Mapping[str, str],
        log: Path,
        *,
        folder: Path = ROOT,
        as_copy: bool = False,
    ) -> None:
        environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **settings}
        self.log = log
        start = Copy if as_copy else _started
        self._process = start(command, environment, folder, log)

    def answers_at(self, url: str) -> None:
        """Waits until the process answers there."""
        with httpx.Client(timeout=5, verify=False) as http:
            self._wait_until_answered(http, url)

    def _wait_until_answered(self, http: httpx.Client, url: str) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline:
            try:
                if http.get(url).is_success:
                    return
            except httpx.TransportError:
                pass
            try:  # waits briefly, but not longer than the process runs
                self._process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"the process ended with status {self._process.returncode}:\n{self.log.read_text()}")
        raise RuntimeError(f"nothing answered in time:\n{self.log.read_text()}")

    @property
    def id(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def workers(self) -> set[int]:
        """The process ids of its workers: the children that listen."""
        children = Path(f"/proc/{self.id}/task/{self.id}/children").read_text().split()
        return {int(each) for each in children if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()}

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def status(self, within_s: float) -> int:
        """The exit status. Raises RuntimeError when the process does not end by itself."""
        try:
            return self._process.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"it did not end in time:\n{self.log.read_text()}") from None

    def kill(self) -> None:
        """Kills the process at once, whatever it is doing."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=END_WITHIN_S)

    def end(self) -> None:
        """Ends the process cleanly; kills it if that takes too long."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(timeout=END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()


def _started(command: list[str], environment: Mapping[str, str], folder: Path, log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "app", *command],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def told_settings(log: Path) -> dict[str, str]:
    """The settings that a process printed, by name."""
    lines = [line for line in log.read_text().splitlines() if _SETTING.fullmatch(line)]
    return dict(part.split("=", 1) for line in lines for part in shlex.split(line))


class Shop:
    """The stand-ins over HTTP: their controls, and their records of what happened."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=20, verify=False)

    def close(self) -> None:
        self._http.close()

    def get(self, path: str) -> Any:
        response = self._http.get(f"/sandbox/{path}")
        response.raise_for_status()
        return response.json()

    def post(self, path: str, **sent: Any) -> Any:
        response = self._http.post(f"/sandbox/{path}", json=sent)
        if not response.is_success:
            raise RuntimeError(f"{path}: {response.text}")
        return response.json()

    def delete(self, path: str) -> None:
        self._http.delete(f"/sandbox/{path}").raise_for_status()


SQUARE_KEY = "square-signature-key"


@contextmanager
def stand_ins(folder: Path, gateway_url: str) -> Iterator[tuple[Shop, dict[str, str]]]:
    """The stand-ins as a process, and the settings of a gateway that uses them as its upstreams.

    Square sends its webhooks to `gateway_url` from the start; `python -m app webhooks` subscribes to the others.
    """
    url, log = f"http://127.0.0.1:{(port := free_port())}", folder / "sandbox.log"
    webhook_settings = {"SQUARE_WEBHOOK_NOTIFICATION_URL": f"{gateway_url}/webhooks/square"}
    webhook_settings["SQUARE_WEBHOOK_SIGNATURE_KEY"] = SQUARE_KEY
    sandbox = Process(
        ["sandbox"], {"HOST": "127.0.0.1", "PORT": str(port), "PUBLIC_URL": url, **webhook_settings}, log, as_copy=True
    )
    try:
        sandbox.answers_at(f"{url}/sandbox/clock")
        designs = folder / "designs.json"
        designs.write_text(httpx.get(f"{url}/sandbox/designs.json", verify=False).text)
        shop = Shop(url)
        try:
            settings = {**told_settings(log), "HOST": "127.0.0.1", "PUBLIC_URL": gateway_url}
            yield shop, {**settings, "DESIGNS_FILE": str(designs)}
        finally:
            shop.close()
    finally:
        sandbox.end()
