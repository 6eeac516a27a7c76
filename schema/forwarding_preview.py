"""`previewForwarding`: what the gateway would send for an order."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from clients.global_ids import GlobalId
from clients.money import Money
from clients.pos.orders import FulfillmentType, GenericItem, GenericOrder, PaymentStatus
from clients.printful.orders import DraftItem, OrderDraft
from resolvers.forwarding_preview import previewed_plan, print_request
from resolvers.orders import plan
from resolvers.orders.journal import Journal
from resolvers.orders.plan import Readiness
from schema.info import Info
from schema.money import money_v2
from schema.shop_order import date_time
from schema.storefront import JSON, URL, DateTime, MoneyV2

strawberry.enum(
    Readiness,
    name="ForwardingReadiness",
    description="Whether a part of an order may be sent. NOTHING: it has nothing to send. WAITING: it is sent "
    "later, automatically. "
    "REFUSED: somebody has to correct something first.",
)
strawberry.enum(FulfillmentType, name="TicketFulfillment", description="How the guest receives what the counter makes.")
strawberry.enum(PaymentStatus, name="TicketPayment", description="Whether the guest has paid for the ticket.")


@strawberry.type(description="A line of a Printful order.")
class PrintItemPreview:
    item: strawberry.Private[DraftItem]
    currency: strawberry.Private[str]
    line_id: strawberry.ID = strawberry.field(description="Shopify's number of the order line.")
    name: str
    quantity: int
    catalog_variant_id: int | None
    sync_variant_id: int | None
    art_url: URL | None

    @strawberry.field(description="The price of one unit.")
    def retail_price(self) -> MoneyV2 | None:
        return money_v2(Money(self.item.retail_price, self.currency))


@strawberry.type(description="An order as it would be sent to Printful.")
class PrintOrderPreview:
    draft: strawberry.Private[OrderDraft]
    external_id: str = strawberry.field(
        description="The gateway's number for the order. Printful accepts one order per number."
    )
    shipping: str = strawberry.field(description="Printful's id of the shipping method.")
    recipient: JSON
    items: list[PrintItemPreview]
    body: JSON | None = strawberry.field(description="The complete request body.")

    @strawberry.field(description="What the buyer paid for these goods.")
    def subtotal(self) -> MoneyV2 | None:
        return money_v2(Money(self.draft.retail_costs.subtotal, self.draft.retail_costs.currency))

    @strawberry.field(description="The discounts on these goods.")
    def discount(self) -> MoneyV2 | None:
        return money_v2(Money(self.draft.retail_costs.discount, self.draft.retail_costs.currency))

    @strawberry.field(description="What the buyer paid for shipping these goods.")
    def shipping_cost(self) -> MoneyV2 | None:
        return money_v2(Money(self.draft.retail_costs.shipping, self.draft.retail_costs.currency))

    @strawberry.field(description="The taxes included.")
    def tax(self) -> MoneyV2 | None:
        return money_v2(Money(self.draft.retail_costs.tax, self.draft.retail_costs.currency))


@strawberry.type(description="What would be sent to Printful.")
class PrintPreview:
    readiness: Readiness
    reason: str | None = strawberry.field(description="Why it would not be sent.")
    confirmed_by_hand_because: str | None = strawberry.field(
        description="Why it would stay a draft even if the settings confirm automatically."
    )
    warnings: list[str]
    order: PrintOrderPreview | None = strawberry.field(description="Null when nothing would be sent.")


@strawberry.type(description="A line of a ticket.")
class TicketItemPreview:
    item: strawberry.Private[GenericItem]
    currency: strawberry.Private[str]
    name: str
    variant_name: str | None
    quantity: int
    modifiers: list[str]
    notes: str | None
    sku: str | None

    @strawberry.field(description="The price of all units.")
    def total(self) -> MoneyV2 | None:
        return money_v2(Money(self.item.total_price, self.currency))


@strawberry.type(description="A ticket as it would be sent to the point of sale.")
class TicketOrderPreview:
    ticket: strawberry.Private[GenericOrder]
    key: str = strawberry.field(
        description="The ticket's idempotency key: the point of sale makes only one ticket per key."
    )
    customer_name: str
    location_id: str = strawberry.field(description="The point of sale's location id.")
    fulfillment: FulfillmentType
    requested_at: DateTime | None = strawberry.field(description="Null means as soon as possible.")
    table_number: str | None
    payment: PaymentStatus
    notes: str | None
    items: list[TicketItemPreview]
    body: JSON = strawberry.field(description="Everything that the connector receives, in the gateway's own format.")

    @strawberry.field(description="The ticket's total.")
    def total(self) -> MoneyV2 | None:
        return money_v2(Money(self.ticket.totals.grand_total, self.ticket.totals.currency))


@strawberry.type(description="What would be sent to one counter.")
class TicketPreview:
    fulfillment_order_id: strawberry.ID
    readiness: Readiness
    reason: str | None = strawberry.field(description="Why it would not be sent.")
    connector: str | None = strawberry.field(description="The point of sale that receives it.")
    warnings: list[str]
    order: TicketOrderPreview | None = strawberry.field(description="Null when nothing would be sent.")


@strawberry.type(description="What the gateway would send for an order now.")
class ForwardingPreview:
    name: str
    actions: list[str] = strawberry.field(
        description="The actions that would be carried out, each with its system first; empty when nothing is to be "
        "done."
    )
    printful: PrintPreview
    tickets: list[TicketPreview]


async def preview_forwarding(info: Info, *, id: strawberry.ID) -> ForwardingPreview | None:  # noqa: A002 its name
    found = await previewed_plan(info.context, GlobalId(id))
    if found is None:
        return None
    planned = found.plan
    return ForwardingPreview(
        name=found.name,
        actions=found.actions,
        printful=_print(planned.print, found.journal),
        tickets=[_ticket(each) for each in planned.tickets],
    )


def _print(planned: plan.PrintPlan, journal: Journal) -> PrintPreview:
    request = print_request(planned, journal)
    order = None
    if request is not None:
        draft, body = request.draft, request.body
        order = PrintOrderPreview(
            draft=draft,
            external_id=draft.external_id,
            shipping=draft.shipping,
            recipient=JSON(_plain(asdict(draft.recipient))),
            items=[_item(each, draft.retail_costs.currency) for each in draft.items],
            body=None if body is None else JSON(body),
        )
    return PrintPreview(
        readiness=planned.readiness,
        reason=planned.reason,
        confirmed_by_hand_because=planned.unconfirmable,
        warnings=[*planned.warnings, *(request.warnings if request is not None else ())],
        order=order,
    )


def _item(item: DraftItem, currency: str) -> PrintItemPreview:
    return PrintItemPreview(
        item=item,
        currency=currency,
        line_id=strawberry.ID(item.external_id),
        name=item.name,
        quantity=item.quantity,
        catalog_variant_id=item.variant_id,
        sync_variant_id=item.sync_variant_id,
        art_url=None if item.art_url is None else URL(item.art_url),
    )


def _ticket(planned: plan.TicketPlan) -> TicketPreview:
    return TicketPreview(
        fulfillment_order_id=strawberry.ID(planned.fulfillment_order_id),
        readiness=planned.readiness,
        reason=planned.reason,
        connector=planned.connector,
        warnings=list(planned.warnings),
        order=None if planned.order is None else _ticket_order(planned.order),
    )


def _ticket_order(ticket: GenericOrder) -> TicketOrderPreview:
    requested = ticket.fulfillment
    return TicketOrderPreview(
        ticket=ticket,
        key=ticket.key,
        customer_name=ticket.customer.name,
        location_id=ticket.location_id,
        fulfillment=requested.type,
        requested_at=None if requested.requested_at is None else date_time(requested.requested_at),
        table_number=requested.table_number,
        payment=ticket.payment.status,
        notes=ticket.order_notes,
        items=[
            TicketItemPreview(
                item=each,
                currency=ticket.totals.currency,
                name=each.name,
                variant_name=each.variant_name,
                quantity=each.quantity,
                modifiers=[modifier.name for modifier in each.modifiers],
                notes=each.notes,
                sku=each.sku,
            )
            for each in ticket.items
        ],
        body=JSON(_plain(asdict(ticket))),
    )


def _plain(value: Any) -> Any:
    """`value` as JSON, without fields that are not set."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items() if each is not None}
        case list() | tuple():
            return [_plain(each) for each in value]
        case Enum():
            return value.value
        case Decimal():
            return format(value, "f")
        case datetime():
            return date_time(value)
    return value
