"""`orderDesk` and `searchOrders`: the orders that staff look at, with what to do about them."""

from __future__ import annotations

import strawberry

from resolvers import order_desk as desk_lists
from resolvers.order_desk import DeskEntry
from resolvers.orders import journal
from resolvers.orders.desk import Urgency
from resolvers.public_errors import ErrorCode, PublicError
from schema.info import Info
from schema.shop_order import ShopOrder, date_time
from schema.storefront import DateTime

strawberry.enum(
    Urgency,
    name="OrderDeskUrgency",
    description="How urgently an order needs a person. NOW: nobody makes goods that are paid. SOON: it may become "
    "that. NOTE: nothing is stuck.",
)


@strawberry.type(description="An order on a list of the staff desk.")
class OrderDeskEntry:
    entry: strawberry.Private[DeskEntry]
    urgency: Urgency
    system: journal.System = strawberry.field(description="The system of the reason.")
    reason: str = strawberry.field(description="Why the order is on the list, in a sentence.")
    advice: str = strawberry.field(description="What to do about it.")
    since: DateTime
    until: DateTime | None = strawberry.field(description="When the gateway continues automatically, if known.")
    more_reasons: int = strawberry.field(description="The number of further reasons.")

    @strawberry.field(description="The order itself.")
    def order(self) -> ShopOrder:
        return ShopOrder.of(self.entry.reading)

    @classmethod
    def of(cls, entry: DeskEntry) -> OrderDeskEntry:
        note = entry.note
        return cls(
            entry=entry,
            urgency=note.urgency,
            system=note.system,
            reason=note.reason,
            advice=note.advice,
            since=date_time(note.since),
            until=None if note.until is None else date_time(note.until),
            more_reasons=entry.more,
        )


@strawberry.type(description="A list of the staff desk: its first orders, and the total number.")
class OrderDeskList:
    total_count: int
    nodes: list[OrderDeskEntry]


@strawberry.type(description="The orders that matter to the staff at the counter.")
class OrderDesk:
    needs_somebody: OrderDeskList = strawberry.field(
        description="Orders in trouble, the most urgent first, then the oldest."
    )
    to_confirm: OrderDeskList = strawberry.field(description="Drafts at Printful that staff have to confirm.")
    left_for_later: OrderDeskList = strawberry.field(description="Orders that the gateway continues automatically.")
    sent: OrderDeskList = strawberry.field(description="Orders that were sent in the last 24 hours, latest first.")


async def order_desk(info: Info, *, first: int = 50) -> OrderDesk:
    if not 0 <= first <= desk_lists.MAX_LISTED:
        problem = f"`first` is {first}; it must be from 0 to {desk_lists.MAX_LISTED}."
        raise PublicError(ErrorCode.BAD_USER_INPUT, problem)
    lists = await desk_lists.order_desk(info.context)
    needs, confirm, later, sent = (
        OrderDeskList(total_count=len(each), nodes=[OrderDeskEntry.of(entry) for entry in each[:first]])
        for each in (lists.needs_somebody, lists.to_confirm, lists.left_for_later, lists.sent)
    )
    return OrderDesk(needs_somebody=needs, to_confirm=confirm, left_for_later=later, sent=sent)


async def search_orders(info: Info, *, text: str, first: int = 50) -> list[ShopOrder]:
    return [ShopOrder.of(each) for each in await desk_lists.orders_found(info.context, text, first)]
