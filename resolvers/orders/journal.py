"""What the gateway remembers of an order's forwarding: a JSON document in one metafield of the order. No I/O.

It holds no personal data: anybody who may read the shop's orders can read it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from pydantic_core import from_json

from clients.pos.orders import TicketStatus

FORWARDING_KEY, PRINTFUL_KEY, POS_KEY = "forwarding", "printful_order_id", "pos_order_id"
ATTEMPTS_KEPT = 20
DETAIL_LETTERS = 300
LONGEST_LEASE = timedelta(minutes=10)
IN_FLIGHT = timedelta(seconds=60)  # how long a request that was given up may still be carried out
APPEARS_WITHIN = IN_FLIGHT + timedelta(seconds=30)  # ... and look-ups may not show yet what was done
_VERSION = 2


class System(StrEnum):
    """Where something was tried."""

    PRINTFUL = "printful"
    POS = "pos"
    SHOPIFY = "shopify"


class AttemptResult(StrEnum):
    """What came of an attempt."""

    DONE = "done"
    UNCERTAIN = "uncertain"  # no answer: it may have happened
    DELAYED = "delayed"  # not now: it is retried automatically
    REFUSED = "refused"  # somebody has to do something
    TOO_LATE = "too_late"


class PartState(StrEnum):
    """How far a part of the order is. The words are read by staff."""

    NONE = "none"
    WAITING = "waiting"  # for something of the shop's: routing, risk, a hold
    PENDING = "pending"  # for something of ours: an upstream that is down or busy
    FORWARDED = "forwarded"
    REFUSED = "refused"  # not sent, or not as it should be: see the reason
    FAILED = "failed"  # sent, and in trouble there: see the reason
    CANCELLED = "cancelled"
    DONE = "done"  # with the guest or the carrier, and Shopify knows


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing tried for an order: when, where, what, and what came of it in words.

    `by` names the staff member who started it; empty for what the gateway does by itself.
    """

    at: AwareDatetime
    system: System
    action: str
    result: AttemptResult
    detail: str = ""
    by: str = ""


@dataclass(slots=True)
class Parcel:
    """A parcel of Printful's and the fulfillments it became. `lines` maps the bare id of a line to its units.

    `sending_since` is set while a fulfillment may be under way. `is_of_earlier`: it is of an order at Printful before
    the one that counts now.
    """

    lines: dict[str, int] = field(default_factory=dict)
    fulfillments: list[str] = field(default_factory=list)
    tracking_number: str | None = None
    sending_since: AwareDatetime | None = None
    is_reshipment: bool = False
    is_of_earlier: bool = False
    returned: str | None = None
    returned_at: AwareDatetime | None = None
    note: str | None = None


