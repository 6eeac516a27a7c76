"""Actions of staff on an order: forward it again, confirm its prints, cancel them.

`by` is the name of the staff member, which the order's journal records.
"""

from clients.admin.orders import Order
from clients.errors import Unavailable
from clients.global_ids import GlobalId
from clients.guard import CallOptions
from clients.printful.orders import EDITABLE
from clients.upstreams import UpstreamName
from resolvers.orders.journal import AttemptResult, Journal, PartState, System
from resolvers.orders.plan import Readiness
from resolvers.orders.service import OrderService
from resolvers.orders.settle_request import Settled, SettleRequest
from resolvers.orders.time_budget import BY_HAND


class ActionRefused(Exception):
    """A request of staff that cannot be carried out; the message says why. `later`: a retry may work."""

    def __init__(self, why: str, *, later: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.later = later


async def forward(service: OrderService, order: Order, by: str) -> None:
    """Settles an order, including what was refused before. Raises UpstreamError."""
    await service.settler.settle(order.id, SettleRequest(follow=True, retry=True, by=by), BY_HAND)


async def confirm_print(service: OrderService, order: Order, by: str) -> None:
    """Confirms the order at Printful, which charges for it. Raises ActionRefused and UpstreamError."""
    plan, journal, _ = service.settler.plan_with_actions(order)
    _require_forwarded(journal)
    if plan.print.readiness is not Readiness.READY:
        raise ActionRefused(plan.print.reason or "This order has nothing to print.")
    if journal.print.status not in EDITABLE:  # by the journal, which may be outdated
        await service.settler.settle(order.id, SettleRequest(follow=True, by=by), BY_HAND)
    settled = await service.settler.settle(order.id, SettleRequest(follow=True, confirm=True, by=by), BY_HAND)
    record = settled.journal.print
    if record.state in (PartState.FAILED, PartState.REFUSED, PartState.CANCELLED):
        raise ActionRefused(record.reason or f"The order is {record.status} at Printful.")
    if record.confirm_wanted or record.follow_wanted:
        raise ActionRefused(_last_trouble(settled), later=True)
    if record.status in EDITABLE and not _was_done(settled.journal, "confirm"):
        raise ActionRefused(settled.plan.print.reason or f"The order is still {record.status} at Printful.")


async def cancel_print(service: OrderService, order: Order, by: str) -> None:
    """Cancels the order at Printful, not the one in Shopify. Raises ActionRefused and UpstreamError."""
    _, journal, _ = service.settler.plan_with_actions(order)
    _require_forwarded(journal)
    settled = await service.settler.settle(order.id, SettleRequest(withdraw_print=True, by=by), BY_HAND)
    record = settled.journal.print
    if record.state in (PartState.CANCELLED, PartState.NONE):
        return
    if record.state is PartState.DONE:
        raise ActionRefused("It is too late: Printful has already shipped the order.")
    if record.state is PartState.FAILED:
        raise ActionRefused(record.reason or f"The order is {record.status} at Printful.")
    raise ActionRefused(_last_trouble(settled), later=True)


async def order_after(service: OrderService, order_id: GlobalId, options: CallOptions) -> Order:
    """The order after an action. Raises UpstreamError."""
    order = await service.admin.order(order_id, options=options)
    if order is None:
        raise Unavailable(UpstreamName.ADMIN, "Order", "the order disappeared during the action")
    return order


def _require_forwarded(journal: Journal) -> None:
    if journal.print.order_id is None:
        raise ActionRefused(journal.print.reason or "The order was not forwarded to Printful.")


def _was_done(journal: Journal, action: str) -> bool:
    return any((each.action, each.result) == (action, AttemptResult.DONE) for each in journal.attempts)


def _last_trouble(settled: Settled) -> str:
    troubles = [
        each.detail
        for each in settled.journal.attempts
        if each.system is System.PRINTFUL and each.result is not AttemptResult.DONE and each.detail
    ]
    return troubles[-1] if troubles else "Printful does not answer: try again later."
