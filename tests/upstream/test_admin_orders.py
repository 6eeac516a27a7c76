"""How Admin is asked about orders, told what was done with them, and what is made of its answers."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import orjson
import pytest
from graphql import coerce_input_value, get_operation_ast, parse, type_from_ast, validate

from clients.admin.client import Admin
from clients.admin.order_client import ANY, AdminOrders, quoted
from clients.admin.orders import (
    Address,
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Metafield,
    OrderLine,
    OrderListing,
    ShippingLine,
    SkuOwner,
    Tracking,
)
from clients.admin.token import StaticToken
from clients.contracts import admin_schema
from clients.errors import Broken, Conflict, Denied, Rejected, Throttled, Unavailable
from tests.virtual_time import PassingTime

ORDER_ID = "gid://shopify/Order/5001"
FULFILLMENT_ID = "gid://shopify/Fulfillment/9"
WRITTEN = "gid://shopify/FulfillmentOrder/1"

Change = Callable[[AdminOrders], Coroutine[Any, Any, Any]]


class Shopify:
    """Gives its answers in turn, the last one again and again; keeps what it was asked, all of which it has to know."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.operations: list[str] = []
        self.asked: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sent = orjson.loads(request.content)
        variables = sent.get("variables") or {}
        self.operations.append(_checked(sent["query"], variables))
        self.asked.append(variables)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return httpx.Response(answer, text="no")
        return httpx.Response(200, json=answer)

    @asynccontextmanager
    async def orders(self) -> AsyncIterator[AdminOrders]:
        url = "https://kynda.example/admin/api/2026-10/graphql.json"
        transport, timing = httpx.MockTransport(self), PassingTime().timing
        async with Admin(url, StaticToken("secret"), transport, deadline_s=5, timing=timing) as admin:
            yield AdminOrders(admin)


def _checked(query: str, variables: dict[str, Any]) -> str:
    """The name of the operation, which has to be one of the official schema with variables that fit it."""
    schema, document = admin_schema(), parse(query)
    assert validate(schema, document) == []
    operation = get_operation_ast(document)
    assert operation is not None
    assert operation.name is not None
    declared = {each.variable.name.value: each for each in operation.variable_definitions or ()}
    assert set(variables) <= set(declared)
    for name, definition in declared.items():
        kind = type_from_ast(schema, definition.type)
        assert kind is not None
        coerce_input_value(variables.get(name), kind)  # type: ignore[arg-type]
    return operation.name.value


def money(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount}}


def page(*nodes: Any, end: str | None = None) -> dict[str, Any]:
    return {"nodes": list(nodes), "pageInfo": {"hasNextPage": end is not None, "endCursor": end}}


def line(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Mug",
        "variantTitle": None,
        "sku": "19-1320",
        "vendor": "Printful_DS",
        "quantity": 2,
        "currentQuantity": 1,
        "requiresShipping": True,
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
        "shippingLines": {"nodes": []},
        "lineItems": page(line(1)),
        "fulfillmentOrders": page(fulfillment_order(1, part(1, 1))),
        "fulfillments": [],
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


def answer(**data: Any) -> dict[str, Any]:
    return {"data": data}


def refused(message: str, **other: Any) -> dict[str, Any]:
    return {"field": None, "message": message, **other}


def done(*fields: str) -> dict[str, Any]:
    return {"data": {field: {"userErrors": []} for field in fields}}


async def read(**other: Any) -> Any:
    async with Shopify(answer(order=order(**other))).orders() as orders:
        return await orders.order(ORDER_ID)


# -- an order


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


async def test_an_order_that_the_shop_has_not_is_none() -> None:
    async with Shopify(answer(order=None)).orders() as orders:
        assert await orders.order(ORDER_ID) is None


async def test_an_order_that_we_may_not_see_is_not_taken_for_none() -> None:
    denied = {"message": "no", "path": ["order"], "extensions": {"code": "ACCESS_DENIED"}}

    async with Shopify({"data": {"order": None}, "errors": [denied]}).orders() as orders:
        with pytest.raises(Denied):
            await orders.order(ORDER_ID)


async def test_a_line_tells_what_was_ordered_and_what_is_left_of_it() -> None:
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
            id="gid://shopify/LineItem/1",
            title="Mug",
            quantity=2,
            current_quantity=1,
            unit_price=Decimal("12.50"),
            discount=Decimal("1.30"),
            tax=Decimal("0.73"),
            variant_title="Black",
            sku="19-1320",
            vendor="Printful_DS",
            variant_id="gid://shopify/ProductVariant/7",
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
            status="ON_HOLD",
            method="SHIPPING",
            location_id="gid://shopify/Location/1",
            location_name="Shop",
            lines=(
                FulfillmentOrderLine(
                    "gid://shopify/FulfillmentOrderLineItem/1", "gid://shopify/LineItem/1", total=2, remaining=1
                ),
            ),
            holds=("Incorrect address",),
            actions=frozenset({"CREATE_FULFILLMENT"}),
            presented_name="Standard",
        ),
        FulfillmentOrder(
            id="gid://shopify/FulfillmentOrder/2",
            status="OPEN",
            method=None,
            location_id=None,
            location_name="Gone",
            actions=frozenset({"CREATE_FULFILLMENT"}),
        ),
    )


