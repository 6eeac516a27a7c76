"""The sandbox's Printful against the documented fields: none missing, none of another type, none invented.

The tables hold what Printful's v1 document (2026-03) and its recorded answers say. `None` in a field's kinds means
that null was seen there, whatever the document says.
"""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import pytest

from sandbox.app import create_sandbox
from sandbox.printful.app import API_STORE, PLATFORM_STORE
from sandbox.printful.order_states import PrintOrderStates
from sandbox.printful_ids import PRINT_PRODUCTS, PRINT_VARIANTS, SYNC_VARIANTS
from sandbox.store import Store
from tests.contract.printful_shapes import (
    CATEGORY,
    COSTS,
    ORDER,
    PAGING,
    PRINT_FILES,
    PRODUCT,
    RATE,
    RETAIL_COSTS,
    SIZE_GUIDE,
    STATUSES,
    STORE,
    SYNC_PRODUCT,
    SYNC_STATUSES,
    SYNC_VARIANT,
    TASK,
    TEMPLATE,
    TEXT,
    VARIANT,
    WEBHOOK_EVENTS,
    Each,
    differences,
)


@pytest.fixture
async def http(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_sandbox(store))
    store.printful_per_minute = 10_000
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example/printful") as http:
        yield http


async def answer(http: httpx.AsyncClient, path: str, store_id: int = API_STORE) -> dict[str, Any]:
    headers = {"Authorization": "Bearer sandbox-test", "X-PF-Store-Id": str(store_id)}
    response = await http.get(path, headers=headers)
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (200, 200)
    return body


@pytest.mark.parametrize(
    ("path", "numbers", "shape"),
    [
        ("/products", [0], Each(PRODUCT)),
        ("/products/{}", PRINT_PRODUCTS, {"product": PRODUCT, "variants": Each(VARIANT)}),
        ("/products/variant/{}", PRINT_VARIANTS, {"product": PRODUCT, "variant": VARIANT}),
        ("/products/{}/sizes?unit=inches,cm", PRINT_PRODUCTS, SIZE_GUIDE),
        ("/categories", [0], {"categories": Each(CATEGORY)}),
        ("/categories/{}", [24], {"category": CATEGORY}),
        ("/stores", [0], Each(STORE)),
        ("/product-templates", [0], {"items": Each(TEMPLATE)}),
        ("/mockup-generator/printfiles/{}", PRINT_PRODUCTS, PRINT_FILES),
        ("/store/products", [0], Each(SYNC_PRODUCT)),
        ("/store/products/{}", [382019501], {"sync_product": SYNC_PRODUCT, "sync_variants": Each(SYNC_VARIANT)}),
        ("/store/variants/{}", SYNC_VARIANTS, SYNC_VARIANT),
    ],
)
async def test_an_answer_has_the_documented_fields(
    http: httpx.AsyncClient, path: str, numbers: Iterable[int], shape: Any
) -> None:
    for number in numbers:
        assert differences((await answer(http, path.format(number)))["result"], shape) == []


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/sync/products", Each(SYNC_PRODUCT)),
        ("/sync/products/382019502", {"sync_product": SYNC_PRODUCT, "sync_variants": Each(SYNC_VARIANT)}),
        ("/sync/variant/4752058901", {"sync_product": SYNC_PRODUCT, "sync_variant": SYNC_VARIANT}),
    ],
)
async def test_a_connected_stores_answer_has_the_documented_fields(
    http: httpx.AsyncClient, path: str, shape: Any
) -> None:
    assert differences((await answer(http, path, PLATFORM_STORE))["result"], shape) == []


SHIRTS = {
    "recipient": {"country_code": "US", "state_code": "TX"},
    "items": [{"variant_id": "4016", "quantity": 2}],
}
ART_URL = "http://art.example/waves.png"
ART = {"placement": "front", "image_url": ART_URL}
ADDRESS = {
    "name": "Ada Example",
    "address1": "1 Test Street",
    "city": "Austin",
    "state_code": "TX",
    "country_code": "US",
    "zip": "78701",
}


