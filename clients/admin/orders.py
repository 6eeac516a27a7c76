"""Orders in Shopify's Admin: the part that forwarding, back-sync and the order's page need.

Money is in the shop's currency. Source: Admin API 2026-10, Order, FulfillmentOrder, Fulfillment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from clients.admin.order_statuses import (
    DeliveryMethod,
    FinancialStatus,
    FulfillmentDisplayStatus,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    OrderFulfillmentStatus,
    RiskRecommendation,
)
from clients.global_ids import GlobalId, bare_id
from clients.money import Money

NAMESPACE = "kynda"


@dataclass(frozen=True, slots=True)
class Address:
    """A shipping address; None for fields that the buyer left out. `country_code` is ISO 3166-1 alpha-2."""

    name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province_code: str | None = None
    province: str | None = None
    country_code: str | None = None
    country: str | None = None
    zip: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line. `quantity` is the ordered one; `current_quantity` remains after edits and refunds.

    `unit_price` is before discounts; `discount` and `tax` are of the whole line as ordered.
    """

    id: GlobalId
    title: str
    quantity: int
    current_quantity: int
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    variant_title: str | None = None
    sku: str | None = None
    vendor: str | None = None
    variant_id: GlobalId | None = None
    is_gift_card: bool = False
    requires_shipping: bool = True
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FulfillmentOrderLine:
    """The part of a line in a fulfillment order; `line_id` is the order line's."""

    id: GlobalId
    line_id: GlobalId
    total: int
    remaining: int


@dataclass(frozen=True, slots=True)
class FulfillmentOrder:
    """The lines that one location delivers by one method.

    `holds` are Shopify's reasons for holds. `is_third_partys`: a fulfillment service other than the shop delivers it.
    """

    id: GlobalId
    status: FulfillmentOrderStatus
    method: DeliveryMethod | None
    location_id: GlobalId | None
    location_name: str | None
    lines: tuple[FulfillmentOrderLine, ...] = ()
    holds: tuple[str, ...] = ()
    actions: frozenset[str] = frozenset()
    presented_name: str | None = None
    is_third_partys: bool = False


@dataclass(frozen=True, slots=True)
class Tracking:
    company: str | None = None
    number: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """A parcel, or goods that were handed over; `lines` maps an order line's id to its quantity inside."""

    id: GlobalId
    status: FulfillmentStatus
    display_status: FulfillmentDisplayStatus | None
    created_at: datetime
    tracking: tuple[Tracking, ...] = ()
    lines: Mapping[GlobalId, int] = field(default_factory=dict)
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShippingLine:
    title: str
    code: str | None
    price: Decimal
    tax: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that was received for an order: a sale, or the capture of an authorization. `at` is when it was
    processed.
    """

    at: datetime


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """The money of an order, in the shop's currency unless it says otherwise.

    `received` is before refunds; `tax` is that of what is left of the order. `fees` are those that Shopify states.
    `payments_without_fees` are amounts for which it states none, though a gateway took them.
    """

    currency: str
    received: Decimal
    refunded: Decimal
    tax: Decimal
    fees: tuple[Money, ...] = ()
    payments_without_fees: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Metafield:
    value: str
    digest: str


@dataclass(frozen=True, slots=True)
class AppMetafield:
    """A metafield of the app's installation in the shop; `value` and `digest` are None while it is not set."""

    owner_id: GlobalId
    value: str | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """A complete order: all its lines, fulfillment orders and parcels, however many pages they took.

    `id` is the global id, `number` the bare one. `risk_is_pending`: an assessment is running. `risk_is_high`: one
    resulted in HIGH.

    `shipping` has no removed shipping lines. `outstanding` is what the buyer still owes; None where unknown.
    `billing_address` has only name and phone: for a pickup nothing else names the guest.

    `payments` are the successful ones, oldest first; a free order has none. `metafields` are those of the
    namespace `kynda`, by key.
    """

    id: GlobalId
    name: str
    created_at: datetime
    updated_at: datetime
    processed_at: datetime
    currency: str
    financial_status: FinancialStatus | None
    fulfillment_status: OrderFulfillmentStatus
    lines: tuple[OrderLine, ...]
    fulfillment_orders: tuple[FulfillmentOrder, ...]
    total: Decimal
    tip: Decimal = Decimal(0)
    outstanding: Decimal | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    is_test: bool = False
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    tags: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, str], ...] = ()
    gateways: tuple[str, ...] = ()
    taxes_included: bool = False
    risk: RiskRecommendation = RiskRecommendation.NONE
    risk_is_pending: bool = False
    risk_is_high: bool = False
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping: tuple[ShippingLine, ...] = ()
    fulfillments: tuple[Fulfillment, ...] = ()
    payments: tuple[Payment, ...] = ()
    metafields: Mapping[str, Metafield] = field(default_factory=dict)

    @property
    def number(self) -> str:
        return bare_id(self.id)

    def line(self, line_id: GlobalId) -> OrderLine | None:
        return next((line for line in self.lines if line.id == line_id), None)


@dataclass(frozen=True, slots=True)
class Contents:
    """A summary of an order's contents: vendor and SKU of its lines, and the delivery method of each part.

    `is_whole` is False when there is more than was listed.
    """

    lines: tuple[tuple[str | None, str | None], ...]
    methods: tuple[DeliveryMethod | None, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class OrderListing:
    """An order as a search lists it. `forwarding` is the text of the metafield of that key.

    `contents` is None when the search does not select them.
    """

    id: GlobalId
    name: str
    created_at: datetime
    updated_at: datetime
    financial_status: FinancialStatus | None
    fulfillment_status: OrderFulfillmentStatus
    email: str | None = None
    phone: str | None = None
    cancelled_at: datetime | None = None
    tags: frozenset[str] = frozenset()
    forwarding: str | None = None
    contents: Contents | None = None


@dataclass(frozen=True, slots=True)
class SkuOwner:
    """A variant of the shop by its SKU, with its product."""

    variant_id: GlobalId
    sku: str
    product_id: GlobalId
    vendor: str
    product_tags: frozenset[str]
