"""What the sandbox's store holds of orders: the part that the storefront shows to the customer who placed them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sandbox.cart_records import Attributes, PlaceAddress
from sandbox.records import Metafield, ProductVariant


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
    """`unit_price` and the discounts are in the order's currency; `removed` units were taken off afterwards."""

    id: int
    title: str
    quantity: int
    unit_price: Decimal
    variant: ProductVariant | None = None
    removed: int = 0
    attributes: Attributes = ()
    discounts: list[tuple[OrderDiscount, Decimal]] = field(default_factory=list)

    @property
    def original_total(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def discounted_total(self) -> Decimal:
        return self.original_total - sum((amount for _, amount in self.discounts), Decimal(0))


@dataclass(slots=True, eq=False)
class Fulfillment:
    """A parcel; `tracking` holds number and address of its tracking page."""

    id: int
    items: list[tuple[OrderLineItem, int]]
    tracking_company: str | None = None
    tracking: list[tuple[str, str | None]] = field(default_factory=list)
    succeeded: bool = True


@dataclass(slots=True, eq=False)
class Order:
    """An order in the currency it was paid in. `key` is the secret that opens its status page."""

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
    shipping: Decimal = Decimal(0)
    shipping_discounts: list[tuple[OrderDiscount, Decimal]] = field(default_factory=list)
    tax: Decimal = Decimal(0)
    duties: Decimal | None = None
    refunded: Decimal = Decimal(0)
    shipping_address: PlaceAddress | None = None
    billing_address: PlaceAddress | None = None
    attributes: Attributes = ()
    fulfillments: list[Fulfillment] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    financial_status: str = "PAID"
    fulfillment_status: str = "UNFULFILLED"
    edited: bool = False
    canceled_at: datetime | None = None
    cancel_reason: str | None = None

    @property
    def name(self) -> str:
        return f"#{self.number}"

    @property
    def subtotal(self) -> Decimal:
        return sum((line.discounted_total for line in self.lines), Decimal(0))

    @property
    def shipping_price(self) -> Decimal:
        return self.shipping - sum((amount for _, amount in self.shipping_discounts), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping_price + self.tax + (self.duties or Decimal(0))

    @property
    def current_subtotal(self) -> Decimal:
        """The subtotal without the units that were taken off."""
        gone = (line.discounted_total * line.removed / line.quantity for line in self.lines if line.quantity)
        return (self.subtotal - sum(gone, Decimal(0))).quantize(Decimal("0.01"))
