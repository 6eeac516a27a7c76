"""Limits how often Shopify must repeat a webhook, because failures in a row end the subscription."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from cachetools import TTLCache

MOST_REFUSALS = 2
"""The most refusals of one webhook, and of a topic's webhooks in a row, by one process."""
LATEST_REFUSAL = timedelta(minutes=10)
"""The age of a webhook after which it is never refused. Shopify sends it four times until then."""
_MAX_MESSAGES = 20_000


class Refusals:
    """Counts this process's answers of 503. Nine in a row end a subscription: one webhook and its eight repetitions.

    The limit is far lower, so that several processes with separate counts stay below nine together.
    """

    def __init__(self, remembered_s: float, clock: Callable[[], float]) -> None:
        self._of_message: TTLCache[str, int] = TTLCache(_MAX_MESSAGES, remembered_s, timer=clock)
        self._in_a_row: Counter[str] = Counter()

    def another(self, message: str, topic: str, age: timedelta) -> bool:
        """Whether a webhook may be refused once more; counts the refusal if so."""
        before = max(self._of_message.get(message, 0), self._in_a_row[topic])
        if before >= MOST_REFUSALS or age > LATEST_REFUSAL:
            return False
        self._of_message[message] = self._of_message.get(message, 0) + 1
        self._in_a_row[topic] += 1
        return True

    def over(self, topic: str) -> None:
        """Resets the count in a row: a webhook of the topic was accepted."""
        del self._in_a_row[topic]
