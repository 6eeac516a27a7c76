"""A request to settle an order, and its result."""

from dataclasses import dataclass, field
from enum import StrEnum

from clients.admin.orders import Order
from resolvers.orders.journal import Journal
from resolvers.orders.plan import OrderPlan


@dataclass(slots=True)
class SettleRequest:
    """Why an order is settled. Waiting requests for one order are merged.

    `follow`: something changed at Printful or at the counter. `print_orders`: ids of Printful orders that carry the
    order's number. `tickets`: ids of tickets at the counter, each with the bare id of its fulfillment order.
    `returned`: the reasons of returns by the parcel's id. `troubles`: problems that Printful reported. `retry`,
    `confirm` and `withdraw_print`: what staff requested, and `by`: the name of who did.
    """

    follow: bool = False
    returned: dict[str, str] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    retry: bool = False
    confirm: bool = False
    withdraw_print: bool = False
    by: str = ""
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
        self.by = ", ".join(dict.fromkeys(each for each in (self.by, other.by) if each))
        self.print_orders |= other.print_orders
        self.tickets |= other.tickets


class NoSuchOrder(Exception):
    """Shopify has no order with that id, or cannot read it yet."""


class SettleOutcome(StrEnum):
    """How a settlement ended."""

    NOTHING_TO_DO = "nothing_to_do"
    WORKED = "worked"
    PENDING = "pending"  # some of it is deferred; the order has the tag `forwarding-pending`


@dataclass(frozen=True, slots=True)
class Settled:
    """An order after its settlement."""

    outcome: SettleOutcome
    order: Order
    plan: OrderPlan
    journal: Journal
