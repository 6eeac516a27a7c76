"""How often Shopify is asked to send a message again, which it counts against the subscription."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from cachetools import TTLCache

MOST_REFUSALS = 2
"""Of one message, and of a topic's messages in a row, by one process."""
LATEST_REFUSAL = timedelta(minutes=10)
"""After the message; for several processes that count on their own. Shopify sends it four times until then."""
_MAX_MESSAGES = 20_000


class Refusals:
    """Counts answers of 503 in this process. Nine in a row end a subscription: one message and its eight repetitions.

    The bound lies far below, so that a few processes that refuse independently of each other stay below it too.
    """

    def __init__(self, remembered_s: float, clock: Callable[[], float]) -> None:
        self._of_message: TTLCache[str, int] = TTLCache(_MAX_MESSAGES, remembered_s, timer=clock)
        self._in_a_row: Counter[str] = Counter()

    def another(self, message: str, topic: str, age: timedelta) -> bool:
        """Whether a message may be refused once more; counts it if so."""
        before = max(self._of_message.get(message, 0), self._in_a_row[topic])
        if before >= MOST_REFUSALS or age > LATEST_REFUSAL:
            return False
        self._of_message[message] = self._of_message.get(message, 0) + 1
        self._in_a_row[topic] += 1
        return True

    def over(self, topic: str) -> None:
        """A message of the topic was accepted."""
        del self._in_a_row[topic]
