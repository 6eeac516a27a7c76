"""Square's stand-in over HTTP: who may ask, what an order may hold, what it comes to, how it is paid and found."""

from typing import Any

import httpx
import pytest
from square.client import AsyncSquare
from square.core.api_error import ApiError

from sandbox.app import create_sandbox
from sandbox.catalogue.shelf import MAIN_STREET, RIVERSIDE
from sandbox.faults import Faults
from sandbox.square.catalogue import catalogue_id
from sandbox.square.locations import LOCATION_OF
from sandbox.store import Store
from tests.square_orders import dollars, line, pickup, ticket
from tests.unit.square_calls import BASE, LONG, created_order, first, read


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer EAAAlive", "Basic sandbox-test"])
async def test_a_token_that_is_not_the_sandboxs_is_401(square: httpx.AsyncClient, header: str) -> None:
    response = await square.get("/locations", headers={"Authorization": header})
    assert first(response) == (401, "UNAUTHORIZED", None)
    assert response.json()["errors"][0]["category"] == "AUTHENTICATION_ERROR"


async def test_any_api_version_is_accepted(square: httpx.AsyncClient) -> None:
    response = await square.get("/locations", headers={"Square-Version": "2024-01-18"})
    assert (response.status_code, response.headers["square-version"]) == (200, "2024-01-18")


async def test_the_cafes_are_squares_locations(square: httpx.AsyncClient, store: Store) -> None:
    found = {each["id"]: each["name"] for each in (await square.get("/locations")).json()["locations"]}
    assert found == {LOCATION_OF[each]: store.locations[each].name for each in (MAIN_STREET, RIVERSIDE)}
    assert (await square.get("/locations/SQEAST")).json()["location"]["status"] == "ACTIVE"


@pytest.mark.parametrize("path", ["/locations/SQWEST", "/orders/none", "/payments/none", "/nothing"])
async def test_a_missing_resource_is_404(square: httpx.AsyncClient, path: str) -> None:
    assert first(await square.get(path))[:2] == (404, "NOT_FOUND")


async def test_a_body_that_is_no_json_object_is_refused(square: httpx.AsyncClient) -> None:
    assert first(await square.post("/orders", content=b"[1]"))[:2] == (400, "EXPECTED_JSON_BODY")
    assert first(await square.delete("/orders"))[:2] == (405, "METHOD_NOT_ALLOWED")


async def test_an_order_that_was_made_is_read_again(square: httpx.AsyncClient) -> None:
    order = await created_order(square, ticket_name="Ana #1001", metadata={"key": "a"})
    assert await read(square, order) == order
    assert (order["state"], order["version"], order["reference_id"]) == ("OPEN", 1, "1001")
    assert order["fulfillments"][0]["uid"]
    batch = await square.post("/orders/batch-retrieve", json={"order_ids": ["none", order["id"]]})
    assert batch.json()["orders"] == [order]


A_LINE, A_PICKUP = "order.line_items[0]", "order.fulfillments[0].pickup_details"


