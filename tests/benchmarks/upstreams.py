"""Upstreams that answer at once: the sandbox, each of whose answers is recorded and repeated to an equal request.

`/settings?delay_ms=25` delays every answer from then on, `/settings?failing=/printful` has what begins so answered with
503; `/requests` counts the requests so far.
"""

import asyncio
import dataclasses
import json
from urllib.parse import parse_qs

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.app import build_store, create_sandbox
from sandbox.records import Metafield, Product
from sandbox.store import Store

COPIES = 210
UNLIMITED = 1_000_000_000


class Recorded:
    """An app whose answers are recorded: each distinct request reaches it once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: dict[tuple[str, bytes, bytes], list[Message]] = {}
        self._delay_s = 0.0
        self._failing = ""
        self._requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if scope["path"] in ("/settings", "/requests"):
            await self._control(scope, send)
            return
        self._requests += 1
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        if self._failing and scope["path"].startswith(self._failing):
            await self._fail(send)
            return
        key = (scope["path"], scope["query_string"], body)
        if key not in self._answers:
            self._answers[key] = await self._asked(scope, body)
        for message in self._answers[key]:
            await send(message)

    async def _fail(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def _control(self, scope: Scope, send: Send) -> None:
        asked = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
        if "failing" in asked:
            self._failing = asked["failing"][0]
        if "delay_ms" in asked:
            self._delay_s = float(asked["delay_ms"][0]) / 1000
        body = str(self._requests).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _asked(self, scope: Scope, body: bytes) -> list[Message]:
        answer: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body}

        async def send(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, send)
        assert answer[0]["status"] == 200, answer
        return answer


def canned_upstreams() -> ASGIApp:
    """Storefront, Admin and Printful of a shop with more than 250 products, whose accounts know no limits."""
    store = build_store()
    store.printful_per_minute = UNLIMITED
    store.admin_bucket_points = store.admin_points_per_second = float(UNLIMITED)
    blanks = [each for each in store.products.values() if _is_blank(each)]
    others = [each for each in store.products.values() if each.vendor != "Printful_DS"]
    for number in range(COPIES):
        is_printed = number % 5 < 2  # of the last 50 products 20
        templates = blanks if is_printed else others
        _add_copy(store, templates[number % len(templates)], number)
    app = create_sandbox(store)
    asyncio.run(_forward_an_order(app, store))
    return Recorded(app)


def _is_blank(product: Product) -> bool:
    """Whether Printful prints it with a design that the buyer chooses."""
    sku = product.variants[0].sku or ""
    return product.vendor == "Printful_DS" and not sku.startswith("PFUL-SYNC-")


async def _forward_an_order(app: ASGIApp, store: Store) -> None:
    """Order #1003 gets a draft at Printful, and a journal that says so."""
    order = next(each for each in store.orders.values() if each.name == "#1003")
    draft = {
        "external_id": str(order.id),
        "recipient": {"name": "Sam Example", "address1": "5 Sample Road", "city": "Austin", "state_code": "TX"}
        | {"country_code": "US", "zip": "78701"},
        "items": [{"variant_id": 4011, "quantity": 1, "files": [{"url": "https://art.example.com/1.png"}]}],
    }
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://stand-in") as client:
        headers = {"authorization": "Bearer sandbox-printful", "x-pf-store-id": "1"}
        created = await client.post("/printful/orders", json=draft, headers=headers)
    order_id = created.json()["result"]["id"]
    record = {"state": "forwarded", "order_id": order_id, "external_id": str(order.id), "status": "draft"}
    journal = json.dumps({"v": 1, "print": record, "tickets": {}, "attempts": []})
    for key, value in (("forwarding", journal), ("printful_order_id", str(order_id))):
        kind = "json" if key == "forwarding" else "single_line_text_field"
        at = order.created_at
        order.private_metafields.append(Metafield(store.new_id(), "kynda", key, kind, value, at, at))


def _add_copy(store: Store, product: Product, number: int) -> None:
    copy = dataclasses.replace(product, id=store.new_id(), handle=f"{product.handle}-{number}", variants=[])
    copy.variants = [dataclasses.replace(each, id=store.new_id(), product=copy) for each in product.variants]
    store.add_product(copy)
