"""How the shop is set up in Shopify: its catalogue, our app's scopes, our webhook subscriptions.

Source: Admin API 2026-10, productVariants, currentAppInstallation, webhookSubscriptions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from clients.global_ids import GlobalId

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ShopProduct:
    """A product as staff entered it. `status` is ACTIVE, DRAFT, ARCHIVED, or a new one."""

    id: GlobalId
    title: str
    vendor: str
    tags: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True)
class ShopVariant:
    """A variant as staff entered it; `tracked` and `requires_shipping` are of its inventory item."""

    id: GlobalId
    title: str
    sku: str | None
    tracked: bool
    requires_shipping: bool
    product: ShopProduct


@dataclass(frozen=True, slots=True)
class WebhookSubscription:
    """A subscription: its topic, written like `ORDERS_PAID`, and the address of its messages.

    Bodies contain only `include_fields` (none: all); `filter` selects the messages that are sent.
    """

    id: GlobalId
    topic: str
    uri: str
    format: str = "JSON"
    filter: str | None = None
    include_fields: tuple[str, ...] = ()


def read_catalog_variant(raw: Mapping[str, Any]) -> ShopVariant:
    product, item = raw["product"], raw["inventoryItem"]
    return ShopVariant(
        id=raw["id"],
        title=raw["title"],
        sku=raw["sku"],
        tracked=item["tracked"],
        requires_shipping=item["requiresShipping"],
        product=ShopProduct(
            id=product["id"],
            title=product["title"],
            vendor=product["vendor"],
            tags=tuple(product["tags"]),
            status=product["status"],
        ),
    )


def read_subscription(raw: Mapping[str, Any]) -> WebhookSubscription:
    return WebhookSubscription(
        raw["id"], raw["topic"], raw["uri"], raw["format"], raw["filter"] or None, tuple(raw["includeFields"])
    )


def read_user_errors(payload: Mapping[str, Any]) -> str | None:
    """Shopify's reasons for refusing a change; None when it succeeded."""
    return "; ".join(each["message"] for each in payload["userErrors"]) or None


def read_page(connection: Mapping[str, Any], read: Callable[[Mapping[str, Any]], T]) -> tuple[list[T], str | None]:
    """The nodes of a page, and the next cursor; None on the last page."""
    page = connection["pageInfo"]
    return [read(each) for each in connection["nodes"]], page["endCursor"] if page["hasNextPage"] else None