@pytest.mark.parametrize(
    ("order", "code", "field"),
    [
        ({"location_id": None}, "MISSING_REQUIRED_PARAMETER", "order.location_id"),
        ({"reference_id": LONG[40]}, "VALUE_TOO_LONG", "order.reference_id"),
        ({"reference_id": 1001}, "EXPECTED_STRING", "order.reference_id"),
        ({"ticket_name": LONG[30]}, "VALUE_TOO_LONG", "order.ticket_name"),
        ({"state": "NEW"}, "INVALID_ENUM_VALUE", "order.state"),
        ({"metadata": {f"k{n}": "v" for n in range(11)}}, "TOO_MANY_MAP_ENTRIES", "order.metadata"),
        ({"metadata": {LONG[60]: "v"}}, "MAP_KEY_LENGTH_TOO_LONG", "order.metadata"),
        ({"metadata": {"a key": "v"}}, "VALUE_REGEX_MISMATCH", "order.metadata"),
        ({"metadata": {"key": LONG[255]}}, "VALUE_TOO_LONG", "order.metadata.key"),
        ({"line_items": {}}, "EXPECTED_ARRAY", "order.line_items"),
        ({"line_items": [line(quantity="")]}, "VALUE_EMPTY", f"{A_LINE}.quantity"),
        ({"line_items": [{**line(), "quantity": 1}]}, "EXPECTED_STRING", f"{A_LINE}.quantity"),
        ({"line_items": [line(quantity="1234567890123")]}, "VALUE_TOO_LONG", f"{A_LINE}.quantity"),
        ({"line_items": [line(quantity="1.5")]}, "INVALID_VALUE", f"{A_LINE}.quantity"),
        ({"line_items": [line(quantity="-1")]}, "INVALID_VALUE", f"{A_LINE}.quantity"),
        ({"line_items": [line(name=LONG[512])]}, "VALUE_TOO_LONG", f"{A_LINE}.name"),
        ({"line_items": [line(name=None)]}, "MISSING_REQUIRED_PARAMETER", f"{A_LINE}.name"),
        ({"line_items": [line(note=LONG[2000])]}, "VALUE_TOO_LONG", f"{A_LINE}.note"),
        ({"line_items": [line(variation_name=LONG[400])]}, "VALUE_TOO_LONG", f"{A_LINE}.variation_name"),
        ({"line_items": [line(uid=LONG[60])]}, "VALUE_TOO_LONG", f"{A_LINE}.uid"),
        ({"line_items": [line(catalog_object_id=LONG[192])]}, "VALUE_TOO_LONG", f"{A_LINE}.catalog_object_id"),
        ({"line_items": [line(catalog_object_id="SQ-none")]}, "NOT_FOUND", "order.line_items"),
        (
            {"line_items": [line(base_price_money=None)]},
            "MISSING_REQUIRED_PARAMETER",
            f"{A_LINE}.base_price_money",
        ),
        (
            {"line_items": [line(base_price_money={"amount": 4.5, "currency": "USD"})]},
            "EXPECTED_INTEGER",
            f"{A_LINE}.base_price_money.amount",
        ),
        (
            {"line_items": [line(base_price_money={"amount": -1, "currency": "USD"})]},
            "VALUE_TOO_LOW",
            f"{A_LINE}.base_price_money.amount",
        ),
        (
            {"line_items": [line(base_price_money={"amount": 1, "currency": "EUR"})]},
            "INVALID_VALUE",
            f"{A_LINE}.base_price_money.currency",
        ),
        (
            {"line_items": [line(modifiers=[{"name": "Oat milk"}])]},
            "MISSING_REQUIRED_PARAMETER",
            f"{A_LINE}.modifiers[0].base_price_money",
        ),
        (
            {"line_items": [line(modifiers=[{"name": LONG[255], "base_price_money": dollars(1)}])]},
            "VALUE_TOO_LONG",
            f"{A_LINE}.modifiers[0].name",
        ),
        (
            {"line_items": [line(applied_taxes=[{"tax_uid": "none"}])]},
            "INVALID_VALUE",
            f"{A_LINE}.applied_taxes",
        ),
        ({"taxes": [{"name": "Tax", "percentage": 8.25}]}, "EXPECTED_STRING", "order.taxes[0].percentage"),
        ({"taxes": [{"name": "Tax", "percentage": "8.2500000000"}]}, "VALUE_TOO_LONG", "order.taxes[0].percentage"),
        (
            {"discounts": [{"name": "Off", "amount_money": dollars(1)}]},
            "MISSING_REQUIRED_PARAMETER",
            "order.discounts[0].type",
        ),
        (
            {"discounts": [{"name": "Off", "type": "FIXED_PERCENTAGE"}]},
            "MISSING_REQUIRED_PARAMETER",
            "order.discounts[0].percentage",
        ),
        (
            {"service_charges": [{"name": "Tax", "amount_money": dollars(1)}]},
            "MISSING_REQUIRED_PARAMETER",
            "order.service_charges[0].calculation_phase",
        ),
        (
            {
                "service_charges": [
                    {"name": "Tip", "amount_money": dollars(1), "calculation_phase": "TOTAL_PHASE", "taxable": True}
                ]
            },
            "INVALID_VALUE",
            "order.service_charges[0].taxable",
        ),
        ({"fulfillments": [pickup(), pickup()]}, "ARRAY_LENGTH_TOO_LONG", "order.fulfillments"),
        ({"fulfillments": [{"type": "PICKUP"}]}, "MISSING_REQUIRED_PARAMETER", A_PICKUP),
        ({"fulfillments": [pickup(recipient=None)]}, "MISSING_REQUIRED_PARAMETER", f"{A_PICKUP}.recipient"),
        (
            {"fulfillments": [pickup(recipient={"phone_number": "+15125550100"})]},
            "MISSING_REQUIRED_PARAMETER",
            f"{A_PICKUP}.recipient.display_name",
        ),
        (
            {"fulfillments": [pickup(recipient={"display_name": "Ana", "phone_number": "+" + "1" * 17})]},
            "VALUE_TOO_LONG",
            f"{A_PICKUP}.recipient.phone_number",
        ),
        (
            {"fulfillments": [pickup(recipient={"display_name": LONG[255]})]},
            "VALUE_TOO_LONG",
            f"{A_PICKUP}.recipient.display_name",
        ),
        ({"fulfillments": [pickup(note=LONG[500])]}, "VALUE_TOO_LONG", f"{A_PICKUP}.note"),
        ({"fulfillments": [pickup(schedule_type=None)]}, "MISSING_REQUIRED_PARAMETER", f"{A_PICKUP}.pickup_at"),
        ({"fulfillments": [pickup(pickup_at="tomorrow")]}, "INVALID_TIME", f"{A_PICKUP}.pickup_at"),
        ({"fulfillments": [pickup(prep_time_duration="15 min")]}, "INVALID_VALUE", f"{A_PICKUP}.prep_time_duration"),
        ({"fulfillments": [pickup(expires_at="2999-01-01T00:00:00Z")]}, "INVALID_TIME", f"{A_PICKUP}.expires_at"),
        (
            {"fulfillments": [pickup(curbside_pickup_details={"curbside_details": "Red car"})]},
            "INVALID_VALUE",
            f"{A_PICKUP}.curbside_pickup_details",
        ),
    ],
)
async def test_an_order_beyond_squares_limits_is_refused(
    square: httpx.AsyncClient, store: Store, order: dict[str, Any], code: str, field: str
) -> None:
    response = await square.post("/orders", json={"order": ticket(**order)})
    assert (response.json()["errors"][0]["code"], response.json()["errors"][0].get("field")) == (code, field)
    assert response.status_code in (400, 404)
    assert not store.square_orders


