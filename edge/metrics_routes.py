"""Where Prometheus reads the metrics: `GET /metrics` with the staff token, or a port of its own without one."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edge.metrics import MetricsPage
from edge.staff.gate import StaffGate


def metrics_route(page: MetricsPage, gate: StaffGate) -> Route:
    """The route `/metrics`. 404 for whoever does not show the staff token."""

    async def metrics(_: Request) -> Response:
        return await page.response()

    return Route("/metrics", gate.guarded(metrics))


def metrics_app(page: MetricsPage) -> Starlette:
    """An app that answers `/metrics` to everybody: for a port that only Prometheus reaches."""

    async def metrics(_: Request) -> Response:
        return await page.response()

    return Starlette(routes=[Route("/metrics", metrics)])


class _ServerBeside(uvicorn.Server):
    """A server that leaves signals to the main one."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_metrics(page: MetricsPage, listening: socket.socket) -> None:
    """Serves the metrics at a socket until it is cancelled."""
    config = uvicorn.Config(
        metrics_app(page),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
    )
    server = _ServerBeside(config)
    try:
        await server.serve(sockets=[listening])
    except asyncio.CancelledError:
        server.force_exit = True
        if server.started:
            await server.shutdown(sockets=[listening])
        raise
