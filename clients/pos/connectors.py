"""The points of sale that the gateway supports, by name. A new one is a file and a line in CONNECTORS."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import httpx

from clients.pos.none import NoPos
from clients.pos.orders import PosConnector
from clients.pos.square.connector import SquareConnector
from clients.timing import REAL, Timing


@dataclass(frozen=True, slots=True)
class PosAccess:
    """The address, the credentials and the settings of a point of sale; each connector uses the fields that it
    needs.

    The creator of `transport` opens and closes it. `location_ids` are the point of sale's own.
    """

    transport: httpx.AsyncBaseTransport
    base_url: str
    token: str = field(default="", repr=False)
    location_ids: Sequence[str] = ()
    records_external_payment: bool = True
    deadline_s: float = 10.0
    timing: Timing = REAL


def _square(access: PosAccess) -> PosConnector:
    return SquareConnector(
        token=access.token,
        base_url=access.base_url,
        transport=access.transport,
        location_ids=access.location_ids,
        records_external_payment=access.records_external_payment,
        deadline_s=access.deadline_s,
        timing=access.timing,
    )


# By the names that ACTIVE_POS_SYSTEM and the routes of locations use.
CONNECTORS: Mapping[str, Callable[[PosAccess], PosConnector]] = MappingProxyType(
    {
        "none": lambda access: NoPos(),
        "square": _square,
    }
)
