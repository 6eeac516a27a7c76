"""No operation holds the event loop for long: what it does in one piece is measured in function calls."""

from typing import Any

import httpx
import pytest
from graphql import get_introspection_query

from tests.gateway.floods import FLOODS
from tests.serving import sandbox_at_noon, serving
from tests.work import CALLS_PER_SECOND, counted_pieces

MOST = CALLS_PER_SECOND // 10
"""A tenth of a second."""

LISTING = """{ products(first: 250) { nodes {
  kind isFeatured variants(first: 10) { nodes { id inventory { tracked availability } printful { size color } } }
} } }"""
JOINS = " ".join(f"v{n}: variants(first: 1) {{ nodes {{ inventory {{ tracked }} }} }}" for n in range(190))
WIDE: dict[str, dict[str, Any]] = {
    "the whole schema": {"query": get_introspection_query()},
    "a long joined listing": {"query": LISTING},
    "many joins": {"query": f"{{ products(first: 2) {{ nodes {{ {JOINS} }} }} }}"},
    "many root fields": {
        "query": "{ " + " ".join(f'p{n}: product(handle: "h{n}") {{ id title handle }}' for n in range(400)) + " }"
    },
    "many ids": {
        "query": "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { kind } } }",
        "variables": {"ids": [f"gid://shopify/Product/{n}" for n in range(8_000)]},
    },
    "many mistakes": {
        "query": "{ " + " ".join(f"p{n}: products(first: 1) {{ nodes {{ idd }} }}" for n in range(400)) + " }"
    },
}
OPERATIONS = WIDE | {f"flood of {name}": flood(18_000) for name, flood in FLOODS.items()}


class Repeated(httpx.AsyncBaseTransport):
    """Records the upstreams' answers, and repeats them: the work of the sandbox is not the gateway's."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self._answers: dict[tuple[str, bytes], tuple[int, bytes, dict[str, str]]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        key = (str(request.url), await request.aread())
        if key not in self._answers:
            response = await self._inner.handle_async_request(request)
            kind = {"content-type": response.headers.get("content-type", "")}
            self._answers[key] = (response.status_code, await response.aread(), kind)
        status, body, headers = self._answers[key]
        return httpx.Response(status, content=body, headers=headers)


@pytest.mark.parametrize("name", OPERATIONS)
async def test_no_operation_holds_the_event_loop_for_a_tenth_of_a_second(name: str) -> None:
    sandbox = sandbox_at_noon()
    transport = Repeated(sandbox.transport())
    for is_measured in (False, True):
        async with serving(sandbox, transport=transport) as gateway:
            if not is_measured:
                await gateway.http.post("/graphql", json=OPERATIONS[name])
                continue
            with counted_pieces() as work:
                answer = await gateway.http.post("/graphql", json=OPERATIONS[name])

    assert answer.status_code in (200, 400)
    assert work.longest < MOST
