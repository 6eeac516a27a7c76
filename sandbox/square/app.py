"""Square's stand-in over HTTP: authentication, request handlers, and the response envelope."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import Faults
from sandbox.square.catalogue_list import catalogue_page
from sandbox.square.locations import location, locations
from sandbox.square.orders import calculated, create_order, order_of, orders_of, pay_order, update_order
from sandbox.square.payments import create_payment, payment_of
from sandbox.square.refusals import AUTHENTICATION, Problem, Refusal, refused
from sandbox.square.search import search_orders
from sandbox.square.views import order_json, payment_json
from sandbox.store import Store

TOKEN_START = "sandbox-"  # noqa: S105 what every token the sandbox takes begins with
VERSION = "2026-09-16"
_CREATIONS = (("POST", "v2/orders"), ("POST", "v2/payments"))

# The handler of a path: gets the groups of the path and the JSON object of the request.
Endpoint = Callable[[tuple[str, ...], dict[str, Any]], dict[str, Any]]


def routes(store: Store, faults: Faults) -> list[Route]:
    """The routes of Square, under `/square`. Delays come from `faults`."""
    endpoints = _endpoints(store)

    async def answer(request: Request) -> Response:
        headers = {"square-version": request.headers.get("square-version", VERSION)}
        try:
            _check_token(request.headers.get("authorization"))
            path = request.path_params["path"].rstrip("/")
            endpoint, parts = _endpoint(endpoints, request.method, path)
            sent = dict(request.query_params) if request.method == "GET" else _sent(await request.body())
            store.clock.catch_up()
            if store.square_commit_s > 0 and (request.method, path) in _CREATIONS:
                return _json(await _later(store, faults, lambda: endpoint(parts, sent)), 200, headers)
            return _json(endpoint(parts, sent), 200, headers)
        except Refusal as refusal:
            return _json(refusal.as_json(), refusal.status, headers)

    return [Route("/square/{path:path}", answer, methods=["GET", "POST", "PUT", "DELETE"])]


async def _later(store: Store, faults: Faults, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The result of `work` after Square's delay. The work is done even if the caller disconnects."""
    outcome: list[dict[str, Any] | Refusal] = []

    def commit() -> None:
        try:
            outcome.append(work())
        except Refusal as refusal:
            outcome.append(refusal)

    store.clock.at(store.clock.now() + timedelta(seconds=store.square_commit_s), commit)
    await faults.sleep(store.square_commit_s)
    store.clock.catch_up()
    [found] = outcome
    if isinstance(found, Refusal):
        raise found
    return found


def _check_token(authorization: str | None) -> None:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip().startswith(TOKEN_START):
        why = "This request could not be authorized."
        raise Refusal([Problem("UNAUTHORIZED", why, category=AUTHENTICATION)], 401)


def _endpoint(
    endpoints: Mapping[tuple[str, str], Endpoint], method: str, path: str
) -> tuple[Endpoint, tuple[str, ...]]:
    is_known = False
    for (allowed, pattern), endpoint in endpoints.items():
        matched = re.fullmatch(pattern, path)
        if matched is not None and allowed == method:
            return endpoint, matched.groups()
        is_known = is_known or matched is not None
    if is_known:
        raise refused("METHOD_NOT_ALLOWED", "Method not allowed.", status=405)
    raise refused("NOT_FOUND", "Resource not found.", status=404)


def _sent(content: bytes) -> dict[str, Any]:
    """The JSON object of a request; empty for a request without a body."""
    try:
        sent = orjson.loads(content) if content else {}
    except orjson.JSONDecodeError:
        sent = None
    if not isinstance(sent, dict):
        raise refused("EXPECTED_JSON_BODY", "Expected a JSON object as the body.")
    return sent


def _endpoints(store: Store) -> dict[tuple[str, str], Endpoint]:
    def order(parts: tuple[str, ...], _: dict[str, Any]) -> dict[str, Any]:
        return {"order": order_json(order_of(store, parts[0]))}

    def new_order(_: tuple[str, ...], sent: dict[str, Any]) -> dict[str, Any]:
        return {"order": order_json(create_order(store, sent))}

    def changed_order(parts: tuple[str, ...], sent: dict[str, Any]) -> dict[str, Any]:
        return {"order": order_json(update_order(store, parts[0], sent))}

    def paid_order(parts: tuple[str, ...], sent: dict[str, Any]) -> dict[str, Any]:
        return {"order": order_json(pay_order(store, parts[0], sent))}

    def calculation(_: tuple[str, ...], sent: dict[str, Any]) -> dict[str, Any]:
        return {"order": calculated(store, sent)}

    def found_orders(_: tuple[str, ...], sent: dict[str, Any]) -> dict[str, Any]:
        return search_orders(store, sent)

    def some_orders(_: tuple[str, ...], sent: dict[str, Any]) -> dict[str, Any]:
        found = [order_json(each) for each in orders_of(store, sent)]
        return {"orders": found} if found else {}

    def new_payment(_: tuple[str, ...], sent: dict[str, Any]) -> dict[str, Any]:
        return {"payment": payment_json(create_payment(store, sent))}

    def payment(parts: tuple[str, ...], _: dict[str, Any]) -> dict[str, Any]:
        return {"payment": payment_json(payment_of(store, parts[0]))}

    def catalogue(_: tuple[str, ...], asked: dict[str, Any]) -> dict[str, Any]:
        return catalogue_page(store, asked)

    def all_locations(_: tuple[str, ...], __: dict[str, Any]) -> dict[str, Any]:
        return {"locations": locations(store)}

    def one_location(parts: tuple[str, ...], _: dict[str, Any]) -> dict[str, Any]:
        return {"location": location(store, parts[0])}

    return {
        ("POST", "v2/orders"): new_order,
        ("POST", "v2/orders/calculate"): calculation,
        ("POST", "v2/orders/search"): found_orders,
        ("POST", "v2/orders/batch-retrieve"): some_orders,
        ("GET", "v2/orders/([^/]+)"): order,
        ("PUT", "v2/orders/([^/]+)"): changed_order,
        ("POST", "v2/orders/([^/]+)/pay"): paid_order,
        ("POST", "v2/payments"): new_payment,
        ("GET", "v2/payments/([^/]+)"): payment,
        ("GET", "v2/catalog/list"): catalogue,
        ("GET", "v2/locations"): all_locations,
        ("GET", "v2/locations/([^/]+)"): one_location,
    }


def _json(document: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> Response:
    return Response(orjson.dumps(document), status, headers, media_type="application/json")
