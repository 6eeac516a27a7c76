"""A store's webhook configuration: one address for all events.

Source: Printful API v1 (2026-03), Webhook.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clients.printful.values import fields, text, texts


@dataclass(frozen=True, slots=True)
class WebhookConfig:
    """A store's configuration; empty when `url` is None. `params` is by the kind of event, as Printful has it."""

    url: str | None = field(default=None, repr=False)  # its path authenticates an event
    types: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


def read_webhook_config(raw: Any) -> WebhookConfig:
    """The configuration in an answer; without one it consists of nulls and empty lists."""
    given = fields(raw)
    return WebhookConfig(text(given.get("url")), texts(given.get("types")), fields(given.get("params")))
