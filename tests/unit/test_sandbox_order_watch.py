"""The page of one order: what it offers is what can be done, and it shows all three systems."""

from typing import Any

import httpx
import pytest

from sandbox.app import build_store
from sandbox.clock import Clock
from sandbox.order_life import place_order
from sandbox.order_records import Order
from sandbox.order_watch import WORDS
from sandbox.store import Store
from tests.square_orders import ticket

PRINTFUL = {"Authorization": "Bearer sandbox-printful", "X-PF-Store-Id": "1"}
SQUARE = {"Authorization": "Bearer sandbox-square", "Square-Version": "2026-09-17"}
PRINT_WAYS = ((), ("confirm",), ("confirm", "start"), ("confirm", "start", "ship"), ("confirm", "hold"), ("cancel",))
TICKET_WAYS = ((), ("accept",), ("accept", "ready"), ("pay",), ("pay", "complete"), ("complete",), ("cancel",))


@pytest.fixture
def store() -> Store:
    return build_store(Clock(), "http://sandbox.example")


def placed(store: Store, *handles: str, **more: Any) -> Order:
    products = [store.product_by_handle(handle) for handle in handles]
    return place_order(store, [(product.variants[0], 1) for product in products if product], **more)


async def life(http: httpx.AsyncClient, order: Order) -> dict[str, Any]:
    answer = await http.get(f"/sandbox/orders/{order.number}/life.json")
    found: dict[str, Any] = answer.json()
    return found


async def printed(http: httpx.AsyncClient, order: Order) -> int:
    sent = {
        "external_id": str(order.id),
        "recipient": {"name": "Ana", "address1": "1 Road", "city": "Austin", "state_code": "TX", "country_code": "US"},
        "items": [{"variant_id": 4011, "quantity": 1, "files": [{"url": "https://art.example/a.png"}]}],
    }
    answer = await http.post("/printful/orders", json=sent, headers=PRINTFUL)
    key: int = answer.json()["result"]["id"]
    return key


async def sent_to_counter(http: httpx.AsyncClient, order: Order) -> str:
    sent = {"idempotency_key": str(order.id), "order": ticket(reference_id=str(order.id))}
    answer = await http.post("/square/v2/orders", json=sent, headers=SQUARE)
    key: str = answer.json()["order"]["id"]
    return key


async def can_be_done(http: httpx.AsyncClient, address: str, step: str, body: Any = None) -> bool:
    return (await http.post(f"{address}/{step}", json=body or {})).is_success


@pytest.mark.parametrize("way", PRINT_WAYS)
async def test_only_possible_steps_at_printful_are_offered(
    http: httpx.AsyncClient, store: Store, way: tuple[str, ...]
) -> None:
    for step in WORDS["printful"]:
        order = placed(store, "latte")
        address = f"/sandbox/printful/orders/{await printed(http, order)}"
        for before in way:
            assert await can_be_done(http, address, before)
        offered = (await life(http, order))["printful"][0]["steps"]
        assert (step in offered) == await can_be_done(http, address, step), step


@pytest.mark.parametrize("way", TICKET_WAYS)
async def test_only_possible_steps_at_the_counter_are_offered(
    http: httpx.AsyncClient, store: Store, way: tuple[str, ...]
) -> None:
    for step in WORDS["square"]:
        order = placed(store, "latte")
        address = f"/sandbox/square/orders/{await sent_to_counter(http, order)}"
        for before in way:
            assert await can_be_done(http, address, before)
        offered = (await life(http, order))["square"][0]["steps"]
        assert (step in offered) == await can_be_done(http, address, step), step


@pytest.mark.parametrize("way", [(), ("pay",), ("fulfill",), ("refund",), ("cancel",)])
@pytest.mark.parametrize("step", ["pay", "cancel"])
async def test_only_possible_steps_in_shopify_are_offered(
    http: httpx.AsyncClient, store: Store, way: tuple[str, ...], step: str
) -> None:
    order = placed(store, "ceramic-mug", paid=False)
    address = f"/sandbox/orders/{order.number}"
    for before in way:
        assert await can_be_done(http, address, before)
    offered = (await life(http, order))["shopify"]["steps"]
    assert (step in offered) == await can_be_done(http, address, step)


async def test_a_refund_is_offered_while_there_is_something_to_refund(http: httpx.AsyncClient, store: Store) -> None:
    order = placed(store, "ceramic-mug")
    assert "refund" in (await life(http, order))["shopify"]["steps"]
    assert await can_be_done(http, f"/sandbox/orders/{order.number}", "refund")
    assert "refund" not in (await life(http, order))["shopify"]["steps"]


async def test_the_shops_own_goods_are_sent_without_what_is_printed(http: httpx.AsyncClient, store: Store) -> None:
    order = placed(store, "ceramic-mug", "roastery-crest-shirt")
    steps = (await life(http, order))["shopify"]["steps"]
    assert await can_be_done(http, f"/sandbox/orders/{order.number}", "fulfill", steps["fulfill"])

    (parcel,) = order.fulfillments
    assert [line.title for line, _ in parcel.items] == ["Ceramic Mug"]
    assert "fulfill" not in (await life(http, order))["shopify"]["steps"]


async def test_an_order_is_shown_with_its_print_file_its_ticket_and_its_parcel(
    http: httpx.AsyncClient, store: Store
) -> None:
    order = placed(store, "latte")
    key = await printed(http, order)
    await sent_to_counter(http, order)
    for step in ("confirm", "start", "ship"):
        assert await can_be_done(http, f"/sandbox/printful/orders/{key}", step)
    shown = await life(http, order)

    assert shown["shopify"]["name"] == order.name
    assert shown["printful"][0]["items"][0]["prints"] == ["https://art.example/a.png"]
    assert shown["printful"][0]["parcels"][0]["number"].startswith("9400")
    assert [each["name"] for each in shown["square"][0]["items"]] == ["Latte"]


async def test_an_unknown_order_has_no_page(http: httpx.AsyncClient) -> None:
    assert (await http.get("/sandbox/orders/99")).status_code == 404
    assert (await http.get("/sandbox/orders/99/life.json")).status_code == 404
