"""Orders for the tests of points of sale."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from clients.global_ids import GlobalId
from clients.pos.orders import (
    FulfillmentType,
    GenericCustomer,
    GenericFulfillment,
    GenericItem,
    GenericModifier,
    GenericOrder,
    GenericPayment,
    GenericTotals,
    PaymentStatus,
)

PAID = GenericPayment("shopify_payments", PaymentStatus.PAID)
AT_COUNTER = GenericPayment("cash_on_pickup", PaymentStatus.UNPAID_AT_POS)
LATTE = GenericItem(
    id=GlobalId("gid://shopify/ProductVariant/1"),
    name="Latte",
    quantity=2,
    unit_price=Decimal("4.50"),
    total_price=Decimal("10.20"),
    modifiers=(GenericModifier("Oat milk", Decimal("0.60")),),
    notes="extra hot",
    variant_name="Large",
    custom_attributes=(("Name on the cup", "Ana"), ("_internal", "x")),
)
LATTES = GenericOrder(
    key="kynda-order-5678901234567-99",
    order_id="#1001",
    external_order_id="5678901234567",
    created_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    customer=GenericCustomer("Ana Example", email="ana@example.com", phone="+1 (512) 555-0123"),
    items=(LATTE,),
    totals=GenericTotals(
        subtotal=Decimal("10.20"),
        tax=Decimal("0.76"),
        discount=Decimal("1.00"),
        tip=Decimal("2.00"),
        grand_total=Decimal("11.96"),
        currency="USD",
    ),
    payment=PAID,
    fulfillment=GenericFulfillment(FulfillmentType.PICKUP),
    location_id="LOC1",
)


def lattes(**changes: Any) -> GenericOrder:
    """Two lattes of Ana's, paid in Shopify; with changes."""
    return replace(LATTES, **changes)