async def test_an_order_for_a_place_that_is_not_the_sellers_is_refused(square: httpx.AsyncClient) -> None:
    response = await square.post("/orders", json={"order": ticket(location_id="SQWEST")})
    assert first(response) == (404, "NOT_FOUND", "order.location_id")


async def test_all_faults_of_an_order_are_reported_together(square: httpx.AsyncClient) -> None:
    response = await square.post("/orders", json={"order": ticket(ticket_name=LONG[30], reference_id=1)})
    assert [each["code"] for each in response.json()["errors"]] == ["EXPECTED_STRING", "VALUE_TOO_LONG"]


async def test_a_misspelt_field_is_ignored_silently(square: httpx.AsyncClient) -> None:
    order = await created_order(square, tiket_name="Ana", line_items=[line(nmae="x")])
    assert "tiket_name" not in order
    assert "nmae" not in order["line_items"][0]


async def test_five_months_are_a_duration(square: httpx.AsyncClient) -> None:
    order = await created_order(square, fulfillments=[pickup(prep_time_duration="P5M")])
    assert order["fulfillments"][0]["pickup_details"]["pickup_at"][:7] != order["created_at"][:7]


async def test_goods_of_the_catalogue_bring_their_name_and_price(square: httpx.AsyncClient, store: Store) -> None:
    variant = next(each for each in store.variants.values() if each.sku)
    item = {"catalog_object_id": catalogue_id(variant.sku or ""), "quantity": "2"}
    order = await created_order(square, line_items=[item])
    assert order["line_items"][0]["name"] == variant.product.title
    assert order["total_money"] == dollars(int(2 * variant.price * 100))


