"""Serves the gateway in one process or in workers, with the loop's delay and the metrics port beside it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from clients.timing import REAL
from edge import announcements
from edge.gateway import GatewayApp
from edge.logs import set_up_logs
from edge.metrics_routes import serve_metrics
from edge.server import Beside, listener, serve
from edge.settings import GatewaySettings
from edge.tasks import ended
from edge.worker_metrics import WorkerMetrics
from edge.workers import WorkerPlace, serve_workers


class CreateApp(Protocol):
    """Makes the app of this process."""

    def __call__(self, settings: GatewaySettings, *, folder: Path | None = None) -> GatewayApp: ...


def serve_gateway(create_app: CreateApp, worker_app: str, settings: GatewaySettings) -> int:
    """Serves until a signal ends it; returns the exit status. Raises SettingsError when it cannot listen.

    `worker_app` is the import name of a function that makes a worker's app.
    """
    if settings.workers > 1 and settings.mode == "live":
        return serve_workers(worker_app, settings, announcements.of_gateway(settings))
    app = create_app(settings)
    beside: list[Beside] = [partial(app.metrics.lag.watch, REAL)]
    if settings.metrics_port is not None:
        listening = listener(settings.host, settings.metrics_port, "METRICS_PORT")
        beside.append(partial(serve_metrics, app.metrics, listening))
    return serve(app, settings, announcements.of_gateway(settings), beside=beside)


def worker_app(settings: GatewaySettings, create_app: CreateApp, place: WorkerPlace) -> GatewayApp:
    """The app of one worker: it also does what a single server does beside serving."""
    set_up_logs(settings.log_level, as_json=settings.mode == "live", to=sys.stdout)
    app = create_app(settings, folder=place.folder)
    app.metrics.workers = workers = WorkerMetrics(place.folder)
    serving = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Any) -> AsyncIterator[Any]:
        async with serving(served) as state, AsyncExitStack() as stack:
            beside = [app.metrics.lag.watch(REAL), workers.keep_writing(app.metrics.registry, REAL)]
            if place.metrics_socket is not None:
                beside.append(serve_metrics(app.metrics, place.metrics_socket))
            for each in beside:
                stack.push_async_callback(ended, asyncio.create_task(each))
            yield state

    app.router.lifespan_context = lifespan
    return app
