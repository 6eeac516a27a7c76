"""Square's stand-in over HTTP: who may ask, what an order may hold, what it comes to, how it is paid and found."""

from collections.abc import AsyncIterator
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
from sandbox.square.states import sell_at_counter
from sandbox.square.views import board
from sandbox.store import Store
from tests.square_orders import dollars, external, line, pickup, ticket

TOKEN = {"Authorization": "Bearer sandbox-test"}
BASE = "http://sandbox.example/square"


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def http(store: Store, faults: Faults) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_sandbox(store, faults))
    async with httpx.AsyncClient(transport=transport, base_url=f"{BASE}/v2", headers=TOKEN) as http:
        yield http


async def made(http: httpx.AsyncClient, key: str | None = None, **order: Any) -> dict[str, Any]:
    body = {"order": ticket(**order)} | ({"idempotency_key": key} if key else {})
    response = await http.post("/orders", json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["order"]
    return found


async def changed(http: httpx.AsyncClient, order: dict[str, Any], **change: Any) -> httpx.Response:
    return await http.put(f"/orders/{order['id']}", json={"order": {"version": order["version"], **change}})


async def read(http: httpx.AsyncClient, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get(f"/orders/{order['id']}")).json()["order"]
    return found


async def found_ids(http: httpx.AsyncClient, **search: Any) -> list[str]:
    answer = await http.post("/orders/search", json={"location_ids": ["SQMAIN", "SQEAST"], **search})
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json().get("orders", [])]


def first(response: httpx.Response) -> tuple[int, str, str | None]:
    error = response.json()["errors"][0]
    assert error["category"] in {"INVALID_REQUEST_ERROR", "AUTHENTICATION_ERROR", "API_ERROR", "RATE_LIMIT_ERROR"}
    assert error["detail"]
    return response.status_code, error["code"], error.get("field")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer EAAAlive", "Basic sandbox-test"])
async def test_a_token_that_is_not_the_sandboxs_is_401(http: httpx.AsyncClient, header: str) -> None:
    response = await http.get("/locations", headers={"Authorization": header})
    assert first(response) == (401, "UNAUTHORIZED", None)
    assert response.json()["errors"][0]["category"] == "AUTHENTICATION_ERROR"


async def test_any_version_of_the_api_is_taken(http: httpx.AsyncClient) -> None:
    response = await http.get("/locations", headers={"Square-Version": "2024-01-18"})
    assert (response.status_code, response.headers["square-version"]) == (200, "2024-01-18")


async def test_the_cafes_are_squares_locations(http: httpx.AsyncClient, store: Store) -> None:
    found = {each["id"]: each["name"] for each in (await http.get("/locations")).json()["locations"]}
    assert found == {LOCATION_OF[each]: store.locations[each].name for each in (MAIN_STREET, RIVERSIDE)}
    assert (await http.get("/locations/SQEAST")).json()["location"]["status"] == "ACTIVE"


@pytest.mark.parametrize("path", ["/locations/SQWEST", "/orders/none", "/payments/none", "/nothing"])
async def test_what_is_not_there_is_404(http: httpx.AsyncClient, path: str) -> None:
    assert first(await http.get(path))[:2] == (404, "NOT_FOUND")


async def test_a_body_that_is_no_json_object_is_refused(http: httpx.AsyncClient) -> None:
    assert first(await http.post("/orders", content=b"[1]"))[:2] == (400, "EXPECTED_JSON_BODY")
    assert first(await http.delete("/orders"))[:2] == (405, "METHOD_NOT_ALLOWED")


async def test_an_order_that_was_made_is_read_again(http: httpx.AsyncClient) -> None:
    order = await made(http, ticket_name="Ana #1001", metadata={"key": "a"})
    assert await read(http, order) == order
    assert (order["state"], order["version"], order["reference_id"]) == ("OPEN", 1, "1001")
    assert order["fulfillments"][0]["uid"]
    batch = await http.post("/orders/batch-retrieve", json={"order_ids": ["none", order["id"]]})
    assert batch.json()["orders"] == [order]


LONG = {number: "x" * (number + 1) for number in (30, 40, 45, 60, 192, 255, 400, 500, 512, 2000)}
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
    http: httpx.AsyncClient, store: Store, order: dict[str, Any], code: str, field: str
) -> None:
    response = await http.post("/orders", json={"order": ticket(**order)})
    assert (response.json()["errors"][0]["code"], response.json()["errors"][0].get("field")) == (code, field)
    assert response.status_code in (400, 404)
    assert not store.square_orders


