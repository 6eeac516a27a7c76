"""What is worth an alert, as troubles with a stable key each. No I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from resolvers.findings import Finding, Verdict
from resolvers.order_desk import DeskEntry
from resolvers.orders.desk import Urgency
from resolvers.orders.journal import System

DOWN_FOR = timedelta(minutes=10)
ORDER, SYSTEM, FINDING = "order:", "system:", "finding:"
_OF_SYSTEM = {System.PRINTFUL: "printful", System.POS: "square", System.SHOPIFY: "admin"}
_NAMES = {"storefront": "Shopify's Storefront", "admin": "Shopify's Admin", "printful": "Printful", "square": "Square"}
_WORTH_A_WARNING = ("API version", "Webhooks", "Printful's app")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs somebody. `key` stays the same as long as it is the same trouble.

    `words` hold no personal data. `path` is the page of the staff desk that says more.
    """

    key: str
    words: str
    path: str = "/staff"


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look saw. A part that could not be looked at is None: nothing of it is new, and nothing well.

    `down` are the systems that do not answer, each with the time since when this process knows it.
    """

    entries: Sequence[DeskEntry] | None
    findings: Sequence[Finding] | None
    down: Mapping[str, datetime] | None

    def sees(self, key: str) -> bool:
        """Whether the look could tell if the trouble of that key is over."""
        if key.startswith(ORDER):
            return self.entries is not None
        if key.startswith(SYSTEM):
            return self.down is not None and self.entries is not None
        return self.findings is not None


def troubles(seen: Observation, told: Iterable[str], now: datetime) -> dict[str, Trouble]:
    """All troubles by key. A system that was told as down stays one as long as it does not answer."""
    found = {each.key: each for each in _of_orders(seen.entries or ())}
    found |= {each.key: each for each in _of_findings(seen.findings or ())}
    told = set(told)
    for name, since in (seen.down or {}).items():
        key = f"{SYSTEM}{name}"
        if now - since >= DOWN_FOR or key in told:
            words = f"{_NAMES.get(name, name)} does not answer since {since:%d %b %H:%M} UTC or longer."
            found[key] = Trouble(key, words, "/staff/health")
    return found


def _of_orders(entries: Sequence[DeskEntry]) -> Iterable[Trouble]:
    pending: defaultdict[str, list[DeskEntry]] = defaultdict(list)
    for entry in entries:
        listing = entry.reading.listing
        if entry.note.urgency is Urgency.NOW:
            number = listing.id.rsplit("/", 1)[-1]
            yield Trouble(f"{ORDER}{number}", f"{listing.name}: {entry.note.reason}", f"/staff/orders/{number}")
        elif entry.note.urgency is Urgency.SOON:
            pending[_OF_SYSTEM[entry.note.system]].append(entry)
    for system, waiting in pending.items():
        first = min(waiting, key=lambda each: each.note.since)
        count = "An order waits" if len(waiting) == 1 else f"{len(waiting)} orders wait"
        words = (
            f"{count} for {_NAMES[system]} since {first.note.since:%d %b %H:%M} UTC. "
            f"{first.reading.listing.name}: {first.note.reason}"
        )
        yield Trouble(f"{SYSTEM}{system}", words)


def _of_findings(findings: Sequence[Finding]) -> Iterable[Trouble]:
    for finding in findings:
        is_bad = finding.verdict is Verdict.FAIL
        is_warning = finding.verdict is Verdict.WARN and finding.subject in _WORTH_A_WARNING
        if is_bad or is_warning:
            yield Trouble(f"{FINDING}{finding.subject}", f"{finding.subject}: {finding.message}", "/staff/health")
