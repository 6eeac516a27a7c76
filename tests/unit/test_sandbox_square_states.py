"""What Square's staff do at the counter, and what its webhooks say of that and of what apps do."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.app import create_sandbox
from sandbox.square.records import SquareOrder
from sandbox.square.refusals import Refusal
from sandbox.square.states import act, sell_at_counter
from sandbox.square.views import board, order_json
from sandbox.store import Store
from tests.square_orders import dollars, external, line, ticket

Told = list[tuple[str, dict[str, Any]]]


@pytest.fixture
async def http(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_sandbox(store))
    headers = {"Authorization": "Bearer sandbox-test"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example", headers=headers) as http:
        yield http


@pytest.fixture
def events(store: Store) -> Told:
    events: Told = []
    store.square_watchers.append(lambda kind, thing: events.append((kind, thing)))
    return events


async def created_order(http: httpx.AsyncClient, store: Store, **order: Any) -> SquareOrder:
    response = await http.post("/square/v2/orders", json={"order": ticket(**order)})
    return store.square_orders[response.json()["order"]["id"]]


async def paid(http: httpx.AsyncClient, store: Store) -> SquareOrder:
    order = await created_order(http, store)
    await http.post("/square/v2/payments", json=external(order_json(order)))
    return order


@pytest.mark.parametrize(
    ("actions", "state", "noted"),
    [
        (["accept"], "RESERVED", {"accepted_at"}),
        (["accept", "ready"], "PREPARED", {"accepted_at", "ready_at"}),
        (["accept", "ready", "complete"], "COMPLETED", {"accepted_at", "ready_at", "picked_up_at"}),
        (["accept", "cancel"], "CANCELED", {"accepted_at", "canceled_at"}),
        (["fail"], "FAILED", {"rejected_at"}),
    ],
)
async def test_each_action_moves_the_fulfillment_and_the_version(
    http: httpx.AsyncClient, store: Store, actions: list[str], state: str, noted: set[str]
) -> None:
    order = await paid(http, store)
    for action in actions:
        act(store, order.id, action)
    details = order.fulfillments[0]["pickup_details"]
    assert (order.fulfillments[0]["state"], order.version) == (state, 2 + len(actions))
    assert {name for name in details if name.endswith("_at")} - {"placed_at", "pickup_at"} == noted


async def test_a_paid_order_that_was_picked_up_is_completed(http: httpx.AsyncClient, store: Store) -> None:
    order = await paid(http, store)
    act(store, order.id, "complete")
    assert (order.state, order.closed_at) == ("COMPLETED", order.updated_at)


async def test_an_unpaid_order_that_was_picked_up_is_completed_by_cash(http: httpx.AsyncClient, store: Store) -> None:
    order = await created_order(http, store)
    act(store, order.id, "complete")
    assert order.state == "OPEN"
    act(store, order.id, "pay")
    assert order.state == "COMPLETED"


async def test_an_unpaid_order_that_is_called_off_is_cancelled(http: httpx.AsyncClient, store: Store) -> None:
    order = await created_order(http, store)
    act(store, order.id, "cancel")
    assert order.state == "CANCELED"


async def test_a_paid_order_that_is_called_off_stays_open_and_leaves_the_board(
    http: httpx.AsyncClient, store: Store
) -> None:
    order = await paid(http, store)
    act(store, order.id, "cancel")
    assert (order.state, board(store)) == ("OPEN", [])


async def test_cash_at_the_counter_brings_the_order_to_the_board(http: httpx.AsyncClient, store: Store) -> None:
    order = await created_order(http, store)
    assert board(store) == []
    act(store, order.id, "pay")
    assert board(store) == [order]
    assert order_json(order)["tenders"][0]["type"] == "CASH"


@pytest.mark.parametrize(
    "actions", [["complete", "accept"], ["ready", "accept"], ["cancel", "ready"], ["pay"], ["bake"]]
)
async def test_an_action_out_of_turn_changes_nothing(
    http: httpx.AsyncClient, store: Store, events: Told, actions: list[str]
) -> None:
    order = await paid(http, store)
    for action in actions[:-1]:
        act(store, order.id, action)
    before, told_before = order_json(order), len(events)
    with pytest.raises(Refusal):
        act(store, order.id, actions[-1])
    assert (order_json(order), len(events)) == (before, told_before)


async def test_an_order_created_and_paid_by_an_app_sends_webhooks(
    http: httpx.AsyncClient, store: Store, events: Told
) -> None:
    order = await paid(http, store)
    assert [kind for kind, _ in events] == ["order.created", "payment.created", "order.updated", "payment.updated"]
    document = order_json(order)
    told_of = {name: document[name] for name in ("location_id", "state", "created_at")}
    assert events[0][1] == {"order_created": {"order_id": order.id, "version": 1, **told_of}}
    updated = {"order_id": order.id, "version": 2, **told_of, "updated_at": document["updated_at"]}
    assert events[2][1] == {"order_updated": updated}
    assert events[1][1]["payment"]["order_id"] == order.id


async def test_a_step_of_the_fulfillment_sends_a_webhook_with_both_states(
    http: httpx.AsyncClient, store: Store, events: Told
) -> None:
    order = await created_order(http, store)
    events.clear()
    act(store, order.id, "ready")
    assert [kind for kind, _ in events] == ["order.updated", "order.fulfillment.updated"]
    update = events[1][1]["order_fulfillment_updated"]
    uid = order.fulfillments[0]["uid"]
    assert update["fulfillment_update"] == [{"fulfillment_uid": uid, "old_state": "PROPOSED", "new_state": "PREPARED"}]
    assert (update["order_id"], update["version"]) == (order.id, 2)


async def test_a_change_by_an_app_sends_a_webhook(http: httpx.AsyncClient, store: Store, events: Told) -> None:
    order = await created_order(http, store)
    uid = order.fulfillments[0]["uid"]
    change = {"version": 1, "fulfillments": [{"uid": uid, "state": "CANCELED"}]}
    await http.put(f"/square/v2/orders/{order.id}", json={"order": change})
    assert [kind for kind, _ in events] == ["order.created", "order.updated", "order.fulfillment.updated"]


async def test_a_repetition_sends_no_webhook(http: httpx.AsyncClient, events: Told) -> None:
    for _ in range(2):
        await http.post("/square/v2/orders", json={"order": ticket(), "idempotency_key": "key-1"})
    assert [kind for kind, _ in events] == ["order.created"]


async def test_a_preview_and_a_refusal_send_no_webhook(http: httpx.AsyncClient, events: Told) -> None:
    await http.post("/square/v2/orders/calculate", json={"order": ticket()})
    await http.post("/square/v2/orders", json={"order": ticket(location_id="SQWEST")})
    assert events == []


async def test_a_sale_at_the_counter_sends_no_created_webhook(
    http: httpx.AsyncClient, store: Store, events: Told
) -> None:
    order = sell_at_counter(store, "SQMAIN", {"Espresso": 300, "Scone": 250})
    assert [kind for kind, _ in events] == ["payment.created", "order.updated", "payment.updated"]
    document = (await http.get(f"/square/v2/orders/{order.id}")).json()["order"]
    assert (document["source"], document["state"]) == ({"name": "Point of Sale"}, "COMPLETED")
    assert document["total_money"] == dollars(550)
    assert "version" not in document


async def test_an_app_cannot_change_what_was_sold_at_the_counter(http: httpx.AsyncClient, store: Store) -> None:
    order = sell_at_counter(store, "SQMAIN", {"Espresso": 300}, is_paid=False)
    change = {"order": {"version": 1, "ticket_name": "Ana"}}
    response = await http.put(f"/square/v2/orders/{order.id}", json=change)
    assert response.json()["errors"][0]["code"] == "BAD_REQUEST"


async def test_the_controls_show_and_move_an_order(http: httpx.AsyncClient, store: Store) -> None:
    order = await created_order(http, store, line_items=[line(500)])
    where = f"/sandbox/square/orders/{order.id}"
    assert (await http.get(where)).json()["onBoard"] is False
    assert (await http.post(f"{where}/pay")).json()["onBoard"] is True
    answer = (await http.post(f"{where}/accept", json={})).json()
    assert answer["order"]["fulfillments"][0]["state"] == "RESERVED"
    assert (await http.get("/sandbox/square/orders.json")).json() == {"orders": [answer]}


@pytest.mark.parametrize("path", ["none", "none/accept"])
async def test_a_control_of_what_is_not_there_says_so(http: httpx.AsyncClient, path: str) -> None:
    method = "POST" if "/" in path else "GET"
    response = await http.request(method, f"/sandbox/square/orders/{path}")
    assert (response.status_code, list(response.json())) == (400, ["error"])


async def test_an_action_that_does_not_exist_names_those_that_do(http: httpx.AsyncClient, store: Store) -> None:
    order = await created_order(http, store)
    response = await http.post(f"/sandbox/square/orders/{order.id}/bake")
    assert response.status_code == 400
    assert "accept, ready, complete, cancel, fail, pay" in response.json()["error"]
