"""Caches the shop's shipping rates in this process, and refreshes them every hour while orders need them."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace

import structlog

from clients.admin.client import Admin
from clients.errors import UpstreamError
from clients.guard import CallOptions
from clients.timing import Deadline
from resolvers.orders.shipping_choice import NO_RATES, ShopRates

log = structlog.get_logger(__name__)

FRESH_S = 3600.0
AFTER_FAILURE_S = 60.0
LONGEST_S = 10.0


class KnownRates:
    """`rates` are the rates of the last successful read. Orders do not wait for them after a failure."""

    def __init__(self, admin: Admin, *, clock: Callable[[], float]) -> None:
        self._admin = admin
        self._clock = clock
        self._reading: asyncio.Task[None] | None = None
        self._fresh_until = -math.inf
        self.rates: ShopRates = NO_RATES

    async def refresh(self, options: CallOptions) -> None:
        """Refreshes old rates; waits at most half of the caller's time.

        Concurrent calls share one read. Raises nothing.
        """
        if self._clock() < self._fresh_until:
            return
        remaining_s = math.inf if options.deadline is None else options.deadline.remaining_s
        if self._reading is None or self._reading.done():
            shared = replace(options, deadline=Deadline.after(LONGEST_S, self._clock))
            self._reading = asyncio.create_task(self._read(shared))
        await asyncio.wait([self._reading], timeout=min(LONGEST_S, remaining_s / 2))

    async def close(self) -> None:
        """Cancels a read in progress."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    async def _read(self, options: CallOptions) -> None:
        try:
            self.rates = ShopRates(tuple(await self._admin.delivery_rates(options=options)), is_known=True)
            fresh_s = FRESH_S
        except UpstreamError as error:
            log.warning("shipping_rates_read_failed", kind=type(error).__name__, detail=error.detail)
            fresh_s = AFTER_FAILURE_S
        self._fresh_until = self._clock() + fresh_s
