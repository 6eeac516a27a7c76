"""The journal: the recorded state of an order's forwarding, a JSON document in a metafield of the order. No I/O.

It contains no personal data, because every app that may read orders can read it.
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
IN_FLIGHT = timedelta(seconds=60)  # a request that timed out may still be carried out for so long
APPEARS_WITHIN = IN_FLIGHT + timedelta(seconds=30)  # look-ups may lag behind for so long
_VERSION = 2


class System(StrEnum):
    """The system that an attempt was about."""

    PRINTFUL = "printful"
    POS = "pos"
    SHOPIFY = "shopify"


class AttemptResult(StrEnum):
    """The result of an attempt."""

    DONE = "done"
    UNCERTAIN = "uncertain"  # no answer: it may have been carried out
    DELAYED = "delayed"  # retried automatically
    REFUSED = "refused"  # a person must act
    TOO_LATE = "too_late"


class PartState(StrEnum):
    """The state of a part of an order; staff read the values."""

    NONE = "none"
    WAITING = "waiting"  # waits for the shop: routing, risk, a hold
    PENDING = "pending"  # waits for an upstream that is down or busy
    FORWARDED = "forwarded"
    REFUSED = "refused"  # not sent, or sent differently: see the reason
    FAILED = "failed"  # sent, but failed there: see the reason
    CANCELLED = "cancelled"
    DONE = "done"  # with the guest or the carrier, and reported to Shopify


@dataclass(frozen=True, slots=True)
class Attempt:
    """One action on an order: when, in which system, what, and the result in words.

    `by` names the staff member who started it; empty for automatic actions.
    """

    at: AwareDatetime
    system: System
    action: str
    result: AttemptResult
    detail: str = ""
    by: str = ""


@dataclass(slots=True)
class Parcel:
    """A parcel of Printful's and the fulfillments created for it. `lines` maps a line's bare id to its units.

    `sending_since` is set while a fulfillment may be in progress. `is_of_earlier`: it belongs to an earlier Printful
    order of this order.
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
    """The state of a Printful order. `digest` is the digest of what was sent.

    At most one permanent refusal is recorded: `refused_digest` (a creation or a change), `confirm_refused` (the digest
    whose confirmation was refused) or `cancel_refused`. `may_exist`: a creation was sent and not answered; after
    `may_appear_until` it can no longer be carried out. `confirm_wanted` and `resend_wanted` are requests of staff;
    `follow_wanted`: it must be read again, because the last read failed.

    `addition_wanted`: goods that were added too late may be sent as another order. `units`, by bare line id, are its
    contents while a later order has the rest. `creations` counts the requests that may have created it: after more than
    one, it may exist twice.

    `lacks_goods`: when last read, Printful's order lacked some of the goods that were sent. `unmade`: why nobody makes
    some paid goods; `warnings`: what else staff should see.
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
        """Units by bare line id in first shipments of all Printful orders of this order."""
        units: dict[str, int] = {}
        for parcel in self.parcels.values():
            if not parcel.is_reshipment:
                for line, quantity in parcel.lines.items():
                    units[line] = units.get(line, 0) + quantity
        return units

    @property
    def is_due(self) -> bool:
        """Whether work is left at Printful or in Shopify that no webhook will trigger."""
        wanted = self.follow_wanted or self.confirm_wanted or self.resend_wanted or self.addition_wanted
        return wanted or any(parcel.sending_since for parcel in self.parcels.values())

    def remember_refusal(
        self, digest: str | None = None, *, confirmation: str | None = None, cancelling: bool = False
    ) -> None:
        """Records a permanent refusal, in place of an earlier one."""
        self.refused_digest, self.confirm_refused, self.cancel_refused = digest, confirmation, cancelling

    def forget_refusals(self) -> None:
        """Deletes recorded refusals."""
        self.remember_refusal()

    @property
    def was_refused(self) -> bool:
        """Whether a permanent refusal is recorded."""
        return self.refused_digest is not None or self.confirm_refused is not None or self.cancel_refused

    def note_creation(self, now: datetime, within_s: float) -> None:
        """Records a creation before it is sent; its answer may take `within_s` seconds."""
        self.may_exist, self.creations = True, self.creations + 1
        self.may_appear_until = now + timedelta(seconds=within_s) + APPEARS_WITHIN

    def forget_creation(self) -> None:
        """Removes the last recorded creation, which was not carried out."""
        self.may_exist, self.creations, self.may_appear_until = False, max(0, self.creations - 1), None

    def mark_uncertain(self, until: datetime) -> None:
        """Records that the last request to Printful may be carried out until `until`."""
        if self.order_id is not None:
            self.follow_wanted = True
            return
        self.may_exist, self.creations = True, self.creations + 1
        known = self.may_appear_until
        self.may_appear_until = max(until + APPEARS_WITHIN, known) if known else until + APPEARS_WITHIN
        self.forget_refusals()

    def may_have_unconfirmed_creation(self, now: datetime) -> bool:
        """Whether Printful may still show an order whose creation was never confirmed."""
        if not self.may_exist or self.order_id is not None:
            return False
        return self.may_appear_until is not None and now < self.may_appear_until

    @property
    def shipped(self) -> dict[str, int]:
        """Units by bare line id of this Printful order in first shipments."""
        units: dict[str, int] = {}
        for parcel in self.parcels.values():
            if not parcel.is_reshipment and not parcel.is_of_earlier:
                for line, quantity in parcel.lines.items():
                    units[line] = units.get(line, 0) + quantity
        return units


@dataclass(slots=True)
class TicketRecord:
    """The state of one fulfillment order's ticket. `revision` counts its tickets; only the last may be open.

    `is_paid`: the ticket is recorded as paid. `sending` is the digest of a ticket whose creation is in progress. A
    ticket that is found later may have that digest, and not the one that the order requires by then. `sent_at`: when it
    was sent at the latest. `sending_several`: several were sent, and it is unknown which was created.

    At most one permanent refusal is recorded: `refused_digest` (a ticket or a change) or `cancel_refused`.
    `location_id` is the point of sale's; `units` are the ticket's, by bare line id. `paid_before`: cancelled tickets
    whose payments stay recorded at the point of sale. `warnings`: what staff should see; `warned` is the digest of the
    ticket that they concern.
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
        """Whether a ticket may have been sent without a recorded outcome."""
        return self.sending is not None or self.sending_several

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the point of sale may have a ticket that is not recorded here."""
        return self.is_being_created or (self.may_exist and self.pos_order_id is None)

    def remember_refusal(self, digest: str | None = None, *, cancelling: bool = False) -> None:
        """Records a permanent refusal, in place of an earlier one."""
        self.refused_digest, self.cancel_refused = digest, cancelling

    def forget_refusals(self) -> None:
        """Deletes recorded refusals."""
        self.remember_refusal()

    def mark_uncertain(self) -> None:
        """Records that the last request to the point of sale may have been carried out."""
        if self.pos_order_id is None:
            self.may_exist = True
            self.forget_refusals()
        else:
            self.follow_wanted = True

    def clear_sending(self) -> None:
        """Records that no creation is in progress."""
        self.sending, self.sending_several, self.sent_at = None, False, None

    def start_renewal(self) -> None:
        """Starts the next revision, for a replacement ticket that may already exist."""
        self.revision += 1
        self.pos_order_id, self.digest, self.status, self.state = None, None, None, PartState.PENDING
        self.may_exist, self.told_ready = True, False


@dataclass(frozen=True, slots=True)
class Lease:
    """The process that may work on the order, and until when."""

    by: str
    until: AwareDatetime

    def holds(self, now: datetime) -> bool:
        """Whether the lease is in force. One longer than LONGEST_LEASE is ignored as a mistake."""
        return now < self.until < now + LONGEST_LEASE


@dataclass(slots=True)
class Journal:
    """The recorded state of the order with the bare id `order`. The keys of `tickets` are bare ids of fulfillment
    orders.

    `additions` are Printful orders for goods that were added when `print` could not be changed any more. `is_new`:
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
        """The records of all Printful orders, oldest first."""
        return [self.print, *self.additions]

    @property
    def shipped(self) -> dict[str, int]:
        """Units by bare line id in first shipments of the current Printful orders."""
        return _summed(record.shipped for record in self.print_records)

    @property
    def sent(self) -> dict[str, int]:
        """The same, including Printful orders that were cancelled later."""
        return _summed(record.sent for record in self.print_records)

    def may_have_unconfirmed_creation(self, now: datetime) -> bool:
        """Whether Printful may still show an unconfirmed order, even if Shopify's order is cancelled."""
        return any(record.may_have_unconfirmed_creation(now) for record in self.print_records)

    def add_attempt(self, attempt: Attempt) -> None:
        """Adds an attempt, and drops the oldest above the limit. An equal last attempt is replaced."""
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
        """The journal as the metafield stores it."""
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
    """The stored journal, with validated types, because people can edit it."""

    v: Literal[2]
    order: str
    print: PrintRecord = field(default_factory=PrintRecord)
    tickets: dict[str, TicketRecord] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    lease: Lease | None = None
    additions: list[PrintRecord] = field(default_factory=list)


