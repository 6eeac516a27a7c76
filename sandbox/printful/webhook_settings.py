"""The webhook configuration of Printful's stand-in: one address per store; the latest one counts."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.printful.exchange import Asked, Endpoint, Found
from sandbox.printful.refusals import Refusal
from sandbox.store import Store
from sandbox.webhook_records import PrintfulWebhook

TYPES = (
    "package_shipped",
    "package_returned",
    "order_created",
    "order_updated",
    "order_failed",
    "order_canceled",
    "product_synced",
    "product_updated",
    "product_deleted",
    "stock_updated",
    "order_put_hold",
    "order_put_hold_approval",
    "order_remove_hold",
    "order_refunded",
)


def webhook_endpoints(store: Store) -> dict[tuple[str, str], Endpoint]:
    """The handlers of the paths under `/webhooks`."""

    def shown(_: Asked) -> Found:
        return Found(_body(store.printful_webhook))

    def replace(asked: Asked) -> Found:
        store.printful_webhook = _read(asked)
        return Found(_body(store.printful_webhook))

    def remove(_: Asked) -> Found:
        store.printful_webhook = None
        return Found(_body(None))

    return {("GET", "webhooks"): shown, ("POST", "webhooks"): replace, ("DELETE", "webhooks"): remove}


def _read(asked: Asked) -> PrintfulWebhook:
    """The configuration in a request. Raises Refusal."""
    url, types, params = (asked.sent.get(name) for name in ("url", "types", "params"))
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal(400, "The webhook's URL is not valid.")
    if not isinstance(types, list) or not types or not all(each in TYPES for each in types):
        raise Refusal(400, f"The types must be some of: {', '.join(TYPES)}.")
    given: dict[str, Any] = params if isinstance(params, dict) else {}
    if "stock_updated" in types and not _names_products(given.get("stock_updated")):
        raise Refusal(400, "stock_updated needs the ids of products in params.stock_updated.product_ids.")
    return PrintfulWebhook(str(url), tuple(dict.fromkeys(types)), given, asked.store_id or 0)


def _names_products(params: Any) -> bool:
    ids = params.get("product_ids") if isinstance(params, dict) else None
    return isinstance(ids, list) and bool(ids) and all(isinstance(each, int) for each in ids)


def _body(webhook: PrintfulWebhook | None) -> dict[str, Any]:
    """The configuration as JSON. PHP writes an empty map as a list."""
    if webhook is None:
        return {"url": None, "types": [], "params": []}
    return {"url": webhook.url, "types": list(webhook.types), "params": webhook.params or []}
