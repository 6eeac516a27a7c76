"""What staff's requests change in what is remembered of an order's Printful orders. No I/O."""

from collections.abc import Callable

from clients.admin.orders import Order
from clients.printful.orders import EDITABLE, GONE
from resolvers.orders.journal import Journal, PartState
from resolvers.orders.plan import OrderPlan, Readiness
from resolvers.orders.print_part import PrintPart, print_parts
from resolvers.orders.settlement import Settlement


def apply_staff_request(
    settlement: Settlement, plan: Callable[[Order, Journal], OrderPlan], *, confirm: bool, retry: bool
) -> OrderPlan:
    """Notes that staff confirm the prints or forward the order again; the plan of what is wanted then."""
    for part in print_parts(settlement):
        if confirm and part.plan.readiness is Readiness.READY:
            _confirm(part)
        if retry and part.record.state is PartState.CANCELLED:
            for parcel in part.record.parcels.values():
                parcel.is_of_earlier = True
            settlement.plan = plan(settlement.order, settlement.journal)  # what those brought is not wanted again
    for part in print_parts(settlement):
        record, is_wanted = part.record, part.plan.readiness is not Readiness.NOTHING
        record.resend_wanted = is_wanted and (record.resend_wanted or (retry and record.state is PartState.CANCELLED))
        if retry:
            _retry(part)
    return settlement.plan


def _confirm(part: PrintPart) -> None:
    record = part.record
    if record.status is None or record.status in EDITABLE:
        record.confirm_wanted = True
        if record.confirm_refused == (record.digest or ""):
            record.forget_refusals()


def _retry(part: PrintPart) -> None:
    record = part.record
    record.forget_refusals()
    is_ready = part.plan.readiness is Readiness.READY
    if is_ready and record.lacks_goods and record.status in EDITABLE:
        record.digest = None  # so that the goods it lacks are sent again
    is_closed = record.order_id is not None and record.status not in (None, *EDITABLE, *GONE)
    record.addition_wanted = part.is_last and is_ready and is_closed
