"""The stand-ins inside a gateway's process: their store, their faults, and the app that serves them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol, Self

import httpx
from starlette.applications import Starlette

from sandbox.app import build_store, create_sandbox
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.printful_ids import PRINT_PRODUCTS
from sandbox.store import Store
from sandbox.webhook_records import PrintfulWebhook, SquareWebhook
from sandbox.webhooks import Webhooks


class WebhookTargets(Protocol):
    """Where a gateway receives webhooks, and of what."""

    @property
    def shopify_url(self) -> str: ...
    @property
    def shopify_topics(self) -> Iterable[str]: ...
    @property
    def printful_url(self) -> str: ...
    @property
    def printful_types(self) -> tuple[str, ...]: ...
    @property
    def square_url(self) -> str: ...
    @property
    def square_key(self) -> str: ...


class Notified(Protocol):
    """The settings of a gateway that is sent webhooks."""

    def webhook_targets(self) -> WebhookTargets: ...


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The embedded stand-ins."""

    store: Store
    faults: Faults
    webhooks: Webhooks
    app: Starlette

    @classmethod
    def filled(cls, *, public_url: str, clock: Clock | None = None) -> Self:
        """The coffee shop, reached by browsers at `public_url`."""
        store, faults = build_store(clock, public_url), Faults()
        webhooks = Webhooks(store, faults)
        return cls(store, faults, webhooks, create_sandbox(store, faults, webhooks))

    def tells(self, settings: Notified) -> None:
        """Subscribes a gateway of these settings to all three senders."""
        targets = settings.webhook_targets()
        for topic in targets.shopify_topics:
            self.store.subscribe(topic, targets.shopify_url)
        watched = {"stock_updated": {"product_ids": sorted(PRINT_PRODUCTS)}}
        self.store.printful_webhook = PrintfulWebhook(targets.printful_url, targets.printful_types, watched)
        self.store.square_webhook = SquareWebhook(targets.square_url, targets.square_key)

    def transport(self) -> httpx.ASGITransport:
        """The way to it within the process."""
        return httpx.ASGITransport(self.app, raise_app_exceptions=False)

    @asynccontextmanager
    async def telling(self, transport: httpx.AsyncBaseTransport) -> AsyncIterator[None]:
        """Sends webhooks over `transport` within this context."""
        async with httpx.AsyncClient(transport=transport) as http:
            task = asyncio.create_task(self.webhooks.run(http))
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


def standalone(
    public_url: str, square: tuple[str, str] | None, transport: Callable[[], httpx.AsyncBaseTransport]
) -> Starlette:
    """The stand-ins as an app of their own, which sends webhooks over a transport while its lifespan runs.

    `square`: the address that Square's messages go to, and what they are signed with.
    """
    sandbox = Sandbox.filled(public_url=public_url)
    sandbox.store.square_webhook = None if square is None else SquareWebhook(*square)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with transport() as opened, sandbox.telling(opened):
            yield

    return create_sandbox(sandbox.store, sandbox.faults, sandbox.webhooks, lifespan)
