"""Reads values from Square's JSON without trusting their types."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def fields(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def listed(value: object) -> list[Any]:
    """The value if it is a list, an empty one for None. Raises ValueError for anything else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError("no list where one should be")
    return value


def text(value: object) -> str | None:
    """The value if it is a non-empty text."""
    return value if isinstance(value, str) and value else None


def whole(value: object) -> int | None:
    """The value if it is a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
