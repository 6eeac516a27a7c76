"""Printful's stand-in: what becomes of its orders, and what its webhooks would tell of it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.app import create_sandbox
from sandbox.printful.app import API_STORE
from sandbox.printful.order_states import PrintOrderStates
from sandbox.store import Store
from tests.unit.test_sandbox_printful_orders import MUG, SHIRT, order

Told = list[tuple[str, dict[str, Any]]]


class Printful:
    """Calls of the shop to Printful's orders, and of a tester to the sandbox's controls."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def ask(self, method: str, path: str, sent: Any = None) -> Any:
        headers = {"Authorization": "Bearer sandbox-test", "X-PF-Store-Id": str(API_STORE)}
        response = await self.http.request(method, f"/printful{path}", json=sent, headers=headers)
        assert response.status_code == 200, response.text
        return response.json()["result"]

    async def made(self, *steps: str) -> Any:
        """A new order as it is after these steps."""
        made = await self.ask("POST", "/orders", order(SHIRT, MUG))
        for step in steps:
            await self.move(step)
        return await self.ask("GET", f"/orders/{made['id']}")

    async def move(self, step: str, sent: Any = None) -> Any:
        response = await self.http.post(f"/sandbox/printful/orders/@5001/{step}", json=sent)
        assert response.status_code == 200, response.text
        return response.json()["order"]

    async def problem(self, step: str, sent: Any = None) -> str:
        response = await self.http.post(f"/sandbox/printful/orders/@5001/{step}", json=sent)
        assert response.status_code == 400
        return str(response.json()["error"])


