"""Upstreams that answer at once: the sandbox, each of whose answers is kept and given again to an equal request."""

import dataclasses

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.app import build_store, create_sandbox
from sandbox.records import Product
from sandbox.store import Store

PRODUCTS = 100
UNLIMITED = 1_000_000_000


class Recorded:
    """An app that is asked each thing once, and its answer given from then on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: dict[tuple[str, bytes, bytes], list[Message]] = {}

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
        key = (scope["path"], scope["query_string"], body)
        if key not in self._answers:
            self._answers[key] = await self._asked(scope, body)
        for message in self._answers[key]:
            await send(message)

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
    """Storefront, Admin and Printful of a shop with 100 products, whose accounts know no limits."""
    store = build_store()
    store.printful_per_minute = UNLIMITED
    store.admin_bucket_points = store.admin_points_per_second = float(UNLIMITED)
    templates = list(store.products.values())
    for number in range(PRODUCTS - len(templates)):
        _add_copy(store, templates[number % len(templates)], number)
    return Recorded(create_sandbox(store))


def _add_copy(store: Store, product: Product, number: int) -> None:
    copy = dataclasses.replace(product, id=store.new_id(), handle=f"{product.handle}-{number}", variants=[])
    copy.variants = [dataclasses.replace(each, id=store.new_id(), product=copy) for each in product.variants]
    store.add_product(copy)
