"""The sandbox's own pages: what it offers, its pictures, clock, faults and request counts."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import KINDS, UPSTREAMS, WEBHOOK_KINDS, Faults, UnknownFault
from sandbox.html import page
from sandbox.model import block
from sandbox.pictures import picture
from sandbox.printful import order_pages as print_orders
from sandbox.product_changes import UnknownChange, change_product
from sandbox.square import pages as square
from sandbox.store import Store
from sandbox.storefront.values import timestamp
from sandbox.webhooks import Webhooks


def routes(store: Store, faults: Faults, webhooks: Webhooks) -> list[Route]:
    """The routes under `/sandbox`."""

    async def index(_: Request) -> Response:
        return page("Kynda Coffee sandbox", _index(store, faults))

    async def clock(request: Request) -> Response:
        if request.method == "POST":
            seconds = (await _sent(request)).get("advanceSeconds")
            if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
                return _refused('Send {"advanceSeconds": n} with a number of seconds that is not negative.')
            store.clock.advance(seconds)
        return JSONResponse({"now": timestamp(store.clock.now())})

    async def fault_switches(request: Request) -> Response:
        if request.method == "DELETE":
            faults.clear(request.query_params.get("upstream"))
        if request.method == "POST":
            asked = await _sent(request)
            try:
                faults.add(asked.pop("upstream", ""), asked.pop("kind", ""), **asked)
            except UnknownFault as refusal:
                return _refused(str(refusal))
        active = [fault.as_json() for fault in faults.active]
        return JSONResponse({"active": active, "kinds": KINDS, "webhookKinds": WEBHOOK_KINDS})

    async def product(request: Request) -> Response:
        try:
            facts = change_product(store, request.path_params["handle"], **await _sent(request))
        except UnknownChange as refusal:
            return _refused(str(refusal))
        return JSONResponse(facts.as_json())

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            faults.forget_requests()
        counts = {upstream: faults.counts[upstream] for upstream in UPSTREAMS}
        operations = [{"upstream": s.upstream, "operation": s.operation, "path": s.path} for s in faults.log]
        return JSONResponse({"counts": counts, "log": operations})

    async def deliveries(_: Request) -> Response:
        subscriptions = [{"topic": s.topic, "uri": s.uri} for s in store.webhook_subscriptions.values()]
        sent = [{"sender": d.sender.name, "topic": d.topic, "uri": d.uri, "statuses": d.statuses} for d in webhooks.log]
        to_printful, to_square = store.printful_webhook, store.square_webhook
        return JSONResponse(
            {
                "subscriptions": subscriptions,
                "printful": to_printful and {"uri": to_printful.url, "types": to_printful.types},
                "square": to_square and {"uri": to_square.url, "types": to_square.types},
                "deliveries": sent,
            }
        )

    def drawing(request: Request) -> Response:
        return picture(request.path_params["path"], request.query_params)

    def model(_: Request) -> Response:
        return Response(block(), media_type="model/gltf-binary")

    return [
        Route("/sandbox", index),
        Route("/sandbox/clock", clock, methods=["GET", "POST"]),
        Route("/sandbox/faults", fault_switches, methods=["GET", "POST", "DELETE"]),
        Route("/sandbox/products/{handle}", product, methods=["POST"]),
        *square.routes(store),
        Route("/sandbox/webhooks", deliveries),
        Route("/sandbox/requests", requests, methods=["GET", "DELETE"]),
        Route("/sandbox/pictures/{path:path}.svg", drawing),
        Route("/sandbox/media/model/home-espresso-machine.glb", model),
    ]


async def _sent(request: Request) -> dict[str, Any]:
    try:
        document = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _refused(message: str) -> Response:
    return JSONResponse({"error": message}, 400)


def _index(store: Store, faults: Faults) -> str:
    counts = ", ".join(f"{upstream} {faults.counts[upstream]}" for upstream in UPSTREAMS)
    pictures = "".join(
        f'<img src="/sandbox/pictures/{product.pictures[0].path}" alt="{escape(product.title)}">'
        for product in list(store.products.values())[::4]
        if product.pictures
    )
    return (
        f"<p>Stand-ins for every upstream of the gateway, over one store in memory: {len(store.products)} products, "
        f"{len(store.variants)} variants. It is {timestamp(store.clock.now())} here. Requests so far: {counts}.</p>"
        '<p><a class="button main" href="/sandbox/checkout/example?key=example">Pay the example cart</a> '
        '<a class="button main" href="/sandbox/orders">See the orders</a></p>'
        f'<div class="pictures">{pictures}</div>'
        f"<h2>What answers here</h2>{_table(OFFERS)}<h2>Faults</h2>{_table(KINDS.items())}"
        f"<h2>Faults of webhooks</h2>{_table(WEBHOOK_KINDS.items())}"
    )


def _prose(text: str) -> str:
    return re.sub(r"`(.+?)`", r"<code>\1</code>", escape(text))


def _table(rows: Iterable[tuple[str, str]]) -> str:
    lines = (f"<tr><td><code>{escape(term)}</code></td><td>{_prose(meaning)}</td></tr>" for term, meaning in rows)
    return f'<table class="terms">{"".join(lines)}</table>'


OFFERS = (
    ("POST /api/2026-10/graphql.json", "Storefront API; a token, when sent, begins with sandbox-"),
    ("POST /admin/api/2026-10/graphql.json", "Admin API"),
    ("POST /admin/oauth/access_token", "Admin tokens by client credentials"),
    ("/printful/...", "Printful's API"),
    ("GET /sandbox/checkout/{token}", "where a cart's checkout URL leads, and where it is paid"),
    (
        "GET /sandbox/orders",
        'the orders; POST {"lines": [{"handle": "latte", "quantity": 2}], "method": "PICK_UP"} places one',
    ),
    (
        "POST /sandbox/orders/timing",
        'how late risk and routing of new orders come: {"riskAfterSeconds": 30, "routingAfterSeconds": 60}',
    ),
    ("GET /sandbox/orders/{number}.json", "an order's state"),
    (
        "POST /sandbox/orders/{number}/{action}",
        "route, risk, pay, hold, release, refund, edit, cancel, address, fulfill, prepare or deliver",
    ),
    ("GET /sandbox/designs.json", "the shop's design records, as a file for DESIGNS_FILE"),
    ("GET /sandbox/pictures/{name}.svg", "drawings; width, height and crop as query parameters"),
    ("GET /sandbox/clock", 'the time; POST {"advanceSeconds": 60} moves it on'),
    ("GET /sandbox/faults", 'faults switched on; POST {"upstream": "admin", "kind": "throttle", "times": 2}; DELETE'),
    (
        "POST /sandbox/products/{handle}",
        'a change of a product: {"price": "4.50"}, title, handle, stock, removed; `variant` names one by SKU or title',
    ),
    *print_orders.OFFERS,
    *square.OFFERS,
    ("GET /sandbox/webhooks", "who is told of what, and what was sent to whom; null is no answer"),
    ("GET /sandbox/requests", "requests that arrived at each upstream; DELETE sets them to zero"),
)
