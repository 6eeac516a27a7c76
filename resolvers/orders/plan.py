"""What has to be where for an order: the Printful order and the tickets that follow from it. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from clients.global_ids import GlobalId
from clients.pos.orders import GenericOrder
from clients.printful.orders import OrderDraft


class Readiness(StrEnum):
    """Whether a part of an order may go out."""

    NOTHING = "nothing"  # there is nothing to send, and what was sent is not wanted any more
    WAITING = "waiting"  # it goes out later without anybody's help
    REFUSED = "refused"  # somebody has to fix something first
    READY = "ready"


class Confirm(StrEnum):
    MANUAL = "manual"
    AUTO = "auto"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class ForwardingRules:
    """The shop's choices. `shipping_methods` maps a title or code of Shopify's, in small letters, to Printful's id.

    `hold_minutes` counts for `Confirm.HOLD`. `counter_gateways` are payment gateways, in small letters, that mean the
    guest pays at the counter. `forwards_authorized`: an authorized payment counts as paid. `charges` are titles, SKUs
    and vendors, in small letters, of lines that nobody makes anything for.
    """

    confirm: Confirm = Confirm.MANUAL
    hold_minutes: int = 0
    shipping_methods: Mapping[str, str] = field(default_factory=dict)
    counter_gateways: frozenset[str] = frozenset()
    forwards_test_orders: bool = False
    sends_additions: bool = False
    forwards_authorized: bool = False
    charges: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PrintPlan:
    """The Printful order to be: `draft` when READY, else `reason` in words for staff.

    `checks_shipping`: the method is not the standard one, so it has to be among those offered for the address.
    `unconfirmable`: why it may be made as a draft but not confirmed by itself. `is_sent`: Printful's parcels took all
    of it already. `warnings` are all that staff should see; `unmade` are those of them that say of paid goods why
    nobody makes them. `sent_elsewhere` are of goods that others sent, which matters where Printful has an order for
    them.
    """

    readiness: Readiness
    reason: str | None = None
    draft: OrderDraft | None = None
    checks_shipping: bool = False
    unconfirmable: str | None = None
    warnings: tuple[str, ...] = ()
    unmade: tuple[str, ...] = ()
    sent_elsewhere: tuple[str, ...] = ()
    is_sent: bool = False


@dataclass(frozen=True, slots=True)
class TicketPlan:
    """The ticket of one fulfillment order: `order` and the `connector` it goes to when READY, else `reason`.

    A ticket whose `digest` changes has to be replaced. `is_owed`: nothing is to be sent, and what was
    sent is taken back, though the order still has the items: somebody has to decide.
    """

    fulfillment_order_id: GlobalId
    readiness: Readiness
    reason: str | None = None
    connector: str | None = None
    order: GenericOrder | None = None
    digest: str | None = None
    warnings: tuple[str, ...] = ()
    is_owed: bool = False


@dataclass(frozen=True, slots=True)
class OrderPlan:
    print: PrintPlan
    tickets: tuple[TicketPlan, ...] = ()