async def test_a_parcel_tells_how_many_of_each_line_are_inside() -> None:
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
            id="gid://shopify/Fulfillment/1",
            status="SUCCESS",
            display_status="IN_TRANSIT",
            created_at=datetime(2026, 11, 3, tzinfo=UTC),
            tracking=(Tracking("USPS", "94", None),),
            lines={first["id"]: 2, second["id"]: 3},
        ),
    )


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


async def test_states_that_are_new_are_kept_as_they_are() -> None:
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


async def test_an_order_that_goes_while_it_is_read_is_broken_not_shorter() -> None:
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
async def test_whose_a_fulfillment_order_is(found: Any, expected: str | None) -> None:
    shopify = Shopify(answer(fulfillmentOrder=found))

    async with shopify.orders() as orders:
        assert await orders.order_of_fulfillment_order(WRITTEN) == expected

    assert shopify.asked == [{"id": WRITTEN}]


# -- searches


def listing(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "email": None,
        "createdAt": "2026-11-02T08:00:00Z",
        "updatedAt": "2026-11-02T08:05:00Z",
        "cancelledAt": None,
        "tags": [],
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "metafield": None,
        **other,
    }


async def test_a_search_lists_orders_with_what_is_left_to_do() -> None:
    told = listing(1, tags=["forwarding-pending"], metafield={"value": '{"v":1}'}, email="guest@kynda.example")
    shopify = Shopify(answer(orders=page(told)))

    async with shopify.orders() as orders:
        found = await orders.search("tag:x")

    assert shopify.asked == [{"query": "tag:x", "first": 250, "after": None}]
    assert found == [
        OrderListing(
            id="gid://shopify/Order/1",
            name="#1",
            created_at=datetime(2026, 11, 2, 8, 0, tzinfo=UTC),
            updated_at=datetime(2026, 11, 2, 8, 5, tzinfo=UTC),
            financial_status="PAID",
            fulfillment_status="UNFULFILLED",
            email="guest@kynda.example",
            tags=frozenset({"forwarding-pending"}),
            forwarding='{"v":1}',
        )
    ]


async def test_a_search_goes_on_until_its_limit() -> None:
    shopify = Shopify(
        answer(orders=page(*(listing(number) for number in range(250)), end="250")),
        answer(orders=page(*(listing(number) for number in range(250, 300)), end="300")),
    )

    async with shopify.orders() as orders:
        found = await orders.search("", limit=300)

    assert len(found) == 300
    assert [(each["first"], each["after"]) for each in shopify.asked] == [(250, None), (50, "250")]


async def test_a_search_that_finds_less_than_its_limit_ends_with_its_last_page() -> None:
    shopify = Shopify(answer(orders=page(listing(1), end="1")), answer(orders=page(listing(2))))

    async with shopify.orders() as orders:
        assert len(await orders.search("", limit=1_000)) == 2

    assert [each["first"] for each in shopify.asked] == [250, 250]


