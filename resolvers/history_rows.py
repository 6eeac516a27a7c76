"""The history's rows of an order, from Shopify and Printful, without personal data."""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from decimal import Decimal

from clients.admin.orders import Order, OrderListing, OrderMoney
from clients.global_ids import GlobalId
from clients.guard import CallOptions
from clients.history.rows import AttemptRow, MoneyKind, MoneyRow, OrderRow, OrderRows, ParcelRow, TicketRow
from clients.money import Money
from clients.printful.orders import EDITABLE, GONE, PrintOrder
from resolvers.orders.journal import Journal, PartState, scrubbed
from resolvers.orders.order_reading import OrderReading, listing_of
from resolvers.orders.service import OrderService
from resolvers.orders.settlement import personal_data


async def read_rows(service: OrderService, order_id: GlobalId, options: CallOptions) -> OrderRows | None:
    """The rows of an order in its current state; None if Shopify has no such order. Raises UpstreamError."""
    order, money = await asyncio.gather(
        service.admin.order(order_id, options=options), service.admin.order_money(order_id, options=options)
    )
    if order is None or money is None:
        return None
    journal = OrderReading.of(service, order, options).journal
    return rows(order, money, journal, await _print_orders(service, journal, options))


async def _print_orders(service: OrderService, journal: Journal, options: CallOptions) -> list[PrintOrder]:
    ids = [record.order_id for record in journal.print_records if record.order_id is not None]
    if service.print_orders is None:
        return []
    found = await asyncio.gather(*(service.print_orders.order(each, options=options) for each in ids))
    return [each for each in found if each is not None]


def version_of(order: OrderListing) -> str:
    """What tells two states of an order in Shopify apart."""
    journal = hashlib.blake2b((order.forwarding or "").encode(), digest_size=12).hexdigest()
    return f"{order.updated_at.astimezone(UTC).isoformat()} {journal}"


def rows(order: Order, money: OrderMoney, journal: Journal, print_orders: Sequence[PrintOrder]) -> OrderRows:
    """The rows of an order. No I/O."""
    order_id, private = int(order.number), personal_data(order)
    printed = journal.print
    return OrderRows(
        order=OrderRow(
            order_id=order_id,
            name=order.name,
            placed_at=order.processed_at,
            month=order.processed_at.astimezone(UTC).strftime("%Y-%m"),
            currency=money.currency,
            financial_status=order.financial_status or "",
            fulfillment_status=order.fulfillment_status,
            cancelled_at=order.cancelled_at,
            is_test=order.is_test,
            print_state=printed.state if printed.order_id or printed.state is not PartState.NONE else "",
            print_order_id=None if printed.order_id is None else str(printed.order_id),
        ),
        attempts=tuple(
            AttemptRow(order_id, each.at, each.system, each.action, each.result, scrubbed(each.detail, private))
            for each in journal.attempts
        ),
        parcels=tuple(
            ParcelRow(order_id, key, sum(parcel.lines.values()), parcel.is_reshipment, parcel.returned_at)
            for record in journal.print_records
            for key, parcel in record.parcels.items()
        ),
        tickets=tuple(
            TicketRow(order_id, key, ticket.connector, ticket.pos_order_id, ticket.state, ticket.revision)
            for key, ticket in journal.tickets.items()
        ),
        money=tuple(_money(order_id, money, print_orders)),
        version=version_of(listing_of(order)),
    )


def _money(order_id: int, money: OrderMoney, print_orders: Iterable[PrintOrder]) -> Iterator[MoneyRow]:
    """One row for each kind and currency with an amount. Printful charges for what is confirmed and not cancelled."""
    sums: dict[tuple[MoneyKind, str], Decimal] = {}

    def add(kind: MoneyKind, amount: Money) -> None:
        key = (kind, amount.currency)
        sums[key] = sums.get(key, Decimal(0)) + amount.amount

    add(MoneyKind.RETAIL, Money(money.received, money.currency))
    add(MoneyKind.REFUNDS, Money(money.refunded, money.currency))
    for fee in money.fees:
        add(MoneyKind.FEES, fee)
    for each in print_orders:
        if each.status in EDITABLE or each.status in GONE or each.total_cost is None or each.cost_currency is None:
            continue
        shipping = each.shipping_cost or Decimal(0)
        add(MoneyKind.SHIPPING, Money(shipping, each.cost_currency))
        add(MoneyKind.PRODUCTION, Money(each.total_cost - shipping, each.cost_currency))
    for (kind, currency), amount in sums.items():
        if amount:
            yield MoneyRow(order_id, kind, currency, amount)
