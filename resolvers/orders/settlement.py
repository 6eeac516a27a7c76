"""The settlement of one order: what is decided by, what is changed, and what is noted on the way."""

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
    """What is known of an order while it is settled, and what has to be done by the end.

    `journal` is changed on the way and written at the end; `save` writes it at once and keeps the lease. `prints`:
    Printful is on. `options` bound the requests of the settlement, `record_options` those that write its outcome.
    `read_at` is when the order was read; `reread` reads it again and plans anew.

    `follow`: something happened at Printful or at the counter, so that what was sent is read again.
    `seen_print_orders` are ids of Printful orders that were seen under the order's number. `prints_to_cancel` are the
    positions of the Printful orders that staff ask to cancel, `announced` the keys of tickets whose creation is noted.
    `on_attempt` is called with each attempt that is recorded. `by` names the staff member who requested the settlement.
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
        """Reads the order and plans again, when it was read longer ago than `most`. Raises UpstreamError."""
        began = self.now()
        if self.reread is not None and (self.read_at is None or began - self.read_at > most / 2):
            self.order, self.plan = await self.reread()
            self.read_at = began

    @property
    def is_flagged(self) -> bool:
        """Whether Shopify takes the order for a fraud."""
        return self.order.risk == RiskRecommendation.CANCEL or self.order.risk_is_high

    @property
    def ticket_keys(self) -> list[str]:
        """The tickets that are planned or remembered, by the bare ids of their fulfillment orders."""
        planned = [bare_id(each.fulfillment_order_id) for each in self.plan.tickets]
        return list(dict.fromkeys([*planned, *self.journal.tickets]))

    def ticket_plan(self, key: str) -> TicketPlan | None:
        """What is wanted of the ticket of a fulfillment order, by its bare id; None when nothing is planned."""
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
        """Notes a failure; what went wrong, in words for staff."""
        result = AttemptResult.REFUSED if isinstance(error, Rejected) else AttemptResult.DELAYED
        words = self.clean(in_words(error))
        self.record_attempt(system, action, result, words)
        return words


async def _nothing() -> None:
    """Saves nowhere."""


def in_words(error: UpstreamError) -> str:
    """What went wrong, for staff."""
    name = error.upstream.capitalize()
    if isinstance(error, Rejected):
        return f"{name} refused it: {error.detail}" if error.detail else f"{name} refused it."
    if isinstance(error, AccountSuspended):
        return f"{name} does not serve our account, which is unpaid or locked: {error.detail}"
    if isinstance(error, AddressUnknown):
        return f"{name} finds nothing at the configured address: {error.detail}"
    if isinstance(error, Denied):
        return f"{name} does not accept our credentials: {error.detail}"
    detail = "no answer in time" if error.timed_out else error.detail
    return f"{name}: {detail}" if detail else f"{name} did not give a usable answer."


def personal_data(order: Order) -> list[str | None]:
    """Personal data of the buyer in an order."""
    found = [order.email, order.phone]
    for address in (order.shipping_address, order.billing_address):
        if address is None:
            continue
        found += [address.name, address.company, address.address1, address.address2, address.zip, address.phone]
    return found
