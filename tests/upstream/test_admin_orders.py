"""How orders are read from Admin and searched for, and what is made of its answers."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from clients.admin.order_statuses import (
    DeliveryMethod,
    FulfillmentDisplayStatus,
    FulfillmentOrderStatus,
    FulfillmentStatus,
)
from clients.admin.orders import (
    Address,
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Metafield,
    OrderLine,
    ShippingLine,
    Tracking,
)
from clients.errors import Broken, Denied
from clients.global_ids import GlobalId
from tests.upstream.fake_admin import ORDER_ID, Shopify, answer, page

WRITTEN = GlobalId("gid://shopify/FulfillmentOrder/1")


def money(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount}}


def line(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Mug",
        "variantTitle": None,
        "sku": "19-1320",
        "vendor": "Printful_DS",
        "quantity": 2,
        "currentQuantity": 1,
        "isGiftCard": False,
        "customAttributes": [],
        "variant": None,
        "originalUnitPriceSet": money("12.50"),
        "discountAllocations": [],
        "taxLines": [],
        **other,
    }


def part(number: int, line_number: int, remaining: int = 1) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/FulfillmentOrderLineItem/{number}",
        "totalQuantity": 2,
        "remainingQuantity": remaining,
        "lineItem": {"id": f"gid://shopify/LineItem/{line_number}"},
    }


def fulfillment_order(number: int, *parts: Any, end: str | None = None, **other: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": "OPEN",
        "requestStatus": "UNSUBMITTED",
        "assignedLocation": {"name": "Shop", "location": {"id": "gid://shopify/Location/1"}},
        "deliveryMethod": {"methodType": "SHIPPING", "presentedName": "Standard"},
        "supportedActions": [{"action": "CREATE_FULFILLMENT"}],
        "fulfillmentHolds": [],
        "lineItems": page(*parts, end=end),
        **other,
    }


def order(**other: Any) -> dict[str, Any]:
    return {
        "id": ORDER_ID,
        "name": "#1001",
        "createdAt": "2026-11-02T08:00:00Z",
        "updatedAt": "2026-11-02T08:05:00Z",
        "processedAt": "2026-11-02T08:01:00Z",
        "cancelledAt": None,
        "cancelReason": None,
        "test": False,
        "email": None,
        "phone": None,
        "note": None,
        "tags": [],
        "customAttributes": [],
        "currencyCode": "USD",
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "paymentGatewayNames": ["shopify_payments"],
        "taxesIncluded": False,
        "risk": {"recommendation": "ACCEPT", "assessments": [{"riskLevel": "LOW"}]},
        "currentTotalPriceSet": money("25.0"),
        "totalTipReceivedSet": money("0.0"),
        "shippingAddress": None,
        "billingAddress": None,
        "shippingLines": {"nodes": []},
        "lineItems": page(line(1)),
        "fulfillmentOrders": page(fulfillment_order(1, part(1, 1))),
        "fulfillments": [],
        "transactions": [],
        "metafields": {"nodes": []},
        **other,
    }


def parcel(number: int, *inside: Any, end: str | None = None) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "status": "SUCCESS",
        "displayStatus": "IN_TRANSIT",
        "createdAt": "2026-11-03T00:00:00Z",
        "deliveredAt": None,
        "trackingInfo": [{"company": "USPS", "number": "94", "url": None}],
        "fulfillmentLineItems": page(*inside, end=end),
    }


async def read(**other: Any) -> Any:
    async with Shopify(answer(order=order(**other))).orders() as orders:
        return await orders.order(ORDER_ID)


async def test_an_order_is_read_in_one_request() -> None:
    shopify = Shopify(answer(order=order(note="No onions", tags=["vip"], email="guest@kynda.example")))

    async with shopify.orders() as orders:
        found = await orders.order(ORDER_ID)

    assert found is not None
    assert (shopify.operations, shopify.asked) == (["Order"], [{"id": ORDER_ID}])
    assert (found.id, found.number, found.name, found.currency) == (ORDER_ID, "5001", "#1001", "USD")
    assert (found.note, set(found.tags), found.email) == ("No onions", {"vip"}, "guest@kynda.example")
    assert (found.financial_status, found.fulfillment_status) == ("PAID", "UNFULFILLED")
    assert found.updated_at == datetime(2026, 11, 2, 8, 5, tzinfo=UTC)
    assert (found.cancelled_at, found.is_test, found.gateways) == (None, False, ("shopify_payments",))
    assert found.total == Decimal("25.0")


async def test_an_unknown_order_is_none() -> None:
    async with Shopify(answer(order=None)).orders() as orders:
        assert await orders.order(ORDER_ID) is None


async def test_an_order_without_access_is_denied_not_missing() -> None:
    denied = {"message": "no", "path": ["order"], "extensions": {"code": "ACCESS_DENIED"}}

    async with Shopify({"data": {"order": None}, "errors": [denied]}).orders() as orders:
        with pytest.raises(Denied):
            await orders.order(ORDER_ID)


async def test_a_line_has_its_ordered_and_its_current_quantity() -> None:
    found = await read(
        lineItems=page(
            line(
                1,
                variantTitle="Black",
                variant={"id": "gid://shopify/ProductVariant/7"},
                discountAllocations=[
                    {"allocatedAmountSet": money("1.10")},
                    {"allocatedAmountSet": money("0.20")},
                ],
                taxLines=[{"priceSet": money("0.70")}, {"priceSet": money("0.03")}],
            )
        )
    )

    assert found.lines == (
        OrderLine(
            id=GlobalId("gid://shopify/LineItem/1"),
            title="Mug",
            quantity=2,
            current_quantity=1,
            unit_price=Decimal("12.50"),
            discount=Decimal("1.30"),
            tax=Decimal("0.73"),
            variant_title="Black",
            sku="19-1320",
            vendor="Printful_DS",
            variant_id=GlobalId("gid://shopify/ProductVariant/7"),
        ),
    )
    assert found.line("gid://shopify/LineItem/1") is found.lines[0]


async def test_attributes_without_a_value_are_empty() -> None:
    given = [{"key": "table", "value": "12"}, {"key": "gift", "value": None}]

    found = await read(customAttributes=given, lineItems=page(line(1, customAttributes=given)))

    assert found.attributes == found.lines[0].attributes == (("table", "12"), ("gift", ""))


async def test_shipping_that_was_removed_is_left_out() -> None:
    def shipping(title: str, **other: Any) -> dict[str, Any]:
        price = money("4.90")
        return {"title": title, "code": None, "currentDiscountedPriceSet": price, "taxLines": [], **other}

    taxes = [{"priceSet": money("0.40")}, {"priceSet": money("0.05")}]

    found = await read(
        shippingLines={
            "nodes": [
                shipping("Express", isRemoved=True),
                shipping("Standard", code="STANDARD", isRemoved=False, taxLines=taxes),
            ]
        }
    )

    assert found.shipping == (ShippingLine("Standard", "STANDARD", Decimal("4.90"), Decimal("0.45")),)


async def test_the_address_is_whole() -> None:
    found = await read(
        shippingAddress={
            "name": "Robin Example",
            "company": None,
            "address1": "1 Main Street",
            "address2": "Floor 2",
            "city": "Springfield",
            "provinceCode": "IL",
            "province": "Illinois",
            "countryCodeV2": "US",
            "country": "United States",
            "zip": "62701",
            "phone": None,
        }
    )

    assert found.shipping_address == Address(
        name="Robin Example",
        address1="1 Main Street",
        address2="Floor 2",
        city="Springfield",
        province_code="IL",
        province="Illinois",
        country_code="US",
        country="United States",
        zip="62701",
    )


async def test_a_fulfillment_order_tells_how_and_where_what_is_handed_over() -> None:
    found = await read(
        fulfillmentOrders=page(
            fulfillment_order(
                1,
                part(1, 1),
                status="ON_HOLD",
                fulfillmentHolds=[{"reason": "INCORRECT_ADDRESS", "displayReason": "Incorrect address"}],
            ),
            fulfillment_order(2, deliveryMethod=None, assignedLocation={"name": "Gone", "location": None}),
        )
    )

    assert found.fulfillment_orders == (
        FulfillmentOrder(
            id=WRITTEN,
            status=FulfillmentOrderStatus("ON_HOLD"),
            method=DeliveryMethod("SHIPPING"),
            location_id=GlobalId("gid://shopify/Location/1"),
            location_name="Shop",
            lines=(
                FulfillmentOrderLine(
                    GlobalId("gid://shopify/FulfillmentOrderLineItem/1"),
                    GlobalId("gid://shopify/LineItem/1"),
                    total=2,
                    remaining=1,
                ),
            ),
            holds=("Incorrect address",),
            actions=frozenset({"CREATE_FULFILLMENT"}),
            presented_name="Standard",
        ),
        FulfillmentOrder(
            id=GlobalId("gid://shopify/FulfillmentOrder/2"),
            status=FulfillmentOrderStatus("OPEN"),
            method=None,
            location_id=None,
            location_name="Gone",
            actions=frozenset({"CREATE_FULFILLMENT"}),
        ),
    )


async def test_a_fulfillment_has_the_quantity_of_each_line() -> None:
    first, second = {"id": "gid://shopify/LineItem/1"}, {"id": "gid://shopify/LineItem/2"}
    found = await read(
        fulfillments=[
            parcel(
                1,
                {"quantity": 1, "lineItem": first},
                {"quantity": 3, "lineItem": second},
                {"quantity": 1, "lineItem": first},
            )
        ]
    )

    assert found.fulfillments == (
        Fulfillment(
            id=GlobalId("gid://shopify/Fulfillment/1"),
            status=FulfillmentStatus("SUCCESS"),
            display_status=FulfillmentDisplayStatus("IN_TRANSIT"),
            created_at=datetime(2026, 11, 3, tzinfo=UTC),
            tracking=(Tracking("USPS", "94", None),),
            lines={GlobalId(first["id"]): 2, GlobalId(second["id"]): 3},
        ),
    )


async def test_payments_are_sales_and_captures_that_succeeded_the_oldest_first() -> None:
    def transaction(kind: str, status: str, created: str, processed: str | None) -> dict[str, Any]:
        return {"kind": kind, "status": status, "createdAt": created, "processedAt": processed}

    told = [
        transaction("AUTHORIZATION", "SUCCESS", "2026-11-22T09:00:00Z", "2026-11-22T09:00:00Z"),
        transaction("CAPTURE", "SUCCESS", "2026-11-24T09:00:00Z", None),
        transaction("SALE", "FAILURE", "2026-11-22T09:01:00Z", "2026-11-22T09:01:00Z"),
        transaction("SALE", "SUCCESS", "2026-11-23T09:00:00Z", "2026-11-23T09:05:00Z"),
        transaction("REFUND", "SUCCESS", "2026-11-25T09:00:00Z", "2026-11-25T09:00:00Z"),
    ]
    found = await read(transactions=told)

    assert [each.at.isoformat() for each in found.payments] == [
        "2026-11-23T09:05:00+00:00",
        "2026-11-24T09:00:00+00:00",
    ]


@pytest.mark.parametrize(
    "told",
    [
        [parcel(number, {"quantity": 1, "lineItem": {"id": "line"}}) for number in range(10)],
        [parcel(0, {"quantity": 1, "lineItem": {"id": "line"}}, end="more")],
    ],
    ids=["parcels", "lines of a parcel"],
)
async def test_many_parcels_are_read_whole(told: list[Any]) -> None:
    whole = [parcel(number, {"quantity": 2, "lineItem": {"id": "line"}}) for number in range(12)]
    shopify = Shopify(answer(order=order(fulfillments=told)), answer(order={"fulfillments": whole}))

    async with shopify.orders() as orders:
        found = await orders.order(ORDER_ID)

    assert found is not None
    assert shopify.operations == ["Order", "Fulfillments"]
    assert [each.lines for each in found.fulfillments] == [{"line": 2}] * 12


async def test_more_parcels_than_can_be_read_are_not_left_out_in_silence() -> None:
    told = [parcel(number) for number in range(10)]
    whole = [parcel(number) for number in range(100)]

    async with Shopify(
        answer(order=order(fulfillments=told)), answer(order={"fulfillments": whole})
    ).orders() as orders:
        with pytest.raises(Broken, match="more parcels"):
            await orders.order(ORDER_ID)


async def test_metafields_come_with_their_digests() -> None:
    found = await read(metafields={"nodes": [{"key": "forwarding", "value": "{}", "compareDigest": "abc"}]})

    assert found.metafields == {"forwarding": Metafield("{}", "abc")}


@pytest.mark.parametrize(
    ("levels", "pending", "high"),
    [
        ([], False, False),
        (["LOW", "MEDIUM"], False, False),
        (["LOW", "PENDING"], True, False),
        (["HIGH", "LOW"], False, True),
        (["HIGH", "PENDING"], True, True),
    ],
)
async def test_one_assessment_is_enough_to_be_pending_or_high(levels: list[str], pending: bool, high: bool) -> None:
    assessments = [{"riskLevel": level} for level in levels]

    found = await read(risk={"recommendation": "INVESTIGATE", "assessments": assessments})

    assert (found.risk, found.risk_is_pending, found.risk_is_high) == ("INVESTIGATE", pending, high)


async def test_new_statuses_are_accepted_unchanged() -> None:
    found = await read(
        displayFinancialStatus="HALF_PAID",
        fulfillmentOrders=page(
            fulfillment_order(1, status="LOST", deliveryMethod={"methodType": "DRONE", "presentedName": None})
        ),
    )

    assert found.financial_status == "HALF_PAID"
    assert (found.fulfillment_orders[0].status, found.fulfillment_orders[0].method) == ("LOST", "DRONE")


async def test_an_order_of_many_pages_is_read_whole() -> None:
    shopify = Shopify(
        answer(
            order=order(
                lineItems=page(line(1), end="line 1"),
                fulfillmentOrders=page(fulfillment_order(1, part(1, 1), end="part 1"), end="fulfillment order 1"),
            )
        ),
        answer(order={"lineItems": page(line(2), end="line 2")}),
        answer(order={"lineItems": page(line(3))}),
        answer(order={"fulfillmentOrders": page(fulfillment_order(2, part(4, 1)))}),
        answer(fulfillmentOrder={"lineItems": page(part(2, 2), end="part 2")}),
        answer(fulfillmentOrder={"lineItems": page(part(3, 3))}),
    )

    async with shopify.orders() as orders:
        found = await orders.order(ORDER_ID)

    assert found is not None
    assert [each.id[-1] for each in found.lines] == ["1", "2", "3"]
    assert [[each.id[-1] for each in part.lines] for part in found.fulfillment_orders] == [["1", "2", "3"], ["4"]]
    assert list(zip(shopify.operations, shopify.asked, strict=True))[1:] == [
        ("OrderLines", {"id": ORDER_ID, "after": "line 1"}),
        ("OrderLines", {"id": ORDER_ID, "after": "line 2"}),
        ("FulfillmentOrders", {"id": ORDER_ID, "after": "fulfillment order 1"}),
        ("FulfillmentOrderLines", {"id": WRITTEN, "after": "part 1"}),
        ("FulfillmentOrderLines", {"id": WRITTEN, "after": "part 2"}),
    ]


async def test_an_order_that_disappears_while_it_is_read_is_a_broken_answer() -> None:
    async with Shopify(
        answer(order=order(lineItems=page(line(1), end="line 1"))), answer(order=None)
    ).orders() as orders:
        with pytest.raises(Broken):
            await orders.order(ORDER_ID)


@pytest.mark.parametrize(
    "other",
    [
        {"createdAt": "yesterday"},
        {"createdAt": "2026-11-02T08:00:00"},
        {"createdAt": None},
        {"currentTotalPriceSet": money("much")},
        {"currentTotalPriceSet": money("NaN")},
        {"currentTotalPriceSet": {"shopMoney": {"amount": 25.0}}},
        {"lineItems": page(line(1, quantity="2"))},
        {"lineItems": page(line(1, currentQuantity=-1))},
        {"lineItems": None},
        {"risk": None},
        {"shippingAddress": {"name": "Robin Example"}},
    ],
)
async def test_an_order_of_another_shape_is_broken(other: dict[str, Any]) -> None:
    with pytest.raises(Broken):
        await read(**other)


@pytest.mark.parametrize(("found", "expected"), [({"orderId": ORDER_ID}, ORDER_ID), (None, None)])
async def test_the_order_of_a_fulfillment_order_is_found(found: Any, expected: str | None) -> None:
    shopify = Shopify(answer(fulfillmentOrder=found))

    async with shopify.orders() as orders:
        assert await orders.order_of_fulfillment_order(WRITTEN) == expected

    assert shopify.asked == [{"id": WRITTEN}]