async def test_the_same_key_and_body_make_one_order(square: httpx.AsyncClient, store: Store) -> None:
    assert (await created_order(square, "k" * 192))["id"] == (await created_order(square, "k" * 192))["id"]
    assert len(store.square_orders) == 1


async def test_a_key_with_another_body_is_refused(square: httpx.AsyncClient, store: Store) -> None:
    await created_order(square, "key-1")
    response = await square.post("/orders", json={"order": ticket(reference_id="1002"), "idempotency_key": "key-1"})
    assert first(response)[:2] == (400, "IDEMPOTENCY_KEY_REUSED")
    assert len(store.square_orders) == 1


async def test_an_order_that_was_refused_leaves_its_key_free(square: httpx.AsyncClient) -> None:
    await square.post("/orders", json={"order": ticket(ticket_name=LONG[30]), "idempotency_key": "key-1"})
    assert (await created_order(square, "key-1"))["version"] == 1


async def test_a_key_that_is_too_long_is_refused(square: httpx.AsyncClient) -> None:
    response = await square.post("/orders", json={"order": ticket(), "idempotency_key": LONG[192]})
    assert first(response) == (400, "VALUE_TOO_LONG", "idempotency_key")


@pytest.mark.parametrize(
    ("order", "total", "tax", "discount"),
    [
        ({"line_items": [line(450, "2"), line(300)]}, 1200, 0, 0),
        (
            {"line_items": [line(450, "2", modifiers=[{"name": "Oat milk", "base_price_money": dollars(60)}])]},
            1020,
            0,
            0,
        ),
        # Halves go to the even neighbour: 70.5 cents are 70, 58.5 are 58; 54.5 are 54.
        ({"line_items": [line(600)], "taxes": [{"name": "T", "percentage": "11.75"}]}, 670, 70, 0),
        ({"line_items": [line(600)], "taxes": [{"name": "T", "percentage": "9.75"}]}, 658, 58, 0),
        ({"line_items": [line(545)], "taxes": [{"name": "T", "percentage": "10"}]}, 599, 54, 0),
        # The tax of the whole order is rounded once.
        (
            {
                "line_items": [line(1500), line(800), line(695), line(695)],
                "taxes": [{"name": "T", "percentage": "8.875"}],
            },
            4017,
            327,
            0,
        ),
        # That of each line is rounded on it.
        (
            {
                "line_items": [line(695, applied_taxes=[{"tax_uid": "t"}]), line(695)],
                "taxes": [{"uid": "t", "name": "T", "percentage": "8.875", "scope": "LINE_ITEM"}],
            },
            1452,
            62,
            0,
        ),
        (
            {
                "line_items": [line(1000), line(500)],
                "discounts": [
                    {"name": "A", "type": "FIXED_AMOUNT", "amount_money": dollars(100), "scope": "ORDER"},
                    {"name": "P", "type": "FIXED_PERCENTAGE", "percentage": "10", "scope": "ORDER"},
                ],
            },
            1250,
            0,
            250,
        ),
        (
            {
                "line_items": [line(300)],
                "discounts": [{"name": "A", "type": "FIXED_AMOUNT", "amount_money": dollars(900)}],
            },
            0,
            0,
            300,
        ),
        (
            {
                "line_items": [line(1000, applied_discounts=[{"discount_uid": "d"}]), line(1000)],
                "discounts": [
                    {
                        "uid": "d",
                        "name": "Half",
                        "type": "FIXED_PERCENTAGE",
                        "percentage": "50",
                        "scope": "LINE_ITEM",
                    }
                ],
                "taxes": [{"name": "T", "percentage": "10"}],
            },
            1650,
            150,
            500,
        ),
    ],
)
async def test_totals_tax_and_discount_are_calculated_as_square_does(
    square: httpx.AsyncClient, order: dict[str, Any], total: int, tax: int, discount: int
) -> None:
    found = await created_order(square, **order)
    sums = [found[f"total_{name}money"]["amount"] for name in ("", "tax_", "discount_")]
    assert sums == [total, tax, discount]
    assert found["net_amount_due_money"] == dollars(total)
    assert sum(each["total_money"]["amount"] for each in found["line_items"]) == total


