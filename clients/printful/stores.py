"""The stores of a token.

Source: Printful API v1 (2026-03), Stores.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clients.printful.values import integer, items, text

API_STORE = "native"
"""The type of a store that was created for Printful's API ("Manual order platform / API")."""


@dataclass(frozen=True, slots=True)
class PrintfulStore:
    """A store; `type` is the platform it is connected to, such as `shopify`, or API_STORE."""

    id: int
    name: str | None
    type: str | None


def read_store(raw: Mapping[str, Any]) -> PrintfulStore:
    """A store, bare or wrapped as `{store}`. Raises ValueError without an id."""
    inner = raw.get("store")
    found = inner if isinstance(inner, dict) else raw
    number = integer(found.get("id"))
    if number is None:
        raise ValueError("no id")
    return PrintfulStore(number, text(found.get("name")), text(found.get("type")))


def read_stores(result: Any) -> tuple[PrintfulStore, ...]:
    """The stores of a list. Raises ValueError when one has no id."""
    return tuple(read_store(each) for each in items(result))