_READER = TypeAdapter(_Document)


def read_journal(text: str | None, order: str) -> Journal:
    """The journal in the metafield of the order with the bare id `order`; a new one if there is none.

    A journal that names another order was copied, so the state of this order is unknown. Raises ValueError for text
    that is not a journal, or is of a later version.
    """
    if text is None:
        return Journal(order=order)
    try:
        found = _READER.validate_python(_in_version_2(from_json(text), order))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise ValueError(f"the journal is invalid: {place}: {first['msg']}") from None
    if found.order != order:
        return lost_journal(order)
    return Journal(found.print, found.tickets, found.attempts, found.lease, False, order, found.additions)


def lost_journal(order: str) -> Journal:
    """The journal of an order whose own is unreadable: anything may have been sent for it."""
    return Journal(PrintRecord(may_exist=True), is_new=False, order=order)


def _in_version_2(document: Any, order: str) -> Any:
    """Converts a journal of version 1, which named its order only in the Printful order's number."""
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
    """Converts a record of version 1, with `withdrawn` or `confirm <digest>` in place of a digest."""
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
    """Converts a record of version 1, with `withdrawn` or `several` in place of a digest."""
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
    """`values` as JSON, without unset ones."""
    return {key: _json(value) for key, value in values.items() if value not in (None, False, "", [], {})}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, Mapping):
        return {key: _json(each) if not isinstance(each, Mapping) else _plain(each) for key, each in value.items()}
    return value


def scrubbed(text: str, private: Iterable[str | None]) -> str:
    """`text` without the buyer's personal data, which upstreams repeat in their refusals."""
    for word in sorted({each.strip() for each in private if each and len(each.strip()) > 2}, key=len, reverse=True):
        text = re.sub(re.escape(word), "…", text, flags=re.IGNORECASE)
    return text[:DETAIL_LETTERS]
