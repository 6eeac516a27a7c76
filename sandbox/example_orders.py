"""Four orders of the past: delivered, picked up, waiting for a design, and cancelled."""

from datetime import UTC, datetime
from decimal import Decimal

from sandbox.cart_records import PlaceAddress
from sandbox.catalogue.shelf import MAIN_STREET, OPENING_DAY, ROASTERY
from sandbox.order_records import (
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Order,
    OrderDiscount,
    OrderLineItem,
    OrderTransaction,
    Refund,
    RefundedLine,
    RiskAssessment,
    ShippingLine,
)
from sandbox.records import Metafield, ProductVariant
from sandbox.store import Store

ADA, BEN = 7_100_000_001, 7_100_000_002


def example_orders(store: Store) -> list[Order]:
    """The orders; `store` has the catalogue and the customers."""
    orders = [_delivered(store), _picked_up(store), _printing(store), _canceled(store)]
    for order in orders:
        _pay(order)
    return orders


def _pay(order: Order) -> None:
    """Records that the order was paid when it was placed."""
    number = 7_860_000_000 + order.number
    order.transactions.append(OrderTransaction(number, "SALE", order.total, order.gateways[0], order.processed_at))


def _address(store: Store, customer_id: int, place: int = 0) -> PlaceAddress:
    """An entry of a customer's address book: Ada's second is where she works."""
    return store.customers[customer_id].addresses[place].address


def _line(number: int, store: Store, handle: str, quantity: int, unit_price: str, tax: str) -> OrderLineItem:
    product = store.product_by_handle(handle)
    line = OrderLineItem(7_800_000_000 + number, handle, quantity, Decimal(unit_price), tax=Decimal(tax))
    if product is not None:
        variant: ProductVariant = product.variants[0]
        line.variant, line.title, line.vendor, line.sku = variant, product.title, product.vendor, variant.sku
        line.variant_title = None if variant.title == "Default Title" else variant.title
        line.requires_shipping = variant.requires_shipping
    return line


def _route(order: Order, number: int, store: Store, method: str, location_id: int, status: str) -> None:
    """One fulfillment order for all lines; what is closed or cancelled has nothing left in it."""
    left = 0 if status in ("CLOSED", "CANCELLED") else 1
    lines = [
        FulfillmentOrderLine(7_820_000_000 + line.id % 1000, line, line.quantity, line.quantity * left)
        for line in order.lines
    ]
    place = store.locations[location_id].name
    moment = order.processed_at
    presented = order.shipping_lines[0].title if order.shipping_lines else None
    part = FulfillmentOrder(
        7_810_000_000 + number, order, location_id, place, method, moment, moment, presented, status, lines=lines
    )
    order.fulfillment_orders.append(part)
    order.risk.append(RiskAssessment(order, "LOW", moment))
    order.gateways.append("shopify_payments")
    for line in order.lines:
        line.method, line.location_id = method, location_id
    for parcel in order.fulfillments:
        parcel.created_at = parcel.updated_at = moment
        parcel.location_id, parcel.method = location_id, method


def _delivered(store: Store) -> Order:
    """Two parcels, a code on the goods and one on the shipping, one unit given back."""
    blend, mug = (
        _line(1, store, "kynda-house-blend", 2, "16.00", "2.38"),
        _line(2, store, "ceramic-mug", 2, "22.00", "3.26"),
    )
    welcome = OrderDiscount("code", "WELCOME10", percentage=Decimal(10))
    shipping = OrderDiscount("automatic", "Shipping on us", percentage=Decimal(100), target="SHIPPING_LINE")
    blend.discounts.append((welcome, Decimal("3.20")))
    mug.discounts.append((welcome, Decimal("4.40")))
    mug.removed = 1
    note = Metafield(7_400_000_004, "custom", "packed_by", "single_line_text_field", "Sam", OPENING_DAY, OPENING_DAY)
    order = Order(
        id=7_700_000_001,
        key="0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        number=1001,
        currency="USD",
        processed_at=datetime(2026, 8, 3, 14, 20, tzinfo=UTC),
        customer_id=ADA,
        email="ada@example.com",
        phone="+15125550101",
        locale="en-US",
        lines=[blend, mug],
        discounts=[welcome, shipping],
        shipping_lines=[_delivery(1, "Standard", "8.25", discounts=[(shipping, Decimal("8.25"))])],
        refunded=Decimal("21.43"),
        shipping_address=_address(store, ADA),
        billing_address=_address(store, ADA, 1),
        attributes=(("gift", "no"),),
        fulfillments=[
            Fulfillment(1, [(blend, 2)], "USPS", [("EX0001", "https://tracking.example.com/EX0001")]),
            Fulfillment(2, [(mug, 2)], "UPS", [("EX0002", "https://tracking.example.com/EX0002"), ("EX0003", None)]),
            Fulfillment(3, [(mug, 2)], "UPS", succeeded=False),
        ],
        metafields=[note],
        financial_status="PARTIALLY_REFUNDED",
        edited=True,
    )
    _route(order, 1, store, "SHIPPING", ROASTERY, "CLOSED")
    given_back = RefundedLine(7_840_000_001, mug, 1, Decimal("19.80"), Decimal("1.63"))
    order.refunds.append(Refund(7_830_000_001, order, datetime(2026, 8, 12, 10, 0, tzinfo=UTC), [given_back]))
    return order


