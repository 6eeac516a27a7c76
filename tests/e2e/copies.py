"""Starts the program as a copy of a process that has imported it already, which takes milliseconds.

Each copy is a process of its own: it can be killed, and shares nothing with the next one.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path


class Copy:
    """A running copy, with the part of `subprocess.Popen` that the tests use."""

    def __init__(self, command: list[str], environment: Mapping[str, str], folder: Path, log: Path) -> None:
        self._process = _context().Process(target=_run, args=(command, dict(environment), str(folder), str(log)))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """The exit status. Raises TimeoutExpired when the process still runs after `timeout` seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("app", timeout)
        return self._process.exitcode


@cache
def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["app", "sandbox.embedded", "sandbox.profile", "tests.e2e.copies"])
    return context


def _run(command: list[str], environment: dict[str, str], folder: str, log: str) -> None:
    """Runs in the copy: as `python -m app` would with this command line and environment."""
    os.setsid()
    with Path(log).open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["app", *command]
    from app import main

    sys.exit(main())
