"""No operation of at most 256 kB takes the gateway long, whatever it is made of. Work is counted, not timed."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import create_app
from tests.gateway.floods import FLOODS
from tests.serving import GivenSettings
from tests.virtual_time import in_virtual_time, virtual_timing
from tests.work import CALLS_PER_SECOND, counted_work

LIMIT_BYTES = 256_000
EXAMPLES = int(os.environ.get("FLOODS", "25"))
SHOP: dict[str, Any] = {
    "gateway_mode": "live",
    "shopify_store_domain": "shop.myshopify.com",
    "shopify_storefront_private_token": "private-token-0123",
    "shopify_admin_access_token": "shpat_0123456789abcdef",
    "limit_client_cost": 0,
}


async def empty_answer(_: httpx.Request) -> httpx.Response:
    """An upstream that costs nothing, so that what is counted is the gateway's own work."""
    return httpx.Response(200, json={"data": {}})


@asynccontextmanager
async def gateway() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(GivenSettings(**SHOP), transport=httpx.MockTransport(empty_answer), timing=virtual_timing())
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://g") as http:
        yield http


async def answers_and_work(http: httpx.AsyncClient, bodies: list[bytes]) -> tuple[list[httpx.Response], int]:
    """The answers, and the calls of the most expensive one."""
    answers, calls = [], 0
    for body in bodies:
        with counted_work() as work:
            answers.append(await http.post("/graphql", content=body, headers={"content-type": "application/json"}))
        calls = max(calls, work.calls)
    return answers, calls


def checked(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text[:500]
    assert answer.json().keys() & {"errors", "data"}
    assert len(answer.content) < 2_000_000
    for error in answer.json().get("errors", ()):
        assert len(error["message"]) <= 1_100


@pytest.mark.slow
@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_takes_less_than_a_seconds_work(kind: str) -> None:
    async def check() -> None:
        bodies = [orjson.dumps(FLOODS[kind](size)) for size in (3_000, 12_000, 250_000)]
        async with gateway() as http:
            await answers_and_work(http, [b'{"query": "{ shop { name } }"}'])
            answers, calls = await answers_and_work(http, [each for each in bodies if len(each) <= LIMIT_BYTES])
        for each in answers:
            checked(each)
        assert calls < CALLS_PER_SECOND // 2

    in_virtual_time(check())


@pytest.mark.slow
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(sorted(FLOODS)), st.integers(50, 250_000)), min_size=1, max_size=8))
def test_no_generated_operation_takes_more_than_a_seconds_work(drawn: list[tuple[str, int]]) -> None:
    bodies = [orjson.dumps(FLOODS[kind](size)) for kind, size in drawn]

    async def check() -> None:
        async with gateway() as http:
            await answers_and_work(http, [b'{"query": "{ shop { name } }"}'])
            answers, calls = await answers_and_work(http, [each for each in bodies if len(each) <= LIMIT_BYTES])
        for each in answers:
            checked(each)
        assert calls < CALLS_PER_SECOND // 2

    in_virtual_time(check())
