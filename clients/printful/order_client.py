"""Printful's orders, and the webhooks about them: created, read, changed, confirmed and cancelled."""

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

from clients.errors import Rejected
from clients.guard import PAGE, CallOptions
from clients.printful.client import Printful, of_object, of_result
from clients.printful.errors import UPSTREAM
from clients.printful.order_bodies import changed_order, new_order
from clients.printful.order_readers import read_order, read_orders
from clients.printful.orders import CANCELABLE, GONE, OrderDraft, PrintOrder
from clients.printful.webhook_setup import WebhookConfig, read_webhook_config

_TAKEN = re.compile(r"\bOR-13\b|external[ _]id already exists", re.IGNORECASE)
_NOT_EDITABLE = re.compile(r"\bOR-1\b(?!-)|no longer editable", re.IGNORECASE)


class ExternalIdTaken(Rejected):
    """The store has an order with that external id, possibly a cancelled one."""


class TooLate(Rejected):
    """Printful has started on the order and no longer accepts this change."""


class PrintfulOrders:
    """The orders of `printful`'s store, within its rate limits. Every method raises UpstreamError."""

    def __init__(self, printful: Printful) -> None:
        self._printful = printful

    async def create_order(self, draft: OrderDraft, *, options: CallOptions = PAGE) -> PrintOrder:
        """The new order, a draft. Sent once: after a failure check whether `order_by_external_id` finds it.

        Raises ExternalIdTaken. A draft that Printful would certainly refuse is Rejected without a request.
        """
        operation = "create_order"
        try:
            body = new_order(draft)
        except ValueError as error:
            raise _unsent(operation, error) from error
        read = of_object(read_order)
        try:
            return await self._printful.request(
                operation, "POST", "/orders", read, options, body=body, idempotent=False
            )
        except Rejected as error:
            if _says(error, _TAKEN):
                raise ExternalIdTaken(UPSTREAM, operation, error.detail, error.code) from error
            raise

    async def order(self, order_id: int, *, options: CallOptions = PAGE) -> PrintOrder | None:
        """An order by Printful's number; None when the store has no such order."""
        return await self._printful.find("order", f"/orders/{order_id}", read_order, options)

    async def order_by_external_id(self, external_id: str, *, options: CallOptions = PAGE) -> PrintOrder | None:
        """An order by our number, also a cancelled one; None when the store has no such order."""
        path = f"/orders/@{quote(external_id, safe='')}"
        return await self._printful.find("order_by_external_id", path, read_order, options)

    async def orders(
        self, status: str | None = None, offset: int = 0, limit: int = 100, *, options: CallOptions = PAGE
    ) -> tuple[tuple[PrintOrder, ...], int]:
        """At most 100 orders, of one status if given, and the total number of them."""
        params = {"offset": str(offset), "limit": str(limit)}
        if status is not None:
            params["status"] = status
        return await self._printful.request("orders", "GET", "/orders", read_orders, options, params=params)

    async def update_order(self, order_id: int, draft: OrderDraft, *, options: CallOptions = PAGE) -> PrintOrder:
        """The order after it was changed to the draft: items that the draft does not list are removed.

        Its external id stays. Raises TooLate when Printful no longer accepts changes.
        """
        operation = "update_order"
        try:
            body = changed_order(draft)
        except ValueError as error:
            raise _unsent(operation, error) from error
        read = of_object(read_order)
        try:
            return await self._printful.request(operation, "PUT", f"/orders/{order_id}", read, options, body=body)
        except Rejected as error:
            if _says(error, _NOT_EDITABLE):
                raise TooLate(UPSTREAM, operation, error.detail, error.code) from error
            raise

    async def confirm_order(self, order_id: int, *, options: CallOptions = PAGE) -> PrintOrder:
        """The order after it was submitted, which Printful charges. It stays a draft while its costs are computed.

        Sent once: after a failure the order's status shows whether the request arrived.
        """
        path, read = f"/orders/{order_id}/confirm", of_object(read_order)
        return await self._printful.request("confirm_order", "POST", path, read, options, idempotent=False)

    async def cancel_order(self, order_id: int, *, options: CallOptions = PAGE) -> PrintOrder:
        """The order after its cancellation, now or before. Raises TooLate when Printful is already making it."""
        operation = "cancel_order"
        read = of_object(read_order)
        try:
            return await self._printful.request(operation, "DELETE", f"/orders/{order_id}", read, options)
        except Rejected as error:
            # The wording of refusals is undocumented; an earlier attempt may have succeeded without our notice.
            found = await self.order(order_id, options=options)
            if found is not None and found.status in GONE:
                return found
            if found is not None and (found.status not in CANCELABLE or _says(error, _NOT_EDITABLE)):
                raise TooLate(UPSTREAM, operation, error.detail, error.code) from error
            raise

    async def webhook(self, *, options: CallOptions = PAGE) -> WebhookConfig:
        """The store's webhook configuration, whoever set it."""
        found = await self._printful.find("webhook", "/webhooks", read_webhook_config, options)
        return found or WebhookConfig()

    async def set_webhook(
        self, url: str, types: Collection[str], params: Mapping[str, Any] | None = None, *, options: CallOptions = PAGE
    ) -> WebhookConfig:
        """The new configuration. It replaces the whole previous one, whoever set it."""
        body: dict[str, Any] = {"url": url, "types": sorted(types)}
        if params:
            body["params"] = dict(params)
        read = of_result(read_webhook_config)
        return await self._printful.request("set_webhook", "POST", "/webhooks", read, options, body=body)


def _says(error: Rejected, meaning: re.Pattern[str]) -> bool:
    return meaning.search(f"{error.code or ''} {error.detail}") is not None


def _unsent(operation: str, error: ValueError) -> Rejected:
    return Rejected(UPSTREAM, operation, f"not sent: {error}", was_sent=False)