@dataclass(slots=True)
class PrintRecord:
    """The Printful order. `digest` is of what was sent.

    What was refused for good last is one of three: `refused_digest` (a creation or a change), `confirm_refused` (the
    digest whose confirmation was refused) or `cancel_refused`. `may_exist`: a creation was sent and not answered;
    `may_appear_until` is when it can no longer be carried out. `confirm_wanted` and `resend_wanted` are requests of
    staff; `follow_wanted`: it has to be read again, which could not be done when it was due.
    `addition_wanted`: what was added to the order too late for this one may go as another. `units`, by bare line id,
    are what it holds while a later one holds the rest. `creations` counts the requests that may have made it: with more
    than one it may have been made twice.
    `lacks_goods`: Printful's order did not have all goods that were sent, when it was last read.
    `unmade` says of paid goods why nobody makes them, `warnings` what else staff should see.
    """

    state: PartState = PartState.NONE
    reason: str | None = None
    external_id: str | None = None
    order_id: int | None = None
    status: str | None = None
    digest: str | None = None
    refused_digest: str | None = None
    confirm_refused: str | None = None
    cancel_refused: bool = False
    forwarded_at: AwareDatetime | None = None
    may_exist: bool = False
    may_appear_until: AwareDatetime | None = None
    creations: int = 0
    lacks_goods: bool = False
    confirm_wanted: bool = False
    resend_wanted: bool = False
    addition_wanted: bool = False
    units: dict[str, int] = field(default_factory=dict)
    follow_wanted: bool = False
    parcels: dict[str, Parcel] = field(default_factory=dict)
    unmade: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def sent(self) -> dict[str, int]:
        """Units by bare line id in first shipments of all orders that Printful ever had for it."""
        units: dict[str, int] = {}
        for parcel in self.parcels.values():
            if not parcel.is_reshipment:
                for line, quantity in parcel.lines.items():
                    units[line] = units.get(line, 0) + quantity
        return units

    @property
    def is_due(self) -> bool:
        """Whether something is left to do at Printful or to report to Shopify that no message will ask for."""
        wanted = self.follow_wanted or self.confirm_wanted or self.resend_wanted or self.addition_wanted
        return wanted or any(parcel.sending_since for parcel in self.parcels.values())

    def remember_refusal(
        self, digest: str | None = None, *, confirmation: str | None = None, cancelling: bool = False
    ) -> None:
        """Remembers what was refused for good, in place of an earlier refusal."""
        self.refused_digest, self.confirm_refused, self.cancel_refused = digest, confirmation, cancelling

    def forget_refusals(self) -> None:
        """Nothing counts as refused any more."""
        self.remember_refusal()

    @property
    def was_refused(self) -> bool:
        """Whether something was refused for good."""
        return self.refused_digest is not None or self.confirm_refused is not None or self.cancel_refused

    def note_creation(self, now: datetime, within_s: float) -> None:
        """Notes a creation before it is sent; its answer is awaited for `within_s` seconds."""
        self.may_exist, self.creations = True, self.creations + 1
        self.may_appear_until = now + timedelta(seconds=within_s) + APPEARS_WITHIN

    def forget_creation(self) -> None:
        """Takes back the creation that was noted last: it was not carried out."""
        self.may_exist, self.creations, self.may_appear_until = False, max(0, self.creations - 1), None

    def mark_uncertain(self, until: datetime) -> None:
        """The last request to Printful may have been carried out unrecorded, up to `until`."""
        if self.order_id is not None:
            self.follow_wanted = True
            return
        self.may_exist, self.creations = True, self.creations + 1
        known = self.may_appear_until
        self.may_appear_until = max(until + APPEARS_WITHIN, known) if known else until + APPEARS_WITHIN
        self.forget_refusals()

    def may_have_unconfirmed_creation(self, now: datetime) -> bool:
        """Whether Printful may still show an order that we sent and never saw."""
        if not self.may_exist or self.order_id is not None:
            return False
        return self.may_appear_until is not None and now < self.may_appear_until

    @property
    def shipped(self) -> dict[str, int]:
        """Units by bare line id of the order at Printful that went out in first shipments."""
        units: dict[str, int] = {}
        for parcel in self.parcels.values():
            if not parcel.is_reshipment and not parcel.is_of_earlier:
                for line, quantity in parcel.lines.items():
                    units[line] = units.get(line, 0) + quantity
        return units


