"""Operations that our schema does not know are answered as Shopify answers them, byte for byte.

`STRICTER_EXAMPLES` and `STRICTER_SEED` make more and other operations than the usual run does.
"""

import os
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from graphql import parse, validate

from clients.contracts import storefront_schema
from tests.contract.grown_storefront import Operations, grown_schema, grown_storefront
from tests.serving import STOREFRONT_PATH, sandbox_at_noon, serving

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("STRICTER_SEED", "20261129"))
EXAMPLES = int(os.environ.get("STRICTER_EXAMPLES", "40"))
TOKEN = {"shopify-storefront-private-token": "sandbox-private"}


@pytest.fixture
async def both() -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """A gateway before a grown Storefront, and the straight way to that."""
    sandbox = sandbox_at_noon()
    carrier = httpx.ASGITransport(grown_storefront(sandbox.store))
    async with (
        serving(sandbox, transport=carrier) as served,
        httpx.AsyncClient(transport=carrier, base_url="http://sandbox", headers=TOKEN) as straight,
    ):
        yield served.http, straight


async def assert_same(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient], query: str, variables: dict[str, Any]
) -> httpx.Response:
    request = {"query": query, "variables": variables}
    ours, theirs = [await each.post(STOREFRONT_PATH, json=request) for each in both]
    said = f"\nSTRICTER_SEED={SEED}\n{query}"
    assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content), said
    return theirs


async def test_names_that_our_schema_lacks_are_answered_as_shopify_answers_them(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient],
) -> None:
    made = Operations(SEED)
    for _ in range(EXAMPLES):
        query, variables = made.valid()
        theirs = await assert_same(both, query, variables)
        assert "data" in theirs.json()


async def test_mistakes_are_answered_as_shopify_answers_them(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient],
) -> None:
    made = Operations(SEED)
    for _ in range(EXAMPLES):
        theirs = await assert_same(both, *made.mistaken())
        assert theirs.json()["errors"]


def test_the_operations_with_new_names_are_valid_only_later() -> None:
    made = Operations(SEED)
    for _ in range(3):
        query, _ = made.valid()
        assert validate(grown_schema().schema, parse(query)) == [], query
        assert validate(storefront_schema(), parse(query)) != [], query


async def test_a_mutation_with_a_new_input_field_is_done_once(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient],
) -> None:
    gateway, _ = both
    query = 'mutation { cartCreate(input: { note: "a", later: { kind: FIRST } }) { cart { note laterText } } }'
    answer = (await gateway.post("/graphql", json={"query": query})).json()

    assert answer == {"data": {"cartCreate": {"cart": {"note": "a", "laterText": "later"}}}}


async def test_gateway_fields_stand_beside_new_ones(both: tuple[httpx.AsyncClient, httpx.AsyncClient]) -> None:
    gateway, straight = both
    plain = "title laterText(kind: FIRST) later { id } variants(first: 2) { nodes { id laterText } }"
    query = f'{{ product(handle: "latte") {{ {plain} %s }} }}'
    mixed = (await gateway.post("/graphql", json={"query": query % "kind isFeatured"})).json()
    theirs = (await straight.post(STOREFRONT_PATH, json={"query": query % ""})).json()

    own = {name: mixed["data"]["product"].pop(name) for name in ("kind", "isFeatured")}
    assert mixed == theirs
    assert own == {"kind": "MENU_ITEM", "isFeatured": True}
