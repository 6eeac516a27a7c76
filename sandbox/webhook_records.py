"""The records of webhook subscriptions."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class WebhookSubscription:
    """Who is told of a topic; `topic` is Admin's word for it, such as `ORDERS_PAID`.

    `include_fields` are the ones a body holds; none: all of them.
    """

    id: int
    topic: str
    uri: str
    format: str = "JSON"
    include_fields: tuple[str, ...] = ()
    name: str | None = None


@dataclass(slots=True, eq=False)
class PrintfulWebhook:
    """Printful's webhook configuration: address and `types`. `params` limit `stock_updated` to `product_ids`."""

    url: str
    types: tuple[str, ...]
    params: dict[str, Any] = field(default_factory=dict)
    store_id: int = 1


@dataclass(slots=True, eq=False)
class SquareWebhook:
    """Where Square tells of orders, signed with `signature_key`. No `types`: of all that happens."""

    url: str
    signature_key: str
    types: tuple[str, ...] = ()
