"""Two gateways that share a Redis, and waiting until something holds."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from app import Sandbox
from clients.timing import REAL, Timing
from sandbox.product_changes import change_product
from tests.serving import Served, sandbox_at_noon, serving
from tests.signed import dumped, headers

WITHIN_S = 10.0
LATTE = '{ product(handle: "latte") { id title } }'
Check = Callable[[], Awaitable[bool]]


async def eventually(holds: Check, within_s: float = WITHIN_S) -> float:
    """Waits until it holds; the seconds that took."""
    began_s = time.monotonic()
    while not await holds():
        assert time.monotonic() - began_s < within_s, "it does not hold in time"
        await asyncio.sleep(0.005)
    return time.monotonic() - began_s


class Pair:
    """Two gateways over one shop. Its changes are sent to neither, unless the test does."""

    def __init__(self, first: Served, second: Served) -> None:
        self.first = first
        self.second = second

    @property
    def storefront_requests(self) -> int:
        """How many requests Storefront has seen."""
        return self.first.requests.get("storefront", 0)

    async def share(self, *, state: str = "up") -> float:
        """Waits until both report that state of Redis; the seconds that took."""

        async def both_do() -> bool:
            return [await redis_state(each) for each in (self.first, self.second)] == [state, state]

        return await eventually(both_do)

    def rename_latte(self, title: str) -> dict[str, Any]:
        """Changes a product; the body of the webhook about it."""
        return change_product(self.first.sandbox.store, "latte", title=title).as_json()


async def redis_state(served: Served) -> str:
    """What a gateway reports of its Redis."""
    found: str = (await served.http.get("/health")).json().get("redis", "off")
    return found


async def title_of(served: Served) -> str:
    """The title of a product that a page shows."""
    title: str = (await served.data(LATTE))["product"]["title"]
    return title


class Gateways:
    """A context with two gateways over one sandbox, both at one Redis."""

    def __init__(self, url: str, *, sandbox: Sandbox | None = None, timing: Timing = REAL, **settings: Any) -> None:
        self._sandbox = sandbox
        self._timing = timing
        self._settings = {"redis_url": url, **settings}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Pair:
        sandbox = self._sandbox or sandbox_at_noon()
        first = await self._stack.enter_async_context(serving(sandbox, timing=self._timing, **self._settings))
        second = await self._stack.enter_async_context(serving(sandbox, timing=self._timing, **self._settings))
        sandbox.store.webhook_subscriptions.clear()
        return Pair(first, second)

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()


async def deliver(served: Served, topic: str, body: dict[str, Any], **changed: str) -> int:
    """Sends a webhook to one gateway; the status of its answer."""
    sent = dumped(body)
    response = await served.http.post("/webhooks/shopify", content=sent, headers=headers(sent, topic, **changed))
    return response.status_code
