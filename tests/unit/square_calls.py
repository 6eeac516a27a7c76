"""Calls of Square's stand-in, for tests."""

from typing import Any

import httpx

from tests.square_orders import ticket

BASE = "http://sandbox.example/square"
TOKEN = {"Authorization": "Bearer sandbox-test"}


async def created_order(square: httpx.AsyncClient, key: str | None = None, **order: Any) -> dict[str, Any]:
    body = {"order": ticket(**order)} | ({"idempotency_key": key} if key else {})
    response = await square.post("/orders", json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["order"]
    return found


async def read(square: httpx.AsyncClient, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await square.get(f"/orders/{order['id']}")).json()["order"]
    return found


def first(response: httpx.Response) -> tuple[int, str, str | None]:
    error = response.json()["errors"][0]
    assert error["category"] in {"INVALID_REQUEST_ERROR", "AUTHENTICATION_ERROR", "API_ERROR", "RATE_LIMIT_ERROR"}
    assert error["detail"]
    return response.status_code, error["code"], error.get("field")


LONG = {number: "x" * (number + 1) for number in (30, 40, 45, 60, 192, 255, 400, 500, 512, 2000)}


async def found_ids(square: httpx.AsyncClient, **search: Any) -> list[str]:
    answer = await square.post("/orders/search", json={"location_ids": ["SQMAIN", "SQEAST"], **search})
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json().get("orders", [])]
