"""The life of one order in Shopify, at Printful and at the counter, to be watched and moved on in a browser."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.catalogue.printed import VENDOR as PRINTED
from sandbox.deliveries import Delivery
from sandbox.html import message, page
from sandbox.order_controls import order_json
from sandbox.order_life import can_be_cancelled, catch_up, owes
from sandbox.order_records import Order
from sandbox.print_order_records import PrintOrder
from sandbox.printful.order_states import STATUSES
from sandbox.square.records import SquareOrder
from sandbox.square.states import can
from sandbox.square.views import is_on_board
from sandbox.square.views import order_json as square_json
from sandbox.store import Store
from sandbox.storefront.values import timestamp
from sandbox.webhooks import Webhooks

# What can be done at each place, in the order in which it happens, with the words on its button.
WORDS = {
    "shopify": {
        "pay": "Mark as paid",
        "fulfill": "Send our own goods",
        "deliver": "Deliver the parcels",
        "refund": "Refund all",
        "cancel": "Cancel",
    },
    "printful": {
        "confirm": "Confirm",
        "start": "Start printing",
        "ship": "Ship",
        "hold": "Put on hold",
        "release": "Release",
        "fail": "Fail",
        "cancel": "Cancel",
    },
    "square": {
        "accept": "Accept",
        "ready": "Ready",
        "pay": "Pay in cash",
        "complete": "Hand over",
        "cancel": "Cancel",
    },
}
PRINTFUL_STEPS = {
    "confirm": "confirmed",
    "start": "started",
    "ship": "shipped",
    "hold": "put on hold",
    "release": "released",
    "fail": "failed",
    "cancel": "canceled",
}
SQUARE_STEPS = ("accept", "ready", "pay", "complete", "cancel")


def routes(store: Store, webhooks: Webhooks) -> list[Route]:
    """`/sandbox/orders/{number}`, and what it shows as JSON beside it."""

    async def watched(request: Request) -> Response:
        order = _numbered(store, request.path_params["number"])
        if order is None:
            return message("Order", "There is no order with this number.", status=404)
        given = {"number": order.number, "words": WORDS}
        return page("order", f"Order {order.name}", {"given": given})

    async def life(request: Request) -> Response:
        store.clock.catch_up()
        catch_up(store)
        order = _numbered(store, request.path_params["number"])
        if order is None:
            return JSONResponse({"error": "There is no such order."}, 404)
        return JSONResponse(_life(store, order, webhooks.log))

    return [
        Route("/sandbox/orders/{number:int}", watched),
        Route("/sandbox/orders/{number:int}/life.json", life),
    ]


def _numbered(store: Store, number: int) -> Order | None:
    return next((order for order in store.orders.values() if order.number == number), None)


def _life(store: Store, order: Order, log: Iterable[Delivery]) -> dict[str, Any]:
    """All that the three systems know of an order, and the messages about it, the latest last."""
    prints = [each for each in store.print_orders.values() if (each.external_id or "").split("-")[0] == str(order.id)]
    tickets = [each for each in store.square_orders.values() if each.content.get("reference_id") == str(order.id)]
    marks = [str(order.id), *(str(each.id) for each in prints), *(each.id for each in tickets)]
    marks += [str(part.id) for part in order.fulfillment_orders]
    about_order = [each for each in log if any(mark.encode() in each.body for mark in marks)]
    return {
        "now": timestamp(store.clock.now()),
        "shopify": {**order_json(order), "steps": _shopify_steps(order)},
        "printful": [_printed(each) for each in prints],
        "square": [_ticket(each) for each in tickets],
        "messages": [
            {"sender": each.sender.name, "topic": each.topic, "at": timestamp(each.made_at), "statuses": each.statuses}
            for each in about_order[-40:]
        ],
    }


def _shopify_steps(order: Order) -> dict[str, Any]:
    """What can be done to the order now, each with what is sent for it."""
    own = {
        entry.line.id: entry.remaining
        for part in order.fulfillment_orders
        if part.method == "SHIPPING" and part.status in ("OPEN", "IN_PROGRESS")
        for entry in part.lines
        if entry.remaining and entry.line.vendor != PRINTED
    }
    possible = {
        "pay": owes(order),
        "fulfill": bool(own),
        "deliver": any(each.succeeded and each.delivered_at is None for each in order.fulfillments),
        "refund": any(line.current_quantity for line in order.lines),
        "cancel": can_be_cancelled(order),
    }
    return {step: {"lines": own} if step == "fulfill" else {} for step, is_possible in possible.items() if is_possible}


def _printed(order: PrintOrder) -> dict[str, Any]:
    return {
        "id": order.id,
        "status": order.status,
        "problem": order.hold_reason or order.error,
        "items": [
            {"name": each.name, "quantity": each.quantity, "prints": [file.url for file in each.files.values()]}
            for each in order.items
        ],
        "steps": {step: {} for step, done in PRINTFUL_STEPS.items() if order.status in STATUSES[done]},
        "parcels": [
            {"carrier": each.carrier, "number": each.tracking_number, "url": each.tracking_url}
            for each in order.shipments
        ],
    }


def _details(line: Mapping[str, Any]) -> list[str]:
    """What the barista has to know of a line besides its name."""
    modifiers = [each["name"] for each in line.get("modifiers", ()) if "name" in each]
    return [words for words in (line.get("variation_name"), *modifiers, line.get("note")) if words]


def _ticket(order: SquareOrder) -> dict[str, Any]:
    shown = square_json(order)
    part: Mapping[str, Any] = next(iter(shown.get("fulfillments", ())), {})
    return {
        "id": order.id,
        "name": shown.get("ticket_name"),
        "state": order.state,
        "step": part.get("state"),
        "isPaid": not shown.get("net_amount_due_money", {}).get("amount"),
        "isOnBoard": is_on_board(order),
        "items": [
            {"name": each.get("name"), "quantity": each["quantity"], "details": _details(each)}
            for each in shown.get("line_items", ())
        ],
        "steps": {step: {} for step in SQUARE_STEPS if can(order, step)},
    }
