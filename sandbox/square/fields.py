"""Field types of Square's requests: each reads a value, drops unknown parts and reports errors.

Unknown fields are dropped silently, as Square does; null counts as absent.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.square.refusals import Problem

# Reads a value at a path; None when it is absent or invalid. An invalid value is added to the problems.
Kind = Callable[[Any, str, list[Problem]], Any]

CURRENCY = "USD"
METADATA_ENTRIES, METADATA_KEY, METADATA_VALUE = 10, 60, 255
_METADATA_KEY = re.compile(r"[A-Za-z0-9_-]+")
_DURATION = re.compile(
    r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_DAYS = (365, 30, 7, 1)  # of a year, a month, a week, a day


def text(longest: int, shortest: int = 0, pattern: str | None = None) -> Kind:
    def read(value: Any, path: str, problems: list[Problem]) -> str | None:
        if not isinstance(value, str):
            problems.append(Problem("EXPECTED_STRING", f"Expected a string value for `{path}`.", path))
        elif _length(value) > longest:
            problems.append(Problem("VALUE_TOO_LONG", f"`{path}` must not be longer than {longest} characters.", path))
        elif _length(value) < shortest:
            code = "VALUE_TOO_SHORT" if value else "VALUE_EMPTY"
            problems.append(Problem(code, f"`{path}` must not be shorter than {shortest} characters.", path))
        elif pattern is not None and not re.fullmatch(pattern, value):
            problems.append(Problem("INVALID_VALUE", f"`{path}` has an invalid value.", path))
        else:
            return value
        return None

    return read


def _length(value: str) -> int:
    """The length in UTF-16 units. Square does not document its unit; no other one counts more."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def one_of(*words: str) -> Kind:
    def read(value: Any, path: str, problems: list[Problem]) -> str | None:
        if isinstance(value, str) and value in words:
            return value
        problems.append(Problem("INVALID_ENUM_VALUE", f"`{value}` is not a valid enum value for `{path}`.", path))
        return None

    return read


def whole(least: int | None = None, most: int | None = None) -> Kind:
    def read(value: Any, path: str, problems: list[Problem]) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int):
            problems.append(Problem("EXPECTED_INTEGER", f"Expected an integer value for `{path}`.", path))
        elif least is not None and value < least:
            problems.append(Problem("VALUE_TOO_LOW", f"`{path}` must not be less than {least}.", path))
        elif most is not None and value > most:
            problems.append(Problem("VALUE_TOO_HIGH", f"`{path}` must not be greater than {most}.", path))
        else:
            return value
        return None

    return read


def boolean(value: Any, path: str, problems: list[Problem]) -> bool | None:
    if isinstance(value, bool):
        return value
    problems.append(Problem("EXPECTED_BOOLEAN", f"Expected a boolean value for `{path}`.", path))
    return None


def moment(value: Any, path: str, problems: list[Problem]) -> str | None:
    """An RFC 3339 time, stored as it was sent."""
    if isinstance(value, str) and read_moment(value) is not None:
        return value
    problems.append(Problem("INVALID_TIME", f"`{path}` is not a valid RFC 3339 timestamp.", path))
    return None


def duration(value: Any, path: str, problems: list[Problem]) -> str | None:
    """An ISO 8601 duration. `P5M` is valid and means five months."""
    if isinstance(value, str) and _DURATION.fullmatch(value):
        return value
    problems.append(Problem("INVALID_VALUE", f"`{path}` is not a valid RFC 3339 duration.", path))
    return None


def percentage(value: Any, path: str, problems: list[Problem]) -> str | None:
    found: str | None = text(10, 1, r"\d+(\.\d+)?|\.\d+")(value, path, problems)
    if found is not None and Decimal(found) > 100:
        problems.append(Problem("VALUE_TOO_HIGH", f"`{path}` must not be greater than 100.", path))
        return None
    return found


