"""The sandbox's own pages: what it offers, its pictures, clock, faults and request counts."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.data_files import read_data
from sandbox.faults import KINDS, UPSTREAMS, WEBHOOK_KINDS, Faults, UnknownFault
from sandbox.html import page
from sandbox.model import block
from sandbox.pictures import picture
from sandbox.product_changes import UnknownChange, change_product
from sandbox.square import pages as square
from sandbox.store import Store
from sandbox.storefront.values import timestamp
from sandbox.webhooks import Webhooks


def routes(store: Store, faults: Faults, webhooks: Webhooks) -> list[Route]:
    """The routes under `/sandbox`."""

    async def index(_: Request) -> Response:
        return _index(store, faults)

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

    async def consent(request: Request) -> Response:
        if request.method == "POST":
            required = (await _sent(request)).get("required")
            if not isinstance(required, bool):
                return _refused('Send {"required": true} or {"required": false}.')
            store.consent_required = required
        return JSONResponse({"required": store.consent_required})

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
        Route("/sandbox/consent", consent, methods=["GET", "POST"]),
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


def _index(store: Store, faults: Faults) -> Response:
    pictured = [product for product in store.products.values() if product.pictures]
    values = {
        "now": store.clock.now(),
        "products": len(store.products),
        "variants": len(store.variants),
        "counts": {upstream: faults.counts[upstream] for upstream in UPSTREAMS},
        "shown": pictured[::4][:14],
        "routes": read_data("routes", dict[str, str]).items(),
        "kinds": KINDS.items(),
        "webhook_kinds": WEBHOOK_KINDS.items(),
    }
    return page("index", "Kynda Coffee sandbox", values)
