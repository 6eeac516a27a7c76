"""The sandbox's controls of Printful's orders: list them and change their state."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.print_order_records import PrintOrder, PrintShipment
from sandbox.printful.order_bodies import order_body
from sandbox.printful.order_states import PrintOrderStates, WrongState
from sandbox.printful.orders import find_order
from sandbox.store import Store

_DELAYS = {
    "commitS": "printful_commit_s",
    "lookupLagS": "printful_lookup_lag_s",
    "listingLagS": "printful_listing_lag_s",
}
Step = Callable[[PrintOrder, Mapping[str, Any]], object]


def routes(store: Store) -> list[Route]:
    """The routes under `/sandbox/printful`."""
    states = PrintOrderStates(store)
    steps = _steps(states)

    async def listed(_: Request) -> Response:
        store.clock.catch_up()
        return JSONResponse({"orders": [_summary(each) for each in reversed(store.print_orders.values())]})

    async def shown(request: Request) -> Response:
        store.clock.catch_up()
        order = find_order(store, request.path_params["key"])
        if order is None:
            return _refused("There is no such order.", 404)
        return JSONResponse(_state(store, order))

    async def moved(request: Request) -> Response:
        store.clock.catch_up()
        order, step = find_order(store, request.path_params["key"]), steps.get(request.path_params["action"])
        if order is None:
            return _refused("There is no such order.", 404)
        if step is None:
            return _refused(f"An order can be moved by: {', '.join(steps)}.")
        try:
            step(order, await _sent(request))
        except WrongState as refusal:
            return _refused(str(refusal))
        return JSONResponse(_state(store, order))

    async def stock(request: Request) -> Response:
        try:
            sent = await _sent(request)
            product_id, out, discontinued = sent.get("productId"), sent.get("out", []), sent.get("discontinued", [])
            if not isinstance(product_id, int) or not _are_ids(out) or not _are_ids(discontinued):
                return _refused('Send {"productId": n, "out": [ids of variants], "discontinued": [ids of variants]}.')
            states.stock_updated(product_id, out, discontinued)
        except WrongState as refusal:
            return _refused(str(refusal))
        return JSONResponse({"productId": product_id, "out": out, "discontinued": discontinued})

    async def switches(request: Request) -> Response:
        if request.method == "POST":
            try:
                sent = await _sent(request)
            except WrongState as refusal:
                return _refused(str(refusal))
            if not set(sent) <= {"asyncCosts", "appConnected"} or not all(isinstance(on, bool) for on in sent.values()):
                return _refused('Send {"asyncCosts": true or false, "appConnected": true or false}.')
            store.printful_async_costs = sent.get("asyncCosts", store.printful_async_costs)
            store.printful_app_connected = sent.get("appConnected", store.printful_app_connected)
        return JSONResponse({"asyncCosts": store.printful_async_costs, "appConnected": store.printful_app_connected})

    async def delays(request: Request) -> Response:
        if request.method == "POST":
            try:
                sent = await _sent(request)
            except WrongState as refusal:
                return _refused(str(refusal))
            if not set(sent) <= set(_DELAYS) or not all(_is_delay(value) for value in sent.values()):
                return _refused(f"Send seconds for any of {', '.join(_DELAYS)}.")
            for name, value in sent.items():
                setattr(store, _DELAYS[name], float(value))
        return JSONResponse({name: getattr(store, attribute) for name, attribute in _DELAYS.items()})

    return [
        Route("/sandbox/printful", switches, methods=["GET", "POST"]),
        Route("/sandbox/printful/delays", delays, methods=["GET", "POST"]),
        Route("/sandbox/printful/orders.json", listed),
        Route("/sandbox/printful/orders/{key}", shown),
        Route("/sandbox/printful/orders/{key}/{action}", moved, methods=["POST"]),
        Route("/sandbox/printful/stock", stock, methods=["POST"]),
    ]


def _is_delay(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 3600


def _steps(states: PrintOrderStates) -> dict[str, Step]:
    """The possible steps of an order, by their name in the path."""

    def with_reason(step: Callable[..., None]) -> Step:
        return lambda order, sent: step(order, **_told_reason(sent))

    return {
        "confirm": lambda order, _: states.confirm(order),
        "review": lambda order, _: states.review(order),
        "start": lambda order, _: states.start(order),
        "ship": lambda order, sent: states.ship(order, _quantities(sent), sent.get("reshipment") is True),
        "hold": with_reason(states.hold),
        "hold-approval": with_reason(states.hold_approval),
        "release": with_reason(states.release),
        "fail": with_reason(states.fail),
        "cancel": with_reason(states.cancel),
        "return": lambda order, sent: states.returned(order, _parcel(order, sent), **_told_reason(sent)),
        "archive": lambda order, _: states.archive(order),
        "refund": lambda order, sent: states.refund(order, _amount(sent)),
    }


def _told_reason(sent: Mapping[str, Any]) -> dict[str, str]:
    reason = sent.get("reason")
    return {"reason": reason} if isinstance(reason, str) and reason else {}


def _quantities(sent: Mapping[str, Any]) -> Mapping[str, int] | None:
    """The quantity to ship of each item; None for all."""
    items = sent.get("items")
    if items is None:
        return None
    if not isinstance(items, dict) or not all(_is_whole(each) for each in items.values()):
        raise WrongState('Send {"items": {id of an item: how many}}.')
    return items


def _parcel(order: PrintOrder, sent: Mapping[str, Any]) -> PrintShipment:
    """The parcel named by `shipment`, or else the last one."""
    key = sent.get("shipment")
    for each in reversed(order.shipments):
        if key in (None, each.id):
            return each
    raise WrongState("The order has no such parcel.")


def _amount(sent: Mapping[str, Any]) -> Decimal | None:
    if sent.get("amount") is None:
        return None
    try:
        return Decimal(str(sent["amount"]))
    except InvalidOperation:
        raise WrongState("The amount is no number.") from None


def _are_ids(value: Any) -> bool:
    return isinstance(value, list) and all(_is_whole(each) for each in value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _summary(order: PrintOrder) -> dict[str, Any]:
    return {
        "id": order.id,
        "externalId": order.external_id,
        "store": order.store_id,
        "status": order.status,
        "holdReason": order.hold_reason,
        "error": order.error,
        "shipments": len(order.shipments),
    }


def _state(store: Store, order: PrintOrder) -> dict[str, Any]:
    """The order as Printful's own staff see it."""
    return {
        **_summary(order),
        "returned": {str(each.id): each.returned for each in order.shipments if each.returned is not None},
        "refunded": format(order.refunded, ".2f"),
        "order": order_body(store, order),
    }


async def _sent(request: Request) -> dict[str, Any]:
    """The JSON object of a request; empty for a request without a body. Raises WrongState."""
    content = await request.body()
    try:
        sent = orjson.loads(content) if content else {}
    except orjson.JSONDecodeError:
        sent = None
    if not isinstance(sent, dict):
        raise WrongState("Send a JSON object.")
    return sent


def _refused(problem: str, status: int = 400) -> Response:
    return JSONResponse({"error": problem}, status)
