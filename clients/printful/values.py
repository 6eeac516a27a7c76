"""Reads values from Printful's JSON, where null, a missing key and PHP's empty array all mean absence."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any


def fields(value: Any) -> dict[str, Any]:
    """The object in `value`; empty for anything else, as PHP writes an empty map as `[]`."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; PHP writes a list with gaps as an object, whose values are used."""
    if isinstance(value, dict):
        value = list(value.values())
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: Any) -> tuple[str, ...]:
    """The texts in a list."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def text(value: Any) -> str | None:
    """A non-empty text, or None. Numbers occur where a text is documented, and become one."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return None


def integer(value: Any) -> int | None:
    """A whole number, also one written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return None


def integers(value: Any) -> tuple[int, ...]:
    """The whole numbers in a list, also in one that PHP writes as an object because it has gaps."""
    if isinstance(value, dict):
        value = list(value.values())
    return tuple(number for each in value if (number := integer(each)) is not None) if isinstance(value, list) else ()


def decimal(value: Any) -> Decimal | None:
    """An exact decimal from Printful's text or number."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def truth(value: Any, *, default: bool) -> bool:
    """A boolean; `default` where Printful states none. PHP's 0 and 1 are accepted."""
    return bool(value) if isinstance(value, (bool, int)) else default


def moment(value: Any) -> datetime | None:
    """A time in UTC from seconds since 1970, as a number or a text, or from an ISO date."""
    seconds = integer(value)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC)
        if not isinstance(value, str):
            return None
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
