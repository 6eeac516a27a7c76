"""The sandbox's page of the counter: Square's orders, and the staff's actions."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.square.orders import order_of
from sandbox.square.records import SquareOrder
from sandbox.square.refusals import Refusal
from sandbox.square.states import act
from sandbox.square.views import is_on_board, order_json
from sandbox.store import Store


def routes(store: Store) -> list[Route]:
    """The routes under `/sandbox/square`."""

    async def orders(_: Request) -> Response:
        return JSONResponse({"orders": [_shown(each) for each in reversed(store.square_orders.values())]})

    async def order(request: Request) -> Response:
        return _answer(lambda: order_of(store, request.path_params["order_id"]))

    async def action(request: Request) -> Response:
        return _answer(lambda: act(store, request.path_params["order_id"], request.path_params["action"]))

    return [
        Route("/sandbox/square/orders.json", orders),
        Route("/sandbox/square/orders/{order_id}", order),
        Route("/sandbox/square/orders/{order_id}/{action}", action, methods=["POST"]),
    ]


def _answer(work: Callable[[], SquareOrder]) -> Response:
    try:
        return JSONResponse(_shown(work()))
    except Refusal as refusal:
        return JSONResponse({"error": " ".join(each.detail for each in refusal.problems)}, 400)


def _shown(order: SquareOrder) -> dict[str, Any]:
    return {"order": order_json(order), "onBoard": is_on_board(order)}
