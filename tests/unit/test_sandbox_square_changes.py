"""Square's stand-in: changes of orders, their versions and their states."""

from typing import Any

import httpx
import pytest

from sandbox.square.views import board
from sandbox.store import Store
from tests.square_orders import dollars, external, line
from tests.unit.square_calls import created_order, first, read


async def changed(square: httpx.AsyncClient, order: dict[str, Any], **change: Any) -> httpx.Response:
    return await square.put(f"/orders/{order['id']}", json={"order": {"version": order["version"], **change}})


async def test_a_change_raises_the_version_and_keeps_the_rest(square: httpx.AsyncClient) -> None:
    order = await created_order(square, metadata={"a": "1"})
    uid = order["line_items"][0]["uid"]
    parts = [{"uid": uid, "quantity": "3"}, line(100)]
    after = (await changed(square, order, line_items=parts, metadata={"b": "2"})).json()["order"]
    assert (after["version"], after["metadata"]) == (2, {"a": "1", "b": "2"})
    assert [each["quantity"] for each in after["line_items"]] == ["3", "1"]
    assert after["total_money"] == dollars(1450)


async def test_fields_are_cleared_by_their_path(square: httpx.AsyncClient) -> None:
    order = await created_order(square, ticket_name="Ana", line_items=[line(note="Hot", uid="a"), line(uid="b")])
    paths = ["ticket_name", "line_items[a].note", "line_items[b]"]
    body = {"order": {"version": 1}, "fields_to_clear": paths}
    after = (await square.put(f"/orders/{order['id']}", json=body)).json()["order"]
    assert "ticket_name" not in after
    assert [(each["uid"], each.get("note")) for each in after["line_items"]] == [("a", None)]


@pytest.mark.parametrize("version", [{}, {"version": 2}])
async def test_a_change_to_another_version_is_refused(square: httpx.AsyncClient, version: dict[str, int]) -> None:
    order = await created_order(square)
    response = await square.put(f"/orders/{order['id']}", json={"order": {"ticket_name": "Ana", **version}})
    assert first(response)[:2] == (400, "VERSION_MISMATCH")
    assert await read(square, order) == order


async def test_the_same_change_under_its_key_is_made_once(square: httpx.AsyncClient) -> None:
    order = await created_order(square)
    body = {"order": {"version": 1, "ticket_name": "Ana"}, "idempotency_key": "change-1"}
    for _ in range(2):
        after = (await square.put(f"/orders/{order['id']}", json=body)).json()["order"]
    assert after["version"] == 2
    other = {**body, "order": {"version": 2, "ticket_name": "Bo"}}
    assert first(await square.put(f"/orders/{order['id']}", json=other))[1] == "IDEMPOTENCY_KEY_REUSED"


async def test_an_order_is_cancelled_only_after_its_fulfillment(square: httpx.AsyncClient) -> None:
    order = await created_order(square)
    uid = order["fulfillments"][0]["uid"]
    assert first(await changed(square, order, state="CANCELED"))[:2] == (400, "BAD_REQUEST")
    order = (await changed(square, order, fulfillments=[{"uid": uid, "state": "CANCELED"}])).json()["order"]
    assert order["state"] == "OPEN"
    order = (await changed(square, order, state="CANCELED")).json()["order"]
    assert (order["state"], order["version"]) == ("CANCELED", 3)
    assert order["closed_at"]
    assert first(await changed(square, order, ticket_name="Ana"))[:2] == (400, "BAD_REQUEST")


async def test_a_misspelt_state_cancels_nothing(square: httpx.AsyncClient) -> None:
    order = await created_order(square)
    response = await changed(square, order, fulfilments=[{"state": "CANCELED"}])
    assert (response.status_code, response.json()["order"]["fulfillments"][0]["state"]) == (200, "PROPOSED")


async def test_a_paid_order_is_not_cancelled_but_its_fulfillment_is(square: httpx.AsyncClient, store: Store) -> None:
    order = await created_order(square)
    await square.post("/payments", json=external(order))
    order = await read(square, order)
    uid = order["fulfillments"][0]["uid"]
    order = (await changed(square, order, fulfillments=[{"uid": uid, "state": "CANCELED"}])).json()["order"]
    assert first(await changed(square, order, state="CANCELED")) == (400, "BAD_REQUEST", "order.state")
    assert board(store) == []


async def test_an_order_is_completed_once_it_is_handed_over_and_paid(square: httpx.AsyncClient) -> None:
    order = await created_order(square)
    assert first(await changed(square, order, state="COMPLETED"))[1] == "BAD_REQUEST"
    uid = order["fulfillments"][0]["uid"]
    order = (await changed(square, order, fulfillments=[{"uid": uid, "state": "COMPLETED"}])).json()["order"]
    assert first(await changed(square, order, state="COMPLETED"))[1] == "BAD_REQUEST"
    await square.post("/payments", json=external(order))
    assert (await read(square, order))["state"] == "COMPLETED"


async def test_a_fulfillment_does_not_go_back(square: httpx.AsyncClient) -> None:
    order = await created_order(square)
    uid = order["fulfillments"][0]["uid"]
    order = (await changed(square, order, fulfillments=[{"uid": uid, "state": "PREPARED"}])).json()["order"]
    assert first(await changed(square, order, fulfillments=[{"uid": uid, "state": "RESERVED"}]))[1] == "BAD_REQUEST"
