"""Requests to a gateway with a cache, for tests."""

from typing import Any

import httpx

from tests.gateway.cached_shop import CachedShop

MENU = '{ menu(handle: "main-menu") { title items { title } } }'
LATTE = '{ product(handle: "latte") { title } }'
PAGE = """{ product(handle: "your-design-mug") {
  title kind variants(first: 2) { nodes { sku inventory { availability } printful { size product { name } } } }
} }"""


async def data_of(shop: CachedShop, query: str, **variables: Any) -> Any:
    answer = await shop.ask(query, **variables)
    assert "errors" not in answer, answer
    return answer["data"]


async def is_cached(shop: CachedShop, query: str, **variables: Any) -> bool:
    """Whether the same, asked twice, needs no upstream the second time."""
    await shop.ask(query, **variables)
    shop.forget_requests()
    await shop.ask(query, **variables)
    return shop.requests == {}


NEW_CART = """mutation ($note: String!) { cartCreate(input: { note: $note }) { cart { id } } }"""


def lifetime_left(response: httpx.Response) -> int:
    """What a cache in front of the gateway would believe."""
    return int(response.headers["cache-control"].rpartition("max-age=")[2]) - int(response.headers["age"])
