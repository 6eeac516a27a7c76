"""What the sandbox's store holds of orders: what was bought, how it reaches the buyer, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from sandbox.cart_records import Attributes, PlaceAddress
from sandbox.records import Metafield, ProductVariant

_CENT = Decimal("0.01")
_RECOMMENDATIONS = {"HIGH": "CANCEL", "MEDIUM": "INVESTIGATE", "LOW": "ACCEPT"}


@dataclass(slots=True, eq=False)
class OrderDiscount:
    """A discount as it was when the order was placed; `kind` is code, automatic, manual or script.

    Exactly one of `percentage` and `amount` says its value; `target` is LINE_ITEM or SHIPPING_LINE.
    """

    kind: str
    title: str
    percentage: Decimal | None = None
    amount: Decimal | None = None
    target: str = "LINE_ITEM"
    selection: str = "ALL"
    method: str = "ACROSS"
    description: str | None = None


@dataclass(slots=True, eq=False)
class OrderLineItem:
    """A line as it was bought: what the product was called then, in the order's currency.

    `removed` units were taken off afterwards; `tax` is that of all units bought. `method` is how it reaches the buyer,
    one of Admin's DeliveryMethodType, one that Shopify has yet to add, or None, which Admin allows; without
    `location_id` routing finds the place.
    """

    id: int
    title: str
    quantity: int
    unit_price: Decimal
    variant: ProductVariant | None = None
    removed: int = 0
    attributes: Attributes = ()
    discounts: list[tuple[OrderDiscount, Decimal]] = field(default_factory=list)
    tax: Decimal = Decimal(0)
    sku: str | None = None
    vendor: str | None = None
    variant_title: str | None = None
    requires_shipping: bool = True
    method: str | None = "SHIPPING"
    location_id: int | None = None

    @property
    def current_quantity(self) -> int:
        return self.quantity - self.removed

    @property
    def original_total(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def discounted_total(self) -> Decimal:
        return self.original_total - sum((amount for _, amount in self.discounts), Decimal(0))

    def worth(self, units: int) -> Decimal:
        """What so many of its units cost after discounts, without tax."""
        return (self.discounted_total * units / self.quantity).quantize(_CENT) if self.quantity else Decimal(0)

    def tax_of(self, units: int) -> Decimal:
        """The tax of so many of its units."""
        return (self.tax * units / self.quantity).quantize(_CENT, ROUND_DOWN) if self.quantity else Decimal(0)


@dataclass(slots=True, eq=False)
class ShippingLine:
    """What the buyer pays for one delivery. For a pickup, title and code are the place's name."""

    id: int
    title: str
    code: str
    price: Decimal
    tax: Decimal = Decimal(0)
    discounts: list[tuple[OrderDiscount, Decimal]] = field(default_factory=list)
    removed: bool = False

    @property
    def discounted_price(self) -> Decimal:
        return self.price - sum((amount for _, amount in self.discounts), Decimal(0))


@dataclass(slots=True, eq=False)
class FulfillmentOrderLine:
    """A line's part in a fulfillment order; `remaining` units are still to be handed over."""

    id: int
    line: OrderLineItem
    total: int
    remaining: int


@dataclass(slots=True, eq=False)
class Hold:
    """Why a fulfillment order waits; `reason` is one of Admin's."""

    id: int
    reason: str
    notes: str | None = None


@dataclass(slots=True, eq=False)
class FulfillmentOrder:
    """What one location has to hand over in one way; `method` is as in an order line.

    `prepared`: the buyer was told that it waits at the counter.
    """

    id: int
    order: "Order"
    location_id: int
    location_name: str
    method: str | None
    created_at: datetime
    updated_at: datetime
    presented_name: str | None = None
    status: str = "OPEN"
    request_status: str = "UNSUBMITTED"
    lines: list[FulfillmentOrderLine] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    prepared: bool = False

    @property
    def remaining(self) -> int:
        return sum(line.remaining for line in self.lines)

    @property
    def is_over(self) -> bool:
        return self.status in ("CLOSED", "CANCELLED")


@dataclass(slots=True, eq=False)
class Fulfillment:
    """A parcel, or what was handed over; `tracking` holds number and address of its tracking page.

    `order` is set when it is put on one.
    """

    id: int
    items: list[tuple[OrderLineItem, int]]
    tracking_company: str | None = None
    tracking: list[tuple[str, str | None]] = field(default_factory=list)
    succeeded: bool = True
    created_at: datetime | None = None
    updated_at: datetime | None = None
    delivered_at: datetime | None = None
    location_id: int | None = None
    method: str | None = None
    order: "Order" = field(init=False)


@dataclass(slots=True, eq=False)
class RefundedLine:
    """Units of a line that were paid back; `subtotal` is without tax. `restocked`: they lie on the shelf again."""

    id: int
    line: OrderLineItem
    quantity: int
    subtotal: Decimal
    tax: Decimal
    location_id: int | None = None
    restocked: bool = False


@dataclass(slots=True, eq=False)
class Refund:
    """What was paid back at once, in the order's currency; `shipping` is the part of it that was for delivery."""

    id: int
    order: "Order"
    created_at: datetime
    lines: list[RefundedLine]
    shipping: Decimal = Decimal(0)
    note: str | None = None

    @property
    def amount(self) -> Decimal:
        return sum((each.subtotal + each.tax for each in self.lines), self.shipping)


