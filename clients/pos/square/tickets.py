"""A Square order as we read it.

Source: Square API 2026-09-16, Order.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clients.pos.orders import TicketState, TicketStatus
from clients.pos.square.amounts import major_units
from clients.pos.square.bodies import KEY

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
class Fulfillment:
    uid: str
    kind: str | None
    state: str | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """An order at Square. `key` is that of the GenericOrder, None when the order is not ours.

    `total` and `due` are in the smallest unit of `currency`.
    """

    id: str
    version: int | None
    location_id: str
    state: str | None
    fulfillments: tuple[Fulfillment, ...]
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
        """How far it is: the fulfillment's state tells more than the order's, which a cancelled order keeps for all."""
        if self.state == CANCELED:
            return TicketStatus.CANCELLED
        if self.fulfillments:
            return _BY_FULFILLMENT.get(self.fulfillments[0].state or "", TicketStatus.UNKNOWN)
        return _BY_ORDER.get(self.state or "", TicketStatus.UNKNOWN)

    @property
    def is_paid(self) -> bool | None:
        """Whether nothing is due. An order of nothing is paid once it is settled. None: Square does not say."""
        if self.total == 0:
            return self.has_tender or self.state == "COMPLETED"
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


def read_ticket(order: Any) -> Ticket:
    """A ticket from the package's Order, which may hold anything: it checks nothing. Raises ValueError."""
    order_id, location_id = _text(order.id), _text(order.location_id)
    if order_id is None or location_id is None:
        raise ValueError("an order without an id or a location")
    total, due = _money(order.total_money), _money(order.net_amount_due_money)
    metadata = order.metadata if isinstance(order.metadata, dict) else {}
    return Ticket(
        id=order_id,
        version=order.version if isinstance(order.version, int) else None,
        location_id=location_id,
        state=_text(order.state),
        fulfillments=tuple(
            Fulfillment(uid=_text(each.uid) or "", kind=_text(each.type), state=_text(each.state))
            for each in order.fulfillments or ()
        ),
        lines=len(order.line_items or ()),
        reference_id=_text(order.reference_id),
        key=_text(metadata.get(KEY)),
        total=None if total is None else total[0],
        due=None if due is None else due[0],
        currency=None if total is None else total[1],
        has_tender=bool(order.tenders),
        updated_at=_time(order.updated_at),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _money(value: object) -> tuple[int, str] | None:
    amount, currency = getattr(value, "amount", None), getattr(value, "currency", None)
    return (amount, currency) if isinstance(amount, int) and isinstance(currency, str) else None


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
