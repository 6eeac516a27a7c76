"""Accepted requests to Printful's stand-in, and the results of their handlers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.printful.refusals import Refusal

KEY = r"(@[0-9A-Za-z_-]+|\d+)"
"""How a path names a thing: by Printful's id, or by `@` and the shop's own."""


@dataclass(frozen=True, slots=True)
class Found:
    """A result, with `paging` for a page of a list."""

    result: Any
    paging: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An accepted request: the groups of its path, its query, its store and its body."""

    parts: tuple[str, ...]
    query: Mapping[str, str]
    store_id: int | None
    sent: Mapping[str, Any]

    def says(self, name: str) -> bool:
        """Whether a flag of the query is on."""
        return self.query.get(name, "").lower() in ("1", "true")


@dataclass(frozen=True, slots=True)
class Later:
    """A result that takes `wait_s` seconds; the work goes on if the caller disconnects."""

    wait_s: float
    found: Callable[[], Found]


Endpoint = Callable[[Asked], Found | Later]


def page(items: list[Any], query: Mapping[str, str]) -> Found:
    """The requested page of a list. Raises Refusal."""
    offset, limit = _whole(query, "offset", 0), min(_whole(query, "limit", 20), 100)
    return Found(items[offset : offset + limit], {"total": len(items), "offset": offset, "limit": limit})


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit():
        raise Refusal(400, f"The parameter {name} must be a whole number.", "BadRequest")
    return int(text)
