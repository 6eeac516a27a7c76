"""Random visits of several visitors at once: what Shopify says to one of them never reaches another, nor the cache."""

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.gateway.wire_shopify import Shopify, gateway
from tests.virtual_time import in_virtual_time

QUERIES = ("{ shop { name } }", "{ shop { name } gateway { mode } }", "{ shop { name next } }")
VISITORS = (None, "ada", "bob", "cyd")
EVERYBODY = "everybody"

visits = st.tuples(st.sampled_from(VISITORS), st.sampled_from(QUERIES), st.sampled_from([0.0, 0.1, 0.4]))
manners = st.sampled_from(["plain", "sets a cookie", "says Vary", "depends in silence", "times"])
steps = st.one_of(
    st.tuples(st.just("visit"), st.lists(visits, min_size=1, max_size=6)),
    st.tuples(st.just("turn"), manners),
    st.tuples(st.just("wait"), st.sampled_from([1.0, 310.0, 4000.0])),
)


class ShopifyOfVisitors(Shopify):
    """Knows visitors by their cookie, and hands out tokens that nobody else may see."""

    def __init__(self) -> None:
        super().__init__()
        self.manner = "plain"
        self.owners: dict[str, str | None] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        manner = self.manner
        await asyncio.sleep(0.2)  # others join the fetch meanwhile
        visitor = request.headers.get("cookie", "").removeprefix("_shopify_y=") or None
        token = f"token-{len(self.owners)}"
        self.owners[token] = visitor
        headers = {
            "sets a cookie": {"set-cookie": f"_shopify_s={token}"},
            "says Vary": {"vary": "Cookie"},
            "times": {"server-timing": f'_s;desc="{token}"'},
        }.get(manner, {})
        is_personal = manner in ("says Vary", "depends in silence")
        name = visitor if is_personal and visitor else EVERYBODY
        return httpx.Response(200, json={"data": {"shop": {"name": name, "next": 1}}}, headers=headers)


def tokens(response: httpx.Response) -> list[str]:
    cookies = [line.partition("=")[2] for line in response.headers.get_list("set-cookie")]
    timing = response.headers.get("server-timing")
    return cookies + ([timing.split('"')[1]] if timing else [])


async def run(script: list[Any]) -> None:
    shopify = ShopifyOfVisitors()
    delivered: Counter[str] = Counter()

    async with gateway(shopify) as http:

        async def visit(visitor: str | None, query: str, after_s: float) -> None:
            await asyncio.sleep(after_s)
            headers = {"cookie": f"cart=secret; _shopify_y={visitor}"} if visitor else {}
            response = await http.post("/graphql", json={"query": query}, headers=headers)
            name = json.loads(response.content)["data"]["shop"]["name"]
            assert name in (EVERYBODY, visitor)
            if response.headers["cache-control"].startswith("public"):
                assert name == EVERYBODY
                assert tokens(response) == []
            for token in tokens(response):
                assert shopify.owners[token] == visitor
                delivered[token] += 1

        for what, given_ in script:
            if what == "visit":
                await asyncio.gather(*(visit(*each) for each in given_))
            elif what == "turn":
                shopify.manner = given_
            else:
                await asyncio.sleep(given_)
    assert all(count == 1 for count in delivered.values()), "a token reached two answers"
    assert not any("secret" in request.headers.get("cookie", "") for request in shopify.seen)


@settings(max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate])
@given(script=st.lists(steps, min_size=2, max_size=12))
def test_what_shopify_says_to_a_visitor_reaches_neither_another_nor_the_cache(script: list[Any]) -> None:
    in_virtual_time(run(script))


def test_a_visitors_fetch_that_others_join_is_not_theirs() -> None:
    everyone = [(visitor, query, 0.0) for visitor in VISITORS for query in QUERIES]
    for manner in ("sets a cookie", "says Vary", "depends in silence", "times"):
        in_virtual_time(run([("turn", manner), ("visit", everyone), ("wait", 310.0), ("visit", everyone)]))
