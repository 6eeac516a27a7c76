"""Requests that no client sends by mistake: each is refused with the right status and a GraphQL answer."""

import gzip
from typing import Any

import pytest

from tests.serving import Served, serving

DIGITS = "9" * 10_000
DEEP = 20_000
GRAPHQL = {"accept": "application/graphql-response+json"}
DOCUMENTS = {
    "lists in lists": "{ shop(a: " + "[" * DEEP + "]" * DEEP + ") { name } }",
    "a type of lists": "query($a: " + "[" * DEEP + "Int" + "]" * DEEP + ") { shop { name } }",
    "fields in fields": "{ shop " * DEEP + "}" * DEEP,
    "fragments in fragments": "{" + "... {" * DEEP + "__typename" + "}" * (DEEP + 1),
    "an unfinished document": "{ shop {" * 1_000,
    "a surrogate": '{ products(first: 1, query: "\\uD800") { nodes { id } } }',
    "a name that is no name": "{ \x00 }",
}
MISTAKES = {
    "a number of 10,000 digits": f"{{ products(first: {DIGITS}) {{ nodes {{ id }} }} }}",
    "such a default": f"query($n: Int = {DIGITS}) {{ products(first: $n) {{ nodes {{ id }} }} }}",
    "such a condition": f"{{ shop {{ name @skip(if: {DIGITS}) }} }}",
    "such a fraction": f"{{ products(first: 1.{DIGITS}) {{ nodes {{ id }} }} }}",
    "a subscription": "subscription { shop { name } }",
}
BODIES = {
    "deep variables": b'{"query": "{ shop { name } }", "variables": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
    "a lone surrogate": b'{"query": "\\ud800"}',
    "no number": b'{"query": "{ shop { name } }", "variables": {"a": NaN}}',
    "not UTF-8": b'{"query": "\xff\xfe"}',
    "a list": b'[{"query": "{ shop { name } }"}]',
}


@pytest.mark.parametrize("kind", DOCUMENTS)
async def test_a_hostile_document_is_refused_here(gateway: Served, kind: str) -> None:
    answer = await gateway.http.post("/graphql", json={"query": DOCUMENTS[kind]}, headers=GRAPHQL)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]
    assert len(answer.content) < 10_000
    assert gateway.requests == {}


@pytest.mark.parametrize("kind", MISTAKES)
async def test_a_mistake_in_a_value_gets_storefronts_own_error(gateway: Served, kind: str) -> None:
    answer = await gateway.http.post("/graphql", json={"query": MISTAKES[kind]}, headers=GRAPHQL)

    assert answer.status_code < 500
    assert answer.json()["errors"][0]["message"]
    assert "data" not in answer.json()


@pytest.mark.parametrize("kind", BODIES)
async def test_a_hostile_body_is_refused(gateway: Served, kind: str) -> None:
    headers = {**GRAPHQL, "content-type": "application/json"}
    answer = await gateway.http.post("/graphql", content=BODIES[kind], headers=headers)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("path", ["/graphql", "/health", "/webhooks/shopify", "/nowhere"])
@pytest.mark.parametrize("many", [True, False])
async def test_large_headers_are_refused(gateway: Served, path: str, many: bool) -> None:
    headers: Any = [("x-padding", "x" * 1_000)] * 100 if many else {"cookie": "x" * 100_000}
    answer = await gateway.http.post(path, json={"query": "{ shop { name } }"}, headers=headers)

    assert answer.status_code == 431
    assert "32000 bytes" in answer.json()["errors"][0]["message"]
    assert answer.headers["x-request-id"]


async def test_headers_as_large_as_a_browsers_are_accepted(gateway: Served) -> None:
    headers = {"cookie": "x" * 16_000}
    answer = await gateway.http.post("/graphql", json={"query": "{ shop { name } }"}, headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("query_string", "status"),
    [
        ("query=%ff%fe", 400),
        ("query={shop{name}}&variables=1", 400),
        ("query={shop{name}}&variables={}&variables=[]", 400),
        ("query={shop{name}}&extensions=0", 400),
        ("query={shop{name}}&extensions=false", 400),
        ("query={shop{name}}&operationName=%00", 400),
        ("%00", 400),
        ("", 400),
        ("query={shop{name}}&padding=" + "x" * 60_000, 414),
    ],
)
async def test_a_hostile_url_is_refused(sandbox: Any, query_string: str, status: int) -> None:
    async with serving(sandbox, limit_body_bytes=50_000) as gateway:
        answer = await gateway.http.get(f"/graphql?{query_string}", headers={**GRAPHQL, "graphql-preflight": "1"})

    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "x" * 100])
async def test_a_compressed_body_is_refused_before_it_is_unpacked(gateway: Served, encoding: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    headers = {"content-type": "application/json", "content-encoding": encoding}
    answer = await gateway.http.post("/graphql", content=bomb, headers=headers)

    assert answer.status_code == 415
    assert answer.headers["accept-encoding"] == "identity"
    assert "Content-Encoding" in answer.json()["errors"][0]["message"]
