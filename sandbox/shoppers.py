"""Fills the store with the shop's customers, their orders, and its discounts and gift cards.

Two customers can log in: ada@example.com with `espresso-time` and ben@example.com with `filter-first`;
cleo@example.com was invited and has not set a password yet (activation token `0123456789abcdef`).
Gift cards: KYNDA25GIFT00001 ($25), KYNDA100GIFT0002 ($100), KYNDAEXPIRED0003 (expired), KYNDADISABLED004 (disabled).
The discount codes are in `_discounts`. Ada is logged in as `example-access-token`, and a cart with a latte, a mug
and a printed shirt waits as `gid://shopify/Cart/example?key=example`.
"""

from datetime import UTC, datetime
from decimal import Decimal

from sandbox.cart_records import Buyer, CartLineRecord, CartRecord, Discount, GiftCard, PlaceAddress
from sandbox.catalogue.shelf import MAIN_STREET, ROASTERY
from sandbox.customer_records import (
    Company,
    CompanyContact,
    CompanyLocation,
    Customer,
    CustomerAccessToken,
    CustomerAddress,
)
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

ADA, BEN, CLEO = 7_100_000_001, 7_100_000_002, 7_100_000_003
ADA_HOME, ADA_WORK, BEN_HOME = 7_200_000_001, 7_200_000_002, 7_200_000_003
COMPANY, COMPANY_LOCATION, OTHER_LOCATION, CONTACT = 7_300_000_001, 7_300_000_002, 7_300_000_003, 7_300_000_004
OPENED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_ADA_AT_HOME = PlaceAddress(
    address1="101 Example Street",
    city="Austin",
    country_code="US",
    first_name="Ada",
    last_name="Example",
    phone="+15125550101",
    province_code="TX",
    zip="78701",
)
_ADA_AT_WORK = PlaceAddress(
    address1="9 Sample Avenue",
    address2="Floor 3",
    city="Dallas",
    company="Example Studio",
    country_code="US",
    first_name="Ada",
    last_name="Example",
    province_code="TX",
    zip="75201",
)
_BEN_AT_HOME = PlaceAddress(
    address1="Beispielweg 7",
    city="Berlin",
    country_code="DE",
    first_name="Ben",
    last_name="Beispiel",
    phone="+493055501020",
    zip="10115",
)


def fill(store: Store) -> None:
    """Needs the catalogue in the store."""
    _put_customers(store)
    _put_company(store)
    for discount in _discounts(store):
        store.discounts[discount.id] = discount
    for card in _gift_cards():
        store.gift_cards[card.code.lower()] = card
    for order in _orders(store):
        store.orders[order.id] = order
        _pay(order)
        store.fulfillment_orders |= {part.id: part for part in order.fulfillment_orders}
    _put_visit(store)


def _pay(order: Order) -> None:
    """Records that the order was paid when it was placed."""
    number = 7_860_000_000 + order.number
    order.transactions.append(OrderTransaction(number, "SALE", order.total, order.gateways[0], order.processed_at))


def _put_customers(store: Store) -> None:
    roast = Metafield(7_400_000_001, "custom", "favourite_roast", "single_line_text_field", "Light", OPENED, OPENED)
    ada = Customer(
        ADA,
        "ada@example.com",
        OPENED,
        datetime(2026, 10, 2, 8, 30, tzinfo=UTC),
        password="espresso-time",  # noqa: S106 an example, see the module's words
        first_name="Ada",
        last_name="Example",
        phone="+15125550101",
        accepts_marketing=True,
        tags=["regular", "roast-club"],
        addresses=[
            CustomerAddress(ADA_HOME, _ADA_AT_HOME),
            CustomerAddress(ADA_WORK, _ADA_AT_WORK),
        ],
        default_address_id=ADA_HOME,
        metafields=[roast],
    )
    ben = Customer(
        BEN,
        "ben@example.com",
        datetime(2026, 3, 14, 16, 0, tzinfo=UTC),
        datetime(2026, 9, 20, 12, 0, tzinfo=UTC),
        password="filter-first",  # noqa: S106 an example
        first_name="Ben",
        last_name="Beispiel",
        tags=["wholesale"],
        addresses=[CustomerAddress(BEN_HOME, _BEN_AT_HOME)],
        default_address_id=BEN_HOME,
        social_login="google",
    )
    invited = datetime(2026, 10, 20, 10, 0, tzinfo=UTC)
    cleo = Customer(CLEO, "cleo@example.com", invited, invited, activation_token="0123456789abcdef")  # noqa: S106
    for customer in (ada, ben, cleo):
        store.customers[customer.id] = customer


def _put_visit(store: Store) -> None:
    """A login and a cart whose secrets are known, for operations to be tried on."""
    token = CustomerAccessToken(7_900_000_001, "example-access-token", ADA, datetime(2036, 1, 1, tzinfo=UTC))
    store.customer_tokens[token.access_token] = token
    now = store.clock.now()
    cart = CartRecord("example", "example", now, now, buyer=Buyer(country="US"))
    cart.attributes = (("location", "main_street"), ("fulfillment_mode", "pickup"))
    for number, handle in enumerate(("latte", "ceramic-mug", "roastery-crest-shirt"), start=1):
        product = store.product_by_handle(handle)
        if product is not None:
            line_id = f"00000000-0000-4000-8000-{number:012}"
            cart.lines.insert(0, CartLineRecord(line_id, f"{number:032x}", product.variants[number], 1))
    store.carts[cart.token] = cart


