"""What staff do with orders by hand: those in trouble, and forwarding, confirming and cancelling them."""

from __future__ import annotations

import strawberry

from resolvers import order_actions
from schema.info import Info
from schema.shop_order import ShopOrder


async def failed_forwards(info: Info, *, first: int = 50) -> list[ShopOrder]:
    return [ShopOrder.of(each) for each in await order_actions.orders_in_trouble(info.context, first)]


async def forward_order(info: Info, *, id: strawberry.ID) -> ShopOrder | None:  # noqa: A002 the argument's name
    return ShopOrder.of(await order_actions.forward(info.context, id))


async def confirm_print_order(info: Info, *, id: strawberry.ID) -> ShopOrder | None:  # noqa: A002 the argument's name
    return ShopOrder.of(await order_actions.confirm_print(info.context, id))


async def cancel_print_order(info: Info, *, id: strawberry.ID) -> ShopOrder | None:  # noqa: A002 the argument's name
    return ShopOrder.of(await order_actions.cancel_print(info.context, id))
