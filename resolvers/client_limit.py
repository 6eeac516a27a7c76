"""Limits of what one client may do in an hour, counted in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from cachetools import TTLCache

WINDOW_S = 3600.0
_MAX_CLIENTS = 10_000


class TooOften(Exception):
    """A client has reached its limit for the hour."""


@dataclass(slots=True)
class Counted:
    times: int = 0


class HourlyLimit:
    """`take` counts. A client's hour begins with its first action; clients without an address share one."""

    def __init__(self, per_client: int, *, clock: Callable[[], float]) -> None:
        self._per_client = per_client
        self._taken: TTLCache[str, Counted] = TTLCache(_MAX_CLIENTS, WINDOW_S, timer=clock)

    def take(self, client: str | None) -> None:
        """Counts one action. Raises TooOften, and counts nothing, when the limit is reached."""
        key = household(client)
        taken = self._taken.get(key)
        if taken is None:  # the hour begins with the first action and does not restart with later ones
            taken = self._taken[key] = Counted()
        if taken.times >= self._per_client:
            raise TooOften
        taken.times += 1


def household(client: str | None) -> str:
    """The part of an address that one client cannot change: a client has 64 bits of IPv6 to choose from."""
    try:
        whole = IPv6Address(client or "")
    except AddressValueError:
        return client or ""
    if whole.ipv4_mapped is not None:
        return str(whole.ipv4_mapped)
    return f"{int(whole) >> 64:x}/64"