async def test_an_order_for_a_place_that_is_not_the_sellers_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.post("/orders", json={"order": ticket(location_id="SQWEST")})
    assert first(response) == (404, "NOT_FOUND", "order.location_id")


async def test_everything_that_is_wrong_is_told_at_once(http: httpx.AsyncClient) -> None:
    response = await http.post("/orders", json={"order": ticket(ticket_name=LONG[30], reference_id=1)})
    assert [each["code"] for each in response.json()["errors"]] == ["EXPECTED_STRING", "VALUE_TOO_LONG"]


async def test_a_misspelt_field_is_ignored_without_a_word(http: httpx.AsyncClient) -> None:
    order = await made(http, tiket_name="Ana", line_items=[line(nmae="x")])
    assert "tiket_name" not in order
    assert "nmae" not in order["line_items"][0]


async def test_five_months_are_a_duration(http: httpx.AsyncClient) -> None:
    order = await made(http, fulfillments=[pickup(prep_time_duration="P5M")])
    assert order["fulfillments"][0]["pickup_details"]["pickup_at"][:7] != order["created_at"][:7]


async def test_goods_of_the_catalogue_bring_their_name_and_price(http: httpx.AsyncClient, store: Store) -> None:
    variant = next(each for each in store.variants.values() if each.sku)
    item = {"catalog_object_id": catalogue_id(variant.sku or ""), "quantity": "2"}
    order = await made(http, line_items=[item])
    assert order["line_items"][0]["name"] == variant.product.title
    assert order["total_money"] == dollars(int(2 * variant.price * 100))


async def test_the_same_key_and_body_make_one_order(http: httpx.AsyncClient, store: Store) -> None:
    assert (await made(http, "k" * 192))["id"] == (await made(http, "k" * 192))["id"]
    assert len(store.square_orders) == 1


async def test_a_key_is_not_for_another_body(http: httpx.AsyncClient, store: Store) -> None:
    await made(http, "key-1")
    response = await http.post("/orders", json={"order": ticket(reference_id="1002"), "idempotency_key": "key-1"})
    assert first(response)[:2] == (400, "IDEMPOTENCY_KEY_REUSED")
    assert len(store.square_orders) == 1


async def test_an_order_that_was_refused_leaves_its_key_free(http: httpx.AsyncClient) -> None:
    await http.post("/orders", json={"order": ticket(ticket_name=LONG[30]), "idempotency_key": "key-1"})
    assert (await made(http, "key-1"))["version"] == 1


async def test_a_key_that_is_too_long_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.post("/orders", json={"order": ticket(), "idempotency_key": LONG[192]})
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
async def test_an_order_comes_to_what_square_says(
    http: httpx.AsyncClient, order: dict[str, Any], total: int, tax: int, discount: int
) -> None:
    found = await made(http, **order)
    sums = [found[f"total_{name}money"]["amount"] for name in ("", "tax_", "discount_")]
    assert sums == [total, tax, discount]
    assert found["net_amount_due_money"] == dollars(total)
    assert sum(each["total_money"]["amount"] for each in found["line_items"]) == total


