"""The work of the commands that print a report. Each run opens the upstreams and closes them again."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import httpx

from clients.timing import REAL, Timing
from edge import maintenance
from edge.forecasting import ForecastReport, deprecated_in_use, forecast
from edge.settings import GatewaySettings
from edge.sharing import NETWORK, Stores
from edge.tracing import RequestTracer, tracer_of
from resolvers.checks import examine
from resolvers.context import Services
from resolvers.findings import Finding
from resolvers.orders.sweep_report import Report
from resolvers.subscriptions import SubscriptionStep


class Open(Protocol):
    """Opens the upstreams over `transport`, by default over `sandbox` or the internet. Closes `tracer` at the end."""

    def __call__(
        self,
        settings: GatewaySettings,
        sandbox: Any = None,
        transport: httpx.AsyncBaseTransport | None = None,
        timing: Timing = REAL,
        *,
        tracer: RequestTracer | None = None,
        stores: Stores = NETWORK,
    ) -> AbstractAsyncContextManager[Services]: ...


async def diagnosis(
    opened: Open,
    settings: GatewaySettings,
    *,
    sandbox: Any = None,
    transport: httpx.AsyncBaseTransport | None = None,
    timing: Timing = REAL,
) -> list[Finding]:
    """The findings of all set-up checks."""
    async with opened(settings, sandbox, transport, timing) as services:
        return [*await examine(services, settings.set_up()), await deprecated_in_use(settings, transport)]


async def forecasted(
    opened: Open,
    settings: GatewaySettings,
    *,
    version: str | None,
    files: Sequence[Path],
    transport: httpx.AsyncBaseTransport | None = None,
    gateway: httpx.AsyncBaseTransport | None = None,
) -> ForecastReport:
    """What another version of Storefront breaks. `gateway` reaches the running gateway."""
    async with opened(settings, None, transport) as services:
        return await forecast(settings, services.storefront, gateway, version=version, files=files)


async def mended_webhooks(
    opened: Open,
    settings: GatewaySettings,
    public_url: str,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    timing: Timing = REAL,
) -> list[SubscriptionStep]:
    """Directs webhooks to `public_url`; returns each check and change. Raises SettingsError, UpstreamError."""
    async with opened(settings, None, transport, timing) as services:
        return await maintenance.subscribed(settings, services, public_url)


async def reconciled(
    opened: Open,
    settings: GatewaySettings,
    *,
    dry_run: bool,
    sandbox: Any = None,
    transport: httpx.AsyncBaseTransport | None = None,
    timing: Timing = REAL,
    progress: Callable[[int, int], None] | None = None,
    tracer: RequestTracer | None = None,
    stores: Stores = NETWORK,
) -> Report:
    """One sweep over the orders and the subscriptions. Raises SettingsError when Admin is off.

    `tracer` is by default the one that the settings turn on, if any.
    """
    tracer = tracer or tracer_of(settings)
    async with opened(settings, sandbox, transport, timing, tracer=tracer, stores=stores) as services:
        return await maintenance.swept(settings, services, dry_run=dry_run, progress=progress)