async def test_an_order_that_changes_during_a_search_is_listed_once_and_as_it_is_last() -> None:
    shopify = Shopify(
        answer(orders=page(listing(1), listing(2), end="2")), answer(orders=page(listing(1, tags=["new"])))
    )

    async with shopify.orders() as orders:
        found = await orders.search("")

    assert sorted((each.name, sorted(each.tags)) for each in found) == [("#1", ["new"]), ("#2", [])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#1001", '"#1001"'),
        ('" OR name:* "', '"\\" OR name:* \\""'),
        ('\\" OR name:*', '"\\\\\\" OR name:*"'),
        ("\\", '"\\\\"'),
        ("", '""'),
    ],
)
def test_a_text_in_a_search_stays_one_value(text: str, expected: str) -> None:
    assert quoted(text) == expected


def variant(number: int, sku: str | None) -> dict[str, Any]:
    product = {"id": "gid://shopify/Product/1", "vendor": "Printful_DS", "tags": ["mug"]}
    return {"id": f"gid://shopify/ProductVariant/{number}", "sku": sku, "product": product}


async def test_variants_are_found_by_their_exact_sku() -> None:
    shopify = Shopify(
        answer(productVariants=page(variant(1, "A-1"), variant(2, "a-1"), variant(3, "A-10"), end="3")),
        answer(productVariants=page(variant(4, "A-1"), variant(5, None))),
    )

    async with shopify.orders() as orders:
        found = await orders.variants_by_sku(["A-1", "", "A-1", 'B"2'])

    assert [each.variant_id[-1] for each in found] == ["1", "4"]
    assert found[0] == SkuOwner(
        "gid://shopify/ProductVariant/1", "A-1", "gid://shopify/Product/1", "Printful_DS", frozenset({"mug"})
    )
    query = 'sku:"A-1" OR sku:"B\\"2"'
    assert shopify.asked == [{"query": query, "after": None}, {"query": query, "after": "3"}]


async def test_many_skus_are_looked_up_by_fifty() -> None:
    shopify = Shopify(answer(productVariants=page()))

    async with shopify.orders() as orders:
        assert await orders.variants_by_sku(f"S-{number}" for number in range(120)) == []

    assert [each["query"].count("sku:") for each in shopify.asked] == [50, 50, 20]


async def test_no_sku_is_no_request() -> None:
    shopify = Shopify()

    async with shopify.orders() as orders:
        assert await orders.variants_by_sku([""]) == []

    assert shopify.asked == []


# -- metafields


def stored(*keys: str) -> dict[str, Any]:
    metafields = [{"key": key, "compareDigest": f"new digest of {key}"} for key in keys]
    return answer(metafieldsSet={"metafields": metafields, "userErrors": []})


async def test_metafields_of_an_order_are_set_in_one_request() -> None:
    shopify = Shopify(stored("forwarding", "printful_order_id", "pos_order_id"))

    async with shopify.orders() as orders:
        digests = await orders.set_metafields(
            ORDER_ID,
            {
                "forwarding": ("json", "{}", "old"),
                "printful_order_id": ("single_line_text_field", "12345", None),
                "pos_order_id": ("single_line_text_field", "square-abc", ANY),
            },
        )

    first, second, third = shopify.asked[0]["metafields"]
    common = {"ownerId": ORDER_ID, "namespace": "kynda"}
    assert first == {**common, "key": "forwarding", "type": "json", "value": "{}", "compareDigest": "old"}
    assert second["compareDigest"] is None
    assert "compareDigest" not in third
    assert digests["forwarding"] == "new digest of forwarding"
    assert len(digests) == 3


@pytest.mark.parametrize("code", ["STALE_OBJECT", "INVALID_COMPARE_DIGEST", "TAKEN"])
async def test_a_metafield_that_somebody_else_wrote_is_a_conflict(code: str) -> None:
    errors = [refused("Another.", code=None, elementIndex=0), refused("Stale.", code=code, elementIndex=1)]
    shopify = Shopify(answer(metafieldsSet={"metafields": [], "userErrors": errors}))

    async with shopify.orders() as orders:
        with pytest.raises(Conflict, match=r"Another\.; Stale\.") as raised:
            await orders.set_metafields(ORDER_ID, {"forwarding": ("json", "{}", "old")})

    assert raised.value.code == code


