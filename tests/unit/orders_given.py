"""Orders as Shopify tells them, made in one line."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from clients.admin.order_statuses import DeliveryMethod, FulfillmentStatus
from clients.admin.orders import (
    Address,
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Order,
    OrderLine,
    ShippingLine,
)
from clients.global_ids import GlobalId, global_id
from clients.pos.orders import PosRoutes
from resolvers.designs import ART_NAME_ATTRIBUTE, ART_URL_ATTRIBUTE, DesignCatalogue, ShopDesign
from resolvers.orders.plan import ForwardingRules, OrderPlan
from resolvers.orders.planning import plan_order

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ART = "https://art.example/swirls.png"
DESIGNS = DesignCatalogue([ShopDesign("design-001", "Abstract Swirls", "https://art.example/small.png", ART)])
WITH_ART = ((ART_URL_ATTRIBUTE, ART), (ART_NAME_ATTRIBUTE, "Abstract Swirls"))
ROUTES = PosRoutes(by_location={"1": ("square", "L1")}, default=("square", "L0"))
ADDRESS = Address(
    name="Ana Example",
    address1="12 Sample Street",
    city="Chatsworth",
    province_code="CA",
    province="California",
    country_code="US",
    zip="91311",
)


def line_id(number: int) -> GlobalId:
    return global_id("LineItem", number)


def fulfillment_order_id(number: int) -> GlobalId:
    return global_id("FulfillmentOrder", number)


def line(number: int = 11, quantity: int = 1, *, price: str = "20.00", **changes: Any) -> OrderLine:
    """A line of the shop's own goods."""
    values: dict[str, Any] = {"title": "House Blend", "current_quantity": quantity, "vendor": "Kynda", "sku": "BEANS"}
    for name in ("discount", "tax"):
        if name in changes:
            changes[name] = Decimal(changes[name])
    return OrderLine(id=line_id(number), quantity=quantity, unit_price=Decimal(price), **values | changes)


def blank(number: int = 21, quantity: int = 1, **changes: Any) -> OrderLine:
    """A line of Printful's catalogue with one of the shop's designs."""
    values = {"title": "Mug", "vendor": "Printful_DS", "sku": "PFUL-4012", "attributes": WITH_ART}
    return line(number, quantity, **values | changes)


def printed(number: int = 31, quantity: int = 1, **changes: Any) -> OrderLine:
    """A line of the store's own Printful goods."""
    values = {"title": "Cap", "vendor": "Printful_DS", "sku": "PFUL-SYNC-77"}
    return line(number, quantity, **values | changes)


def parts(
    *lines: OrderLine, number: int = 101, method: str | None = "SHIPPING", remaining: int | None = None, **changes: Any
) -> FulfillmentOrder:
    """A fulfillment order for all units of the lines; `remaining` is how many of each are left."""
    values: dict[str, Any] = {"status": "OPEN", "location_id": "gid://shopify/Location/1", "location_name": "Main St"}
    return FulfillmentOrder(
        id=fulfillment_order_id(number),
        method=None if method is None else DeliveryMethod(method),
        lines=tuple(
            FulfillmentOrderLine(
                GlobalId(f"gid://shopify/FulfillmentOrderLineItem/{number}{index}"),
                each.id,
                each.quantity,
                each.quantity if remaining is None else remaining,
            )
            for index, each in enumerate(lines)
        ),
        **values | changes,
    )


def order(*lines: OrderLine, routed: tuple[FulfillmentOrder, ...] | None = None, **changes: Any) -> Order:
    """A paid order to an address in the USA; all of it is shipped from one place unless `routed` says otherwise."""
    values: dict[str, Any] = {
        "id": "gid://shopify/Order/5678901234567",
        "name": "#1001",
        "created_at": NOW,
        "updated_at": NOW,
        "processed_at": NOW,
        "currency": "USD",
        "financial_status": "PAID",
        "fulfillment_status": "UNFULFILLED",
        "total": sum((each.unit_price * each.quantity for each in lines), Decimal(0)),
        "email": "ana@example.com",
        "shipping_address": ADDRESS,
        "gateways": ("shopify_payments",),
    }
    routed = (parts(*lines),) if routed is None else routed
    return Order(lines=lines, fulfillment_orders=routed, **values | changes)


def pickup(*lines: OrderLine, **changes: Any) -> Order:
    """A paid order that the guest picks up: Shopify gives it no address."""
    values: dict[str, Any] = {"shipping_address": None, "routed": (parts(*lines, method="PICK_UP", number=201),)}
    return order(*lines, **values | changes)


def fulfilled(units: Mapping[int, int]) -> Fulfillment:
    """What was handed over, by the bare id of the line."""
    return Fulfillment(
        GlobalId("gid://shopify/Fulfillment/1"),
        FulfillmentStatus.SUCCESS,
        None,
        NOW,
        lines={line_id(n): q for n, q in units.items()},
    )


def carriage(price: str = "5.00", title: str = "Standard", *, code: str | None = None, tax: str = "0") -> ShippingLine:
    return ShippingLine(title, code, Decimal(price), Decimal(tax))


def planned(
    given: Order,
    *,
    rules: ForwardingRules | None = None,
    routes: PosRoutes = ROUTES,
    shipped: Mapping[str, int] | None = None,
    now: datetime = NOW,
) -> OrderPlan:
    return plan_order(
        given, designs=DESIGNS, routes=routes, rules=rules or ForwardingRules(), shipped=shipped or {}, now=now
    )
