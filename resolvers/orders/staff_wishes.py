"""What staff may have done to an order by hand: forward it again, confirm its prints, cancel them."""

from clients.admin.orders import Order
from clients.errors import Unavailable
from clients.guard import CallOptions
from clients.printful.orders import EDITABLE
from resolvers.orders.desk import Pace
from resolvers.orders.journal import Journal, Result, State, System
from resolvers.orders.plan import Readiness
from resolvers.orders.service import OrderService
from resolvers.orders.wishes import Settled, Wish

BY_HAND = Pace(work_s=20.0, keep_s=2.0, attempt_s=12.0)  # somebody waits for it, and can wait


class CannotBe(Exception):
    """A wish that cannot be fulfilled; the message says why. `later`: the same may work later."""

    def __init__(self, why: str, *, later: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.later = later


async def forward(service: OrderService, order_id: str) -> None:
    """Does what is to be done for an order, also what was given up before. Raises UpstreamError."""
    await service.desk.settle(order_id, Wish(look=True, retry=True), BY_HAND)


async def confirm_print(service: OrderService, order: Order) -> None:
    """Has Printful make the order, which it charges for. Raises CannotBe and UpstreamError."""
    plan, journal, _ = service.desk.foreseen(order)
    _require_forwarded(journal)
    if plan.print.readiness is not Readiness.READY:
        raise CannotBe(plan.print.reason or "There is nothing to print in this order.")
    if journal.print.status not in EDITABLE:  # as far as we know, which may be old
        await service.desk.settle(order.id, Wish(look=True), BY_HAND)
    settled = await service.desk.settle(order.id, Wish(look=True, confirm=True), BY_HAND)
    record = settled.journal.print
    if record.state in (State.FAILED, State.REFUSED, State.CANCELLED):
        raise CannotBe(record.reason or f"The order is {record.status} at Printful.")
    if record.confirm_wanted or record.follow_wanted:
        raise CannotBe(_last_trouble(settled), later=True)
    if record.status in EDITABLE and not _was_done(settled.journal, "confirm"):
        raise CannotBe(settled.plan.print.reason or f"The order is still {record.status} at Printful.")


async def cancel_print(service: OrderService, order: Order) -> None:
    """Cancels the order at Printful; the one in Shopify stays. Raises CannotBe and UpstreamError."""
    _, journal, _ = service.desk.foreseen(order)
    _require_forwarded(journal)
    settled = await service.desk.settle(order.id, Wish(withdraw_print=True), BY_HAND)
    record = settled.journal.print
    if record.state in (State.CANCELLED, State.NONE):
        return
    if record.state is State.DONE:
        raise CannotBe("It is too late: Printful has shipped the order already.")
    if record.state is State.FAILED:
        raise CannotBe(record.reason or f"The order is {record.status} at Printful.")
    raise CannotBe(_last_trouble(settled), later=True)


async def wished_order(service: OrderService, order_id: str, options: CallOptions) -> Order:
    """The order after a wish. Raises UpstreamError."""
    order = await service.admin.order(order_id, options=options)
    if order is None:
        raise Unavailable("admin", "Order", "the order was there a moment ago")
    return order


def _require_forwarded(journal: Journal) -> None:
    if journal.print.order_id is None:
        raise CannotBe(journal.print.reason or "The order was not forwarded to Printful.")


def _was_done(journal: Journal, action: str) -> bool:
    return any((each.action, each.result) == (action, Result.DONE) for each in journal.attempts)


def _last_trouble(settled: Settled) -> str:
    troubles = [
        each.detail
        for each in settled.journal.attempts
        if each.system is System.PRINTFUL and each.result is not Result.DONE and each.detail
    ]
    return troubles[-1] if troubles else "Printful does not answer at the moment."
