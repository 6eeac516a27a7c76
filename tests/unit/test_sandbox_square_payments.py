"""Square's stand-in: payments of orders."""

from typing import Any

import httpx
import pytest

from sandbox.square.views import board
from sandbox.store import Store
from tests.square_orders import dollars, external, line
from tests.unit.square_calls import LONG, created_order, first, read


async def test_a_payment_closes_what_is_due_and_brings_the_order_to_the_board(
    square: httpx.AsyncClient, store: Store
) -> None:
    order = await created_order(square)
    assert board(store) == []
    payment = (await square.post("/payments", json=external(order, reference_id="1001"))).json()["payment"]
    after = await read(square, order)
    assert (payment["status"], payment["source_type"]) == ("COMPLETED", "EXTERNAL")
    assert (after["net_amount_due_money"], after["state"], after["version"]) == (dollars(0), "OPEN", 2)
    assert after["tenders"][0]["payment_id"] == payment["id"]
    assert [each.id for each in board(store)] == [order["id"]]
    assert (await square.get(f"/payments/{payment['id']}")).json()["payment"] == payment


async def test_a_tip_is_added_to_the_total(square: httpx.AsyncClient) -> None:
    order = await created_order(square)
    await square.post("/payments", json=external(order, tip_money=dollars(100)))
    after = await read(square, order)
    assert (after["total_money"], after["total_tip_money"]) == (dollars(550), dollars(100))
    assert after["net_amount_due_money"] == dollars(0)


async def test_cash_gives_change(square: httpx.AsyncClient) -> None:
    order = await created_order(square)
    cash = {"buyer_supplied_money": dollars(1000)}
    body = external(order, source_id="CASH", cash_details=cash)
    payment = (await square.post("/payments", json=body)).json()["payment"]
    assert payment["cash_details"]["change_back_money"] == dollars(550)


async def test_an_order_without_a_fulfillment_is_completed_by_its_payment(
    square: httpx.AsyncClient, store: Store
) -> None:
    order = await created_order(square, fulfillments=[])
    await square.post("/payments", json=external(order))
    assert (await read(square, order))["state"] == "COMPLETED"
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
    square: httpx.AsyncClient, store: Store, change: dict[str, Any], status: int, code: str
) -> None:
    order = await created_order(square)
    response = await square.post("/payments", json=external(order, **change))
    assert first(response)[:2] == (status, code)
    assert not store.square_payments


async def test_an_order_is_paid_once(square: httpx.AsyncClient, store: Store) -> None:
    order = await created_order(square)
    once, again = [await square.post("/payments", json=external(order)) for _ in range(2)]
    assert once.json() == again.json()
    assert first(await square.post("/payments", json=external(order, "pay-2")))[:2] == (400, "BAD_REQUEST")
    other = external(order, note="x")
    assert first(await square.post("/payments", json=other))[:2] == (400, "IDEMPOTENCY_KEY_REUSED")
    assert len(store.square_payments) == 1


async def test_approved_payments_pay_an_order_together(square: httpx.AsyncClient) -> None:
    order = await created_order(square)
    halves = [
        external(order, key, autocomplete=False, amount_money=dollars(amount))
        for key, amount in (("half-1", 200), ("half-2", 250))
    ]
    ids = [(await square.post("/payments", json=each)).json()["payment"]["id"] for each in halves]
    assert (await read(square, order))["net_amount_due_money"] == dollars(450)
    too_little = {"idempotency_key": "a", "payment_ids": ids[:1]}
    assert first(await square.post(f"/orders/{order['id']}/pay", json=too_little))[1] == "BAD_REQUEST"
    paid = await square.post(f"/orders/{order['id']}/pay", json={"idempotency_key": "b", "payment_ids": ids})
    assert paid.json()["order"]["net_amount_due_money"] == dollars(0)


async def test_an_order_for_nothing_is_paid_by_no_payment(square: httpx.AsyncClient) -> None:
    order = await created_order(square, line_items=[line(0)], fulfillments=[])
    paid = await square.post(f"/orders/{order['id']}/pay", json={"idempotency_key": "a", "payment_ids": []})
    assert paid.json()["order"]["state"] == "COMPLETED"
