"""The settlement of one order: its inputs, its journal, and its records of attempts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from clients.admin.order_statuses import RiskRecommendation
from clients.admin.orders import Order
from clients.errors import AccountSuspended, AddressUnknown, Denied, Rejected, UpstreamError
from clients.global_ids import bare_id
from clients.guard import CallOptions
from resolvers.orders.journal import Attempt, AttemptResult, Journal, System, scrubbed
from resolvers.orders.plan import ForwardingRules, OrderPlan, TicketPlan

log = structlog.get_logger(__name__)

OnAttempt = Callable[[System, str, AttemptResult], None]
"""Called with each attempt that is recorded: the system, the action and its result."""


@dataclass(slots=True)
class Settlement:
    """The state of an order while it is settled.

    `journal` is changed during the settlement and saved at its end; `save` saves it at once and keeps the lease.
    `prints`: Printful is on. `options` limit the requests of the settlement, `record_options` those that record its
    result. `read_at` is when the order was read; `reread` reads it again and plans again.

    `follow`: something changed at Printful or at the counter, so parts are read again. `seen_print_orders`: ids of
    Printful orders that carry the order's number. `prints_to_cancel`: the positions of the Printful orders that staff
    cancel; `announced`: the keys of tickets whose creation is recorded. `on_attempt` is called with each recorded
    attempt. `by` names the staff member who requested the settlement.
    """

    order: Order
    plan: OrderPlan
    journal: Journal
    now: Callable[[], datetime]
    options: CallOptions
    record_options: CallOptions
    rules: ForwardingRules
    prints: bool
    follow: bool = False
    save: Callable[[], Awaitable[None]] = field(default=lambda: _nothing())
    seen_print_orders: frozenset[int] = frozenset()
    prints_to_cancel: set[int] = field(default_factory=set)
    announced: set[str] = field(default_factory=set)
    read_at: datetime | None = None
    reread: Callable[[], Awaitable[tuple[Order, OrderPlan]]] | None = None
    on_attempt: OnAttempt | None = None
    by: str = ""

    async def refresh(self, most: timedelta) -> None:
        """Reads the order again and plans again, if the last read is older than `most`. Raises UpstreamError."""
        began = self.now()
        if self.reread is not None and (self.read_at is None or began - self.read_at > most / 2):
            self.order, self.plan = await self.reread()
            self.read_at = began

    @property
    def is_flagged(self) -> bool:
        """Whether Shopify flags the order as fraud."""
        return self.order.risk == RiskRecommendation.CANCEL or self.order.risk_is_high

    @property
    def ticket_keys(self) -> list[str]:
        """The planned and recorded tickets, by the bare ids of their fulfillment orders."""
        planned = [bare_id(each.fulfillment_order_id) for each in self.plan.tickets]
        return list(dict.fromkeys([*planned, *self.journal.tickets]))

    def ticket_plan(self, key: str) -> TicketPlan | None:
        """The plan of a fulfillment order's ticket, by its bare id; None when there is none."""
        return next((each for each in self.plan.tickets if bare_id(each.fulfillment_order_id) == key), None)

    def clean(self, text: str) -> str:
        """`text` without the buyer's personal data, short enough for the journal."""
        return scrubbed(text, personal_data(self.order))

    def record_attempt(self, system: System, action: str, result: AttemptResult, detail: str = "") -> None:
        """Adds an attempt to the journal and logs it."""
        clean = self.clean(detail)
        if self.on_attempt is not None:
            self.on_attempt(system, action, result)
        self.journal.add_attempt(Attempt(self.now(), system, action, result, clean, self.by))
        say = log.info if result is AttemptResult.DONE else log.warning
        say(
            "forwarding_attempted",
            order=self.order.number,
            system=system.value,
            action=action,
            result=result.value,
            detail=clean,
        )

    def failed(self, system: System, action: str, error: UpstreamError) -> str:
        """Records a failure; returns its description for staff."""
        result = AttemptResult.REFUSED if isinstance(error, Rejected) else AttemptResult.DELAYED
        words = self.clean(in_words(error))
        self.record_attempt(system, action, result, words)
        return words


async def _nothing() -> None:
    """Saves nothing."""


def in_words(error: UpstreamError) -> str:
    """The description of a failure, for staff."""
    name = error.upstream.capitalize()
    if isinstance(error, Rejected):
        return f"{name} refused it: {error.detail}" if error.detail else f"{name} refused it."
    if isinstance(error, AccountSuspended):
        return f"{name} has suspended our account, which is unpaid or locked: {error.detail}"
    if isinstance(error, AddressUnknown):
        return f"the configured address of {name} is wrong: {error.detail}"
    if isinstance(error, Denied):
        return f"{name} rejects our credentials: {error.detail}"
    detail = "no answer in time" if error.timed_out else error.detail
    return f"{name}: {detail}" if detail else f"{name} sent no usable answer."


def personal_data(order: Order) -> list[str | None]:
    """The buyer's personal data in an order."""
    found = [order.email, order.phone]
    for address in (order.shipping_address, order.billing_address):
        if address is None:
            continue
        found += [address.name, address.company, address.address1, address.address2, address.zip, address.phone]
    return found
