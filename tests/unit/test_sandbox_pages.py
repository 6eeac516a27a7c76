"""The sandbox's pages: text is escaped, and the start page lists routes that exist."""

import json
import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Match, Route

from sandbox.app import create_sandbox
from sandbox.data_files import read_data
from sandbox.order_life import place_order
from sandbox.store import Store

MARKUP = "<script>alert('x')</script>"


@pytest.fixture
def sandbox(store: Store) -> Starlette:
    return create_sandbox(store)


async def shown(sandbox: Starlette, path: str) -> str:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://sandbox.example") as http:
        return (await http.get(path)).text


@pytest.mark.parametrize("path", ["/sandbox", "/sandbox/orders"])
async def test_a_title_with_markup_is_shown_as_text(store: Store, sandbox: Starlette, path: str) -> None:
    latte = store.product_by_handle("latte")
    assert latte is not None
    latte.title = MARKUP
    place_order(store, [(latte.variants[0], 1)])
    text = await shown(sandbox, path)
    assert MARKUP not in text
    assert "&lt;script&gt;" in text


async def test_the_order_page_gets_its_buttons_in_the_order_in_which_they_are_pressed(sandbox: Starlette) -> None:
    found = re.search(r'id="given">(.*?)</script>', await shown(sandbox, "/sandbox/orders/1001"))
    assert found is not None
    assert list(json.loads(found[1])["words"]["square"]) == ["accept", "ready", "pay", "complete", "cancel"]


def test_every_route_of_the_start_page_exists(sandbox: Starlette) -> None:
    routes = [route for route in sandbox.routes if isinstance(route, Route)]
    for listed in read_data("routes", dict[str, str]):
        method, _, path = listed.rpartition(" ")
        path = re.sub(r"\{number\}", "1", re.sub(r"\{(?!number)\w+\}", "any", path))
        if path.endswith("/..."):
            start, below = path.split("/")[1], [route.path.split("/")[1] for route in routes]
            assert start in below, listed
            continue
        scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
        assert any(route.matches(scope)[0] is Match.FULL for route in routes), listed
