"""What staff do with orders by hand: list those in trouble, forward, confirm and cancel."""

from collections.abc import Awaitable, Callable, Sequence

from clients.admin.orders import Order
from resolvers.context import RequestContext
from resolvers.orders import order_lookup, staff_actions
from resolvers.orders.order_reading import OrderReading
from resolvers.orders.service import OrderService
from resolvers.orders.settle_request import NoSuchOrder
from resolvers.orders.staff_actions import ActionRefused
from resolvers.public_errors import ErrorCode, PublicError
from resolvers.shop_orders import order_service_of

MAX_LISTED = 100


async def orders_in_trouble(context: RequestContext, first: int) -> Sequence[OrderReading]:
    """The first orders that wait for staff. Raises PublicError, NotConfigured and UpstreamError."""
    if not 1 <= first <= MAX_LISTED:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"`first` is {first}; it must be from 1 to {MAX_LISTED}.")
    service = order_service_of(context)
    found = await order_lookup.orders_in_trouble(service.admin, first, options=context.options)
    return [OrderReading(service, each, context.options) for each in found]


async def forward(context: RequestContext, reference: str) -> OrderReading:
    """The order after it was forwarded. Raises PublicError, NotConfigured and UpstreamError."""
    return await _order_after(context, reference, staff_actions.forward)


async def confirm_print(context: RequestContext, reference: str) -> OrderReading:
    """The order after its Printful order was confirmed. Raises PublicError, NotConfigured and UpstreamError."""
    return await _order_after(context, reference, staff_actions.confirm_print)


async def cancel_print(context: RequestContext, reference: str) -> OrderReading:
    """The order after its Printful order was cancelled. Raises PublicError, NotConfigured and UpstreamError."""
    return await _order_after(context, reference, staff_actions.cancel_print)


async def _order_after(
    context: RequestContext, reference: str, action: Callable[[OrderService, Order, str], Awaitable[None]]
) -> OrderReading:
    service = order_service_of(context)
    order = await order_lookup.order_for_staff(service.admin, reference, options=context.options_from_now())
    if order is None:
        raise _unknown(reference)
    try:
        await action(service, order, context.staff_name or "")
    except ActionRefused as problem:
        code = ErrorCode.TRY_LATER if problem.later else ErrorCode.BAD_USER_INPUT
        raise PublicError(code, problem.why) from None
    except NoSuchOrder:
        raise _unknown(reference) from None
    options = context.options_from_now()
    return OrderReading.of(service, await staff_actions.order_after(service, order.id, options), options)


def _unknown(reference: str) -> PublicError:
    return PublicError(ErrorCode.BAD_USER_INPUT, f"The shop has no order {reference!r}.")
