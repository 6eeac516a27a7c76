"""What staff do with orders by hand: those in trouble, and forwarding, confirming and cancelling them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import strawberry

from clients.admin.orders import Order
from resolvers.orders import order_lookup, staff_actions
from resolvers.orders.order_reading import OrderReading
from resolvers.orders.service import OrderService
from resolvers.orders.settle_request import NoSuchOrder
from resolvers.orders.staff_actions import ActionRefused
from resolvers.public_errors import ErrorCode, PublicError
from schema.info import Info
from schema.shop_order import ShopOrder, order_service_of

MAX_LISTED = 100


async def failed_forwards(info: Info, *, first: int = 50) -> list[ShopOrder]:
    if not 1 <= first <= MAX_LISTED:
        raise PublicError(ErrorCode.BAD_USER_INPUT, f"`first` is {first}; it must be from 1 to {MAX_LISTED}.")
    context = info.context
    service = order_service_of(context)
    found = await order_lookup.orders_in_trouble(service.admin, first, options=context.options)
    return [ShopOrder.of(OrderReading(service, each, context.options)) for each in found]


async def forward_order(info: Info, *, id: strawberry.ID) -> ShopOrder | None:  # noqa: A002 the argument's name
    return await _done(info, id, lambda service, order: staff_actions.forward(service, order.id))


async def confirm_print_order(info: Info, *, id: strawberry.ID) -> ShopOrder | None:  # noqa: A002 the argument's name
    return await _done(info, id, staff_actions.confirm_print)


async def cancel_print_order(info: Info, *, id: strawberry.ID) -> ShopOrder | None:  # noqa: A002 the argument's name
    return await _done(info, id, staff_actions.cancel_print)


async def _done(info: Info, reference: str, wish: Callable[[OrderService, Order], Awaitable[None]]) -> ShopOrder:
    context = info.context
    service = order_service_of(context)
    order = await order_lookup.order_for_staff(service.admin, reference, options=context.options_from_now())
    if order is None:
        raise _unknown(reference)
    try:
        await wish(service, order)
    except ActionRefused as problem:
        code = ErrorCode.TRY_LATER if problem.later else ErrorCode.BAD_USER_INPUT
        raise PublicError(code, problem.why) from None
    except NoSuchOrder:
        raise _unknown(reference) from None
    options = context.options_from_now()
    return ShopOrder.of(OrderReading.of(service, await staff_actions.order_after(service, order.id, options), options))


def _unknown(reference: str) -> PublicError:
    return PublicError(ErrorCode.BAD_USER_INPUT, f"The shop has no order {reference!r}.")
