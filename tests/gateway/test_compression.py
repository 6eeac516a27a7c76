"""Compressed answers, validators and caching headers."""

import gzip
from typing import Any
from urllib.parse import urlencode

import brotli
import pytest
import zstandard

from tests.serving import Served

LISTING = {"query": "{ products(first: 20) { nodes { id title description } } }"}
CART = {"query": 'mutation { cartCreate(input: {note: "' + "n" * 3_000 + '"}) { cart { note } } }'}
URL = f"/graphql?{urlencode(LISTING)}"
PREFLIGHT = {"graphql-preflight": "1"}
PLAIN = {"br": brotli.decompress, "zstd": zstandard.decompress, "gzip": gzip.decompress}


async def raw(gateway: Served, request: dict[str, Any], accept: str | None) -> tuple[Any, bytes]:
    """An answer and its body as it came."""
    headers = {"accept-encoding": accept or "identity"}
    async with gateway.http.stream("POST", "/graphql", json=request, headers=headers) as answer:
        return answer, b"".join([each async for each in answer.aiter_raw()])


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize("request_", [LISTING, CART], ids=["cached", "not cached"])
async def test_an_answer_is_compressed_as_the_caller_accepts(
    gateway: Served, encoding: str, request_: dict[str, Any]
) -> None:
    _, plain = await raw(gateway, request_, None)
    for _ in range(2):
        answer, body = await raw(gateway, request_, encoding)

        assert answer.headers["content-encoding"] == encoding
        assert answer.headers["content-length"] == str(len(body))
        assert PLAIN[encoding](body) == plain
        assert "Accept-Encoding" in answer.headers["vary"]


async def test_callers_of_different_encodings_share_one_cached_answer(gateway: Served) -> None:
    found = [await raw(gateway, LISTING, each) for each in ("br", None, "gzip", "zstd", "br")]

    assert [answer.headers.get("content-encoding") for answer, _ in found] == ["br", None, "gzip", "zstd", "br"]
    assert gateway.requests == {"storefront": 1}


async def test_a_caller_that_has_the_answer_is_sent_no_body(gateway: Served) -> None:
    first = await gateway.http.get(URL, headers=PREFLIGHT)
    again = await gateway.http.get(URL, headers={**PREFLIGHT, "if-none-match": first.headers["etag"]})
    other = await gateway.http.get(URL, headers={**PREFLIGHT, "if-none-match": '"other"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]
    assert "Accept-Encoding" in again.headers["vary"]
    assert (other.status_code, other.json()) == (200, first.json())


async def test_head_has_the_validator_too(gateway: Served) -> None:
    first = await gateway.http.head(URL, headers=PREFLIGHT)

    assert first.headers["etag"].startswith('W/"')


async def test_uncacheable_answers_have_no_validator(gateway: Served) -> None:
    url = f"/graphql?{urlencode({'query': '{ cart(id: 1) { id } }'})}"
    answer = await gateway.http.get(url, headers=PREFLIGHT)

    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
