"""The state of alert delivery, for the health page."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class AlertHealth:
    """`addresses` is the number of ALERT_URLS. `failure` is why the last message did not arrive everywhere."""

    addresses: int = 0
    sent_at: datetime | None = None
    failure: str | None = None