async def test_a_metafield_that_shopify_refuses_is_no_conflict() -> None:
    errors = [refused("Value is no JSON.", code="INVALID_VALUE", elementIndex=0)]
    shopify = Shopify(answer(metafieldsSet={"metafields": None, "userErrors": errors}))

    async with shopify.orders() as orders:
        with pytest.raises(Rejected, match="no JSON") as raised:
            await orders.set_metafields(ORDER_ID, {"forwarding": ("json", "{", ANY)})

    assert not isinstance(raised.value, Conflict)
    assert raised.value.code == "INVALID_VALUE"


async def test_metafields_of_which_nothing_is_said_are_not_taken_for_set() -> None:
    async with Shopify(stored("forwarding")).orders() as orders:
        with pytest.raises(Broken):
            await orders.set_metafields(ORDER_ID, {"pos_order_id": ("single_line_text_field", "square-abc", ANY)})


async def test_no_metafields_are_no_request() -> None:
    shopify = Shopify()

    async with shopify.orders() as orders:
        assert await orders.set_metafields(ORDER_ID, {}) == {}

    assert shopify.asked == []


# -- marks


async def test_tags_and_note_go_in_one_request() -> None:
    shopify = Shopify(done("tagsAdd", "tagsRemove", "orderUpdate"))

    async with shopify.orders() as orders:
        await orders.mark(ORDER_ID, ["printful-forwarded"], ["forwarding-pending"], "No onions")

    assert shopify.asked == [
        {
            "id": ORDER_ID,
            "add": ["printful-forwarded"],
            "remove": ["forwarding-pending"],
            "note": {"id": ORDER_ID, "note": "No onions"},
            "adds": True,
            "removes": True,
            "notes": True,
        }
    ]


async def test_what_is_not_to_be_marked_is_left_alone() -> None:
    shopify = Shopify(done("tagsAdd"))

    async with shopify.orders() as orders:
        await orders.mark(ORDER_ID, add=["pos-failed"])

    [asked] = shopify.asked
    assert (asked["adds"], asked["removes"], asked["notes"]) == (True, False, False)
    assert "note" not in asked["note"]


async def test_an_empty_note_empties_it() -> None:
    shopify = Shopify(done("orderUpdate"))

    async with shopify.orders() as orders:
        await orders.mark(ORDER_ID, note="")

    assert shopify.asked[0]["note"] == {"id": ORDER_ID, "note": ""}


async def test_nothing_to_mark_is_no_request() -> None:
    shopify = Shopify()

    async with shopify.orders() as orders:
        await orders.mark(ORDER_ID)
        await orders.tag_product("gid://shopify/Product/1")

    assert shopify.asked == []


async def test_each_mark_that_was_refused_is_told() -> None:
    answered = done("tagsRemove")
    answered["data"]["tagsAdd"] = {"userErrors": [refused("Tag is too long.")]}
    answered["data"]["orderUpdate"] = {"userErrors": [refused("Note is too long.")]}

    async with Shopify(answered).orders() as orders:
        with pytest.raises(Rejected, match=r"Tag is too long\.; Note is too long\."):
            await orders.mark(ORDER_ID, ["a"], ["b"], "c")


async def test_a_mark_of_which_nothing_is_said_is_not_taken_for_made() -> None:
    async with Shopify(done("tagsAdd")).orders() as orders:
        with pytest.raises(Broken):
            await orders.mark(ORDER_ID, ["a"], ["b"])


async def test_a_products_tags_go_in_one_request() -> None:
    shopify = Shopify(done("tagsAdd", "tagsRemove"))

    async with shopify.orders() as orders:
        await orders.tag_product("gid://shopify/Product/1", ["printful-out-of-stock"], ["new"])

    [asked] = shopify.asked
    assert (asked["add"], asked["remove"], asked["adds"], asked["removes"]) == (
        ["printful-out-of-stock"],
        ["new"],
        True,
        True,
    )


# -- parcels


def fulfilled() -> dict[str, Any]:
    return answer(fulfillmentCreate={"fulfillment": {"id": FULFILLMENT_ID}, "userErrors": []})


