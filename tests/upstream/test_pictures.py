"""Fetching pictures: too large, redirected or missing ones fail."""

from collections.abc import AsyncIterator

import httpx
import pytest

from clients.errors import Broken, Denied, Rejected, Unavailable, UpstreamError
from clients.pictures import Pictures


@pytest.fixture
async def pictures() -> AsyncIterator[Pictures]:
    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/small.png":
                return httpx.Response(200, content=b"123")
            case "/large.png":
                return httpx.Response(200, content=b"x" * 101)
            case "/moved.png":
                return httpx.Response(302, headers={"location": "http://elsewhere.example/small.png"})
            case "/down.png":
                return httpx.Response(503)
        return httpx.Response(404)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        yield Pictures(http, max_bytes=100)


async def test_a_picture_is_fetched(pictures: Pictures) -> None:
    assert await pictures.picture("https://art.example/small.png") == b"123"


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("https://art.example/large.png", Broken),
        ("https://art.example/moved.png", Rejected),
        ("https://art.example/down.png", Unavailable),
        ("https://art.example/nothing.png", Denied),
    ],
)
async def test_a_picture_that_cannot_be_fetched_is_an_upstream_error(
    pictures: Pictures, url: str, failure: type[UpstreamError]
) -> None:
    with pytest.raises(failure):
        await pictures.picture(url)
