"""Printful's stand-in: how orders are made, changed, confirmed, cancelled and found."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.app import create_sandbox
from sandbox.printful.app import API_STORE, PLATFORM_STORE
from sandbox.store import Store

ART = "https://art.example/waves.png"
RECIPIENT = {
    "name": "Ada Example",
    "address1": "1 Test Street",
    "city": "Austin",
    "state_code": "TX",
    "country_code": "US",
    "zip": "78701",
}
SHIRT = {"external_id": "line-1", "variant_id": 4011, "quantity": 2, "files": [{"type": "front", "url": ART}]}
MUG = {"external_id": "line-2", "sync_variant_id": 4752058901, "quantity": 1}


def order(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"external_id": "5001", "shipping": "STANDARD", "recipient": RECIPIENT, "items": list(items), **more}


class Orders:
    """Calls of the shop to Printful's orders."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def call(self, method: str, path: str, sent: Any = None, store_id: int = API_STORE) -> httpx.Response:
        headers = {"Authorization": "Bearer sandbox-test", "X-PF-Store-Id": str(store_id)}
        return await self.http.request(method, path, json=sent, headers=headers)

    async def ok(self, method: str, path: str, sent: Any = None) -> Any:
        response = await self.call(method, path, sent)
        assert response.status_code == 200, response.text
        return response.json()["result"]

    async def refusal(self, method: str, path: str, sent: Any = None) -> tuple[int, str, str | None]:
        response = await self.call(method, path, sent)
        body = response.json()
        assert body["code"] == response.status_code
        assert body["result"] == body["error"]["message"]
        return response.status_code, body["result"], body["error"].get("api_error_code")

    async def made(self, *items: dict[str, Any], **more: Any) -> Any:
        return await self.ok("POST", "/orders", order(*(items or (SHIRT, MUG)), **more))