def _put_company(store: Store) -> None:
    terms = Metafield(7_400_000_002, "custom", "payment_terms", "single_line_text_field", "Net 30", OPENED, OPENED)
    dock = Metafield(7_400_000_003, "custom", "dock", "single_line_text_field", "Gate B", OPENED, OPENED)
    company = Company(COMPANY, "Example Offices", OPENED, OPENED, external_id="EX-1", metafields=[terms])
    berlin = CompanyLocation(
        COMPANY_LOCATION, company, "Berlin office", OPENED, OPENED, locale="de", external_id="EX-1-B", metafields=[dock]
    )
    paris = CompanyLocation(OTHER_LOCATION, company, "Paris office", OPENED, OPENED, locale="fr")
    contact = CompanyContact(CONTACT, BEN, [berlin], OPENED, OPENED, title="Office manager", locale="de")
    store.companies[company.id] = company
    store.company_locations |= {berlin.id: berlin, paris.id: paris}
    store.company_contacts[contact.id] = contact


def _discounts(store: Store) -> list[Discount]:
    """One of each kind; none is in effect on a small cart unless its code is typed."""

    def collection(handle: str) -> frozenset[int]:
        found = store.collection_by_handle(handle)
        return frozenset([found.id] if found else [])

    beans, drinkware = collection("coffee-beans"), collection("drinkware")
    first = 7_500_000_001
    made = [
        Discount(0, "Welcome", "percentage", Decimal(10), "WELCOME10"),
        Discount(0, "Five off", "fixed", Decimal(5), "FIVEOFF"),
        Discount(0, "Free shipping", "shipping", code="FREESHIP"),
        Discount(0, "Big order", "percentage", Decimal(15), "BIG15", minimum_subtotal=Decimal(75)),
        Discount(0, "Summer", "percentage", Decimal(25), "SUMMER25", ends_at=datetime(2026, 9, 1, tzinfo=UTC)),
        Discount(0, "Next year", "percentage", Decimal(25), "NEXTYEAR", starts_at=datetime(2046, 1, 1, tzinfo=UTC)),
        Discount(0, "Beans", "percentage", Decimal(20), "BEANS20", collection_ids=beans),
        Discount(0, "Cups", "fixed", Decimal(6), "CUPS6", collection_ids=drinkware, minimum_quantity=2),
        Discount(0, "For friends", "percentage", Decimal(30), "FRIENDS30", customer_ids=frozenset({ADA})),
        Discount(0, "Once", "fixed", Decimal(3), "ONCE3", once_per_customer=True, used_by={ADA}),
        Discount(0, "The first hundred", "percentage", Decimal(50), "FIRST100", usage_limit=100, used=100),
        Discount(0, "Alone", "percentage", Decimal(40), "ALONE40", combines_with=frozenset()),
        Discount(0, "Two bags, a third", "bxgy", Decimal(100), "BUY2GET1", collection_ids=beans, buys=2, gets=1),
        Discount(0, "Subscribers", "percentage", Decimal(12), "SUBS12", for_one_time=False, for_subscriptions=True),
        Discount(0, "Ten off a feast", "fixed", Decimal(10), minimum_subtotal=Decimal(150)),
        Discount(0, "Bring your own cup", "own_cup", Decimal("0.50")),
    ]
    for number, discount in enumerate(made, start=first):
        discount.id = number
    return made


def _gift_cards() -> list[GiftCard]:
    return [
        GiftCard(7_600_000_001, "KYNDA25GIFT00001", Decimal(25)),
        GiftCard(7_600_000_002, "KYNDA100GIFT0002", Decimal(100)),
        GiftCard(7_600_000_003, "KYNDAEXPIRED0003", Decimal(50), expires_at=datetime(2026, 6, 1, tzinfo=UTC)),
        GiftCard(7_600_000_004, "KYNDADISABLED004", Decimal(50), enabled=False),
    ]


def _orders(store: Store) -> list[Order]:
    return [_delivered(store), _picked_up(store), _printing(store), _canceled(store)]


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
    made = FulfillmentOrder(
        7_810_000_000 + number, order, location_id, place, method, moment, moment, presented, status, lines=lines
    )
    order.fulfillment_orders.append(made)
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
    note = Metafield(7_400_000_004, "custom", "packed_by", "single_line_text_field", "Sam", OPENED, OPENED)
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
        shipping_address=_ADA_AT_HOME,
        billing_address=_ADA_AT_WORK,
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
        shipping_address=_ADA_AT_WORK,
        billing_address=_ADA_AT_WORK,
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
        shipping_address=_BEN_AT_HOME,
        billing_address=_BEN_AT_HOME,
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