async def test_a_parcel_is_made_of_these_lines_with_its_tracking() -> None:
    shopify = Shopify(fulfilled())
    tracking = [Tracking("USPS", "94", "https://track.example/94"), Tracking("UPS", "95", "https://track.example/95")]

    async with shopify.orders() as orders:
        made = await orders.fulfill({"fo 1": {"part 1": 2, "part 2": 1}, "fo 2": {"part 3": 1}}, tracking)

    assert made == FULFILLMENT_ID
    assert shopify.asked[0]["fulfillment"] == {
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": "fo 1",
                "fulfillmentOrderLineItems": [{"id": "part 1", "quantity": 2}, {"id": "part 2", "quantity": 1}],
            },
            {"fulfillmentOrderId": "fo 2", "fulfillmentOrderLineItems": [{"id": "part 3", "quantity": 1}]},
        ],
        "notifyCustomer": True,
        "trackingInfo": {
            "company": "USPS",
            "numbers": ["94", "95"],
            "urls": ["https://track.example/94", "https://track.example/95"],
        },
    }


async def test_what_is_picked_up_has_no_tracking() -> None:
    shopify = Shopify(fulfilled())

    async with shopify.orders() as orders:
        await orders.fulfill({WRITTEN: {"part 1": 1}}, notify=False)

    assert shopify.asked[0]["fulfillment"]["notifyCustomer"] is False
    assert "trackingInfo" not in shopify.asked[0]["fulfillment"]


async def test_a_fulfillment_order_of_which_nothing_is_inside_is_not_handed_over_whole() -> None:
    shopify = Shopify(fulfilled())

    async with shopify.orders() as orders:
        await orders.fulfill({"fo 1": {}, "fo 2": {"part 2": 0, "part 3": 1}, "fo 3": {"part 4": 0}})
        with pytest.raises(ValueError, match="nothing"):
            await orders.fulfill({"fo 1": {}, "fo 3": {"part 4": 0}})

    [asked] = shopify.asked
    assert asked["fulfillment"]["lineItemsByFulfillmentOrder"] == [
        {"fulfillmentOrderId": "fo 2", "fulfillmentOrderLineItems": [{"id": "part 3", "quantity": 1}]}
    ]


async def test_a_parcel_that_shopify_refuses_is_rejected_in_its_words() -> None:
    answered = answer(fulfillmentCreate={"fulfillment": None, "userErrors": [refused("Quantity is too high.")]})

    async with Shopify(answered).orders() as orders:
        with pytest.raises(Rejected, match=r"Quantity is too high\."):
            await orders.fulfill({WRITTEN: {"part 1": 9}})


async def test_a_parcel_of_which_nothing_is_said_is_not_taken_for_made() -> None:
    async with Shopify(answer(fulfillmentCreate={"fulfillment": None, "userErrors": []})).orders() as orders:
        with pytest.raises(Broken):
            await orders.fulfill({WRITTEN: {"part 1": 1}})


@pytest.mark.parametrize(
    ("tracking", "sent"),
    [
        ([Tracking("USPS", "94")], {"company": "USPS", "numbers": ["94"]}),
        (
            [Tracking(None, "94", "https://track.example/94"), Tracking(None, "95")],
            {"numbers": ["94", "95"]},
        ),
        (
            [Tracking("USPS", None, "https://track.example/?"), Tracking("USPS", "95", "https://track.example/95")],
            {"company": "USPS", "numbers": ["95"], "urls": ["https://track.example/95"]},
        ),
        (
            [Tracking("USPS", None, "https://track.example/94")],
            {"company": "USPS", "urls": ["https://track.example/94"]},
        ),
        ([Tracking("USPS")], {"company": "USPS"}),
    ],
)
async def test_an_address_never_goes_with_another_parcels_number(
    tracking: list[Tracking], sent: dict[str, Any]
) -> None:
    shopify = Shopify(done("fulfillmentTrackingInfoUpdate"))

    async with shopify.orders() as orders:
        await orders.retrack(FULFILLMENT_ID, tracking, notify=False)

    assert shopify.asked == [{"id": FULFILLMENT_ID, "tracking": sent, "notify": False}]


