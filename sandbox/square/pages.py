"""The sandbox's counter page: Square's orders and the actions of staff."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.html import page
from sandbox.square.catalogue_list import mark_sold_out, sellable
from sandbox.square.locations import locations
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

    async def menu(_: Request) -> Response:
        return page("square_menu", "The counter's menu", {"rows": _menu_rows(store), "places": _places(store)})

    async def tapped(request: Request) -> Response:
        parameters = request.path_params
        minutes = request.query_params.get("minutes", "")
        until = store.clock.now() + timedelta(minutes=int(minutes)) if minutes.isascii() and minutes.isdigit() else None
        try:
            mark_sold_out(
                store,
                parameters["object_id"],
                parameters["location_id"],
                is_sold_out=parameters["action"] == "sold-out",
                until=until,
            )
        except Refusal as refusal:
            return JSONResponse({"error": " ".join(each.detail for each in refusal.problems)}, 400)
        return RedirectResponse(f"/sandbox/square/menu#{parameters['object_id']}", 303)

    return [
        Route("/sandbox/square/menu", menu),
        Route("/sandbox/square/menu/{location_id}/{object_id}/{action}", tapped, methods=["POST"]),
        Route("/sandbox/square/orders.json", orders),
        Route("/sandbox/square/orders/{order_id}", order),
        Route("/sandbox/square/orders/{order_id}/{action}", action, methods=["POST"]),
    ]


def _places(store: Store) -> list[tuple[str, str]]:
    return [(each["id"], each["name"]) for each in locations(store)]


def _menu_rows(store: Store) -> list[dict[str, Any]]:
    """Every object that can be sold out, with its state at each location."""
    return [
        {**each, "cells": [(place, (each["id"], place) in store.square_sold_out) for place, _ in _places(store)]}
        for each in sellable(store)
    ]


def _answer(work: Callable[[], SquareOrder]) -> Response:
    try:
        return JSONResponse(_shown(work()))
    except Refusal as refusal:
        return JSONResponse({"error": " ".join(each.detail for each in refusal.problems)}, 400)


def _shown(order: SquareOrder) -> dict[str, Any]:
    return {"order": order_json(order), "onBoard": is_on_board(order)}
