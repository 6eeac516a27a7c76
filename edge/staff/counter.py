"""The desk's switch of orders from the web: which places it lists, and what it says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ALL = "all"


@dataclass(frozen=True, slots=True)
class SwitchedPlace:
    """A cafe, or all of them (`id` ALL), and whether it takes orders from the web."""

    id: str
    name: str
    accepts: bool


def switched_places(data: Mapping[str, Any]) -> list[SwitchedPlace]:
    """The switches that the page shows; empty when the answer has none."""
    switch = data.get("cafeOrdersSwitch")
    return [] if switch is None else list(_places(switch, data.get("locations") or {"nodes": []}))


def _places(switch: Mapping[str, Any], locations: Mapping[str, Any]) -> Iterator[SwitchedPlace]:
    paused, names = switch["paused"], {each["id"]: each["name"] for each in locations["nodes"]}
    yield SwitchedPlace(ALL, "All cafes", ALL not in paused)
    if ALL not in paused:
        for location_id in switch["locationIds"]:
            number = location_id.rsplit("/", 1)[-1]
            yield SwitchedPlace(number, names.get(location_id, f"Location {number}"), number not in paused)


def outcome(paused: list[str]) -> str:
    """What came of the switch, in a sentence."""
    if ALL in paused:
        return "No cafe takes orders from the web now."
    if paused:
        return f"Orders from the web are stopped at {len(paused)} of the cafes."
    return "All cafes take orders from the web."
