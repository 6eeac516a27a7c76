"""No single operation stops the stand-ins for the others."""

import asyncio
from typing import Any

import httpx
import pytest
from graphql import ExecutionResult

from sandbox.app import build_store, create_sandbox
from sandbox.storefront.execution import Visit, execute
from sandbox.storefront.resolvers import storefront_schema

COLLECTIONS = "collections(first: 250) { nodes { products(first: 250) { nodes { %s } } } }"


def nested(depth: int) -> str:
    inner = "id"
    for _ in range(depth):
        inner = COLLECTIONS % inner
    return f"{{ {inner} }}"


def options(depth: int) -> str:
    inner = "id"
    for _ in range(depth):
        inner = f"options {{ optionValues {{ firstSelectableVariant {{ product {{ {inner} }} }} }} }}"
    return f'{{ product(handle: "latte") {{ {inner} }} }}'


def doubled(depth: int) -> str:
    fragments = [f"fragment F{i} on Product {{ ...F{i + 1} ...F{i + 1} }}" for i in range(depth)]
    last = f"fragment F{depth} on Product {{ id }}"
    return '{ product(handle: "latte") { ...F0 } } ' + " ".join([*fragments, last])


def doubled_below_aliases(depth: int) -> str:
    leaf = "id"
    fragments = [
        f"fragment F{i} on Product {{ a: adjacentVariants {{ product {{ {below} }} }} "
        f"b: adjacentVariants {{ product {{ {below} }} }} }}"
        for i, below in ((i, f"...F{i + 1}" if i + 1 < depth else leaf) for i in range(depth))
    ]
    return '{ product(handle: "latte") { ...F0 } } ' + " ".join(fragments)


def answered(query: str) -> ExecutionResult:
    """The answer. Without the limit some of these operations would take hours."""
    return execute(storefront_schema(), query, None, None, Visit(build_store()))


@pytest.mark.parametrize("query", [nested(4), options(9), doubled_below_aliases(40)])
def test_an_operation_that_asks_for_too_much_is_refused(query: str) -> None:
    result = answered(query)

    assert result.data is None
    (error,) = list(result.errors or [])
    assert error.message == "Complexity exceeded"
    assert (error.extensions or {})["code"] == "MAX_COMPLEXITY_EXCEEDED"


@pytest.mark.parametrize(
    "query",
    [
        doubled(60),
        "{ " + "a: shop { id } " * 4_500 + "}",
        "{ " + "a: shop { id } " * 20_000 + "}",
        "{ " + "shop { id } " * 500_000 + "}",
        "{ " + "shop { " * 5_000 + "}" * 5_001,
    ],
)
def test_a_document_of_any_form_is_answered(query: str) -> None:
    result = answered(query)

    assert result.data is not None or result.errors


def test_a_storefronts_operations_are_within_the_limit() -> None:
    page = COLLECTIONS % "id title variants(first: 100) { nodes { id title price { amount } } }"
    result = answered(f"{{ {page} }}")

    assert result.errors is None


STOREFRONT = "/api/2026-10/graphql.json"
TOKEN = {"Shopify-Storefront-Private-Token": "sandbox-private"}
SEARCHES = " ".join(f'a{number}: search(query: "mug", first: 1) {{ totalCount }}' for number in range(60))


@pytest.mark.parametrize(
    ("query", "answers"),
    [(nested(4), 40), (options(9), 40), (doubled_below_aliases(40), 40), (f"{{ {SEARCHES} }}", 5)],
    ids=["pages in pages", "lists in lists", "fragments in fragments", "many searches"],
)
async def test_others_are_answered_while_an_expensive_operation_runs(query: str, answers: int) -> None:
    sandbox = create_sandbox(build_store())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://sandbox") as http:

        async def sent(text: str) -> Any:
            return (await http.post(STOREFRONT, json={"query": text}, headers=TOKEN)).json()

        expensive = asyncio.create_task(sent(query))
        counted = 0
        while not expensive.done():
            await asyncio.sleep(0)
            assert (await sent("{ shop { name } }"))["data"]["shop"]["name"]
            counted += 1

    assert counted >= answers


async def test_others_are_answered_while_a_long_document_is_validated() -> None:
    sandbox = create_sandbox(build_store())
    query = "{ " + " ".join(f"a{number}: shop {{ id }}" for number in range(2_000)) + " }"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://sandbox") as http:
        sending = asyncio.create_task(http.post(STOREFRONT, json={"query": query}, headers=TOKEN))
        turns = 0
        while not sending.done():
            await asyncio.sleep(0)
            turns += 1

    assert len(sending.result().json()["data"]) == 2_000
    assert turns > 20
