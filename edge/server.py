"""Serves an app over HTTP until a signal ends it."""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from edge.garbage import settle
from edge.http_protocol import bounded_protocol
from edge.settings import GatewaySettings, SettingsError
from edge.tasks import ended

Beside = Callable[[], Coroutine[None, None, None]]
"""Work that runs as long as the server does, and ends when it is cancelled."""


class AnnouncedServer(uvicorn.Server):
    """uvicorn that prints its address when it listens, and runs `beside` as long as it serves."""

    def __init__(self, config: uvicorn.Config, announcement: str, beside: Sequence[Beside]) -> None:
        super().__init__(config)
        self._announcement = announcement
        self._beside = beside
        self._tasks: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            settle()
            self._tasks = [asyncio.create_task(each()) for each in self._beside]
            print(self._announcement, flush=True)  # noqa: T201

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_streams = getattr(self.config.app, "end_streams", None)  # of the gateway; a shutdown would wait for them
        if end_streams is not None:
            end_streams()
        await super().shutdown(sockets)
        for task in self._tasks:
            await ended(task)


def listener(host: str, port: int, setting: str = "PORT") -> socket.socket:
    """A socket that listens at an address or a name; `::` is all of IPv6 and IPv4.

    Raises SettingsError, which names `setting` as the source of the port.
    """
    is_ipv6 = ":" in host
    try:
        listening = socket.create_server(
            (host, port),
            family=socket.AF_INET6 if is_ipv6 else socket.AF_INET,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
        # Connections inherit it. Else an answer in two writes waits for the caller's delayed acknowledgement, 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        raise SettingsError(
            f"The gateway cannot listen at HOST {host} and {setting} {port} ({reason}): set HOST to an address of this "
            f"machine and {setting} to a free one, or stop the process that uses it."
        ) from None
    return listening


def uvicorn_options(settings: GatewaySettings) -> dict[str, Any]:
    """What a single server and workers have in common."""
    return {
        "log_config": None,  # edge.logs has set up all loggers
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        # The graph itself decides which proxies it trusts (TRUSTED_PROXIES); uvicorn would trust every local one.
        "proxy_headers": False,
        "ws": "none",
        "timeout_keep_alive": settings.keep_alive_s,
        "lifespan": "on",
        "timeout_graceful_shutdown": max(1, round(settings.drain_requests_s)),
    }


def serve(
    app: ASGIApp,
    settings: GatewaySettings,
    announcement: str,
    *,
    tells_time: bool = True,
    beside: Sequence[Beside] = (),
) -> int:
    """Serves until a signal ends it; returns the exit status.

    `tells_time`: answers have a Date header from this machine. `beside` runs as long as the server does. Raises
    SettingsError when it cannot listen.
    """
    listening = listener(settings.host, settings.port)
    config = uvicorn.Config(
        app,
        date_header=tells_time,
        http=bounded_protocol(settings.limit_header_bytes + settings.limit_body_bytes, settings.deadline_headers_s),
        **uvicorn_options(settings),
    )
    with suppress(KeyboardInterrupt):  # uvicorn has shut down, and repeats the signal
        AnnouncedServer(config, announcement, beside).run(sockets=[listening])
    return 0