def _picked_up(store: Store) -> Order:
    """Drinks for a table, with the shop's own discounts."""
    latte, roll = _line(3, store, "latte", 2, "4.50", "0.58"), _line(4, store, "cinnamon-roll", 1, "4.25", "0.35")
    cup = OrderDiscount("script", "Bring your own cup", amount=Decimal("0.50"), selection="EXPLICIT", method="EACH")
    manual = OrderDiscount(
        "manual", "Spilled", amount=Decimal("1.00"), selection="EXPLICIT", description="The first one was spilled"
    )
    latte.discounts += [(cup, Decimal("1.00")), (manual, Decimal("1.00"))]
    latte.attributes = (("own_cup", "yes"),)
    order = Order(
        id=7_700_000_002,
        key="1b2c3d4e5f60718293a4b5c6d7e8f90a",
        number=1002,
        currency="USD",
        processed_at=datetime(2026, 9, 28, 8, 5, tzinfo=UTC),
        customer_id=ADA,
        email="ada@example.com",
        locale="en-US",
        lines=[latte, roll],
        discounts=[cup, manual],
        attributes=(("table", "5"), ("location", "main_street"), ("fulfillment_mode", "table")),
        fulfillments=[Fulfillment(4, [(latte, 2), (roll, 1)])],
    )
    _route(order, 2, store, "NONE", MAIN_STREET, "CLOSED")
    return order


def _printing(store: Store) -> Order:
    """A shirt to be printed, of whose design only the name is known: nobody can print that."""
    shirt = _line(5, store, "your-design-shirt", 1, "27.00", "2.23")
    shirt.attributes = (("_customArtName", "Cosmic Flow"),)
    order = Order(
        id=7_700_000_003,
        key="2c3d4e5f60718293a4b5c6d7e8f90a1b",
        number=1003,
        currency="USD",
        processed_at=datetime(2026, 11, 12, 19, 45, tzinfo=UTC),
        customer_id=ADA,
        email="ada@example.com",
        locale="en-US",
        lines=[shirt],
        shipping_lines=[_delivery(3, "Standard", "5.75")],
        shipping_address=_address(store, ADA, 1),
        billing_address=_address(store, ADA, 1),
    )
    _route(order, 3, store, "SHIPPING", ROASTERY, "IN_PROGRESS")
    return order


def _canceled(store: Store) -> Order:
    """Sent abroad with duties, and canceled before it left."""
    grinder = _line(6, store, "hand-grinder", 1, "109.48", "24.30")
    order = Order(
        id=7_700_000_004,
        key="3d4e5f60718293a4b5c6d7e8f90a1b2c",
        number=1004,
        currency="EUR",
        processed_at=datetime(2026, 10, 9, 11, 30, tzinfo=UTC),
        customer_id=BEN,
        email="ben@example.com",
        locale="de-DE",
        lines=[grinder],
        shipping_lines=[_delivery(4, "Standard", "18.40")],
        duties=Decimal("4.10"),
        refunded=Decimal("156.28"),
        shipping_address=_address(store, BEN),
        billing_address=_address(store, BEN),
        financial_status="REFUNDED",
        canceled_at=datetime(2026, 10, 10, 7, 0, tzinfo=UTC),
        cancel_reason="CUSTOMER",
    )
    _route(order, 4, store, "SHIPPING", ROASTERY, "CANCELLED")
    return order


def _delivery(
    number: int, title: str, price: str, discounts: list[tuple[OrderDiscount, Decimal]] | None = None
) -> ShippingLine:
    return ShippingLine(7_850_000_000 + number, title, title.lower(), Decimal(price), discounts=discounts or [])
