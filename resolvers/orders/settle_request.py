"""A request to settle an order, and what came of it."""

from dataclasses import dataclass, field
from enum import StrEnum

from clients.admin.orders import Order
from resolvers.orders.journal import Journal
from resolvers.orders.plan import OrderPlan


@dataclass(slots=True)
class SettleRequest:
    """Why an order is settled. Requests for one order that wait are merged.

    `follow`: something happened at Printful or at the counter. `print_orders` are the ids of Printful orders that were
    seen under the order's number. `tickets` are the ids of tickets that were seen at the counter, each with the bare id
    of its fulfillment order. `returned` maps a parcel's number to why it came back. `troubles` are Printful's words
    about the order. The rest is what staff ask for.
    """

    follow: bool = False
    returned: dict[str, str] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    retry: bool = False
    confirm: bool = False
    withdraw_print: bool = False
    print_orders: set[int] = field(default_factory=set)
    tickets: dict[str, str] = field(default_factory=dict)

    def join(self, other: "SettleRequest") -> None:
        """Merges another request into this one."""
        self.follow = self.follow or other.follow
        self.returned |= other.returned
        self.troubles += other.troubles
        self.retry = self.retry or other.retry
        self.confirm = self.confirm or other.confirm
        self.withdraw_print = self.withdraw_print or other.withdraw_print
        self.print_orders |= other.print_orders
        self.tickets |= other.tickets


class NoSuchOrder(Exception):
    """Shopify has no order of that id, or not yet."""


class SettleOutcome(StrEnum):
    """How a settlement ended."""

    RESTS = "rests"  # there was nothing to do
    WORKED = "worked"
    PENDING = "pending"  # some of it is left for later, and the order says so


@dataclass(frozen=True, slots=True)
class Settled:
    """An order after its settlement."""

    outcome: SettleOutcome
    order: Order
    plan: OrderPlan
    journal: Journal
