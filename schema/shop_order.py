"""`shopOrder` and `shopOrderById`: an order's life across Shopify, Printful and the counter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import strawberry

from clients.admin.orders import Fulfillment, Order, OrderLine
from clients.global_ids import GlobalId, bare_id
from clients.money import Money
from clients.pos.orders import TicketStatus
from resolvers.designs import ART_NAME_ATTRIBUTE
from resolvers.order_earnings import order_earnings
from resolvers.orders import journal, view
from resolvers.orders.order_reading import OrderReading
from resolvers.print_on_demand import PRINTFUL_VENDOR
from resolvers.shop_orders import order_by_id, order_of_guest
from schema.gateway_field import ById, by_id_field, staff_field
from schema.info import Info
from schema.money import money_v2
from schema.order_earnings import OrderEarned
from schema.order_forwarding import OrderForwarding
from schema.storefront import URL, DateTime, MoneyV2, ProductVariant

_WEB = ("https://", "http://")

strawberry.enum(
    view.OrderStage,
    name="ShopOrderStep",
    description="The progress of an order: the step of its slowest part.",
)
strawberry.enum(view.EventKind, name="ShopOrderEventKind", description="An event of an order.")
strawberry.enum(
    TicketStatus,
    name="TicketStatus",
    description="The status of a ticket at the counter. UNKNOWN: the point of sale reports a status that the "
    "gateway does not know.",
)


@strawberry.type(description="A quantity of an order line.")
class ShopOrderUnits:
    title: str
    variant_title: str | None
    quantity: int


@strawberry.type(description="Goods that were shipped or handed over together, as Shopify shows them.")
class ShopOrderParcel:
    created_at: DateTime
    delivered_at: DateTime | None
    status: str | None = strawberry.field(description="Shopify's status, such as `IN_TRANSIT`.")
    tracking: list[ShopOrderTracking]
    units: list[ShopOrderUnits] = strawberry.field(description="The contents.")

    @classmethod
    def of(cls, parcel: Fulfillment, order: Order) -> ShopOrderParcel:
        return cls(
            created_at=date_time(parcel.created_at),
            delivered_at=None if parcel.delivered_at is None else date_time(parcel.delivered_at),
            status=parcel.display_status,
            tracking=[
                ShopOrderTracking(carrier=each.company, number=each.number, url=_web(each.url))
                for each in parcel.tracking
            ],
            units=_units(order, {bare_id(line): units for line, units in parcel.lines.items()}),
        )


@strawberry.type(description="The tracking of a parcel.")
class ShopOrderTracking:
    carrier: str | None
    number: str | None
    url: URL | None


@strawberry.type(description="A parcel that Printful shipped.")
class ShopOrderPrintParcel:
    parcel: strawberry.Private[view.PrintParcel]
    carrier: str | None
    service: str | None
    tracking_number: str | None
    tracking_url: URL | None
    shipped_at: DateTime | None
    is_reshipment: bool = strawberry.field(description="Whether it replaces a parcel that was lost or wrong.")
    units: list[ShopOrderUnits] = strawberry.field(description="The contents.")

    @staff_field(description="Why the parcel was returned; null when it was not.")
    def returned(self) -> str | None:
        return self.parcel.returned

    @classmethod
    def of(cls, parcel: view.PrintParcel, order: Order) -> ShopOrderPrintParcel:
        return cls(
            parcel=parcel,
            carrier=parcel.carrier,
            service=parcel.service,
            tracking_number=parcel.tracking_number,
            tracking_url=_web(parcel.tracking_url),
            shipped_at=None if parcel.shipped_at is None else date_time(parcel.shipped_at),
            is_reshipment=parcel.is_reshipment,
            units=_units(order, parcel.lines),
        )


@strawberry.type(description="The part of an order that Printful makes.")
class ShopOrderPrint:
    seen: strawberry.Private[view.PrintView]
    status: str | None = strawberry.field(description="Printful's status, such as `inprocess`.")
    is_fresh: bool = strawberry.field(
        description="Whether the status is current. If false, Printful does not answer and this is the last known "
        "status."
    )
    parcels: list[ShopOrderPrintParcel]

    @staff_field(description="Printful's number of the order.")
    def order_id(self) -> str:
        return str(self.seen.order_id)

    @staff_field(description="What Printful charges the shop; null until it is known.")
    def cost(self) -> MoneyV2 | None:
        return money_v2(self.seen.cost)

    @staff_field(description="The order's page in Printful's dashboard.")
    def dashboard_url(self) -> URL | None:
        return _web(self.seen.dashboard_url)

    @classmethod
    def of(cls, found: view.PrintView, order: Order) -> ShopOrderPrint:
        return cls(
            seen=found,
            status=found.status,
            is_fresh=found.is_fresh,
            parcels=[ShopOrderPrintParcel.of(each, order) for each in found.parcels],
        )


@strawberry.type(description="The part of an order that one counter makes.")
class ShopOrderTicket:
    seen: strawberry.Private[view.TicketView]
    status: TicketStatus
    location: str | None = strawberry.field(description="Where the goods are handed over.")
    is_fresh: bool = strawberry.field(
        description="Whether the status is current. If false, the point of sale does not answer and this is the "
        "last known status."
    )

    @staff_field(description="The ticket's id, prefixed with the name of the point of sale.")
    def pos_order_id(self) -> str:
        return self.seen.pos_order_id

    @classmethod
    def of(cls, found: view.TicketView) -> ShopOrderTicket:
        return cls(seen=found, status=found.status, location=found.location, is_fresh=found.is_fresh)


@strawberry.type(description="An event of an order.")
class ShopOrderEvent:
    at: DateTime
    system: journal.System
    kind: view.EventKind
    words: str = strawberry.field(description="The event in a sentence. Staff see more detail.")


@strawberry.type(description="A line of an order.")
class ShopOrderLine:
    line: strawberry.Private[OrderLine]
    currency: strawberry.Private[str]
    title: str
    variant_title: str | None
    sku: str | None
    quantity: int = strawberry.field(description="The quantity as ordered.")
    current_quantity: int = strawberry.field(description="The quantity after edits and refunds.")
    design_name: str | None = strawberry.field(description="The design that the buyer chose.")
    is_print_on_demand: bool = strawberry.field(description="Whether Printful makes it.")
    variant_id: strawberry.ID | None = strawberry.field(
        description="The variant's global id; null when the shop no longer has the variant."
    )

    @strawberry.field(description="The price of one unit, before discounts.")
    def unit_price(self) -> MoneyV2 | None:
        return money_v2(Money(self.line.unit_price, self.currency))

    @by_id_field(description="The variant as the shop offers it now; null when the shop no longer does.")
    def variant(self) -> ProductVariant | None:
        return ById.of(self.line.variant_id)  # type: ignore[no-any-return]

    @classmethod
    def of(cls, line: OrderLine, currency: str) -> ShopOrderLine:
        return cls(
            line=line,
            currency=currency,
            title=line.title,
            variant_title=line.variant_title,
            sku=line.sku,
            quantity=line.quantity,
            current_quantity=line.current_quantity,
            design_name=next((value for key, value in line.attributes if key == ART_NAME_ATTRIBUTE and value), None),
            is_print_on_demand=(line.vendor or "").strip() == PRINTFUL_VENDOR,
            variant_id=None if line.variant_id is None else strawberry.ID(line.variant_id),
        )


@strawberry.type(description="An order across Shopify, Printful and the counter.")
class ShopOrder:
    reading: strawberry.Private[OrderReading]
    name: str = strawberry.field(description="The order's name, such as `#1001`.")
    placed_at: DateTime
    cancelled_at: DateTime | None
    financial_status: str | None = strawberry.field(description="Shopify's status of the payment, such as `PAID`.")
    fulfillment_status: str = strawberry.field(
        description="Shopify's status of the fulfillment, such as `PARTIALLY_FULFILLED`."
    )

    @strawberry.field(description="The progress of the order.")
    async def step(self) -> view.OrderStage:
        return await self.reading.step()

    @strawberry.field(description="The total after edits and refunds.")
    async def total(self) -> MoneyV2 | None:
        order = await self.reading.order()
        return money_v2(Money(order.total, order.currency))

    @strawberry.field(description="All lines of the order.")
    async def lines(self) -> list[ShopOrderLine]:
        order = await self.reading.order()
        return [ShopOrderLine.of(line, order.currency) for line in order.lines]

    @strawberry.field(description="The goods that were sent or handed over, as Shopify shows them.")
    async def parcels(self) -> list[ShopOrderParcel]:
        order = await self.reading.order()
        return [ShopOrderParcel.of(each, order) for each in order.fulfillments if each.status != "CANCELLED"]

    @strawberry.field(description="Printful's part of the order; null when there is none, or when it was not sent yet.")
    async def printful(self) -> ShopOrderPrint | None:
        found = await self.reading.printed()
        return None if found is None else ShopOrderPrint.of(found, await self.reading.order())

    @strawberry.field(description="The counters' parts of the order, one for each place where goods are handed over.")
    async def tickets(self) -> list[ShopOrderTicket]:
        return [ShopOrderTicket.of(each) for each in await self.reading.tickets()]

    @strawberry.field(description="The events of the order in all systems, oldest first. Staff also see failures.")
    async def timeline(self, info: Info) -> list[ShopOrderEvent]:
        staff = info.context.staff
        return [
            ShopOrderEvent(at=date_time(each.at), system=each.system, kind=each.kind, words=each.text(staff=staff))
            for each in await self.reading.timeline()
            if staff or not each.for_staff
        ]

    @staff_field(description="The order's global id in Shopify.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.reading.listing.id)

    @staff_field(description="The order's tags in Shopify.")
    def tags(self) -> list[str]:
        return sorted(self.reading.listing.tags)

    @staff_field(description="What the gateway did with the order, and what it waits for.")
    def forwarding(self) -> OrderForwarding:
        return OrderForwarding.of(self.reading.journal)

    @staff_field(description="What the shop earned by the order.")
    async def earned(self, info: Info) -> OrderEarned | None:
        found = await order_earnings(info.context, self.reading)
        return None if found is None else OrderEarned.of(found)

    @classmethod
    def of(cls, reading: OrderReading) -> ShopOrder:
        listing = reading.listing
        return cls(
            reading=reading,
            name=listing.name,
            placed_at=date_time(listing.created_at),
            cancelled_at=None if listing.cancelled_at is None else date_time(listing.cancelled_at),
            financial_status=listing.financial_status,
            fulfillment_status=listing.fulfillment_status,
        )


async def shop_order(info: Info, *, name: str, email: str | None = None, phone: str | None = None) -> ShopOrder | None:
    found = await order_of_guest(info.context, name, email, phone)
    return None if found is None else ShopOrder.of(found)


async def shop_order_by_id(info: Info, *, id: strawberry.ID) -> ShopOrder | None:  # noqa: A002 the argument's name
    found = await order_by_id(info.context, GlobalId(id))
    return None if found is None else ShopOrder.of(found)


def date_time(at: datetime) -> DateTime:
    """A time in Storefront's format."""
    return DateTime(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _units(order: Order, units: Mapping[str, int]) -> list[ShopOrderUnits]:
    """The contents of a parcel, by the bare ids of the order's lines."""
    return [
        ShopOrderUnits(title=line.title, variant_title=line.variant_title, quantity=quantity)
        for line in order.lines
        if (quantity := units.get(bare_id(line.id), 0))
    ]


def _web(address: str | None) -> URL | None:
    """An address that a page may link to; those from carriers and others are not trusted."""
    return URL(address) if address is not None and address.startswith(_WEB) else None