@dataclass(slots=True, eq=False)
class OrderTransaction:
    """A movement of an order's money, in the order's currency. `kind` is one of Admin's, such as SALE or REFUND."""

    id: int
    kind: str
    amount: Decimal
    gateway: str | None
    at: datetime
    status: str = "SUCCESS"


@dataclass(slots=True, eq=False)
class OrderEdit:
    """A change of what was bought: lines with how many units came to them, and went from them."""

    id: int
    order: "Order"
    created_at: datetime
    additions: list[tuple[OrderLineItem, int]]
    removals: list[tuple[OrderLineItem, int]]
    note: str | None = None


@dataclass(slots=True, eq=False)
class RiskAssessment:
    """How likely an order is fraud; `level` is NONE, PENDING, LOW, MEDIUM or HIGH."""

    order: "Order"
    level: str
    created_at: datetime
    provider: str = "Shopify"


@dataclass(slots=True, eq=False)
class Order:
    """An order in the currency it was paid in. `key` is the secret that opens its status page.

    `metafields` are those that Storefront shows, `private_metafields` those that only Admin does.
    While it has no fulfillment orders it is not routed yet.
    """

    id: int
    key: str
    number: int
    currency: str
    processed_at: datetime
    customer_id: int | None = None
    email: str | None = None
    phone: str | None = None
    locale: str | None = None
    lines: list[OrderLineItem] = field(default_factory=list)
    discounts: list[OrderDiscount] = field(default_factory=list)
    shipping_lines: list[ShippingLine] = field(default_factory=list)
    duties: Decimal | None = None
    tip: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    shipping_address: PlaceAddress | None = None
    billing_address: PlaceAddress | None = None
    attributes: Attributes = ()
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    gateways: list[str] = field(default_factory=list)
    test: bool = False
    source: str = "web"
    cart_token: str | None = None
    fulfillment_orders: list[FulfillmentOrder] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    transactions: list[OrderTransaction] = field(default_factory=list)
    risk: list[RiskAssessment] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    private_metafields: list[Metafield] = field(default_factory=list)
    financial_status: str = "PAID"
    edited: bool = False
    changed_at: datetime | None = None
    # When its risk is told, and when it is routed, by themselves.
    risk_due: datetime | None = None
    routing_due: datetime | None = None
    closed_at: datetime | None = None
    canceled_at: datetime | None = None
    cancel_reason: str | None = None

    def __post_init__(self) -> None:
        for fulfillment in self.fulfillments:
            fulfillment.order = self

    @property
    def name(self) -> str:
        return f"#{self.number}"

    @property
    def is_waiting(self) -> bool:
        """Whether its risk or its routing comes by itself, and has not come yet."""
        return self.risk_due is not None or self.routing_due is not None

    @property
    def created_at(self) -> datetime:
        return self.processed_at

    @property
    def updated_at(self) -> datetime:
        return self.changed_at or self.processed_at

    @property
    def shipping(self) -> Decimal:
        return sum((line.price for line in self.shipping_lines), Decimal(0))

    @property
    def shipping_discounts(self) -> list[tuple[OrderDiscount, Decimal]]:
        return [share for line in self.shipping_lines for share in line.discounts]

    @property
    def shipping_price(self) -> Decimal:
        return sum((line.discounted_price for line in self.shipping_lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        goods = sum((line.tax for line in self.lines), Decimal(0))
        return sum((line.tax for line in self.shipping_lines), goods)

    @property
    def subtotal(self) -> Decimal:
        return sum((line.discounted_total for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping_price + self.tax + (self.duties or Decimal(0)) + self.tip

    @property
    def current_subtotal(self) -> Decimal:
        """The subtotal without the units that were taken off."""
        return self.subtotal - sum((line.worth(line.removed) for line in self.lines), Decimal(0))

    @property
    def current_tax(self) -> Decimal:
        """The tax without that of the units that were taken off."""
        return self.tax - sum((line.tax_of(line.removed) for line in self.lines), Decimal(0))

    @property
    def current_total(self) -> Decimal:
        """What the buyer pays after all that was taken off and paid back for delivery."""
        gone = self.subtotal - self.current_subtotal + self.tax - self.current_tax
        return self.total - gone - sum((refund.shipping for refund in self.refunds), Decimal(0))

    @property
    def received(self) -> Decimal:
        """What the buyer has paid, before refunds."""
        kinds = ("SALE", "CAPTURE")
        return sum((each.amount for each in self.transactions if each.kind in kinds), Decimal(0))

    @property
    def outstanding(self) -> Decimal:
        """What the buyer still owes."""
        if self.financial_status not in ("PENDING", "AUTHORIZED", "PARTIALLY_PAID", "EXPIRED"):
            return Decimal(0)
        return max(self.current_total + self.refunded - self.received, Decimal(0))

    @property
    def risk_recommendation(self) -> str:
        """What the gravest finished assessment recommends; NONE when there is none."""
        levels = {assessment.level for assessment in self.risk}
        return next((advice for level, advice in _RECOMMENDATIONS.items() if level in levels), "NONE")

    @property
    def fulfillment_status(self) -> str:
        """How far its goods have come, in Admin's and Storefront's word."""
        handed_over = any(fulfillment.succeeded for fulfillment in self.fulfillments)
        left = {part.status for part in self.fulfillment_orders if not part.is_over}
        if handed_over:
            return "PARTIALLY_FULFILLED" if left else "FULFILLED"
        return next((status for status in ("ON_HOLD", "IN_PROGRESS", "SCHEDULED") if status in left), "UNFULFILLED")