async def test_charges_of_the_subtotal_are_taxed_and_those_of_the_total_are_not(http: httpx.AsyncClient) -> None:
    order = await made(
        http,
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


async def test_a_calculation_keeps_nothing(http: httpx.AsyncClient, store: Store) -> None:
    answer = await http.post("/orders/calculate", json={"order": ticket()})
    assert answer.json()["order"]["total_money"] == dollars(450)
    assert "id" not in answer.json()["order"]
    assert not store.square_orders


async def test_a_change_raises_the_version_and_keeps_the_rest(http: httpx.AsyncClient) -> None:
    order = await made(http, metadata={"a": "1"})
    uid = order["line_items"][0]["uid"]
    parts = [{"uid": uid, "quantity": "3"}, line(100)]
    after = (await changed(http, order, line_items=parts, metadata={"b": "2"})).json()["order"]
    assert (after["version"], after["metadata"]) == (2, {"a": "1", "b": "2"})
    assert [each["quantity"] for each in after["line_items"]] == ["3", "1"]
    assert after["total_money"] == dollars(1450)


async def test_fields_are_cleared_by_their_path(http: httpx.AsyncClient) -> None:
    order = await made(http, ticket_name="Ana", line_items=[line(note="Hot", uid="a"), line(uid="b")])
    paths = ["ticket_name", "line_items[a].note", "line_items[b]"]
    body = {"order": {"version": 1}, "fields_to_clear": paths}
    after = (await http.put(f"/orders/{order['id']}", json=body)).json()["order"]
    assert "ticket_name" not in after
    assert [(each["uid"], each.get("note")) for each in after["line_items"]] == [("a", None)]


@pytest.mark.parametrize("version", [{}, {"version": 2}])
async def test_a_change_to_another_version_is_refused(http: httpx.AsyncClient, version: dict[str, int]) -> None:
    order = await made(http)
    response = await http.put(f"/orders/{order['id']}", json={"order": {"ticket_name": "Ana", **version}})
    assert first(response)[:2] == (400, "VERSION_MISMATCH")
    assert await read(http, order) == order


async def test_the_same_change_under_its_key_is_made_once(http: httpx.AsyncClient) -> None:
    order = await made(http)
    body = {"order": {"version": 1, "ticket_name": "Ana"}, "idempotency_key": "change-1"}
    for _ in range(2):
        after = (await http.put(f"/orders/{order['id']}", json=body)).json()["order"]
    assert after["version"] == 2
    other = {**body, "order": {"version": 2, "ticket_name": "Bo"}}
    assert first(await http.put(f"/orders/{order['id']}", json=other))[1] == "IDEMPOTENCY_KEY_REUSED"


async def test_an_order_is_cancelled_only_after_its_fulfillment(http: httpx.AsyncClient) -> None:
    order = await made(http)
    uid = order["fulfillments"][0]["uid"]
    assert first(await changed(http, order, state="CANCELED"))[:2] == (400, "BAD_REQUEST")
    order = (await changed(http, order, fulfillments=[{"uid": uid, "state": "CANCELED"}])).json()["order"]
    assert order["state"] == "OPEN"
    order = (await changed(http, order, state="CANCELED")).json()["order"]
    assert (order["state"], order["version"]) == ("CANCELED", 3)
    assert order["closed_at"]
    assert first(await changed(http, order, ticket_name="Ana"))[:2] == (400, "BAD_REQUEST")


async def test_a_misspelt_state_cancels_nothing(http: httpx.AsyncClient) -> None:
    order = await made(http)
    response = await changed(http, order, fulfilments=[{"state": "CANCELED"}])
    assert (response.status_code, response.json()["order"]["fulfillments"][0]["state"]) == (200, "PROPOSED")


async def test_a_paid_order_is_not_cancelled_but_its_fulfillment_is(http: httpx.AsyncClient, store: Store) -> None:
    order = await made(http)
    await http.post("/payments", json=external(order))
    order = await read(http, order)
    uid = order["fulfillments"][0]["uid"]
    order = (await changed(http, order, fulfillments=[{"uid": uid, "state": "CANCELED"}])).json()["order"]
    assert first(await changed(http, order, state="CANCELED")) == (400, "BAD_REQUEST", "order.state")
    assert board(store) == []


async def test_an_order_is_completed_once_it_is_handed_over_and_paid(http: httpx.AsyncClient) -> None:
    order = await made(http)
    assert first(await changed(http, order, state="COMPLETED"))[1] == "BAD_REQUEST"
    uid = order["fulfillments"][0]["uid"]
    order = (await changed(http, order, fulfillments=[{"uid": uid, "state": "COMPLETED"}])).json()["order"]
    assert first(await changed(http, order, state="COMPLETED"))[1] == "BAD_REQUEST"
    await http.post("/payments", json=external(order))
    assert (await read(http, order))["state"] == "COMPLETED"


async def test_a_fulfillment_does_not_go_back(http: httpx.AsyncClient) -> None:
    order = await made(http)
    uid = order["fulfillments"][0]["uid"]
    order = (await changed(http, order, fulfillments=[{"uid": uid, "state": "PREPARED"}])).json()["order"]
    assert first(await changed(http, order, fulfillments=[{"uid": uid, "state": "RESERVED"}]))[1] == "BAD_REQUEST"


async def test_a_payment_closes_what_is_due_and_brings_the_order_to_the_board(
    http: httpx.AsyncClient, store: Store
) -> None:
    order = await made(http)
    assert board(store) == []
    payment = (await http.post("/payments", json=external(order, reference_id="1001"))).json()["payment"]
    after = await read(http, order)
    assert (payment["status"], payment["source_type"]) == ("COMPLETED", "EXTERNAL")
    assert (after["net_amount_due_money"], after["state"], after["version"]) == (dollars(0), "OPEN", 2)
    assert after["tenders"][0]["payment_id"] == payment["id"]
    assert [each.id for each in board(store)] == [order["id"]]
    assert (await http.get(f"/payments/{payment['id']}")).json()["payment"] == payment


async def test_a_tip_is_on_top(http: httpx.AsyncClient) -> None:
    order = await made(http)
    await http.post("/payments", json=external(order, tip_money=dollars(100)))
    after = await read(http, order)
    assert (after["total_money"], after["total_tip_money"]) == (dollars(550), dollars(100))
    assert after["net_amount_due_money"] == dollars(0)


async def test_cash_gives_change(http: httpx.AsyncClient) -> None:
    order = await made(http)
    cash = {"buyer_supplied_money": dollars(1000)}
    body = external(order, source_id="CASH", cash_details=cash)
    payment = (await http.post("/payments", json=body)).json()["payment"]
    assert payment["cash_details"]["change_back_money"] == dollars(550)


async def test_an_order_without_a_fulfillment_is_completed_by_its_payment(
    http: httpx.AsyncClient, store: Store
) -> None:
    order = await made(http, fulfillments=[])
    await http.post("/payments", json=external(order))
    assert (await read(http, order))["state"] == "COMPLETED"
    assert board(store) == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"idempotency_key": LONG[45]}, 400, "VALUE_TOO_LONG"),
        ({"idempotency_key": None}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"reference_id": LONG[40]}, 400, "VALUE_TOO_LONG"),
        ({"note": LONG[500]}, 400, "VALUE_TOO_LONG"),
        ({"amount_money": dollars(449)}, 400, "BAD_REQUEST"),
        ({"amount_money": dollars(451)}, 400, "BAD_REQUEST"),
        ({"external_details": None}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"external_details": {"type": "SHOPIFY", "source": "Shopify"}}, 400, "INVALID_ENUM_VALUE"),
        ({"external_details": {"type": "EXTERNAL", "source": LONG[255]}}, 400, "VALUE_TOO_LONG"),
        ({"order_id": "none"}, 404, "NOT_FOUND"),
        ({"source_id": "cnon:card"}, 501, "NOT_IMPLEMENTED"),
    ],
)
async def test_a_payment_that_does_not_fit_is_refused(
    http: httpx.AsyncClient, store: Store, change: dict[str, Any], status: int, code: str
) -> None:
    order = await made(http)
    response = await http.post("/payments", json=external(order, **change))
    assert first(response)[:2] == (status, code)
    assert not store.square_payments


