"""A point of sale that prints slips: an example of a second connector, in one file."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from clients.errors import Unavailable
from clients.guard import PAGE, CallOptions
from clients.pos.counter import CounterCatalogue, OpeningHours, PosCapability
from clients.pos.orders import Cancelled, GenericOrder, Health, PaymentStatus, Sent, TicketState, TicketStatus
from clients.upstreams import UpstreamName


class PaperPos:
    """Prints a slip for an order and keeps a copy; whoever takes it off the rail moves it on."""

    name = "paper"
    upstream = UpstreamName.POS

    def __init__(self) -> None:
        self.has_paper = True
        self.slips: dict[str, str] = {}
        self._states: dict[str, TicketState] = {}

    @property
    def state(self) -> None:
        """None: paper needs no requests."""
        return None

    async def send(self, order: GenericOrder, *, may_exist: bool = False, options: CallOptions = PAGE) -> Sent:
        """The slip, printed unless there is one of that key."""
        for state in self._states.values():
            if state.key == order.key:
                return Sent(state.pos_order_id, state.status, adopted=True)
        if not self.has_paper:
            raise Unavailable(UpstreamName.POS, "send", "out of paper")
        slip_id = f"{self.name}-{len(self._states) + 1}"
        lines = [f"{item.quantity} x {item.name}" for item in order.items]
        self.slips[slip_id] = "\n".join([order.order_id, order.customer.name, *lines])
        self._states[slip_id] = TicketState(
            slip_id,
            TicketStatus.SENT,
            external_order_id=order.external_order_id,
            key=order.key,
            version=1,
            is_paid=order.payment.status is PaymentStatus.PAID,
            updated_at=order.created_at,
            total=order.totals.grand_total,
            currency=order.totals.currency,
        )
        return Sent(slip_id)

    async def pay(self, pos_order_id: str, order: GenericOrder, *, options: CallOptions = PAGE) -> str | None:
        """Stamps the slip as paid."""
        self._states[pos_order_id] = replace(self._states[pos_order_id], is_paid=True)
        return None

    async def status(self, pos_order_id: str, *, options: CallOptions = PAGE) -> TicketState | None:
        """What the rail shows."""
        return self._states.get(pos_order_id)

    async def cancel(self, pos_order_id: str, *, options: CallOptions = PAGE) -> Cancelled:
        """Takes the slip off the rail, if nobody has made what is on it."""
        state = self._states.get(pos_order_id)
        if state is None:
            return Cancelled(False, "There is no such slip.")
        if state.status in (TicketStatus.READY, TicketStatus.COMPLETED):
            return Cancelled(False, "It is too late to cancel: the order is made.")
        self.move(pos_order_id, TicketStatus.CANCELLED)
        return Cancelled(True)

    async def changed_since(self, since: datetime, *, options: CallOptions = PAGE) -> Mapping[str, TicketState]:
        """Nothing: paper does not tell."""
        return {}

    async def health(self, *, options: CallOptions = PAGE) -> Health:
        """Whether there is paper."""
        return Health(self.has_paper, "There is paper." if self.has_paper else "The printer is out of paper.")

    @property
    def capabilities(self) -> frozenset[PosCapability]:
        """None: paper knows neither stock nor hours."""
        return frozenset()

    async def catalogue(self, *, options: CallOptions = PAGE) -> CounterCatalogue:
        """Nothing."""
        return CounterCatalogue()

    async def opening_hours(self, *, options: CallOptions = PAGE) -> Mapping[str, OpeningHours]:
        """Nothing."""
        return {}

    def move(self, pos_order_id: str, status: TicketStatus) -> None:
        """Somebody at the counter moves a slip along the rail."""
        state = self._states[pos_order_id]
        self._states[pos_order_id] = replace(state, status=status, version=(state.version or 0) + 1)