def money(value: Any, path: str, problems: list[Problem]) -> dict[str, Any] | None:
    """An amount in the smallest unit of the seller's currency."""
    shape = thing({"amount": whole(0), "currency": text(3, 3, "[A-Z]{3}")}, needs=("amount", "currency"))
    found: dict[str, Any] | None = shape(value, path, problems)
    if found and found.get("currency") not in (None, CURRENCY):
        problems.append(Problem("INVALID_VALUE", f"The seller's currency is {CURRENCY}.", f"{path}.currency"))
    return found


# Fields that several bodies have, each with its limit.
OBJECT_ID, OBJECT_ID_GIVEN = text(192), text(192, 1)
LOCATION_ID = text(50)
CUSTOMER_ID = text(191)
REFERENCE_ID = text(40)
EMAIL = text(255)
NOTE = text(500)


def metadata(value: Any, path: str, problems: list[Problem]) -> dict[str, str] | None:
    if not isinstance(value, dict):
        problems.append(Problem("EXPECTED_MAP", f"Expected a map for `{path}`.", path))
        return None
    if len(value) > METADATA_ENTRIES:
        why = f"`{path}` must not have more than {METADATA_ENTRIES} entries."
        problems.append(Problem("TOO_MANY_MAP_ENTRIES", why, path))
    for key in value:
        if len(key) > METADATA_KEY:
            problems.append(Problem("MAP_KEY_LENGTH_TOO_LONG", f"A key of `{path}` is too long.", path))
        elif not _METADATA_KEY.fullmatch(key):
            problems.append(Problem("VALUE_REGEX_MISMATCH", f"A key of `{path}` has invalid characters.", path))
    entry = text(METADATA_VALUE)
    return {key: entry(each, f"{path}.{key}", problems) for key, each in value.items() if each is not None}


def several(kind: Kind, most: int | None = None, least: int = 0) -> Kind:
    def read(value: Any, path: str, problems: list[Problem]) -> list[Any] | None:
        if not isinstance(value, list):
            problems.append(Problem("EXPECTED_ARRAY", f"Expected an array for `{path}`.", path))
            return None
        if most is not None and len(value) > most:
            why = f"`{path}` must not have more than {most} entries."
            problems.append(Problem("ARRAY_LENGTH_TOO_LONG", why, path))
        if len(value) < least:
            problems.append(Problem("ARRAY_EMPTY", f"`{path}` must not be empty.", path))
        return [kind(each, f"{path}[{place}]", problems) for place, each in enumerate(value)]

    return read


def thing(fields: Mapping[str, Kind], needs: tuple[str, ...] = ()) -> Kind:
    """An object with known fields, of which those in `needs` are required."""

    def read(value: Any, path: str, problems: list[Problem]) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            problems.append(Problem("EXPECTED_OBJECT", f"Expected an object for `{path}`.", path))
            return None
        at = f"{path}." if path else ""
        for name in needs:
            if value.get(name) is None:
                problems.append(Problem("MISSING_REQUIRED_PARAMETER", "Missing required parameter.", f"{at}{name}"))
        found = {
            name: kind(value[name], f"{at}{name}", problems)
            for name, kind in fields.items()
            if value.get(name) is not None
        }
        return {name: each for name, each in found.items() if each is not None}

    return read


def read_moment(value: str) -> datetime | None:
    """The time in an RFC 3339 text. A time without an offset is invalid."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def read_duration(value: str) -> timedelta:
    """The length of a duration; a month has 30 days."""
    matched = _DURATION.fullmatch(value)
    if matched is None:
        raise ValueError(value)
    numbers = [int(each or 0) for each in matched.groups()]
    days = sum(count * length for count, length in zip(numbers[:4], _DAYS, strict=True))
    return timedelta(days=days, hours=numbers[4], minutes=numbers[5], seconds=numbers[6])


def written(when: datetime) -> str:
    """A time as Square writes it."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