async def posted(http: httpx.AsyncClient, path: str, sent: Any) -> Any:
    headers = {"Authorization": "Bearer sandbox-test", "X-PF-Store-Id": str(API_STORE)}
    response = await http.post(path, json=sent, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()["result"]


async def test_rates_and_estimates_have_the_documented_fields(http: httpx.AsyncClient) -> None:
    assert differences(await posted(http, "/shipping/rates", SHIRTS), Each(RATE)) == []
    costs = await posted(http, "/orders/estimate-costs", SHIRTS)
    assert differences(costs, {"costs": COSTS, "retail_costs": RETAIL_COSTS}) == []


ORDERED = {
    "external_id": "5001",
    "recipient": {**ADDRESS, "email": "ada@example.com"},
    "items": [
        {"external_id": "1", "variant_id": 4011, "quantity": 2, "retail_price": "24.50", "files": [{"url": ART_URL}]},
        {"external_id": "2", "sync_variant_id": 4752058901, "quantity": 1, "retail_price": "14"},
        {"external_id": "3", "variant_id": 4016, "product_template_id": 24966053, "quantity": 1},
    ],
    "retail_costs": {"currency": "USD", "shipping": "4.95"},
    "gift": {"subject": "To Grace", "message": "Enjoy"},
    "packing_slip": {"custom_order_id": "#1001"},
}


async def test_an_order_has_the_documented_fields_in_every_state(http: httpx.AsyncClient, store: Store) -> None:
    orders = [await posted(http, "/orders", ORDERED), (await answer(http, "/orders/@5001"))["result"]]
    orders.append(await posted(http, "/orders/@5001/confirm", None))
    (kept,) = store.print_orders.values()
    for step in (PrintOrderStates(store).start, PrintOrderStates(store).ship):
        step(kept)
        store.clock.advance(30)
        orders += (await answer(http, "/orders"))["result"]
    assert [each["status"] for each in orders] == ["draft", "draft", "pending", "inprocess", "fulfilled"]
    assert [each for order in orders for each in differences(order, ORDER)] == []


async def test_webhooks_have_the_documented_fields(http: httpx.AsyncClient, store: Store) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    store.printful_watchers.append(lambda kind, data: told.append((kind, data)))
    store.printful_async_costs = True
    await posted(http, "/orders", ORDERED)
    (kept,) = store.print_orders.values()
    states = PrintOrderStates(store)
    for step in (states.release, states.confirm, states.fail, states.confirm, states.hold_approval, states.release):
        step(kept)
    states.start(kept)
    parcel = states.ship(kept)
    states.returned(kept, parcel)
    states.refund(kept)
    await posted(http, "/orders?confirm=1", {**ORDERED, "external_id": "5002"})
    states.stock_updated(71, [4011], [])
    other = [each for each in store.print_orders.values() if each is not kept]
    for step in (states.release, states.confirm, states.cancel):
        step(other[0])

    assert {kind for kind, _ in told} == set(WEBHOOK_EVENTS)
    assert [each for kind, data in told for each in differences(data, WEBHOOK_EVENTS[kind], kind)] == []


async def test_a_mockup_task_has_the_documented_fields_from_its_start_to_its_end(
    http: httpx.AsyncClient, store: Store
) -> None:
    begun = await posted(http, "/mockup-generator/create-task/71", {"variant_ids": [4016], "files": [ART]})
    path = f"/mockup-generator/task?task_key={begun['task_key']}"
    pending = {"task_key": TEXT, "status": TEXT}

    assert differences(begun, pending) == differences((await answer(http, path))["result"], pending) == []
    store.clock.advance(12)
    assert differences((await answer(http, path))["result"], TASK) == []


async def test_a_list_states_its_page(http: httpx.AsyncClient) -> None:
    assert differences((await answer(http, "/store/products"))["paging"], PAGING, "paging") == []


async def test_only_printfuls_words_tell_of_stock(http: httpx.AsyncClient) -> None:
    for number in PRINT_PRODUCTS:
        for variant in (await answer(http, f"/products/{number}"))["result"]["variants"]:
            assert {each["status"] for each in variant["availability_status"]} <= STATUSES
    for number in SYNC_VARIANTS:
        assert (await answer(http, f"/store/variants/{number}"))["result"]["availability_status"] in SYNC_STATUSES