@pytest.fixture
async def printful(store: Store) -> AsyncIterator[Printful]:
    transport = httpx.ASGITransport(create_sandbox(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example") as http:
        yield Printful(http)


@pytest.fixture
def events(store: Store) -> Told:
    """What Printful tells, in order."""
    events: Told = []
    store.printful_watchers.append(lambda kind, data: events.append((kind, data)))
    return events


def kinds(events: Told) -> list[str]:
    return [kind for kind, _ in events]


@pytest.mark.parametrize(
    ("before", "step", "status", "expected"),
    [
        ([], "confirm", "pending", ["order_updated"]),
        (["confirm"], "review", "inreview", ["order_updated"]),
        (["confirm"], "start", "inprocess", ["order_updated"]),
        (["confirm"], "hold", "onhold", ["order_put_hold", "order_updated"]),
        (["confirm"], "hold-approval", "onhold", ["order_put_hold_approval", "order_updated"]),
        (["confirm", "hold"], "release", "pending", ["order_remove_hold", "order_updated"]),
        (["confirm", "start", "hold"], "release", "inprocess", ["order_remove_hold", "order_updated"]),
        (["confirm"], "fail", "failed", ["order_failed", "order_updated"]),
        (["confirm", "fail"], "confirm", "pending", ["order_updated"]),
        (["confirm"], "cancel", "canceled", ["order_canceled", "order_updated"]),
        ([], "cancel", "canceled", ["order_updated"]),
        ([], "archive", "archived", ["order_updated"]),
        (["confirm", "start"], "ship", "fulfilled", ["package_shipped", "order_updated"]),
        (["confirm", "start", "ship"], "return", "fulfilled", ["package_returned"]),
        (["confirm"], "refund", "pending", ["order_refunded"]),
    ],
)
async def test_a_step_changes_the_order_and_sends_a_webhook(
    printful: Printful, events: Told, before: list[str], step: str, status: str, expected: list[str]
) -> None:
    await printful.made(*before)
    events.clear()
    moved = await printful.move(step)
    assert (moved["status"], kinds(events)) == (status, expected)
    assert all(data["order"] == moved for _, data in events)


@pytest.mark.parametrize(
    ("before", "step"),
    [
        (["confirm"], "confirm"),
        (["confirm"], "archive"),
        (["confirm"], "ship"),
        ([], "start"),
        ([], "hold"),
        ([], "fail"),
        ([], "refund"),
        (["confirm"], "release"),
        (["confirm"], "return"),
        (["confirm", "start", "ship"], "ship"),
        (["confirm", "start", "ship"], "cancel"),
        (["cancel"], "cancel"),
        (["confirm", "start", "ship", "return"], "return"),
        ([], "teleport"),
    ],
)
async def test_an_impossible_step_is_refused_and_sends_no_webhook(
    printful: Printful, events: Told, before: list[str], step: str
) -> None:
    made = await printful.made(*before)
    events.clear()
    assert await printful.problem(step)
    assert (events, await printful.ask("GET", f"/orders/{made['id']}")) == ([], made)


async def test_a_new_order_sends_a_webhook(printful: Printful, events: Told) -> None:
    made = await printful.made()
    assert events == [("order_created", {"order": made})]


async def test_a_change_of_a_draft_sends_a_webhook(printful: Printful, events: Told) -> None:
    await printful.made()
    changed = await printful.ask("PUT", "/orders/@5001", {"shipping": "PRINTFUL_FAST"})
    assert events[1:] == [("order_updated", {"order": changed})]


async def test_a_parcel_sends_a_webhook_with_its_tracking_and_contents(
    printful: Printful, events: Told, store: Store
) -> None:
    made = await printful.made("confirm", "start")
    shirt, mug = (each["id"] for each in made["items"])
    shipped = await printful.move("ship")
    parcel = events[-2][1]["shipment"]
    assert shipped["shipments"] == [parcel]
    assert parcel["tracking_number"] in parcel["tracking_url"]
    assert parcel["shipped_at"] == int(store.clock.now().timestamp())
    assert [(each["item_id"], each["quantity"]) for each in parcel["items"]] == [(shirt, 2), (mug, 1)]


async def test_an_order_that_leaves_in_parts_is_partial_until_the_last(printful: Printful, events: Told) -> None:
    await printful.made("confirm", "start")
    first = await printful.move("ship", {"items": {"line-1": 1}})
    rest = await printful.move("ship")
    assert (first["status"], rest["status"]) == ("partial", "fulfilled")
    assert [sum(each["quantity"] for each in parcel["items"]) for parcel in rest["shipments"]] == [1, 2]
    assert rest["shipments"][0]["id"] != rest["shipments"][1]["id"]


async def test_a_parcel_of_more_than_the_remaining_units_is_refused(printful: Printful) -> None:
    await printful.made("confirm", "start")
    assert await printful.problem("ship", {"items": {"line-1": 3}})
    assert await printful.problem("ship", {"items": {"line-9": 1}})


async def test_a_reshipment_is_another_parcel_of_shipped_goods(printful: Printful, events: Told) -> None:
    await printful.made("confirm", "start")
    await printful.move("ship", {"items": {"line-1": 2}})
    again = await printful.move("ship", {"items": {"line-1": 1}, "reshipment": True})
    rest = await printful.move("ship")
    assert (again["status"], rest["status"]) == ("partial", "fulfilled")
    assert [each["reshipment"] for each in rest["shipments"]] == [False, True, False]
    assert sum(each["quantity"] for each in rest["shipments"][2]["items"]) == 1


async def test_a_returned_parcel_sends_a_webhook_with_the_reason(printful: Printful, events: Told) -> None:
    shipped = await printful.made("confirm", "start", "ship")
    await printful.move("return", {"reason": "Refused"})
    kind, data = events[-1]
    assert (kind, data["reason"], data["shipment"]) == ("package_returned", "Refused", shipped["shipments"][0])


@pytest.mark.parametrize("step", ["hold", "hold-approval", "fail", "cancel"])
async def test_a_reason_is_part_of_the_webhook(printful: Printful, events: Told, step: str) -> None:
    await printful.made("confirm")
    await printful.move(step, {"reason": "Because."})
    assert events[-2][1]["reason"] == "Because."


async def test_a_failed_order_shows_its_error_until_it_is_confirmed_again(printful: Printful) -> None:
    await printful.made("confirm")
    failed = await printful.move("fail", {"reason": "The file is broken."})
    fixed = await printful.ask("PUT", "/orders/@5001?confirm=1", {"items": [SHIRT]})
    assert (failed["error"], fixed["error"], fixed["status"]) == ("The file is broken.", None, "pending")


async def test_an_approval_names_the_designs(printful: Printful, events: Told) -> None:
    await printful.made("confirm", "hold-approval")
    (file,) = events[-2][1]["approval_files"]
    assert sorted(file) == ["approval_sheet", "confirm_hash", "recommended_design", "submitted_design"]


async def test_a_refund_sends_a_webhook_with_its_amount(printful: Printful, events: Told) -> None:
    await printful.made("confirm")
    await printful.move("refund", {"amount": "5"})
    assert (events[-1][0], events[-1][1]["amount"]) == ("order_refunded", "5.00")
    assert await printful.problem("refund", {"amount": "500"})


async def test_an_order_whose_costs_take_a_while_comes_back_as_a_draft(
    printful: Printful, events: Told, store: Store
) -> None:
    store.printful_async_costs = True
    held = await printful.ask("POST", "/orders?confirm=1", order(SHIRT))
    store.clock.advance(60)
    later = await printful.ask("GET", "/orders/@5001")
    assert (held["status"], held["costs"]["total"]) == ("onhold", None)
    assert (later["status"], later["costs"]["total"]) == ("draft", "32.26")
    assert kinds(events) == ["order_created", "order_put_hold", "order_updated", "order_remove_hold", "order_updated"]


async def test_an_order_whose_costs_are_awaited_can_be_released_by_hand(printful: Printful, store: Store) -> None:
    store.printful_async_costs = True
    await printful.ask("POST", "/orders?confirm=1", order(SHIRT))
    released = await printful.move("release")
    store.clock.advance(60)
    assert (released["status"], released["costs"]["total"]) == ("draft", "32.26")
    assert (await printful.ask("POST", "/orders/@5001/confirm"))["status"] == "pending"


async def test_an_order_on_hold_cannot_be_cancelled_by_the_shop(printful: Printful) -> None:
    made = await printful.made("confirm", "hold")
    headers = {"Authorization": "Bearer sandbox-test", "X-PF-Store-Id": str(API_STORE)}
    response = await printful.http.delete(f"/printful/orders/{made['id']}", headers=headers)
    assert (response.status_code, response.json()["error"]["api_error_code"]) == (400, "OR-1")


async def test_a_change_of_stock_sends_a_webhook_and_shows_everywhere(
    printful: Printful, events: Told, store: Store
) -> None:
    await printful.made()
    sent = {"productId": 71, "out": [4011], "discontinued": [4016]}
    assert (await printful.http.post("/sandbox/printful/stock", json=sent)).status_code == 200
    variants = {each["id"]: each for each in (await printful.ask("GET", "/products/71"))["variants"]}
    synced = await printful.ask("GET", "/store/variants/4752058801")
    ordered = await printful.ask("GET", "/orders/@5001")

    stock = {"out": [4011], "discontinued": [4016]}
    assert events[-1] == ("stock_updated", {"product_id": 71, "variant_stock": stock})
    assert [variants[key]["in_stock"] for key in (4011, 4016, 4030)] == [False, False, True]
    assert synced["availability_status"] == "discontinued"
    assert [each["out_of_stock"] for each in ordered["items"]] == [True, False]


@pytest.mark.parametrize(
    "sent", [{}, {"productId": 1}, {"productId": 71, "out": [1320]}, {"productId": 71, "out": "x"}]
)
async def test_stock_of_what_is_not_there_cannot_change(printful: Printful, events: Told, sent: dict[str, Any]) -> None:
    assert (await printful.http.post("/sandbox/printful/stock", json=sent)).status_code == 400
    assert events == []


async def test_the_accounts_switches_can_be_set(printful: Printful, store: Store) -> None:
    await printful.http.post("/sandbox/printful", json={"appConnected": True})
    answer = await printful.http.post("/sandbox/printful", json={"asyncCosts": True})
    assert answer.json() == {"asyncCosts": True, "appConnected": True}
    assert (store.printful_async_costs, store.printful_app_connected) == (True, True)
    assert (await printful.http.post("/sandbox/printful", json={"asyncCosts": "yes"})).status_code == 400


async def test_the_delays_of_new_orders_can_be_set(printful: Printful, store: Store) -> None:
    answer = await printful.http.post("/sandbox/printful/delays", json={"commitS": 12, "lookupLagS": 20.5})
    assert answer.json() == {"commitS": 12.0, "lookupLagS": 20.5, "listingLagS": 0.0}
    assert (store.printful_commit_s, store.printful_lookup_lag_s) == (12, 20.5)


@pytest.mark.parametrize("sent", [{"commitS": "12"}, {"commitS": -1}, {"commitS": True}, {"commits": 1}])
async def test_unknown_delays_are_refused(printful: Printful, sent: dict[str, Any]) -> None:
    assert (await printful.http.post("/sandbox/printful/delays", json=sent)).status_code == 400


async def test_the_controls_list_the_orders_of_all_stores(printful: Printful) -> None:
    made = await printful.made("confirm")
    listed = (await printful.http.get("/sandbox/printful/orders.json")).json()["orders"]
    shown = (await printful.http.get(f"/sandbox/printful/orders/{made['id']}")).json()
    assert [(each["id"], each["externalId"], each["status"]) for each in listed] == [(made["id"], "5001", "pending")]
    assert shown["order"] == made


async def test_the_controls_know_no_order_that_is_not_there(printful: Printful) -> None:
    assert (await printful.http.get("/sandbox/printful/orders/1")).status_code == 404
    assert (await printful.http.post("/sandbox/printful/orders/1/confirm")).status_code == 404


async def test_the_states_can_be_driven_in_process(printful: Printful, store: Store) -> None:
    await printful.made("confirm", "start")
    (kept,) = store.print_orders.values()
    parcel = PrintOrderStates(store).ship(kept, {kept.items[0].id: 1})
    assert (kept.status, parcel.items) == ("partial", {kept.items[0].id: 1})
