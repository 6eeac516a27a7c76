"""Calls of the Printful order client to canned answers, for tests."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest

from clients.errors import UpstreamError
from clients.http import HttpUpstream
from clients.printful.client import Printful, PrintfulAccess
from clients.printful.order_client import PrintfulOrders
from clients.printful.orders import (
    DraftItem,
    DraftRecipient,
    OrderDraft,
    RetailCosts,
)
from tests.virtual_time import PassingTime

Ask = Callable[[PrintfulOrders], Awaitable[object]]
MUG = DraftItem("9001", 2, "Mug 11 oz", Decimal("18.5"), variant_id=1320, art_url="https://art.example/dog.png?v=2")
TOTE = DraftItem("9002", 1, "Tote", Decimal("24.00"), sync_variant_id=4411)
GUEST = DraftRecipient("A. Guest", "1 Road, flat 2", "Riga", "LV", zip="LV-1010")
COSTS = RetailCosts("USD", Decimal("61"), Decimal("3.055"), Decimal("4.75"), Decimal(0))
DRAFT = OrderDraft("5001", "STANDARD", GUEST, (MUG, TOTE), COSTS, "#1001")
SMALL = {"id": 7, "status": "draft"}


class Shop:
    """Printful with answers in turn, of which the last is given for ever; keeps the requests."""

    def __init__(self, *answers: tuple[int, Any] | httpx.HTTPError) -> None:
        self._answers = list(answers)
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, httpx.HTTPError):
            raise answer
        status, body = answer
        return httpx.Response(status, text=body) if isinstance(body, str) else httpx.Response(status, json=body)

    @property
    def requests(self) -> list[str]:
        return [f"{each.method} {each.url.raw_path.decode().removeprefix('/api')}" for each in self.seen]

    @property
    def body(self) -> Any:
        return json.loads(self.seen[-1].content)


@asynccontextmanager
async def orders(shop: Shop) -> AsyncIterator[PrintfulOrders]:
    http = HttpUpstream(httpx.MockTransport(shop), "https://printful.example/api")
    yield PrintfulOrders(Printful(http, PrintfulAccess("secret", "42"), timing=PassingTime().timing))


def ok(value: Any, **more: Any) -> tuple[int, Any]:
    return 200, {"code": 200, "result": value, "extra": [], **more}


async def fails(shop: Shop, ask: Ask, kind: type[UpstreamError]) -> UpstreamError:
    async with orders(shop) as client:
        with pytest.raises(kind) as caught:
            await ask(client)
    assert type(caught.value) is kind
    return caught.value
