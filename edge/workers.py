"""Several worker processes behind one port: uvicorn starts them, replaces those that crash, and ends them in order."""

import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.importer import import_from_string
from uvicorn.supervisors import multiprocess

from edge.garbage import settle
from edge.http_protocol import bounded_protocol
from edge.server import listener, uvicorn_options
from edge.settings import GatewaySettings

START_WITHIN_S = 60.0
"""Longer than a start takes on a slow machine: what is not ready by then is started again."""


@dataclass(frozen=True, slots=True)
class WorkerPlace:
    """What the workers of one machine have in common: a folder, and the socket of METRICS_PORT."""

    folder: Path
    metrics_socket: socket.socket | None = None


class WorkerConfig(uvicorn.Config):
    """The configuration of a worker, which can be sent to its process.

    `app` is the import name of a function that makes the app from a WorkerPlace.
    """

    def __init__(self, app: str, settings: GatewaySettings, place: WorkerPlace) -> None:
        super().__init__(
            app,
            workers=settings.workers,
            timeout_worker_healthcheck=round(START_WITHIN_S),
            **uvicorn_options(settings),
        )
        self._made_by = app
        self._place = place
        self._head_bytes = settings.limit_header_bytes + settings.limit_body_bytes
        self._head_s = settings.deadline_headers_s

    def load(self) -> None:
        self.app = import_from_string(self._made_by)(self._place)
        super().load()
        self.http_protocol_class = bounded_protocol(self._head_bytes, self._head_s)
        settle()


class Worker(multiprocess.Process):
    """uvicorn's worker, whose server is made before the thread that answers the parent's pings.

    uvicorn makes it when it is first asked for, in whichever of two threads is first. When both made one, the pings
    told of the one that never starts: the parent then took the worker for one that is still starting.
    """

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        self.server  # noqa: B018
        super().target(sockets)


class _Workers(multiprocess.Multiprocess):
    """uvicorn's supervisor, which prints the address once all workers listen."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], announcement: str) -> None:
        super().__init__(config, sockets)
        self._announcement = announcement

    def keep_subprocess_alive(self) -> None:
        self._close_workers_ends()
        super().keep_subprocess_alive()

    def _close_workers_ends(self) -> None:
        """Closes this process's copies of the workers' ends of their pipes.

        With a copy open, the parent would wait for a worker that dies before it answers a ping, above all while it
        starts, as long as for a slow one. Meanwhile it replaces no other worker, and heeds no signal.
        """
        for each in self.processes:
            each.child_conn.close()

    def init_processes(self) -> None:
        super().init_processes()
        self._close_workers_ends()
        if all(each.wait_until_ready(START_WITHIN_S, self.should_exit) for each in self.processes):
            print(self._announcement, flush=True)  # noqa: T201


def serve_workers(app: str, settings: GatewaySettings, announcement: str) -> int:
    """Serves until a signal ends it; the exit status. `app` is as in WorkerConfig. Raises SettingsError."""
    multiprocess.Process = Worker  # type: ignore[misc] # uvicorn has no place to name another class
    listening = listener(settings.host, settings.port)
    metrics_socket = None
    if settings.metrics_port is not None:
        metrics_socket = listener(settings.host, settings.metrics_port, "METRICS_PORT")
    folder = Path(tempfile.mkdtemp(prefix="kynda-workers-"))
    try:
        workers = _Workers(WorkerConfig(app, settings, WorkerPlace(folder, metrics_socket)), [listening], announcement)
        workers.run()
        return 1 if any(each.exitcode == STARTUP_FAILURE for each in workers.processes) else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)
