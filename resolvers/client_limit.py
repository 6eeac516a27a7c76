"""How often one client may do something in an hour, counted in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from cachetools import TTLCache

WINDOW_S = 3600.0
_MAX_CLIENTS = 10_000


class TooOften(Exception):
    """A client did something as often as it may in its hour."""


@dataclass(slots=True)
class Counted:
    times: int = 0


class HourlyLimit:
    """`take` counts. A client's hour begins with the first thing it does; clients without an address share one."""

    def __init__(self, per_client: int, *, clock: Callable[[], float]) -> None:
        self._per_client = per_client
        self._taken: TTLCache[str, Counted] = TTLCache(_MAX_CLIENTS, WINDOW_S, timer=clock)

    def take(self, client: str | None) -> None:
        """Counts one more. Raises TooOften, and counts nothing, when that would be too many."""
        key = _household(client)
        taken = self._taken.get(key)
        if taken is None:  # the hour begins, and does not begin anew with what is added
            taken = self._taken[key] = Counted()
        if taken.times >= self._per_client:
            raise TooOften
        taken.times += 1


def _household(client: str | None) -> str:
    """What one client cannot change about its address: of IPv6 it has 64 bits to choose from."""
    try:
        whole = IPv6Address(client or "")
    except AddressValueError:
        return client or ""
    if whole.ipv4_mapped is not None:
        return str(whole.ipv4_mapped)
    return f"{int(whole) >> 64:x}/64"
