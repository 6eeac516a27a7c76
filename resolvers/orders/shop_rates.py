"""The shop's shipping rates as this process knows them, read again every hour while orders depend on them."""

import asyncio
import math
from collections.abc import Callable

import structlog

from clients.admin.client import Admin
from clients.errors import UpstreamError
from clients.guard import Terms
from resolvers.orders.shipping_choice import NO_RATES, ShopRates

log = structlog.get_logger(__name__)

FRESH_S = 3600.0
AFTER_FAILURE_S = 60.0


class KnownRates:
    """`rates` are the last that were read. A failure leaves them as they are: no order waits for them."""

    def __init__(self, admin: Admin, *, clock: Callable[[], float]) -> None:
        self._admin = admin
        self._clock = clock
        self._reading = asyncio.Lock()
        self._fresh_until = -math.inf
        self.rates: ShopRates = NO_RATES

    async def refresh(self, terms: Terms) -> None:
        """Reads the rates when they are old. Concurrent calls share one read; none raises."""
        async with self._reading:
            if self._clock() < self._fresh_until:
                return
            try:
                self.rates = ShopRates(tuple(await self._admin.delivery_rates(terms=terms)), is_known=True)
                fresh_s = FRESH_S
            except UpstreamError as error:
                log.warning("shipping_rates_unread", kind=type(error).__name__, detail=error.detail)
                fresh_s = AFTER_FAILURE_S
            self._fresh_until = self._clock() + fresh_s