@pytest.fixture
async def orders(store: Store) -> AsyncIterator[Orders]:
    transport = httpx.ASGITransport(create_sandbox(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example/printful") as http:
        yield Orders(http)


async def test_a_new_order_is_a_draft_with_its_costs(orders: Orders) -> None:
    made = await orders.made(SHIRT)
    costs = made["costs"]
    assert (made["status"], made["external_id"], made["store"]) == ("draft", "5001", API_STORE)
    assert (costs["subtotal"], costs["shipping"], costs["tax"], costs["total"]) == ("23.38", "6.95", "1.93", "32.26")


async def test_an_order_costs_what_was_estimated(orders: Orders) -> None:
    sent = order({**SHIRT, "files": [{"url": ART}, {"type": "back", "url": ART}]}, shipping="PRINTFUL_FAST")
    estimated = await orders.ok("POST", "/orders/estimate-costs", sent)
    made = await orders.ok("POST", "/orders", sent)
    shown = {name: float(amount) for name, amount in made["costs"].items() if name != "currency"}
    assert shown == {name: amount for name, amount in estimated["costs"].items() if name != "currency"}


async def test_an_order_is_found_by_both_of_its_numbers(orders: Orders) -> None:
    made = await orders.made()
    assert await orders.ok("GET", f"/orders/{made['id']}") == made
    assert await orders.ok("GET", "/orders/@5001") == made


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_an_order_that_is_not_there_is_printfuls_404(orders: Orders, method: str) -> None:
    assert await orders.refusal(method, "/orders/@5001", {}) == (404, "Not Found", None)


async def test_an_order_is_not_found_from_another_store(orders: Orders) -> None:
    made = await orders.made()
    assert (await orders.call("GET", f"/orders/{made['id']}", store_id=PLATFORM_STORE)).status_code == 404


async def test_a_store_has_to_be_named_for_orders(orders: Orders) -> None:
    response = await orders.http.get("/orders", headers={"Authorization": "Bearer sandbox-test"})
    assert (response.status_code, response.json()["result"]) == (400, "This endpoint requires `store_id`!")


async def test_orders_are_listed_by_pages_the_newest_first(orders: Orders) -> None:
    for number in ("1", "2", "3"):
        await orders.made(external_id=number)
    await orders.ok("POST", "/orders/@2/confirm")
    answer = (await orders.call("GET", "/orders?limit=2&offset=1")).json()
    assert [each["external_id"] for each in answer["result"]] == ["2", "1"]
    assert answer["paging"] == {"total": 3, "offset": 1, "limit": 2}
    assert [each["external_id"] for each in await orders.ok("GET", "/orders?status=pending")] == ["2"]


async def test_an_external_id_can_be_used_once(orders: Orders) -> None:
    await orders.made()
    response = await orders.call("POST", "/orders", order(SHIRT))
    message = "Order with this External ID already exists"
    assert response.json() == {
        "code": 400,
        "result": message,
        "error": {"reason": "BadRequest", "message": message, "api_error_code": "OR-13"},
    }


async def test_a_cancelled_order_keeps_its_external_id(orders: Orders) -> None:
    await orders.made()
    await orders.ok("DELETE", "/orders/@5001")
    assert (await orders.refusal("POST", "/orders", order(SHIRT)))[2] == "OR-13"


async def test_another_store_may_use_the_same_external_id(orders: Orders) -> None:
    await orders.made()
    assert (await orders.call("POST", "/orders", order(SHIRT), PLATFORM_STORE)).status_code == 200


async def test_an_existing_draft_is_updated_when_that_is_asked_for(orders: Orders) -> None:
    made = await orders.made()
    changed = await orders.ok("POST", "/orders?update_existing=1", order({**SHIRT, "quantity": 5}))
    assert (changed["id"], [each["quantity"] for each in changed["items"]]) == (made["id"], [5])


@pytest.mark.parametrize("external_id", ["", "a" * 33, "gid://shopify/Order/1", "ä", 1.5])
async def test_a_bad_external_id_is_refused(orders: Orders, external_id: Any) -> None:
    assert (await orders.refusal("POST", "/orders", order(SHIRT, external_id=external_id)))[0] == 400


async def test_the_external_ids_of_items_differ(orders: Orders) -> None:
    assert (await orders.refusal("POST", "/orders", order(SHIRT, SHIRT)))[0] == 400


@pytest.mark.parametrize(
    ("change", "message", "code"),
    [
        ({"files": []}, "Item can't be submitted without any print files", None),
        ({"variant_id": 71}, "Variant with ID: 71 does not exist.", None),
        ({"variant_id": 4030}, "Variant with ID: 4030 is currently restricted.", "OR-6"),
        ({"variant_id": None}, "An item must name exactly one variant.", "OR-5"),
        ({"sync_variant_id": 4752058901}, "An item must name exactly one variant.", "OR-5"),
        ({"files": [{"url": ART}, {"url": ART}]}, "There is more than one file of the type default.", "OR-12"),
        ({"files": [{"url": ART}, {"type": "front", "url": ART}]}, None, "OR-12"),
        ({"files": [{"url": "ftp://art.example/waves.png"}]}, "A file's URL is not valid.", "FL-2"),
        ({"files": [{"type": "front"}]}, "A file's URL is not valid.", "FL-8"),
        ({"files": [{"type": "sleeve", "url": ART}]}, None, None),
        ({"quantity": 0}, None, None),
        ({"quantity": 1001}, None, None),
        ({"quantity": "2"}, None, None),
        ({"retail_price": "dear"}, None, None),
        ({"product_template_id": 24966053}, None, "OR-8"),
    ],
)
async def test_an_item_that_cannot_be_made_is_refused(
    orders: Orders, change: dict[str, Any], message: str | None, code: str | None
) -> None:
    status, shown, told_code = await orders.refusal("POST", "/orders", order({**SHIRT, **change}))
    assert (status, told_code) == (400, code)
    assert message in (None, shown)


@pytest.mark.parametrize(
    ("change", "message", "code"),
    [
        ({"state_code": None}, "State code is missing", None),
        ({"state_code": ""}, "State code is missing", None),
        ({"state_code": "", "country_code": "DE"}, "State code is not valid", None),
        ({"state_code": "XX"}, "State code is not valid", None),
        ({"state_code": "JP-13", "country_code": "JP"}, "State code is not valid", None),
        ({"country_code": "XX"}, "Invalid country code", "SH-1"),
        ({"country_code": None}, "Recipient: Country cannot be blank.", None),
        ({"name": " "}, "Recipient: Name cannot be blank.", None),
        ({"address1": None}, "Recipient: Address cannot be blank.", None),
        ({"city": ""}, "Recipient: City cannot be blank.", None),
    ],
)
async def test_a_recipient_who_cannot_be_reached_is_refused(
    orders: Orders, change: dict[str, Any], message: str, code: str | None
) -> None:
    sent = order(SHIRT, recipient={**RECIPIENT, **change})
    assert await orders.refusal("POST", "/orders", sent) == (400, message, code)


async def test_an_unknown_way_to_ship_is_refused(orders: Orders) -> None:
    assert (await orders.refusal("POST", "/orders", order(SHIRT, shipping="PIGEON")))[2] == "OR-4"


async def test_a_refused_order_leaves_nothing(orders: Orders, store: Store) -> None:
    await orders.refusal("POST", "/orders", order(SHIRT, {**MUG, "quantity": 0}))
    assert store.print_orders == {}


async def test_a_recipient_is_complete_with_nulls_for_missing_fields(orders: Orders) -> None:
    shown = (await orders.made())["recipient"]
    rest = dict.fromkeys(("company", "address2", "phone", "email", "tax_number"))
    assert shown == {**RECIPIENT, **rest, "state_name": "Texas", "country_name": "United States"}


async def test_items_can_be_named_in_each_way(orders: Orders, store: Store) -> None:
    own_id = next(each.id for each in store.variants.values() if each.sku == "PFUL-SYNC-4752058901")
    made = await orders.made(
        SHIRT,
        MUG,
        {"external_variant_id": str(own_id), "quantity": 1},
        {"variant_id": 4016, "product_template_id": 24966053, "quantity": 1},
        {"variant_id": 1320, "external_product_id": "anniversary-mug", "quantity": 1},
    )
    shown = [(each["variant_id"], each["sync_variant_id"], each["product_template_id"]) for each in made["items"]]
    assert shown == [
        (4011, None, None),
        (1320, 4752058901, None),
        (1320, 4752058901, None),
        (4016, None, 24966053),
        (1320, None, 24966054),
    ]


async def test_a_template_is_refused_for_a_variant_it_does_not_contain(orders: Orders) -> None:
    white = {"variant_id": 4011, "product_template_id": 24966053, "quantity": 1}
    assert (await orders.refusal("POST", "/orders", order(white)))[0] == 400


async def test_a_new_file_is_fetched_after_a_while(orders: Orders, store: Store) -> None:
    made = await orders.made(SHIRT)
    store.clock.advance(20)
    later = await orders.ok("GET", f"/orders/{made['id']}")
    before, after = ([each["status"] for each in shown["items"][0]["files"]] for shown in (made, later))
    assert (before, after) == (["waiting", "waiting"], ["ok", "ok"])
    assert [(each["type"], each["url"]) for each in later["items"][0]["files"]] == [("default", ART), ("preview", None)]


async def test_the_same_address_is_the_same_file(orders: Orders) -> None:
    first, second = [await orders.made(SHIRT, external_id=number) for number in ("1", "2")]
    assert first["items"][0]["files"][0]["id"] == second["items"][0]["files"][0]["id"]


async def test_retail_costs_are_shown_if_each_item_has_a_retail_price(orders: Orders) -> None:
    costs = {"currency": "USD", "discount": "3.00", "shipping": "4.95", "tax": "1.00"}
    priced = await orders.made({**SHIRT, "retail_price": "24.50"}, retail_costs=costs)
    unpriced = await orders.made({**SHIRT, "retail_price": "24.50"}, MUG, retail_costs=costs, external_id="5002")
    assert priced["retail_costs"] == {**costs, "subtotal": "49.00", "vat": "0.00", "total": "51.95"}
    assert set(unpriced["retail_costs"].values()) == {"USD", None}


INSIDE = {"area_width": 1800, "area_height": 2400, "width": 1800, "height": 1800, "top": 300, "left": 0}


@pytest.mark.parametrize(
    ("change", "status"),
    [({}, 200), ({"top": 700}, 400), ({"top": 700, "limit_to_print_area": False}, 200), ({"width": "wide"}, 400)],
)
async def test_a_print_stays_inside_its_area(orders: Orders, change: dict[str, Any], status: int) -> None:
    sent = {**SHIRT, "files": [{"type": "front", "url": ART, "position": {**INSIDE, **change}}]}
    assert (await orders.call("POST", "/orders", order(sent))).status_code == status


async def test_gift_and_packing_slip_texts_are_stored(orders: Orders) -> None:
    made = await orders.made(gift={"subject": "To Grace"}, packing_slip={"custom_order_id": "#1001"})
    assert made["gift"] == {"subject": "To Grace", "message": None}
    assert made["packing_slip"]["custom_order_id"] == "#1001"


@pytest.mark.parametrize("more", [{"gift": {"message": "a" * 201}}, {"packing_slip": {"store_name": "Kynda"}}])
async def test_words_that_do_not_fit_are_refused(orders: Orders, more: dict[str, Any]) -> None:
    assert (await orders.refusal("POST", "/orders", order(SHIRT, **more)))[0] == 400


async def test_an_order_that_is_confirmed_at_once_is_pending(orders: Orders) -> None:
    assert (await orders.ok("POST", "/orders?confirm=1", order(SHIRT)))["status"] == "pending"


async def test_a_draft_is_confirmed_once(orders: Orders) -> None:
    await orders.made()
    assert (await orders.ok("POST", "/orders/@5001/confirm"))["status"] == "pending"
    assert (await orders.refusal("POST", "/orders/@5001/confirm"))[2] == "OR-1"


async def test_an_update_keeps_known_items_drops_missing_ones_and_adds_new_ones(orders: Orders) -> None:
    shirt, _ = (await orders.made())["items"]
    bag = {"external_id": "line-3", "variant_id": 10458, "quantity": 1, "files": [{"url": ART}]}
    changed = await orders.ok("PUT", "/orders/@5001", {"items": [{"external_id": "line-1", "quantity": 4}, bag]})
    kept, added = changed["items"]
    assert (kept["id"], kept["variant_id"], kept["quantity"]) == (shirt["id"], 4011, 4)
    assert (added["external_id"], added["variant_id"]) == ("line-3", 10458)


async def test_an_update_changes_only_the_fields_that_it_contains(orders: Orders) -> None:
    made = await orders.made()
    changed = await orders.ok("PUT", f"/orders/{made['id']}", {"shipping": "PRINTFUL_FAST"})
    assert changed["shipping"] == "PRINTFUL_FAST"
    assert (changed["items"][0]["id"], changed["recipient"]) == (made["items"][0]["id"], made["recipient"])
    assert float(changed["costs"]["shipping"]) > float(made["costs"]["shipping"])


async def test_an_update_can_confirm(orders: Orders) -> None:
    await orders.made()
    assert (await orders.ok("PUT", "/orders/@5001?confirm=1", {}))["status"] == "pending"


async def test_a_refused_update_leaves_the_order_as_it_was(orders: Orders) -> None:
    made = await orders.made()
    sent = {"shipping": "PRINTFUL_FAST", "items": [{**SHIRT, "quantity": 0}]}
    assert (await orders.refusal("PUT", "/orders/@5001", sent))[0] == 400
    assert await orders.ok("GET", "/orders/@5001") == made


async def test_an_existing_item_cannot_become_one_of_other_goods(orders: Orders) -> None:
    await orders.made()
    sent = {"items": [{"external_id": "line-1", "sync_variant_id": 4752058901, "quantity": 1}]}
    assert (await orders.refusal("PUT", "/orders/@5001", sent))[2] == "OR-7"


async def test_a_submitted_order_cannot_be_changed(orders: Orders) -> None:
    await orders.ok("POST", "/orders?confirm=1", order(SHIRT))
    shown = await orders.refusal("PUT", "/orders/@5001", {"shipping": "PRINTFUL_FAST"})
    assert shown == (400, "Order is no longer editable", "OR-1")
    assert (await orders.refusal("POST", "/orders?update_existing=1", order(SHIRT)))[2] == "OR-1"


@pytest.mark.parametrize("confirm", ["0", "1"])
async def test_an_order_that_is_not_accepted_yet_can_be_cancelled(orders: Orders, confirm: str) -> None:
    await orders.ok("POST", f"/orders?confirm={confirm}", order(SHIRT))
    assert (await orders.ok("DELETE", "/orders/@5001"))["status"] == "canceled"


async def test_a_cancelled_order_cannot_be_cancelled_again(orders: Orders) -> None:
    await orders.made()
    await orders.ok("DELETE", "/orders/@5001")
    assert (await orders.refusal("DELETE", "/orders/@5001"))[0] == 400


async def test_a_store_without_webhooks_has_an_empty_configuration(orders: Orders) -> None:
    nothing: dict[str, Any] = {"url": None, "types": [], "params": []}
    assert await orders.ok("GET", "/webhooks") == nothing
    assert await orders.ok("DELETE", "/webhooks") == nothing


async def test_webhooks_are_set_up_and_replaced_as_a_whole(orders: Orders) -> None:
    params = {"stock_updated": {"product_ids": [71]}}
    first = {"url": "https://shop.example/a", "types": ["package_shipped", "stock_updated"], "params": params}
    second = {"url": "https://shop.example/b", "types": ["order_updated"]}
    assert await orders.ok("POST", "/webhooks", first) == first
    assert await orders.ok("POST", "/webhooks", second) == {**second, "params": []}
    assert await orders.ok("GET", "/webhooks") == {**second, "params": []}


@pytest.mark.parametrize(
    "sent",
    [
        {"url": "shop.example", "types": ["order_updated"]},
        {"url": "https://shop.example", "types": []},
        {"url": "https://shop.example", "types": ["order_fulfilled"]},
        {"url": "https://shop.example", "types": ["stock_updated"]},
    ],
)
async def test_webhooks_that_cannot_be_sent_are_refused(orders: Orders, sent: dict[str, Any]) -> None:
    assert (await orders.refusal("POST", "/webhooks", sent))[0] == 400
