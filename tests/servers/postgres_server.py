"""A real PostgreSQL on a free port of this machine, which a test can kill and start again."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.servers.ports import free_port

START_WITHIN_S = 30.0
_FOLDERS = "/usr/lib/postgresql"
_USER = "nobody"  # PostgreSQL does not run as root


def postgres_programs() -> Path:
    """The folder of initdb and postgres; skips the test where there is none, fails it where REQUIRE_SERVERS is set."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path(_FOLDERS).glob("*/bin"))
    folders = [each for each in folders if (each / "initdb").exists() and (each / "postgres").exists()]
    if not folders:
        if os.environ.get("REQUIRE_SERVERS"):
            pytest.fail("PostgreSQL is not installed, and REQUIRE_SERVERS is set")
        pytest.skip("PostgreSQL is not installed")
    return folders[-1]


class PostgresServer:
    """A server with one database for each `url`, in a folder of its own."""

    def __init__(self) -> None:
        self._programs = postgres_programs()
        self._folder = Path(tempfile.mkdtemp(prefix="history-"))
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(self._folder, _USER)
            self._as_user = ["setpriv", f"--reuid={_USER}", "--regid=nogroup", "--clear-groups"]
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        options = ("--auth=trust", "--username=kynda", "--no-sync", "--encoding=UTF8", "--locale=C")
        self._run("initdb", "--pgdata", str(self._folder / "data"), *options)
        self.start()

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = [*self._as_user, str(self._programs / "postgres"), "-D", str(self._folder / "data")]
        settings = (f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}")
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *(word for each in (*settings, "fsync=off") for word in ("-c", each))],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline:
            if self._runs("psql", "-c", "select 1", "postgres"):
                return
            time.sleep(0.05)
        raise RuntimeError((self._folder / "log").read_text())

    def url(self, database: str) -> str:
        """The address of a new database."""
        assert self._runs("createdb", database)
        return f"postgresql://kynda@127.0.0.1:{self.port}/{database}"

    def kill(self) -> None:
        """Ends it at once; what was committed stays."""
        if self._process is not None and self._process.poll() is None:
            children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
            for each in (str(self._process.pid), *children):
                os.kill(int(each), signal.SIGKILL)
            self._process.wait(timeout=10)
            (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder)

    def _runs(self, program: str, *arguments: str) -> bool:
        address = ("--host=127.0.0.1", f"--port={self.port}", "--username=kynda")
        command = [str(self._programs / program), *address, *arguments]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
