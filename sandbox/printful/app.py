"""Printful's stand-in over HTTP: authentication, rate limits, and the response envelope."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import Faults
from sandbox.printful import order_pages
from sandbox.printful.catalogue import UNITS, Catalogue, size_guide
from sandbox.printful.exchange import KEY, Asked, Endpoint, Found, Later, page
from sandbox.printful.limits import Limiter, Turn
from sandbox.printful.mockups import MockupTasks, print_files
from sandbox.printful.orders import order_endpoints
from sandbox.printful.pictures import blank_png, mockup_png
from sandbox.printful.refusals import NotFound, Refusal
from sandbox.printful.shipping import estimate, quantity_of, rates
from sandbox.printful.synced import SyncedGoods
from sandbox.printful.templates import templates
from sandbox.printful.webhook_settings import webhook_endpoints
from sandbox.printful_ids import PRINT_PRODUCTS, PRINT_VARIANTS, PrintProduct
from sandbox.store import Store

TOKEN_START = "sandbox-"  # noqa: S105 what every token the sandbox takes begins with
API_STORE, PLATFORM_STORE = 1, 2  # one made for the API, one by connecting the shop
STORES = {
    API_STORE: {"id": API_STORE, "name": "Kynda Coffee", "type": "native"},
    PLATFORM_STORE: {"id": PLATFORM_STORE, "name": "Kynda Coffee (connected)", "type": "shopify"},
}
ANONYMOUS_PER_MINUTE = 30
MOCKUPS_PER_MINUTE, LARGE_RATES_PER_MINUTE, LARGE_QUANTITY = 10, 5, 100


def routes(store: Store, faults: Faults) -> list[Route]:
    """The routes of Printful, under `/printful`. Delays come from `faults`."""
    tasks = MockupTasks(store)
    endpoints = _endpoints(store, tasks)
    limiter = Limiter(store.clock.now)

    async def answer(request: Request) -> Response:
        authorization = request.headers.get("authorization")
        limit = store.printful_per_minute if authorization else ANONYMOUS_PER_MINUTE
        caller = authorization or "anonymous"
        turn = limiter.turn(caller, limit)
        try:
            _check_turn(turn)
            sent = await _sent(request)
            if (narrower := _narrower_limit(request, sent)) is not None:
                group, group_limit = narrower
                turn = limiter.turn(f"{caller} {group}", group_limit)
                _check_turn(turn)
            found = _found(endpoints, request, sent)
            if isinstance(found, Later):
                await faults.sleep(found.wait_s)
                found = found.found()
            paging = {"paging": dict(found.paging)} if found.paging is not None else {}
            return _answer(200, {"code": 200, "result": found.result, "extra": [], **paging}, turn.headers())
        except Refusal as refusal:
            error = {"reason": refusal.reason, "message": refusal.message}
            if refusal.code is not None:
                error["api_error_code"] = refusal.code
            body = {"code": refusal.status, "result": refusal.message, "error": error}
            return _answer(refusal.status, body, turn.headers())

    def blank(request: Request) -> Response:
        try:
            return _picture(blank_png(int(request.path_params["variant_id"])))
        except KeyError:
            return Response(status_code=404)

    def mockup(request: Request) -> Response:
        try:
            task = tasks.task(request.path_params["key"])
        except NotFound:
            return Response(status_code=404)
        design = re.search(r"/sandbox/designs/(design-\d+)\.png$", task.art_url)
        return _picture(mockup_png(task.variant_ids[0], design and design.group(1)))

    return [
        Route("/printful/{path:path}", answer, methods=["GET", "POST", "PUT", "DELETE"]),
        Route("/sandbox/blanks/{variant_id:int}.png", blank),
        Route("/sandbox/mockups/{key}.png", mockup),
        *order_pages.routes(store),
    ]


def _check_turn(turn: Turn) -> None:
    if not turn.allowed:
        wait = f"You've recently sent too many requests. Please try again after {turn.reset_s} seconds."
        raise Refusal(429, wait, "TooManyRequests")


async def _sent(request: Request) -> Mapping[str, Any]:
    """The JSON object of a request; empty for a request without a body."""
    content = await request.body()
    try:
        sent = orjson.loads(content) if content else {}
    except orjson.JSONDecodeError:
        raise Refusal(400, "Invalid JSON") from None
    return sent if isinstance(sent, dict) else {}


def _narrower_limit(request: Request, sent: Mapping[str, Any]) -> tuple[str, int] | None:
    """The additional limit for a request, beside the common one."""
    path = request.path_params["path"]
    if path.startswith("mockup-generator/create-task/"):
        return "mockups", MOCKUPS_PER_MINUTE
    if path == "shipping/rates" and quantity_of(sent) > LARGE_QUANTITY:
        return "large rates", LARGE_RATES_PER_MINUTE
    return None


def _picture(content: bytes) -> Response:
    return Response(content, media_type="image/png", headers={"cache-control": "public, max-age=86400"})


def _found(endpoints: Mapping[tuple[str, str], Endpoint], request: Request, sent: Mapping[str, Any]) -> Found | Later:
    path = request.path_params["path"].rstrip("/")
    _check_token(request.headers.get("authorization"), path)
    store_id = _store_id(request.headers.get("x-pf-store-id"), path)
    is_known = False
    for (method, pattern), endpoint in endpoints.items():
        matched = re.fullmatch(pattern, path)
        if matched is not None and method == request.method:
            return endpoint(Asked(matched.groups(), request.query_params, store_id, sent))
        is_known = is_known or matched is not None
    if is_known:
        raise Refusal(405, "Method Not Allowed", "MethodNotAllowed")
    raise NotFound


def _check_token(authorization: str | None, path: str) -> None:
    """The catalogue is public; a store needs a token."""
    if authorization is None and re.match(r"(products|categories)\b", path):
        return
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(401, "Malformed Authorization header.", "BadRequest")
    if not token.strip().startswith(TOKEN_START):
        raise Refusal(401, "The access token is not valid.", "Unauthorized")


def _store_id(header: str | None, path: str) -> int | None:
    """The store of a request. The sandbox has account tokens, so the request has to name a store."""
    if not re.match(r"(store|sync|shipping|orders|webhooks|mockup-generator)(/|$)", path):
        return None
    if header is None or not header.strip().isdigit():
        raise Refusal(400, "This endpoint requires `store_id`!", "BadRequest")
    store_id = int(header)
    if store_id not in (API_STORE, PLATFORM_STORE):
        raise Refusal(403, "The token has no access to this store.", "Forbidden")
    if re.match(r"(store|sync)/", path) and (store_id == API_STORE) != path.startswith("store/"):
        raise Refusal(400, "This endpoint does not serve stores of this kind.", "BadRequest")
    return store_id


def _endpoints(store: Store, tasks: MockupTasks) -> dict[tuple[str, str], Endpoint]:
    """The handler of each path."""
    catalogue = Catalogue(store.public_url, store.print_stock)
    goods = SyncedGoods(store, catalogue)

    def products(asked: Asked) -> Found:
        requested = asked.query.get("category_id")
        return Found(catalogue.products(_numbers(requested) if requested else None))

    def product(asked: Asked) -> Found:
        found = PRINT_PRODUCTS.get(int(asked.parts[0]))
        if found is None:
            raise NotFound
        return Found({"product": catalogue.product(found), "variants": catalogue.variants(found)})

    def variant(asked: Asked) -> Found:
        found = PRINT_VARIANTS.get(int(asked.parts[0]))
        if found is None:
            raise NotFound
        blank = PRINT_PRODUCTS[found.product_id]
        return Found({"variant": catalogue.variant(found), "product": catalogue.product(blank)})

    def sizes(asked: Asked) -> Found:
        found = PRINT_PRODUCTS.get(int(asked.parts[0]))
        units = [unit.strip() for unit in asked.query.get("unit", "inches").split(",")]
        if not set(units) <= set(UNITS):
            raise Refusal(400, f"The unit must be one of: {', '.join(UNITS)}.", "BadRequest")
        if found is None:
            raise NotFound
        return Found(size_guide(found, units))

    def categories(_: Asked) -> Found:
        return Found({"categories": catalogue.categories()})

    def category(asked: Asked) -> Found:
        for each in catalogue.categories():
            if str(each["id"]) == asked.parts[0]:
                return Found({"category": each})
        raise NotFound

    def stores(_: Asked) -> Found:
        """The connected store is listed once Printful's own app is connected to the shop."""
        return Found([each for key, each in STORES.items() if key == API_STORE or store.printful_app_connected])

    def one_store(asked: Asked) -> Found:
        found = STORES.get(int(asked.parts[0]))
        if found is None:
            raise NotFound
        return Found(found)

    def all_templates(asked: Asked) -> Found:
        found = page(templates(catalogue), asked.query)
        return Found({"items": found.result}, found.paging)

    def shipping_rates(asked: Asked) -> Found:
        return Found(rates(asked.sent, store.clock.now()))

    def costs(asked: Asked) -> Found:
        return Found(estimate(asked.sent))

    def files(asked: Asked) -> Found:
        return Found(print_files(_blank_product(asked)))

    def create_task(asked: Asked) -> Found:
        return Found(tasks.create(_blank_product(asked), asked.sent))

    def task(asked: Asked) -> Found:
        return Found(tasks.progress(asked.query.get("task_key", "")))

    def sync_products(asked: Asked) -> Found:
        return page(goods.products(), asked.query)

    def sync_product(asked: Asked) -> Found:
        found = goods.product(asked.parts[0])
        if found is None:
            raise NotFound
        return Found(found)

    def sync_variant(asked: Asked) -> Found:
        """Bare in a store made for the API; in a connected store wrapped together with its product."""
        found = goods.variant(asked.parts[0])
        if found is None:
            raise NotFound
        if asked.store_id == API_STORE:
            return Found(found)
        whole = goods.product(str(found["sync_product_id"]))
        return Found({"sync_variant": found, "sync_product": whole and whole["sync_product"]})

    read: dict[str, Endpoint] = {
        r"products": products,
        r"products/(\d+)": product,
        r"products/variant/(\d+)": variant,
        r"products/(\d+)/sizes": sizes,
        r"categories": categories,
        r"categories/(\d+)": category,
        r"stores": stores,
        r"stores/(\d+)": one_store,
        r"product-templates": all_templates,
        r"mockup-generator/printfiles/(\d+)": files,
        r"mockup-generator/task": task,
        r"(?:store|sync)/products": sync_products,
        rf"(?:store|sync)/products/{KEY}": sync_product,
        rf"store/variants/{KEY}": sync_variant,
        rf"sync/variant/{KEY}": sync_variant,
    }
    posted: dict[str, Endpoint] = {
        r"shipping/rates": shipping_rates,
        r"orders/estimate-costs": costs,
        r"mockup-generator/create-task/(\d+)": create_task,
    }
    return {
        **{("GET", pattern): endpoint for pattern, endpoint in read.items()},
        **{("POST", pattern): endpoint for pattern, endpoint in posted.items()},
        **order_endpoints(store, catalogue, goods),
        **webhook_endpoints(store),
    }


def _blank_product(asked: Asked) -> PrintProduct:
    found = PRINT_PRODUCTS.get(int(asked.parts[0]))
    if found is None:
        raise NotFound
    return found


def _numbers(text: str) -> set[int]:
    if not re.fullmatch(r"\d+(,\d+)*", text):
        raise Refusal(400, "The parameter category_id must hold whole numbers.", "BadRequest")
    return {int(number) for number in text.split(",")}


def _answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    return Response(orjson.dumps(body), status, {**headers, "content-type": "application/json; charset=UTF-8"})