async def test_an_order_is_paid_once(http: httpx.AsyncClient, store: Store) -> None:
    order = await made(http)
    once, again = [await http.post("/payments", json=external(order)) for _ in range(2)]
    assert once.json() == again.json()
    assert first(await http.post("/payments", json=external(order, "pay-2")))[:2] == (400, "BAD_REQUEST")
    other = external(order, note="x")
    assert first(await http.post("/payments", json=other))[:2] == (400, "IDEMPOTENCY_KEY_REUSED")
    assert len(store.square_payments) == 1


async def test_approved_payments_pay_an_order_together(http: httpx.AsyncClient) -> None:
    order = await made(http)
    halves = [
        external(order, key, autocomplete=False, amount_money=dollars(amount))
        for key, amount in (("half-1", 200), ("half-2", 250))
    ]
    ids = [(await http.post("/payments", json=each)).json()["payment"]["id"] for each in halves]
    assert (await read(http, order))["net_amount_due_money"] == dollars(450)
    too_little = {"idempotency_key": "a", "payment_ids": ids[:1]}
    assert first(await http.post(f"/orders/{order['id']}/pay", json=too_little))[1] == "BAD_REQUEST"
    paid = await http.post(f"/orders/{order['id']}/pay", json={"idempotency_key": "b", "payment_ids": ids})
    assert paid.json()["order"]["net_amount_due_money"] == dollars(0)


async def test_an_order_for_nothing_is_paid_by_no_payment(http: httpx.AsyncClient) -> None:
    order = await made(http, line_items=[line(0)], fulfillments=[])
    paid = await http.post(f"/orders/{order['id']}/pay", json={"idempotency_key": "a", "payment_ids": []})
    assert paid.json()["order"]["state"] == "COMPLETED"