async def test_each_fulfillment_order_is_said_to_be_ready_by_itself() -> None:
    shopify = Shopify(done("fulfillmentOrderLineItemsPreparedForPickup"))

    async with shopify.orders() as orders:
        await orders.prepared_for_pickup(["fo 1", "fo 2"])

    assert [each["input"]["lineItemsByFulfillmentOrder"] for each in shopify.asked] == [
        [{"fulfillmentOrderId": "fo 1"}],
        [{"fulfillmentOrderId": "fo 2"}],
    ]


def unprepared(code: str) -> dict[str, Any]:
    return answer(fulfillmentOrderLineItemsPreparedForPickup={"userErrors": [refused("No.", code=code)]})


async def test_what_is_ready_already_does_not_keep_the_others_from_becoming_so() -> None:
    shopify = Shopify(
        unprepared("NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"),
        done("fulfillmentOrderLineItemsPreparedForPickup"),
    )

    async with shopify.orders() as orders:
        await orders.prepared_for_pickup(["fo 1", "fo 2"])

    assert len(shopify.asked) == 2


async def test_what_cannot_become_ready_is_rejected() -> None:
    async with Shopify(unprepared("FULFILLMENT_ORDER_INVALID")).orders() as orders:
        with pytest.raises(Rejected) as raised:
            await orders.prepared_for_pickup(["fo 1"])

    assert raised.value.code == "FULFILLMENT_ORDER_INVALID"


# -- what is repeated after an answer that did not come

REPEATED: dict[str, tuple[Change, dict[str, Any]]] = {
    "tags and note": (
        lambda orders: orders.mark(ORDER_ID, ["a"], ["b"], "c"),
        done("tagsAdd", "tagsRemove", "orderUpdate"),
    ),
    "tags of a product": (lambda orders: orders.tag_product("gid://shopify/Product/1", ["a"]), done("tagsAdd")),
    "metafields whatever they hold": (
        lambda orders: orders.set_metafields(ORDER_ID, {"forwarding": ("json", "{}", ANY)}),
        stored("forwarding"),
    ),
    "tracking without a letter": (
        lambda orders: orders.retrack(FULFILLMENT_ID, [Tracking("USPS", "94")], notify=False),
        done("fulfillmentTrackingInfoUpdate"),
    ),
    "ready for pickup": (
        lambda orders: orders.prepared_for_pickup([WRITTEN]),
        done("fulfillmentOrderLineItemsPreparedForPickup"),
    ),
}
SENT_ONCE: dict[str, Change] = {
    "metafields with a digest": lambda orders: orders.set_metafields(
        ORDER_ID, {"forwarding": ("json", "{}", "old"), "pos_order_id": ("single_line_text_field", "1", ANY)}
    ),
    "metafields that must not be there": lambda orders: orders.set_metafields(
        ORDER_ID, {"forwarding": ("json", "{}", None)}
    ),
    "a parcel": lambda orders: orders.fulfill({WRITTEN: {"part 1": 1}}),
    "tracking with a letter": lambda orders: orders.retrack(FULFILLMENT_ID, [Tracking("USPS", "94")], notify=True),
}


@pytest.mark.parametrize("lost", [503, httpx.ReadTimeout("too slow")], ids=["status", "timeout"])
@pytest.mark.parametrize("change", REPEATED.values(), ids=REPEATED)
async def test_what_may_be_done_twice_is_repeated(change: tuple[Change, dict[str, Any]], lost: Any) -> None:
    make, answered = change
    shopify = Shopify(lost, answered)

    async with shopify.orders() as orders:
        await make(orders)

    assert len(shopify.asked) == 2
    assert shopify.asked[0] == shopify.asked[1]


@pytest.mark.parametrize("lost", [503, httpx.ReadTimeout("too slow")], ids=["status", "timeout"])
@pytest.mark.parametrize("change", SENT_ONCE.values(), ids=SENT_ONCE)
async def test_what_must_not_be_done_twice_is_sent_once(change: Change, lost: Any) -> None:
    shopify = Shopify(lost)

    async with shopify.orders() as orders:
        with pytest.raises(Unavailable):
            await change(orders)

    assert len(shopify.asked) == 1


async def test_a_throttled_change_is_told_as_such() -> None:
    throttled = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}

    async with Shopify(throttled).orders() as orders:
        with pytest.raises(Throttled):
            await orders.fulfill({WRITTEN: {"part 1": 1}})
