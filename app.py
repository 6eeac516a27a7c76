"""The composition root: opens connections, wires the gateway to them, and hands over to the commands."""

import gc

if gc.isenabled():
    gc.disable()  # the imports make no garbage

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from clients.timing import REAL, Timing
from edge import announcements, cli, commands, history, maintenance, runs, watching
from edge.gateway import GatewayApp, add_graph, assembled
from edge.server import serve
from edge.services import connected, internet
from edge.settings import GatewaySettings, SettingsError
from edge.settings import read_settings as read_settings_of
from edge.sharing import NETWORK, Stores
from edge.tracing import RequestTracer, tracer_of, tracing
from edge.workers import WorkerPlace
from resolvers.context import Services, utc_now

gc.freeze()  # what the imports made stays
gc.enable()

if TYPE_CHECKING:
    from sandbox.embedded import Sandbox

__all__ = ["Sandbox", "Settings", "SettingsError", "add_graph", "connected", "create_app", "internet", "main", "serve"]

SANDBOX = "http://sandbox"


def __getattr__(name: str) -> Any:
    """Imports the sandbox when it is used: live mode does not need it."""
    if name == "Sandbox":
        return import_module("sandbox.embedded").Sandbox
    if name.startswith("SANDBOX_"):
        return getattr(import_module("sandbox.profile"), name.removeprefix("SANDBOX_"))
    raise AttributeError(name)


class Settings(GatewaySettings):
    """All settings; in sandbox mode with those that the sandbox provides for its stand-ins."""

    @classmethod
    def in_sandbox(cls, given: dict[str, Any], public_address: str) -> dict[str, Any]:
        from sandbox import profile

        return profile.completed(given, public_address, SANDBOX)


read_settings = partial(read_settings_of, Settings)


def create_app(
    settings: GatewaySettings,
    *,
    sandbox: "Sandbox | None" = None,
    transport: httpx.AsyncBaseTransport | None = None,
    timing: Timing = REAL,
    folder: Path | None = None,
    tracer: RequestTracer | None = None,
    stores: Stores = NETWORK,
) -> GatewayApp:
    """The gateway. In sandbox mode its upstreams are `sandbox` (by default a newly filled one), else on `transport`.

    `folder` is common to the workers of one machine. `tracer` is by default the one that the settings turn on, if any.
    `stores` can stand in for Redis and the history's database. All is connected while the app's lifespan runs.
    """
    sandbox = stand_ins(settings, sandbox)
    tracer = tracer or tracer_of(settings)
    connection: list[Services] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        upstreams = opened(settings, sandbox, transport, timing, folder, tracer, stores)
        async with upstreams as services, AsyncExitStack() as stack:
            connection[:] = [services]  # a webhook may end after the lifespan
            if sandbox is not None:
                await stack.enter_async_context(sandbox.telling(httpx.ASGITransport(app, raise_app_exceptions=False)))
            await stack.enter_async_context(maintenance.upkeep(settings, services))
            yield

    pages: list[BaseRoute] = []
    if sandbox is not None:
        sandbox.tells(settings)
        pages = [Route(path, sandbox.app) for path in ("/sandbox", "/sandbox/{path:path}")]
    app = assembled(settings, lambda: connection[0], lifespan, pages, tracer)
    return app


def stand_ins(settings: GatewaySettings, sandbox: "Sandbox | None") -> "Sandbox | None":
    """The embedded stand-ins that the settings select, unless some are given."""
    if sandbox is not None or settings.mode == "live":
        return sandbox
    from sandbox.embedded import Sandbox

    return Sandbox.filled(public_url=settings.public_address)


@asynccontextmanager
async def opened(
    settings: GatewaySettings,
    sandbox: "Sandbox | None" = None,
    transport: httpx.AsyncBaseTransport | None = None,
    timing: Timing = REAL,
    folder: Path | None = None,
    tracer: RequestTracer | None = None,
    stores: Stores = NETWORK,
) -> AsyncIterator[Services]:
    """The upstreams over `transport`, by default over the sandbox or the internet. Closes `tracer` at the end."""
    sandbox = stand_ins(settings, sandbox)
    carrier = transport or (internet() if sandbox is None else sandbox.transport())
    now = utc_now if sandbox is None else sandbox.store.clock.now
    async with tracing(tracer), carrier, connected(settings, carrier, timing, now, folder, stores) as services:
        yield services


diagnosis = partial(runs.diagnosis, opened)
forecasted = partial(runs.forecasted, opened)
mended_webhooks = partial(runs.mended_webhooks, opened)
reconciled = partial(runs.reconciled, opened)


def serve_gateway(settings: GatewaySettings) -> int:
    return watching.serve_gateway(create_app, "app:worker_app", settings)


def worker_app(place: WorkerPlace) -> GatewayApp:
    """The app of a worker process, which reads the settings itself."""
    return watching.worker_app(read_settings(), create_app, place)


def serve_sandbox(settings: GatewaySettings) -> int:
    from sandbox import embedded, profile

    address = settings.public_address
    app = embedded.standalone(address, profile.square_elsewhere(settings.square_webhook(), address), internet)
    announcement = announcements.of_sandbox(address, sandbox_environment(settings))
    return serve(app, settings, announcement, tells_time=False)  # the stand-ins have a clock of their own


def sandbox_environment(settings: GatewaySettings) -> dict[str, str]:
    """The settings of a live gateway that uses the sandbox running with `settings`."""
    from sandbox import profile

    return profile.environment(settings.public_address, settings.square_webhook())


examine_set_up = partial(commands.doctor, diagnosis)
mend_webhooks = partial(commands.webhooks, mended_webhooks)
reconcile = partial(commands.reconcile, reconciled)
forecast_version = partial(commands.forecast, forecasted)
keep_history = partial(history.history, opened)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command. Returns the exit status."""
    functions = (serve_gateway, serve_sandbox, examine_set_up, mend_webhooks, reconcile, forecast_version, keep_history)
    return cli.run(arguments, cli.Root(read_settings, *functions))


if __name__ == "__main__":
    sys.exit(main())
