"""The sandbox's Printful against the documented fields: none missing, none of another type, none invented.

The tables hold what Printful's v1 document (2026-03) and its recorded answers say. `None` in a field's kinds means
that null was seen there, whatever the document says.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sandbox.app import create_sandbox
from sandbox.printful.app import API_STORE, PLATFORM_STORE
from sandbox.printful.order_states import PrintOrderStates
from sandbox.printful_ids import PRINT_PRODUCTS, PRINT_VARIANTS, SYNC_VARIANTS
from sandbox.store import Store


@dataclass(frozen=True)
class Each:
    """A list whose items all have that shape."""

    shape: Any


@dataclass(frozen=True)
class Map:
    """An object of any keys with values of that shape; PHP writes an empty one as a list."""

    shape: Any


@dataclass(frozen=True)
class Maybe:
    """A field that may be missing."""

    shape: Any


TEXT, NUMBER, YES_NO = (str,), (int,), (bool,)
TEXT_OR_NULL, NUMBER_OR_NULL = (str, None), (int, None)

PRODUCT = {
    "id": NUMBER,
    "main_category_id": NUMBER,
    "type": TEXT,
    "type_name": TEXT,
    "title": TEXT,
    "brand": TEXT_OR_NULL,
    "model": TEXT,
    "image": TEXT,
    "variant_count": NUMBER,
    "currency": TEXT,
    "files": Each(
        {
            "id": TEXT,
            "type": TEXT,
            "title": TEXT,
            "additional_price": TEXT_OR_NULL,
            "options": Each({"id": TEXT, "type": TEXT, "title": TEXT, "additional_price": (int, float)}),
        }
    ),
    "options": Each({"id": TEXT, "title": TEXT, "type": TEXT, "values": Map(TEXT), "additional_price": TEXT_OR_NULL}),
    "dimensions": (dict, None),
    "is_discontinued": YES_NO,
    "avg_fulfillment_time": (int, float, None),
    "description": TEXT,
    "techniques": Each({"key": TEXT, "display_name": TEXT, "is_default": YES_NO}),
    "origin_country": TEXT_OR_NULL,
}
VARIANT = {
    "id": NUMBER,
    "product_id": NUMBER,
    "name": TEXT,
    "size": TEXT,
    "color": TEXT_OR_NULL,
    "color_code": TEXT_OR_NULL,
    "color_code2": TEXT_OR_NULL,
    "image": TEXT,
    "price": TEXT,
    "in_stock": YES_NO,
    "availability_regions": Map(TEXT),
    "availability_status": Each({"region": TEXT, "status": TEXT}),
    "material": Each({"name": TEXT, "percentage": (int, float)}),
}
CATEGORY = {"id": NUMBER, "parent_id": NUMBER, "image_url": TEXT, "size": TEXT, "title": TEXT}
SIZE_GUIDE = {
    "product_id": NUMBER,
    "available_sizes": Each(TEXT),
    "size_tables": Each(
        {
            "type": TEXT,
            "unit": TEXT,
            "description": Maybe(TEXT_OR_NULL),
            "image_url": Maybe(TEXT_OR_NULL),
            "image_description": Maybe(TEXT_OR_NULL),
            "measurements": Each(
                {
                    "type_label": TEXT,
                    "unit": Maybe(TEXT),
                    "values": Each(
                        {"size": TEXT, "value": Maybe(TEXT), "min_value": Maybe(TEXT), "max_value": Maybe(TEXT)}
                    ),
                }
            ),
        }
    ),
}
SYNC_PRODUCT = {
    "id": NUMBER,
    "external_id": TEXT,
    "name": TEXT,
    "variants": NUMBER,
    "synced": NUMBER,
    "thumbnail_url": TEXT_OR_NULL,
    "is_ignored": YES_NO,
}
SYNC_VARIANT = {
    "id": NUMBER,
    "external_id": TEXT,
    "sync_product_id": NUMBER,
    "name": TEXT,
    "synced": YES_NO,
    "variant_id": NUMBER,
    "main_category_id": NUMBER_OR_NULL,
    "warehouse_product_id": NUMBER_OR_NULL,
    "warehouse_product_variant_id": NUMBER_OR_NULL,
    "retail_price": TEXT_OR_NULL,
    "sku": TEXT_OR_NULL,
    "currency": TEXT,
    "size": TEXT_OR_NULL,
    "color": TEXT_OR_NULL,
    "availability_status": TEXT,
    "product": {"variant_id": NUMBER, "product_id": NUMBER, "image": TEXT, "name": TEXT},
    "files": Each(
        {
            "id": NUMBER,
            "type": TEXT,
            "hash": TEXT_OR_NULL,
            "url": TEXT_OR_NULL,
            "filename": TEXT_OR_NULL,
            "mime_type": TEXT_OR_NULL,
            "size": NUMBER,
            "width": NUMBER_OR_NULL,
            "height": NUMBER_OR_NULL,
            "dpi": NUMBER_OR_NULL,
            "status": TEXT,
            "created": NUMBER,
            "thumbnail_url": TEXT_OR_NULL,
            "preview_url": TEXT_OR_NULL,
            "visible": YES_NO,
            "is_temporary": YES_NO,
            "stitch_count_tier": TEXT_OR_NULL,
        }
    ),
    "options": Each({"id": TEXT, "value": (str, list, bool)}),
    "is_ignored": YES_NO,
}
TEMPLATE = {
    "id": NUMBER,
    "product_id": NUMBER,
    "external_product_id": TEXT_OR_NULL,
    "title": TEXT,
    "available_variant_ids": Each(NUMBER),
    "option_data": Each({"id": TEXT, "value": (str, list)}),
    "colors": Each({"color_name": TEXT, "color_codes": Each(TEXT)}),
    "sizes": Each(TEXT),
    "mockup_file_url": TEXT,
    "placements": Each(
        {"placement": TEXT, "display_name": TEXT, "technique_key": TEXT, "technique_display_name": TEXT}
    ),
    "created_at": NUMBER,
    "updated_at": NUMBER,
    "placement_option_data": Each({"id": TEXT, "options": Each({"id": TEXT, "value": TEXT})}),
}
RATE = {
    "id": TEXT,
    "name": TEXT,
    "rate": TEXT,
    "currency": TEXT,
    "minDeliveryDays": NUMBER,
    "maxDeliveryDays": NUMBER,
    "minDeliveryDate": TEXT,  # declared a number, with a date for its example
    "maxDeliveryDate": TEXT,
}
AMOUNT = (int, float)
COSTS = {
    "currency": TEXT,
    **dict.fromkeys(
        (
            "subtotal",
            "discount",
            "shipping",
            "digitization",
            "additional_fee",
            "fulfillment_fee",
            "retail_delivery_fee",
            "tax",
            "vat",
            "total",
        ),
        AMOUNT,
    ),
}
RETAIL_COSTS = {"currency": TEXT, **dict.fromkeys(("subtotal", "discount", "shipping", "tax", "vat", "total"), (None,))}
PRINT_FILES = {
    "product_id": NUMBER,
    "available_placements": Map(TEXT),
    "printfiles": Each(
        {
            "printfile_id": NUMBER,
            "width": NUMBER,
            "height": NUMBER,
            "dpi": NUMBER,
            "fill_mode": TEXT,
            "can_rotate": YES_NO,
        }
    ),
    "variant_printfiles": Each({"variant_id": NUMBER, "placements": Map(NUMBER)}),
    "option_groups": Each(TEXT),
    "options": Each(TEXT),
}
TASK = {
    "task_key": TEXT,
    "status": TEXT,
    "mockups": Each(
        {
            "placement": TEXT,
            "display_name": TEXT,
            "variant_ids": Each(NUMBER),
            "mockup_url": TEXT,  # in every example, and missing from the schema
            "extra": Each({"title": TEXT, "url": TEXT, "option": TEXT, "option_group": TEXT}),
        }
    ),
    "printfiles": Each({"variant_ids": Each(NUMBER), "placement": TEXT, "url": TEXT}),
}
ORDER_FILE = {
    "id": NUMBER,
    "type": TEXT,
    "hash": TEXT_OR_NULL,
    "url": TEXT_OR_NULL,
    "filename": TEXT_OR_NULL,
    "mime_type": TEXT_OR_NULL,
    "size": NUMBER,
    "width": NUMBER_OR_NULL,
    "height": NUMBER_OR_NULL,
    "dpi": NUMBER_OR_NULL,
    "status": TEXT,
    "created": NUMBER,
    "thumbnail_url": TEXT_OR_NULL,
    "preview_url": TEXT_OR_NULL,
    "visible": YES_NO,
    "is_temporary": YES_NO,
}
ORDER_ITEM = {
    "id": NUMBER,
    "external_id": TEXT_OR_NULL,
    "variant_id": NUMBER,
    "sync_variant_id": NUMBER_OR_NULL,
    "external_variant_id": TEXT_OR_NULL,
    "quantity": NUMBER,
    "price": TEXT,
    "retail_price": TEXT_OR_NULL,
    "name": TEXT,
    "product": {"variant_id": NUMBER, "product_id": NUMBER, "image": TEXT, "name": TEXT},
    "files": Each(ORDER_FILE),
    "options": Each({"id": TEXT, "value": (str, list, bool)}),
    "sku": TEXT_OR_NULL,
    "discontinued": YES_NO,
    "out_of_stock": YES_NO,
    "product_template_id": NUMBER_OR_NULL,
}
SHIPMENT = {
    "id": NUMBER,
    "carrier": TEXT,
    "service": TEXT,
    "tracking_number": TEXT,
    "tracking_url": TEXT,
    "created": NUMBER,
    "ship_date": TEXT,
    "shipped_at": NUMBER,  # declared a text, with a number for its example
    "reshipment": YES_NO,
    "items": Each({"item_id": NUMBER, "quantity": NUMBER, "picked": NUMBER, "printed": NUMBER}),
}
ORDER = {
    "id": NUMBER,
    "external_id": TEXT_OR_NULL,
    "store": NUMBER,
    "status": TEXT,
    "error": TEXT_OR_NULL,
    "errorCode": NUMBER,
    "shipping": TEXT,
    "shipping_service_name": TEXT,
    "created": NUMBER,
    "updated": NUMBER,
    "recipient": {
        **dict.fromkeys(("name", "address1", "city", "country_code", "country_name"), TEXT),
        **dict.fromkeys(
            ("company", "address2", "state_code", "state_name", "zip", "phone", "email", "tax_number"), TEXT_OR_NULL
        ),
    },
    "notes": (None,),
    "items": Each(ORDER_ITEM),
    "branding_items": Each(ORDER_ITEM),
    "incomplete_items": Each({}),
    **dict.fromkeys(
        ("is_sample", "needs_approval", "not_synced", "has_discontinued_items", "can_change_hold"),
        YES_NO,
    ),
    "costs": {name: (TEXT_OR_NULL if name != "currency" else TEXT) for name in COSTS},
    "retail_costs": {name: (TEXT_OR_NULL if name != "currency" else TEXT) for name in RETAIL_COSTS},
    "shipments": Each(SHIPMENT),
    "gift": (dict, None),
    "packing_slip": (dict, None),
    "dashboard_url": TEXT,
}
WEBHOOK_EVENTS = {
    "order_created": {"order": ORDER},
    "order_updated": {"order": ORDER},
    "order_failed": {"reason": TEXT, "order": ORDER},
    "order_canceled": {"reason": TEXT, "order": ORDER},
    "order_put_hold": {"reason": TEXT, "order": ORDER},
    "order_put_hold_approval": {
        "reason": TEXT,
        "approval_files": Each(
            dict.fromkeys(("confirm_hash", "submitted_design", "recommended_design", "approval_sheet"), TEXT)
        ),
        "order": ORDER,
    },
    "order_remove_hold": {"reason": TEXT, "order": ORDER},
    "order_refunded": {"amount": TEXT, "order": ORDER},
    "package_shipped": {"shipment": SHIPMENT, "order": ORDER},
    "package_returned": {"reason": TEXT, "shipment": SHIPMENT, "order": ORDER},
    "stock_updated": {"product_id": NUMBER, "variant_stock": {"out": Each(NUMBER), "discontinued": Each(NUMBER)}},
}
STORE = {"id": NUMBER, "name": TEXT, "type": TEXT}
PAGING = {"total": NUMBER, "offset": NUMBER, "limit": NUMBER}
STATUSES = {"in_stock", "stocked_on_demand", "discontinued", "out_of_stock"}
SYNC_STATUSES = {"active", "discontinued", "out_of_stock", "temporary_out_of_stock"}


def differences(value: Any, shape: Any, where: str = "result") -> list[str]:
    """Where a value departs from a shape, in words."""
    if isinstance(shape, Each):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [each for n, item in enumerate(value) for each in differences(item, shape.shape, f"{where}[{n}]")]
    if isinstance(shape, Map):
        if value == []:
            return []
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        return [each for key, item in value.items() for each in differences(item, shape.shape, f"{where}.{key}")]
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        found = [f"{where}.{key} is not documented" for key in value if key not in shape]
        for key, inner in shape.items():
            if key in value:
                kind = inner.shape if isinstance(inner, Maybe) else inner
                found += differences(value[key], kind, f"{where}.{key}")
            elif not isinstance(inner, Maybe):
                found.append(f"{where}.{key} is missing")
        return found
    allowed = (value is None) if value is None and None in shape else type(value) in shape
    return [] if allowed else [f"{where} is {value!r}"]


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
