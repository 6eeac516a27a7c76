"""The plan of an order: its Printful order and its tickets. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from clients.global_ids import GlobalId
from clients.pos.orders import GenericOrder
from clients.printful.orders import OrderDraft


class Readiness(StrEnum):
    """Whether a part of an order may be sent."""

    NOTHING = "nothing"  # nothing to send; what was sent is to be withdrawn
    WAITING = "waiting"  # it is sent later, automatically
    REFUSED = "refused"  # a person must fix something first
    READY = "ready"


class Confirm(StrEnum):
    MANUAL = "manual"
    AUTO = "auto"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class ForwardingRules:
    """The shop's settings. `shipping_methods` maps a title or code of Shopify's, in lower case, to Printful's id.

    `hold_minutes` applies to `Confirm.HOLD`. `counter_gateways`: payment gateways, in lower case, for payment at the
    counter. `forwards_authorized`: an authorized payment counts as paid. `charges`: titles, SKUs and vendors, in lower
    case, of lines that are not goods.
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
    """The planned Printful order: `draft` when READY, else `reason` for staff.

    `checks_shipping`: the method is not the standard one, so it must be offered for the address. `unconfirmable`: why
    it may be created as a draft but not confirmed automatically. `is_sent`: Printful's parcels contain all of it
    already. `warnings` are for staff; `unmade` are those of them that say why nobody makes some paid goods.
    `sent_elsewhere`: goods that others sent, which matters if Printful has an order for them.
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
    """The planned ticket of one fulfillment order: `order` and its `connector` when READY, else `reason`.

    A ticket whose `digest` changes must be replaced. `is_owed`: nothing is to be sent and the ticket is withdrawn,
    although the order still has the items, so a person must decide.
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
