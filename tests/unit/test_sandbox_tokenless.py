"""What the Storefront stand-in refuses to callers who show no token."""

from collections.abc import AsyncIterator

import httpx
import pytest

from sandbox.app import create_sandbox
from sandbox.store import Store

PATH = "/api/2026-10/graphql.json"
TOKEN = {"X-Shopify-Storefront-Access-Token": "sandbox-public"}
CATALOGUE = '{ product(handle: "latte") { title variants(first: 5) { nodes { price { amount } } } } shop { name } }'


@pytest.fixture
async def storefront(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_sandbox(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        yield client


async def test_the_catalogue_needs_no_token(storefront: httpx.AsyncClient) -> None:
    answers = [(await storefront.post(PATH, json={"query": CATALOGUE}, headers=each)).json() for each in ({}, TOKEN)]

    assert answers[0] == answers[1]
    assert "errors" not in answers[0]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ('{ menu(handle: "main-menu") { title } shop { name } }', ["menu"]),
        ("{ productTags(first: 1) { edges { node } } }", ["productTags"]),
        ('{ metaobjects(type: "design", first: 1) { nodes { id } } }', ["metaobjects"]),
        ('{ product(handle: "latte") { totalInventory } }', ["product", "totalInventory"]),
        ('{ product(handle: "latte") { metafield(namespace: "a", key: "b") { id } } }', ["product", "metafield"]),
        ('{ customer(customerAccessToken: "x") { id } }', ["customer"]),
        ('mutation { customerRecover(email: "a@example.com") { customerUserErrors { code } } }', ["customerRecover"]),
    ],
)
async def test_fields_that_need_a_token_are_denied_without_one(
    storefront: httpx.AsyncClient, query: str, path: list[str]
) -> None:
    without, with_token = [
        (await storefront.post(PATH, json={"query": query}, headers=each)).json() for each in ({}, TOKEN)
    ]

    (error,) = without["errors"]
    assert (error["path"], error["extensions"]["code"]) == (path, "ACCESS_DENIED")
    assert "ACCESS_DENIED" not in str(with_token)


@pytest.mark.parametrize("size", ["first: 250", "first: $n"])
async def test_a_complex_operation_needs_a_token(storefront: httpx.AsyncClient, size: str) -> None:
    query = f"query ($n: Int) {{ products({size}) {{ nodes {{ images(first: 9) {{ nodes {{ id }} }} }} }} }}"
    query = query if "$n" in size else query.replace("query ($n: Int) ", "")
    request = {"query": query, "variables": {"n": 250}}
    without, with_token = [(await storefront.post(PATH, json=request, headers=each)).json() for each in ({}, TOKEN)]

    (error,) = without["errors"]
    assert error["message"] == "Complexity exceeded"
    assert error["extensions"]["code"] == "MAX_COMPLEXITY_EXCEEDED"
    assert error["extensions"]["cost"] > error["extensions"]["maxCost"] == 1000
    assert "data" not in without
    assert "errors" not in with_token
