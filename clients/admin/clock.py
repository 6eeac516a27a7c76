"""The shop's time: Shopify's, by which processes on several machines can agree on what is over."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_TOLERATED = timedelta(seconds=2)  # answers tell whole seconds, and are a moment under way


class ShopClock:
    """`own` is this machine's clock. It is believed as long as Shopify's answers do not say otherwise."""

    def __init__(self, own: Callable[[], datetime]) -> None:
        self._own = own
        self._ahead = timedelta()

    def now(self) -> datetime:
        """What time it is at Shopify, give or take two seconds."""
        return self._own() + self._ahead

    def learn(self, headers: Mapping[str, str]) -> None:
        """Takes over the time that an answer's headers tell, where they tell one."""
        try:
            told = parsedate_to_datetime(headers["date"])
        except (KeyError, TypeError, ValueError):
            return
        if told.tzinfo is None:  # "-0000" in the place of "GMT"
            told = told.replace(tzinfo=UTC)
        apart = told - self.now()
        if abs(apart) > _TOLERATED:
            self._ahead += apart
