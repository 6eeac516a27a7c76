"""Checks before an order is sent to Printful: no other app prints it, and the paid shipping is available."""

import asyncio
from collections.abc import Callable

from cachetools import TTLCache

from clients.errors import Rejected
from clients.guard import CallOptions
from clients.printful.client import Printful
from clients.printful.orders import OrderDraft
from clients.printful.shipping import RateItem, Recipient
from clients.upstreams import UpstreamName

_APP_CHECK_S = 600.0
_APP_IS_CONNECTED = (
    "Printful's own Shopify app is connected to this account and would print the order too. Disconnect the store in "
    "Printful. If that store prints nothing for this shop, set PRINTFUL_APP_ALLOWED=true instead."
)


class PrintChecks:
    """`app_allowed`: forward also while Printful's own Shopify app is connected."""

    def __init__(self, printful: Printful, *, clock: Callable[[], float], app_allowed: bool) -> None:
        self._printful = printful
        self._app_allowed = app_allowed
        self._asking: asyncio.Future[None] | None = None
        self._app_connected: TTLCache[str, bool] = TTLCache(1, _APP_CHECK_S, timer=clock)

    async def no_other_printer(self, options: CallOptions) -> None:
        """Raises Rejected while Printful's own Shopify app would print the order too."""
        if not self._app_allowed and await self._app_is_connected(options):
            raise Rejected(UpstreamName.PRINTFUL, "forward", _APP_IS_CONNECTED, was_sent=False)

    async def shipping_is_offered(self, draft: OrderDraft, options: CallOptions) -> None:
        """Raises Rejected when Printful does not offer the paid shipping method at the address."""
        items = []
        for item in draft.items:
            variant_id = item.variant_id
            if variant_id is None and item.sync_variant_id is not None:
                synced = await self._printful.sync_variant(item.sync_variant_id, options=options)
                variant_id = None if synced is None else synced.variant_id
            if variant_id is not None:
                items.append(RateItem(variant_id, item.quantity))
        to = draft.recipient
        recipient = Recipient(country_code=to.country_code, state_code=to.state_code, city=to.city, zip=to.zip)
        rates = await self._printful.shipping_rates(
            recipient, items, currency=draft.retail_costs.currency, options=options
        )
        offered = [rate.id for rate in rates]
        if draft.shipping not in offered:
            what = f"the buyer paid for {draft.shipping}, but Printful offers only {', '.join(offered)} at the address"
            raise Rejected(UpstreamName.PRINTFUL, "shipping", what, was_sent=False)

    async def _app_is_connected(self, options: CallOptions) -> bool:
        known = self._app_connected.get("stores")
        if known is None and self._asking is not None:  # concurrent orders share one request
            await asyncio.wait(
                [self._asking], timeout=None if options.deadline is None else options.deadline.remaining_s
            )
            known = self._app_connected.get("stores")
        if known is None:
            known = await self._read_app(options)
        return known

    async def _read_app(self, options: CallOptions) -> bool:
        asking = self._asking = asyncio.get_running_loop().create_future()
        try:
            stores = await self._printful.stores(options=options)
            connected = self._app_connected["stores"] = any(store.type == "shopify" for store in stores)
        finally:
            self._asking = None if self._asking is asking else self._asking
            asking.set_result(None)
        return connected