@dataclass(slots=True)
class TicketRecord:
    """The ticket of one fulfillment order. `revision` counts the tickets made for it; only the last may be alive.

    `is_paid`: it went out as paid, or was recorded as paid since.
    `sending` is the digest of what is being made, set before it is sent. A ticket that is found later may be that, and
    not what the order asks for by then. `sent_at` is when it was sent at the latest. `sending_several`: several were
    sent, and nobody knows which of them was made. What was refused for good last is `refused_digest` (a ticket or a
    change of it) or `cancel_refused`. `location_id` is the point of sale's own; `units` are those on the ticket, by
    bare line id. `paid_before` are cancelled tickets whose payments stay recorded at the point of sale.
    `warnings` are what staff should see of it; `warned` is the digest of the ticket that they are about.
    """

    state: PartState = PartState.NONE
    reason: str | None = None
    connector: str | None = None
    pos_order_id: str | None = None
    status: TicketStatus | None = None
    digest: str | None = None
    refused_digest: str | None = None
    cancel_refused: bool = False
    revision: int = 1
    may_exist: bool = False
    sending: str | None = None
    sending_several: bool = False
    sent_at: AwareDatetime | None = None
    is_paid: bool = False
    told_ready: bool = False
    follow_wanted: bool = False
    version: int | None = None
    location_id: str | None = None
    units: dict[str, int] = field(default_factory=dict)
    paid_before: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    warned: str | None = None

    @property
    def is_being_created(self) -> bool:
        """Whether a ticket may have been sent without its outcome being recorded."""
        return self.sending is not None or self.sending_several

    @property
    def is_unconfirmed(self) -> bool:
        """Whether there may be a ticket at the point of sale that is not known here."""
        return self.is_being_created or (self.may_exist and self.pos_order_id is None)

    def remember_refusal(self, digest: str | None = None, *, cancelling: bool = False) -> None:
        """Remembers what was refused for good, in place of an earlier refusal."""
        self.refused_digest, self.cancel_refused = digest, cancelling

    def forget_refusals(self) -> None:
        """Nothing counts as refused any more."""
        self.remember_refusal()

    def mark_uncertain(self) -> None:
        """The last request to the point of sale may have been carried out unrecorded."""
        if self.pos_order_id is None:
            self.may_exist = True
            self.forget_refusals()
        else:
            self.follow_wanted = True

    def clear_sending(self) -> None:
        """No ticket is being made any more."""
        self.sending, self.sending_several, self.sent_at = None, False, None

    def start_renewal(self) -> None:
        """Starts the next revision: another ticket is wanted, which may exist already."""
        self.revision += 1
        self.pos_order_id, self.digest, self.status, self.state = None, None, None, PartState.PENDING
        self.may_exist, self.told_ready = True, False


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on the order, and until when nobody else does."""

    by: str
    until: AwareDatetime

    def holds(self, now: datetime) -> bool:
        """Whether the lease is in force. One that is longer than LONGEST_LEASE is a mistake and counts for nothing."""
        return now < self.until < now + LONGEST_LEASE


@dataclass(slots=True)
class Journal:
    """All that is remembered of the order with the bare id `order`. The keys of `tickets` are bare ids of
    fulfillment orders.

    `additions` are the Printful orders for goods that were added when `print` could not be changed any more. `is_new`:
    nothing was written yet.
    """

    print: PrintRecord = field(default_factory=PrintRecord)
    tickets: dict[str, TicketRecord] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    lease: Lease | None = None
    is_new: bool = True
    order: str = ""
    additions: list[PrintRecord] = field(default_factory=list)

    @property
    def print_records(self) -> list[PrintRecord]:
        """What is remembered of each Printful order, the first first."""
        return [self.print, *self.additions]

    @property
    def shipped(self) -> dict[str, int]:
        """Units by bare line id that left in first shipments of the Printful orders that count now."""
        return _summed(record.shipped for record in self.print_records)

    @property
    def sent(self) -> dict[str, int]:
        """The same, with those of Printful orders that were cancelled later."""
        return _summed(record.sent for record in self.print_records)

    def may_have_unconfirmed_creation(self, now: datetime) -> bool:
        """Whether Printful may still show an order that was sent and never seen, even if Shopify's is cancelled."""
        return any(record.may_have_unconfirmed_creation(now) for record in self.print_records)

    def add_attempt(self, attempt: Attempt) -> None:
        """Adds an attempt and keeps the last ones. It replaces the one before when that says the same."""
        if self.attempts:
            last = self.attempts[-1]
            if (last.system, last.action, last.result, last.detail, last.by) == (
                attempt.system,
                attempt.action,
                attempt.result,
                attempt.detail,
                attempt.by,
            ):
                self.attempts.pop()
        self.attempts = [*self.attempts, attempt][-ATTEMPTS_KEPT:]

    def text(self) -> str:
        """The journal as the metafield holds it."""
        document: dict[str, Any] = {"v": _VERSION, "order": self.order, "print": _plain(asdict(self.print))}
        if self.additions:
            document["additions"] = [_plain(asdict(record)) for record in self.additions]
        document["tickets"] = {key: _plain(asdict(ticket)) for key, ticket in self.tickets.items()}
        document["attempts"] = [_plain(asdict(attempt)) for attempt in self.attempts]
        if self.lease is not None:
            document["lease"] = _plain(asdict(self.lease))
        return json.dumps(document, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class _Document:
    """The journal as it is written, types and all: people can edit it."""

    v: Literal[2]
    order: str
    print: PrintRecord = field(default_factory=PrintRecord)
    tickets: dict[str, TicketRecord] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    lease: Lease | None = None
    additions: list[PrintRecord] = field(default_factory=list)


_READER = TypeAdapter(_Document)


def read_journal(text: str | None, order: str) -> Journal:
    """The journal in the metafield of the order with the bare id `order`; a new one where there is none.

    A journal that names another order was copied here and says nothing of this one: what it took the place of is not
    known. Raises ValueError for a text that is not ours, or of a later version.
    """
    if text is None:
        return Journal(order=order)
    try:
        found = _READER.validate_python(_in_version_2(from_json(text), order))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise ValueError(f"the journal is out of shape: {place}: {first['msg']}") from None
    if found.order != order:
        return lost_journal(order)
    return Journal(found.print, found.tickets, found.attempts, found.lease, False, order, found.additions)


def lost_journal(order: str) -> Journal:
    """The journal of an order whose own cannot be read: anything may have been sent for it."""
    return Journal(PrintRecord(may_exist=True), is_new=False, order=order)


def _in_version_2(document: Any, order: str) -> Any:
    """A journal of version 1 in the form of version 2. It named its order only in the Printful order's number."""
    if not isinstance(document, dict) or document.get("v") != 1:
        return document
    printed, tickets = document.get("print"), document.get("tickets")
    named = printed.get("external_id") if isinstance(printed, dict) else None
    return {
        **document,
        "v": 2,
        "order": named.split("-")[0] if isinstance(named, str) else order,
        **({"print": _print_in_version_2(printed)} if isinstance(printed, dict) else {}),
        **(
            {"tickets": {key: _ticket_in_version_2(each) for key, each in tickets.items()}}
            if isinstance(tickets, dict)
            else {}
        ),
    }


def _print_in_version_2(record: Mapping[str, Any]) -> dict[str, Any]:
    """Version 1 wrote `withdrawn` and `confirm <digest>` in the place of a digest."""
    values = dict(record)
    refused, sent_at = values.get("refused_digest"), values.pop("sent_at", None)
    if refused == "withdrawn":
        values |= {"refused_digest": None, "cancel_refused": True}
    elif isinstance(refused, str) and refused.startswith("confirm "):
        values |= {"refused_digest": None, "confirm_refused": refused.removeprefix("confirm ")}
    if values.get("may_exist") and isinstance(sent_at, str):
        values["may_appear_until"] = (datetime.fromisoformat(sent_at) + APPEARS_WITHIN).isoformat()
    return values


def _ticket_in_version_2(record: Any) -> Any:
    """Version 1 wrote `withdrawn` and `several` in the place of a digest."""
    if not isinstance(record, dict):
        return record
    values = dict(record)
    if values.get("refused_digest") == "withdrawn":
        values |= {"refused_digest": None, "cancel_refused": True}
    if values.get("sending") == "several":
        values |= {"sending": None, "sending_several": True}
    return values


def _summed(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    units: dict[str, int] = {}
    for part in parts:
        for line, quantity in part.items():
            units[line] = units.get(line, 0) + quantity
    return units


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` as JSON, without what is not set."""
    return {key: _json(value) for key, value in values.items() if value not in (None, False, "", [], {})}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, Mapping):
        return {key: _json(each) if not isinstance(each, Mapping) else _plain(each) for key, each in value.items()}
    return value


def scrubbed(text: str, private: Iterable[str | None]) -> str:
    """`text` without the buyer's personal data: upstreams repeat names and addresses in their refusals."""
    for word in sorted({each.strip() for each in private if each and len(each.strip()) > 2}, key=len, reverse=True):
        text = re.sub(re.escape(word), "…", text, flags=re.IGNORECASE)
    return text[:DETAIL_LETTERS]
