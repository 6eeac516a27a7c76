"""A real Redis on a free port of this machine, which a test can kill, stop, fill and start again."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
import redis

from tests.servers.ports import free_port

START_WITHIN_S = 20.0


def redis_program() -> str:
    """The path of redis-server; skips the test where it is missing, and fails it where REQUIRE_SERVERS is set."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        reason = "neither redis-server nor valkey-server is installed"
        if os.environ.get("REQUIRE_SERVERS"):
            pytest.fail(f"{reason}, and REQUIRE_SERVERS is set")
        pytest.skip(reason)
    return found


class RedisServer:
    """A server without persistence: it has forgotten everything when it starts again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._program = redis_program()
        self._folder = folder
        self._options = options
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def client(self) -> "redis.Redis":
        """A connection of the test itself."""
        return redis.Redis.from_url(self.url, socket_timeout=5)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        self._process = subprocess.Popen(
            [
                *(self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)),
                *("--save", "", "--appendonly", "no", "--logfile", str(self._folder / "redis.log"), *self._options),
            ],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline:
            with suppress(redis.RedisError), self.client as client:
                if client.ping():
                    return
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=0.02)
                break
        raise RuntimeError((self._folder / "redis.log").read_text())

    def kill(self) -> None:
        """Ends it at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait(timeout=10)

    def hang(self) -> None:
        """Lets it accept connections and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Ends `hang`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
