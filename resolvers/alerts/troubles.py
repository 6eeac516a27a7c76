"""The conditions that cause an alert, each with a stable key. No I/O."""

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
    """A condition that needs staff. `key` is the same as long as the trouble is.

    `words` contain no personal data. `path` is the page of the staff desk with the details.
    """

    key: str
    words: str
    path: str = "/staff"


@dataclass(frozen=True, slots=True)
class Observation:
    """The result of one check. A part that could not be checked is None, and neither starts nor ends a trouble.

    `down` maps each unreachable system to the time at which this process noticed.
    """

    entries: Sequence[DeskEntry] | None
    findings: Sequence[Finding] | None
    down: Mapping[str, datetime] | None

    def sees(self, key: str) -> bool:
        """Whether this check can decide if the trouble with that key is over."""
        if key.startswith(ORDER):
            return self.entries is not None
        if key.startswith(SYSTEM):
            return self.down is not None and self.entries is not None
        return self.findings is not None


def troubles(seen: Observation, reported: Iterable[str], now: datetime) -> dict[str, Trouble]:
    """All troubles by key. A reported outage stays one as long as the system does not answer."""
    found = {each.key: each for each in _of_orders(seen.entries or ())}
    found |= {each.key: each for each in _of_findings(seen.findings or ())}
    reported = set(reported)
    for name, since in (seen.down or {}).items():
        key = f"{SYSTEM}{name}"
        if now - since >= DOWN_FOR or key in reported:
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
