"""The sandbox's pages and controls of orders: the checkout, the list, and the page of an order."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.checkout import checkout_page, paid_page
from sandbox.html import page
from sandbox.order_controls import ACTIONS, act, order_json, place, set_timing
from sandbox.order_life import OrderRefused, catch_up
from sandbox.order_records import Order
from sandbox.store import Store


def routes(store: Store) -> list[Route]:
    """The checkout's route, and those under `/sandbox/orders`. From now on orders follow the store's clock."""
    store.clock.watchers.append(lambda: catch_up(store))

    async def checkout(request: Request) -> Response:
        token, key = request.path_params["token"], request.query_params.get("key", "")
        if request.method != "POST":
            return checkout_page(store, token, key)
        sent = dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
        answer = paid_page(store, token, key, sent)
        _catch_up_later(store)
        return answer

    async def orders(request: Request) -> Response:
        if request.method != "POST":
            catch_up(store)
            return _list(store)
        return await _controlled(request, lambda sent: _placed(store, sent))

    async def timing(request: Request) -> Response:
        return await _controlled(request, lambda sent: JSONResponse(set_timing(store, sent)))

    async def state(request: Request) -> Response:
        catch_up(store)
        order = _numbered(store, request.path_params["number"])
        return _unknown() if order is None else JSONResponse(order_json(order))

    async def action(request: Request) -> Response:
        catch_up(store)
        order, name = _numbered(store, request.path_params["number"]), request.path_params["action"]
        if order is None or name not in ACTIONS:
            return _unknown()

        def acted(sent: Mapping[str, Any]) -> Response:
            act(store, order, name, sent)
            return JSONResponse(order_json(order))

        return await _controlled(request, acted)

    return [
        Route("/sandbox/checkout/{token}", checkout, methods=["GET", "POST"]),
        Route("/sandbox/orders", orders, methods=["GET", "POST"]),
        Route("/sandbox/orders/timing", timing, methods=["GET", "POST"]),
        Route("/sandbox/orders/{number:int}.json", state),
        Route("/sandbox/orders/{number:int}/{action}", action, methods=["POST"]),
    ]


async def _controlled(request: Request, answer: Callable[[Mapping[str, Any]], Response]) -> Response:
    body = await request.body()
    try:
        sent = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        sent = None
    if not isinstance(sent, dict):
        return _refused("Send a JSON object.")
    try:
        return answer(sent)
    except OrderRefused as refusal:
        return _refused(str(refusal))


def _placed(store: Store, sent: Mapping[str, Any]) -> Response:
    order = place(store, sent)
    _catch_up_later(store)
    return JSONResponse(order_json(order), 201)


def _catch_up_later(store: Store) -> None:
    """Where time passes by itself, what is late about new orders comes by itself too."""
    for after_s in {store.risk_after_s, store.routing_after_s} - {0.0}:
        asyncio.get_running_loop().call_later(after_s, catch_up, store)


def _numbered(store: Store, number: int) -> Order | None:
    return next((order for order in store.orders.values() if order.number == number), None)


def _refused(message: str) -> Response:
    return JSONResponse({"error": message}, 400)


def _unknown() -> Response:
    return JSONResponse({"error": f"There is no such order, or none of: {', '.join(ACTIONS)}."}, 404)


def _list(store: Store) -> Response:
    latest = sorted(store.orders.values(), key=lambda order: order.number, reverse=True)
    return page("orders", "Orders", {"orders": latest})
