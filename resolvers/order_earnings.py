"""Reads what the shop earned by an order: from Shopify, Printful and the costs of its own goods."""

import asyncio

import structlog

from clients.errors import UpstreamError
from clients.global_ids import GlobalId
from clients.money import Money
from clients.printful.orders import PrintOrder
from resolvers.context import RequestContext
from resolvers.orders.earnings import OrderEarnings, earnings, is_printed
from resolvers.orders.order_reading import OrderReading
from resolvers.shop_orders import order_service_of

log = structlog.get_logger(__name__)


async def order_earnings(context: RequestContext, reading: OrderReading) -> OrderEarnings | None:
    """What the shop earned by an order; None when Shopify has it no more. Raises UpstreamError."""
    service = order_service_of(context)
    order, money, printed = await asyncio.gather(
        reading.order(),
        service.admin.order_money(reading.listing.id, options=context.options),
        _print_orders(context, reading),
    )
    if money is None:
        return None
    own = [line for line in order.lines if line.current_quantity > 0 and not is_printed(line) and not line.is_gift_card]
    costs = await asyncio.gather(*(_unit_cost(context, line.variant_id) for line in own))
    goods = [(cost, line.current_quantity) for cost, line in zip(costs, own, strict=True)]
    return earnings(order, money, printed, goods, context.services.charges)


async def _print_orders(context: RequestContext, reading: OrderReading) -> list[PrintOrder] | None:
    """All orders that Printful had for it; None when one of them cannot be read."""
    first = reading.journal.print.order_id
    ids = [record.order_id for record in reading.journal.additions if record.order_id is not None]
    client = order_service_of(context).print_orders
    if first is None and not ids:
        return []
    if client is None:
        return None
    try:
        found = [await reading.print_order()] if first is not None else []
        found += await asyncio.gather(*(client.order(each, options=context.options) for each in ids))
    except UpstreamError as error:
        log.info("order_part_read_failed", upstream=error.upstream, operation=error.operation, detail=error.detail)
        return None
    known = [each for each in found if each is not None]
    return known if len(known) == len(found) else None


async def _unit_cost(context: RequestContext, variant_id: GlobalId | None) -> Money | None:
    if variant_id is None:
        return None
    stock = await context.inventory.inventory(variant_id)
    return None if stock is None else stock.unit_cost