async def test_orders_are_found_by_place_source_state_and_fulfillment(http: httpx.AsyncClient, store: Store) -> None:
    here = (await made(http))["id"]
    there = (await made(http, location_id="SQEAST"))["id"]
    sold = sell_at_counter(store, "SQMAIN", {"Espresso": 300}).id

    async def having(**wanted: Any) -> set[str]:
        return set(await found_ids(http, query={"filter": wanted}))

    assert await found_ids(http, location_ids=["SQEAST"]) == [there]
    assert await having(source_filter={"source_names": ["Kynda Online"]}) == {here, there}
    assert await having(source_filter={"source_names": ["Point of Sale"]}) == {sold}
    assert await having(state_filter={"states": ["COMPLETED"]}) == {sold}
    assert await having(fulfillment_filter={"fulfillment_states": ["PROPOSED"]}) == {here, there}
    assert await having(fulfillment_filter={"fulfillment_types": ["SHIPMENT"]}) == set()


async def test_times_are_filtered_with_both_ends_included(http: httpx.AsyncClient, store: Store) -> None:
    orders = []
    for _ in range(3):
        orders.append(await made(http))
        store.clock.advance(60)
    limits = {"start_at": orders[1]["created_at"], "end_at": orders[2]["created_at"]}
    query = {"filter": {"date_time_filter": {"created_at": limits}}, "sort": {"sort_field": "CREATED_AT"}}
    assert await found_ids(http, query=query) == [orders[2]["id"], orders[1]["id"]]
    oldest_first = {"sort": {"sort_field": "CREATED_AT", "sort_order": "ASC"}}
    assert (await found_ids(http, query=oldest_first)) == [each["id"] for each in orders]


@pytest.mark.parametrize(
    ("search", "code"),
    [
        ({"location_ids": None}, "MISSING_REQUIRED_PARAMETER"),
        ({"location_ids": ["SQMAIN"] * 11}, "ARRAY_LENGTH_TOO_LONG"),
        ({"limit": 1001}, "VALUE_TOO_HIGH"),
        ({"cursor": "abc"}, "INVALID_CURSOR"),
        ({"query": {"filter": {"date_time_filter": {"created_at": {}}}}}, "BAD_REQUEST"),
        (
            {
                "query": {
                    "filter": {"date_time_filter": {"updated_at": {}}},
                    "sort": {"sort_field": "CREATED_AT"},
                }
            },
            "BAD_REQUEST",
        ),
        ({"query": {"filter": {"source_filter": {"source_names": ["x"] * 11}}}}, "ARRAY_LENGTH_TOO_LONG"),
        ({"query": {"filter": {"state_filter": {"states": ["NEW"]}}}}, "INVALID_ENUM_VALUE"),
    ],
)
async def test_a_search_that_does_not_fit_is_refused(
    http: httpx.AsyncClient, search: dict[str, Any], code: str
) -> None:
    response = await http.post("/orders/search", json={"location_ids": ["SQMAIN"], **search})
    assert first(response)[:2] == (400, code)


async def test_pages_of_a_search_hold_every_order_once(http: httpx.AsyncClient) -> None:
    ids = {(await made(http))["id"] for _ in range(5)}
    search: dict[str, Any] = {"location_ids": ["SQMAIN"], "limit": 2, "return_entries": True}
    found = []
    while True:
        answer = (await http.post("/orders/search", json=search)).json()
        found += [each["order_id"] for each in answer["order_entries"]]
        if "cursor" not in answer:
            break
        search["cursor"] = answer["cursor"]
    assert (len(found), set(found)) == (5, ids)


async def test_a_throttled_request_is_told_when_to_come_back(http: httpx.AsyncClient, faults: Faults) -> None:
    faults.add("square", "throttle", retry_after="7", times=1)
    response = await http.get("/locations")
    assert first(response)[:2] == (429, "RATE_LIMITED")
    assert response.headers["retry-after"] == "7"
    assert (await http.get("/locations")).status_code == 200


async def test_a_fault_answers_in_squares_envelope(http: httpx.AsyncClient, faults: Faults) -> None:
    faults.add("square", "status", status=503)
    assert first(await http.get("/locations"))[:2] == (503, "SERVICE_UNAVAILABLE")


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
