"""The commands that print a report. The composition root provides the data."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from clients.errors import UpstreamError
from edge import reports
from edge.forecasting import ForecastRefused, ForecastReport, SchemaUnread
from edge.reconciling import STOPPED, progress_bar, until_stopped
from edge.settings import GatewaySettings, SettingsError
from resolvers.alerts.messages import trial_message
from resolvers.findings import Finding
from resolvers.orders.sweep_report import Report, SweepVerdict
from resolvers.subscriptions import SubscriptionStep

T = TypeVar("T")


class Diagnosis(Protocol):
    async def __call__(self, settings: GatewaySettings) -> Sequence[Finding]: ...


class Subscribing(Protocol):
    async def __call__(self, settings: GatewaySettings, public_url: str) -> Sequence[SubscriptionStep]: ...


class Sweeping(Protocol):
    async def __call__(
        self, settings: GatewaySettings, *, dry_run: bool, progress: Callable[[int, int], None]
    ) -> Report: ...


class ForecastMaker(Protocol):
    async def __call__(
        self, settings: GatewaySettings, *, version: str | None, files: Sequence[Path]
    ) -> ForecastReport: ...


def doctor(diagnosis: Diagnosis, settings: GatewaySettings, *, as_json: bool = False) -> int:
    """Prints what works and what does not. Returns the exit status."""
    findings = asyncio.run(_awaited(diagnosis(settings)))
    return reports.printed_findings(settings.mode, findings, as_json=as_json)


def webhooks(subscribing: Subscribing, settings: GatewaySettings, *, as_json: bool = False) -> int:
    """Subscribes the gateway to webhooks, and prints the changes. Returns the exit status."""
    if settings.mode == "sandbox":
        note = "The sandbox sends its webhooks to the gateway by itself: nothing has to be done."
        print("[]" if as_json else note)  # noqa: T201
        return 0
    if settings.public_url is None:
        raise SettingsError("PUBLIC_URL is missing: set it to the https address at which Shopify reaches this gateway.")
    try:
        steps = asyncio.run(_awaited(subscribing(settings, settings.public_url)))
    except UpstreamError as error:
        print(f"The subscriptions cannot be listed: {error}.", file=sys.stderr)  # noqa: T201
        return 1
    return reports.printed_steps(steps, as_json=as_json)


def forecast(
    make_forecast: ForecastMaker,
    settings: GatewaySettings,
    *,
    version: str | None = None,
    files: Sequence[Path] = (),
    as_json: bool = False,
) -> int:
    """Prints what another version of Storefront does to the operations in use. Returns the exit status."""
    try:
        report = asyncio.run(_awaited(make_forecast(settings, version=version, files=files)))
    except (ForecastRefused, SchemaUnread) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2 if isinstance(error, ForecastRefused) else 3
    return reports.printed_forecast(report, as_json=as_json)


def alert(settings: GatewaySettings, *, is_test: bool) -> int:
    """Sends a test message to the addresses of ALERT_URLS. Returns the exit status."""
    channel = settings.alert_channel()
    if channel is None:
        raise SettingsError("ALERT_URLS is missing: set it to the addresses that alerts go to.")
    if not is_test:
        print("Nothing was sent: run `python -m app alert --test` to send a test message.", file=sys.stderr)  # noqa: T201
        return 2
    delivery = asyncio.run(_awaited(channel.send(*trial_message(settings.public_address))))
    print(f"{delivery.delivered} of {delivery.delivered + delivery.failed} addresses took the message.")  # noqa: T201
    return 1 if delivery.failed else 0


def reconcile(
    sweeping: Sweeping, settings: GatewaySettings, *, dry_run: bool = False, as_json: bool = False, strict: bool = False
) -> int:
    """Sweeps once, and prints findings and changes. Returns the exit status."""
    if settings.mode == "sandbox":
        note = "In sandbox mode this sweeps a sandbox of its own; a running gateway sweeps its own orders."
        print(note, file=sys.stderr if as_json else sys.stdout)
    try:
        report = asyncio.run(until_stopped(sweeping(settings, dry_run=dry_run, progress=progress_bar())))
    except (asyncio.CancelledError, KeyboardInterrupt):
        print(STOPPED, file=sys.stderr)  # noqa: T201
        return SweepVerdict.TRY_AGAIN
    return reports.printed_sweep(report, dry_run=dry_run, as_json=as_json, strict=strict)


async def _awaited(result: Awaitable[T]) -> T:
    return await result