async def test_charges_of_the_subtotal_are_taxed_and_those_of_the_total_are_not(square: httpx.AsyncClient) -> None:
    order = await created_order(
        square,
        line_items=[line(1000)],
        taxes=[{"name": "T", "percentage": "10"}],
        service_charges=[
            {"name": "Bag", "amount_money": dollars(100), "calculation_phase": "SUBTOTAL_PHASE", "taxable": True},
            {"name": "Room", "percentage": "10", "calculation_phase": "SUBTOTAL_PHASE"},
            {"name": "Tip", "percentage": "20", "calculation_phase": "TOTAL_PHASE"},
        ],
    )
    assert [each["total_money"]["amount"] for each in order["service_charges"]] == [110, 100, 262]
    assert order["total_service_charge_money"] == dollars(462)
    assert order["net_amounts"] == {
        "total_money": dollars(1572),
        "tax_money": dollars(110),
        "discount_money": dollars(0),
        "tip_money": dollars(0),
        "service_charge_money": dollars(462),
    }


async def test_a_calculation_stores_nothing(square: httpx.AsyncClient, store: Store) -> None:
    answer = await square.post("/orders/calculate", json={"order": ticket()})
    assert answer.json()["order"]["total_money"] == dollars(450)
    assert "id" not in answer.json()["order"]
    assert not store.square_orders


async def test_a_throttled_request_gets_a_retry_time(square: httpx.AsyncClient, square_faults: Faults) -> None:
    square_faults.add("square", "throttle", retry_after="7", times=1)
    response = await square.get("/locations")
    assert first(response)[:2] == (429, "RATE_LIMITED")
    assert response.headers["retry-after"] == "7"
    assert (await square.get("/locations")).status_code == 200


async def test_a_fault_answers_in_squares_envelope(square: httpx.AsyncClient, square_faults: Faults) -> None:
    square_faults.add("square", "status", status=503)
    assert first(await square.get("/locations"))[:2] == (503, "SERVICE_UNAVAILABLE")


async def test_squares_own_package_makes_pays_finds_and_cancels(store: Store) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_sandbox(store))) as client:
        square = AsyncSquare(token="sandbox-test", base_url=BASE, httpx_client=client)
        order: Any = (await square.orders.create(order=ticket(), idempotency_key="a")).order
        assert order.total_money.amount == 450
        money: Any = {"amount": 450, "currency": "USD"}
        details: Any = {"type": "EXTERNAL", "source": "Shopify"}
        paid: Any = await square.payments.create(
            source_id="EXTERNAL",
            idempotency_key="b",
            amount_money=money,
            order_id=order.id,
            external_details=details,
        )
        assert paid.payment.status == "COMPLETED"
        query: Any = {"filter": {"source_filter": {"source_names": ["Kynda Online"]}}}
        found: Any = (await square.orders.search(location_ids=["SQMAIN"], query=query)).orders
        assert (found[0].id, found[0].version, found[0].net_amount_due_money.amount) == (order.id, 2, 0)
        unpaid: Any = (await square.orders.create(order=ticket(), idempotency_key="c")).order
        for change in (
            {"fulfillments": [{"uid": unpaid.fulfillments[0].uid, "state": "CANCELED"}]},
            {"state": "CANCELED"},
        ):
            sparse: Any = {"location_id": "SQMAIN", "version": unpaid.version, **change}
            unpaid = (await square.orders.update(unpaid.id, order=sparse)).order
        assert unpaid.state == "CANCELED"
        with pytest.raises(ApiError) as refused:
            await square.orders.get("none", request_options={"max_retries": 0})
        assert refused.value.status_code == 404
