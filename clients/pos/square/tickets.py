"""Reads Square's orders.

Source: Square API 2026-09-16, Order.
"""

from dataclasses import dataclass
from datetime import datetime

from clients.money import major_units
from clients.pos.orders import TicketState, TicketStatus
from clients.pos.square.bodies import KEY
from clients.pos.square.values import fields, listed, text, whole

PREFIX = "square-"
PICKUP = "PICKUP"
CANCELED = "CANCELED"
_BY_FULFILLMENT = {
    "PROPOSED": TicketStatus.SENT,
    "RESERVED": TicketStatus.ACCEPTED,
    "PREPARED": TicketStatus.READY,
    "COMPLETED": TicketStatus.COMPLETED,
    "CANCELED": TicketStatus.CANCELLED,
    "FAILED": TicketStatus.FAILED,
}
_BY_ORDER = {"CANCELED": TicketStatus.CANCELLED, "COMPLETED": TicketStatus.COMPLETED}


@dataclass(frozen=True, slots=True)
class SquareFulfillment:
    uid: str
    kind: str | None
    state: str | None


@dataclass(frozen=True, slots=True)
class SquareTicket:
    """An order at Square. `key` is that of the GenericOrder; None when the order is not ours.

    `total` and `due` are in the smallest unit of `currency`.
    """

    id: str
    version: int | None
    location_id: str
    state: str | None
    fulfillments: tuple[SquareFulfillment, ...]
    lines: int
    reference_id: str | None
    key: str | None
    total: int | None
    due: int | None
    currency: str | None
    has_tender: bool
    updated_at: datetime | None

    @property
    def pos_order_id(self) -> str:
        return PREFIX + self.id

    @property
    def status(self) -> TicketStatus:
        """The ticket's status, by its fulfillment's state, which is more exact than the order's unless cancelled."""
        if self.state == CANCELED:
            return TicketStatus.CANCELLED
        if self.fulfillments:
            return _BY_FULFILLMENT.get(self.fulfillments[0].state or "", TicketStatus.UNKNOWN)
        return _BY_ORDER.get(self.state or "", TicketStatus.UNKNOWN)

    @property
    def is_paid(self) -> bool | None:
        """Whether nothing is due; None: not stated."""
        return self.has_tender or None if self.due is None else self.due <= 0

    def as_state(self) -> TicketState:
        total = None if self.total is None or self.currency is None else major_units(self.total, self.currency)
        return TicketState(
            pos_order_id=self.pos_order_id,
            status=self.status,
            external_order_id=self.reference_id,
            key=self.key,
            version=self.version,
            is_paid=self.is_paid,
            updated_at=self.updated_at,
            total=total,
            currency=self.currency,
        )


def read_ticket(order: object) -> SquareTicket:
    """The ticket in the JSON of an order. Raises ValueError."""
    raw = fields(order)
    order_id, location_id = text(raw.get("id")), text(raw.get("location_id"))
    if order_id is None or location_id is None:
        raise ValueError("an order without an id or a location")
    total, due = fields(raw.get("total_money")), fields(raw.get("net_amount_due_money"))
    return SquareTicket(
        id=order_id,
        version=whole(raw.get("version")),
        location_id=location_id,
        state=text(raw.get("state")),
        fulfillments=tuple(map(_fulfillment, listed(raw.get("fulfillments")))),
        lines=len(listed(raw.get("line_items"))),
        reference_id=text(raw.get("reference_id")),
        key=text(fields(raw.get("metadata")).get(KEY)),
        total=whole(total.get("amount")),
        due=whole(due.get("amount")),
        currency=text(total.get("currency")),
        has_tender=bool(listed(raw.get("tenders"))),
        updated_at=_time(raw.get("updated_at")),
    )


def _fulfillment(fulfillment: object) -> SquareFulfillment:
    raw = fields(fulfillment)
    uid = text(raw.get("uid"))
    if uid is None:
        raise ValueError("a fulfillment without a uid")
    return SquareFulfillment(uid=uid, kind=text(raw.get("type")), state=text(raw.get("state")))


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
