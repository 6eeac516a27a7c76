"""Work beside serving: the sweep, the set-up of webhooks, and a single sweep by command."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from clients.budget import Priority
from clients.errors import UpstreamError
from clients.guard import CallOptions
from clients.shared.turns import Turn
from edge.settings import GatewaySettings, SettingsError
from edge.tasks import ended
from resolvers.alerts.watch import AlertWatch
from resolvers.context import Services
from resolvers.orders.sweep_report import Report
from resolvers.subscriptions import SubscriptionStep, mend, mend_printful, printed_products

_ADMIN_IS_OFF = "Admin is off: set SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET, or SHOPIFY_ADMIN_ACCESS_TOKEN."


@asynccontextmanager
async def upkeep(settings: GatewaySettings, services: Services) -> AsyncIterator[None]:
    """Runs the sweep and the alerts."""
    async with sweeping(settings, services), alerting(settings, services):
        yield


@asynccontextmanager
async def sweeping(settings: GatewaySettings, services: Services) -> AsyncIterator[None]:
    """Runs the sweep periodically, if orders are on. Of several processes one does it for all."""
    if services.orders is None or not settings.sweep_minutes:
        yield
        return

    async def tidy() -> None:
        await resubscribed(settings, services)

    turn = Turn(services.shared, "sweep", services.timing)
    sweeps = services.orders.sweep_forever(
        settings.sweep_minutes * 60, services.timing, tidy=tidy, is_our_turn=lambda: turn.is_ours
    )
    async with working(turn.keep(), sweeps):
        yield


@asynccontextmanager
async def alerting(settings: GatewaySettings, services: Services) -> AsyncIterator[None]:
    """Watches for troubles and sends alerts, if ALERT_URLS is set. Of several processes one does it for all."""
    channel = settings.alert_channel()
    if channel is None:
        yield
        return
    services.alerts.addresses = len(settings.alert_urls)
    watch = AlertWatch(
        services,
        channel,
        set_up=settings.set_up(),
        address=settings.public_address,
        digest_at=settings.alert_digest_at,
    )
    turn = Turn(services.shared, "alerting", services.timing)
    async with working(turn.keep(), watch.forever(lambda: turn.is_ours)):
        yield


@asynccontextmanager
async def working(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs the work beside the block, and ends it in the reverse order."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in reversed(tasks):
            await ended(task)


async def resubscribed(settings: GatewaySettings, services: Services) -> None:
    """Creates the subscriptions that Shopify deleted, if PUBLIC_URL is set. Raises UpstreamError."""
    if settings.public_url is None or services.admin is None:
        return
    try:
        done = await mend(services.admin, settings.public_url, options=CallOptions(Priority.SWEEPS))
    except UpstreamError as error:
        services.activity.note_subscriptions(failure=str(error))
        raise
    services.activity.note_subscriptions(done)


async def subscribed(settings: GatewaySettings, services: Services, public_url: str) -> list[SubscriptionStep]:
    """Directs webhooks to `public_url`; returns each check and change. Raises SettingsError, UpstreamError."""
    if services.admin is None:
        raise SettingsError(_ADMIN_IS_OFF)
    found = await mend(services.admin, public_url)
    token = settings.webhook_proofs().printful_token
    if services.orders is not None and services.orders.print_orders is not None and token:
        print_orders, catalogue = services.orders.print_orders, services.print_catalogue
        assert catalogue is not None
        watched = await printed_products(services.admin, catalogue.printful)
        found.append(await mend_printful(print_orders, public_url, token, product_ids=watched))
    return found


async def swept(
    settings: GatewaySettings,
    services: Services,
    *,
    dry_run: bool,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """One sweep over the orders and the subscriptions. Raises SettingsError when Admin is off."""
    if services.orders is None:
        raise SettingsError(_ADMIN_IS_OFF)
    failure = None
    if not dry_run:
        try:
            await resubscribed(settings, services)
        except UpstreamError as error:
            failure = error
    report = await services.orders.sweep.run(dry_run=dry_run, progress=progress)
    if failure is not None:
        report.failed("Shopify's subscriptions were not looked at", failure)
    return report
