"""A shop without a point of sale, or with one that the gateway does not know."""

from collections.abc import Mapping
from datetime import datetime

from clients.errors import Rejected
from clients.guard import PAGE, CallOptions
from clients.pos.counter import CounterCatalogue, OpeningHours, PosCapability
from clients.pos.orders import Cancelled, GenericOrder, Health, Sent, TicketState
from clients.upstreams import UpstreamName

UPSTREAM = UpstreamName.NONE


class NoPos:
    """Accepts no tickets, and says so."""

    name = "none"
    upstream = UPSTREAM

    @property
    def state(self) -> None:
        """None: nothing is sent."""
        return None

    async def send(self, order: GenericOrder, *, may_exist: bool = False, options: CallOptions = PAGE) -> Sent:
        """Raises Rejected: no point of sale is connected."""
        raise Rejected(UPSTREAM, "send", "no point of sale is connected: set ACTIVE_POS_SYSTEM")

    async def pay(self, pos_order_id: str, order: GenericOrder, *, options: CallOptions = PAGE) -> str | None:
        """Does nothing: a ticket can only be in a point of sale that is no longer connected."""
        return "No point of sale is connected: record the payment at the counter."

    async def status(self, pos_order_id: str, *, options: CallOptions = PAGE) -> TicketState | None:
        """None: there are no tickets."""
        return None

    async def cancel(self, pos_order_id: str, *, options: CallOptions = PAGE) -> Cancelled:
        """Does nothing: a ticket can only be in a point of sale that is no longer connected."""
        return Cancelled(False, "No point of sale is connected: cancel the ticket at the counter.")

    async def changed_since(self, since: datetime, *, options: CallOptions = PAGE) -> Mapping[str, TicketState]:
        """Empty: there are no tickets."""
        return {}

    async def health(self, *, options: CallOptions = PAGE) -> Health:
        """Healthy: having no point of sale is a choice."""
        return Health(True, "No point of sale is connected.")

    @property
    def capabilities(self) -> frozenset[PosCapability]:
        """Empty: it reports nothing."""
        return frozenset()

    async def catalogue(self, *, options: CallOptions = PAGE) -> CounterCatalogue:
        """Empty: there is no counter."""
        return CounterCatalogue()

    async def opening_hours(self, *, options: CallOptions = PAGE) -> Mapping[str, OpeningHours]:
        """Empty: there is no counter."""
        return {}
