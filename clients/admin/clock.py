"""Shopify's time, so that processes on several machines agree on what has expired."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_TOLERATED = timedelta(seconds=2)  # answers state whole seconds and arrive a moment later


class ShopClock:
    """`own` is this machine's clock. It is used unless Shopify's answers show another time."""

    def __init__(self, own: Callable[[], datetime]) -> None:
        self._own = own
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The time at Shopify, within two seconds."""
        return self._own() + self._ahead

    def learn(self, headers: Mapping[str, str]) -> None:
        """Learns the time from an answer's headers, if they have one."""
        try:
            server_time = parsedate_to_datetime(headers["date"])
        except (KeyError, TypeError, ValueError):
            return
        if server_time.tzinfo is None:  # "-0000" in the place of "GMT"
            server_time = server_time.replace(tzinfo=UTC)
        apart = server_time - self.now()
        if abs(apart) > _TOLERATED:
            self._ahead += apart
