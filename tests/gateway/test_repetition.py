"""Which Storefront requests are retried after a temporary failure."""

from collections.abc import AsyncIterator

import pytest

from app import Sandbox
from clients.timing import Timing
from tests.serving import Served, serving

SHOP = "{ shop { name } }"
CREATE_CART = "mutation { cartCreate { cart { id } } }"


@pytest.fixture
async def gateway(sandbox: Sandbox) -> AsyncIterator[Served]:
    """The gateway over `sandbox`, which waits for nothing before it asks again."""
    async with serving(sandbox, timing=Timing(jitter=lambda: 0.0)) as served:
        yield served


async def test_a_query_outlives_a_hiccup(gateway: Served) -> None:
    gateway.sandbox.faults.add("storefront", "status", times=2)
    answer = await gateway.ask(SHOP)
    assert "errors" not in answer
    assert gateway.requests["storefront"] == 3


async def test_a_mutation_is_sent_once(gateway: Served) -> None:
    gateway.sandbox.faults.add("storefront", "status", times=2)
    answer = await gateway.ask(CREATE_CART)
    assert answer["errors"][0]["extensions"]["code"] == "TRY_LATER"
    assert gateway.requests["storefront"] == 1


async def test_a_storefront_that_keeps_failing_gets_fewer_requests(gateway: Served) -> None:
    gateway.sandbox.faults.add("storefront", "status")
    for _ in range(20):
        answer = await gateway.ask(SHOP)
        assert answer["errors"][0]["extensions"]["code"] == "TRY_LATER"
    assert gateway.requests["storefront"] == 5
