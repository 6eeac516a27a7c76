"""The ledger of reported troubles, which all processes share as JSON in one metafield. No I/O."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from resolvers.alerts.troubles import Observation, Trouble

BETWEEN = timedelta(minutes=5)  # two messages of one kind, so that a wave of troubles is no flood
NAME_LETTERS = 80


@dataclass(frozen=True, slots=True)
class AlertLedger:
    """`reported` maps the key of each open trouble to its short name. `sent_at` is of the last alert."""

    reported: Mapping[str, str] = field(default_factory=dict)
    sent_at: datetime | None = None
    digest_on: str = ""

    def text(self) -> str:
        """The ledger as JSON for the metafield."""
        sent_at = None if self.sent_at is None else self.sent_at.isoformat()
        return json.dumps(
            {"told": dict(self.reported), "sent": sent_at, "digest": self.digest_on}, separators=(",", ":")
        )


@dataclass(frozen=True, slots=True)
class AlertStep:
    """The result of one check: the new `ledger`, the `new` troubles, and the names of those that are `well`."""

    ledger: AlertLedger
    new: tuple[Trouble, ...] = ()
    well: tuple[str, ...] = ()
    is_digest_due: bool = False

    @property
    def is_silent(self) -> bool:
        return not (self.new or self.well or self.is_digest_due)


def read_ledger(text: str | None) -> AlertLedger:
    """The ledger in a metafield; empty if the metafield is missing or invalid."""
    try:
        document: Any = json.loads(text or "{}")
        sent_at = document.get("sent")
        return AlertLedger(
            {str(key): str(name) for key, name in document.get("told", {}).items()},
            None if sent_at is None else datetime.fromisoformat(sent_at),
            str(document.get("digest", "")),
        )
    except (ValueError, AttributeError, TypeError):
        return AlertLedger()


def next_step(
    ledger: AlertLedger, found: Mapping[str, Trouble], seen: Observation, now: datetime, *, digest_day: str | None
) -> AlertStep:
    """What to report now. `digest_day` is the day whose digest is due, or None."""
    is_digest_due = digest_day is not None and ledger.digest_on != digest_day
    well = {key: name for key, name in ledger.reported.items() if key not in found and seen.sees(key)}
    may_alert = ledger.sent_at is None or now - ledger.sent_at >= BETWEEN
    new = [trouble for key, trouble in found.items() if key not in ledger.reported] if may_alert else []
    reported = {key: name for key, name in ledger.reported.items() if key not in well}
    reported |= {each.key: each.words.partition(":")[0].partition(" since ")[0][:NAME_LETTERS] for each in new}
    after = replace(
        ledger,
        reported=reported,
        sent_at=now if new else ledger.sent_at,
        digest_on=digest_day if is_digest_due and digest_day is not None else ledger.digest_on,
    )
    return AlertStep(after, tuple(new), tuple(well.values()), is_digest_due)
