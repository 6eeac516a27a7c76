"""One order in a form that any point of sale accepts, and the interface of a connector."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from clients.global_ids import GlobalId
from clients.guard import PAGE, CallOptions, GuardState
from clients.pos.counter import CounterCatalogue, OpeningHours, PosCapability
from clients.upstreams import UpstreamName

SOURCE_NAME = "Kynda Online"


class FulfillmentType(StrEnum):
    PICKUP = "pickup"
    DELIVERY = "delivery"
    DINE_IN = "dine-in"


class PaymentStatus(StrEnum):
    PAID = "paid"
    PENDING = "pending"
    UNPAID_AT_POS = "unpaid_at_pos"


class TicketStatus(StrEnum):
    """The status of a ticket at the counter, for any point of sale."""

    SENT = "sent"
    ACCEPTED = "accepted"
    READY = "ready"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GenericCustomer:
    name: str
    id: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class GenericModifier:
    """A choice such as the kind of milk; `price` is added to the line."""

    name: str
    price: Decimal = Decimal(0)
    id: str | None = None


@dataclass(frozen=True, slots=True)
class GenericItem:
    """A line; `id` is Shopify's, `unit_price` without tax, `total_price` of all units."""

    id: GlobalId
    name: str
    quantity: int
    unit_price: Decimal
    total_price: Decimal
    modifiers: tuple[GenericModifier, ...] = ()
    notes: str | None = None
    sku: str | None = None
    variant_name: str | None = None
    custom_attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GenericTotals:
    """Totals of the lines on this ticket; `grand_total` is what the guest pays or paid for them.

    `prepaid` was paid by other means, such as a gift card, and is not part of `grand_total`.
    """

    subtotal: Decimal
    tax: Decimal
    discount: Decimal
    grand_total: Decimal
    currency: str
    shipping: Decimal = Decimal(0)
    tip: Decimal = Decimal(0)
    prepaid: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class GenericPayment:
    method: str  # for example shopify_payments or cash_on_pickup
    status: PaymentStatus
    transaction_id: str | None = None


@dataclass(frozen=True, slots=True)
class GenericFulfillment:
    """How the guest receives the goods. `requested_at` None: as soon as possible.

    `pickup_location` is the id and the name of Shopify's location.
    """

    type: FulfillmentType
    requested_at: datetime | None = None
    notes: str | None = None
    pickup_location: tuple[str, str] | None = None
    table_number: str | None = None
    is_curbside: bool = False


@dataclass(frozen=True, slots=True)
class GenericOrder:
    """One ticket. `external_order_id` is the bare Shopify order id, `order_id` its name such as `#1001`.

    `key` names this ticket permanently: two orders with the same key make one ticket. `location_id` is the point
    of sale's own.
    """

    key: str
    order_id: str
    external_order_id: str
    created_at: datetime
    customer: GenericCustomer
    items: tuple[GenericItem, ...]
    totals: GenericTotals
    payment: GenericPayment
    fulfillment: GenericFulfillment
    location_id: str
    order_notes: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A ticket that exists. `pos_order_id` begins with the connector's name, as in `square-Xyz`.

    `adopted`: an earlier attempt created it. `warning` is a sentence for staff, for example about a different
    total. `location_id` is the point of sale's own; None: not stated.
    """

    pos_order_id: str
    status: TicketStatus = TicketStatus.SENT
    adopted: bool = False
    warning: str | None = None
    location_id: str | None = None


@dataclass(frozen=True, slots=True)
class TicketState:
    """A ticket as the point of sale shows it now. `version` only grows, if the point of sale counts versions."""

    pos_order_id: str
    status: TicketStatus
    external_order_id: str | None = None
    key: str | None = None
    version: int | None = None
    is_paid: bool | None = None
    updated_at: datetime | None = None
    total: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The result of a cancellation. `done` False: `reason` says why it is too late.

    `keeps_payment`: the ticket is cancelled, but a payment stays recorded at the point of sale.
    """

    done: bool
    reason: str | None = None
    keeps_payment: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    ok: bool
    detail: str


class PosConnector(Protocol):
    """A point of sale. All methods raise UpstreamError; `Rejected` means that a retry will not help."""

    name: str
    upstream: UpstreamName

    @property
    def state(self) -> GuardState | None:
        """How it answers, for monitoring; None for one that sends no requests."""
        ...

    async def send(self, order: GenericOrder, *, may_exist: bool = False, options: CallOptions = PAGE) -> Sent:
        """Creates the ticket, or finds the one created under the same key.

        `may_exist`: an earlier attempt may have succeeded, so search first. Paid orders are recorded as paid.
        """
        ...

    async def pay(self, pos_order_id: str, order: GenericOrder, *, options: CallOptions = PAGE) -> str | None:
        """Records that a ticket sent unpaid is paid now; returns a sentence for staff if that is not possible."""
        ...

    async def status(self, pos_order_id: str, *, options: CallOptions = PAGE) -> TicketState | None:
        """The ticket as it is now; None when there is none of that id."""
        ...

    async def cancel(self, pos_order_id: str, *, options: CallOptions = PAGE) -> Cancelled:
        """Cancels a ticket that is not prepared yet. Cancelling a cancelled ticket succeeds."""
        ...

    async def changed_since(self, since: datetime, *, options: CallOptions = PAGE) -> Mapping[str, TicketState]:
        """Our tickets that changed since then, by `pos_order_id`. Empty where the point of sale cannot list them."""
        ...

    async def health(self, *, options: CallOptions = PAGE) -> Health:
        """Whether the point of sale answers and accepts our orders."""
        ...

    @property
    def capabilities(self) -> frozenset[PosCapability]:
        """What it can report beyond tickets. The two methods below are called only if they are in here."""
        ...

    async def catalogue(self, *, options: CallOptions = PAGE) -> CounterCatalogue:
        """The counter's menu, with what is sold out at each location (SOLD_OUT)."""
        ...

    async def opening_hours(self, *, options: CallOptions = PAGE) -> Mapping[str, OpeningHours]:
        """The hours of locations by their ids; those without stated hours are absent (OPENING_HOURS)."""
        ...


@dataclass(frozen=True, slots=True)
class PosRoutes:
    """The point of sale for the tickets of each Shopify location.

    `by_location` maps a location's bare id to (connector's name, the point of sale's location id). `default` is
    for all other locations; None when there is none.
    """

    by_location: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    default: tuple[str, str] | None = None

    def of(self, location_id: str | None) -> tuple[str, str] | None:
        """The connector's name and its location for a Shopify location (global or bare id)."""
        if location_id is not None:
            found = self.by_location.get(location_id.rsplit("/", 1)[-1])
            if found is not None:
                return found
        return self.default

    def menu_places(self, location_id: str | None) -> tuple[tuple[str, str], ...]:
        """The counters that a menu is about: of one Shopify location, or without one the default, else all."""
        found = self.of(location_id)
        return (found,) if found is not None else tuple(dict.fromkeys(self.by_location.values()))
