"""What Shopify Admin tells of how the shop is set up: its catalogue as it was entered, our app's rights, its messages.

Source: Admin API 2026-10, productVariants, currentAppInstallation, webhookSubscriptions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ShopProduct:
    """A product as staff entered it. `status` is ACTIVE, DRAFT, ARCHIVED, or one that is new."""

    id: str
    title: str
    vendor: str
    tags: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True)
class ShopVariant:
    """A variant as staff entered it; `tracked` and `requires_shipping` are its inventory item's."""

    id: str
    title: str
    sku: str | None
    tracked: bool
    requires_shipping: bool
    product: ShopProduct


@dataclass(frozen=True, slots=True)
class WebhookSubscription:
    """Where Shopify sends messages of a topic, and which; `topic` is written like `ORDERS_PAID`.

    `include_fields` are the only ones that bodies hold (none: all), `filter` says which messages are sent at all.
    """

    id: str
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
    """Why a change was not made, in Shopify's words; None when it was."""
    return "; ".join(each["message"] for each in payload["userErrors"]) or None


def read_page(connection: Mapping[str, Any], read: Callable[[Mapping[str, Any]], T]) -> tuple[list[T], str | None]:
    """The things of a page, and the cursor to go on from; None when it is the last."""
    page = connection["pageInfo"]
    return [read(each) for each in connection["nodes"]], page["endCursor"] if page["hasNextPage"] else None
