"""The stores of a Printful token."""

from typing import Any

import httpx
import pytest

from clients.errors import Broken, Denied
from clients.http import HttpUpstream
from clients.printful.client import Printful, PrintfulAccess
from clients.printful.stores import PrintfulStore
from tests.virtual_time import PassingTime

NATIVE = {"id": 1, "name": "Kynda", "type": "native"}


def printful(body: Any, status: int = 200) -> Printful:
    """A client whose requests are all answered with `body`."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    http = HttpUpstream(transport, "https://printful.example")
    return Printful(http, PrintfulAccess("token", "1"), timing=PassingTime().timing)


async def test_stores_are_listed_with_their_types() -> None:
    client = printful({"code": 200, "result": [NATIVE, {"id": "2", "name": None, "type": None}]})

    assert await client.stores() == (PrintfulStore(1, "Kynda", "native"), PrintfulStore(2, None, None))


@pytest.mark.parametrize("result", [NATIVE, {"store": NATIVE}])
async def test_a_store_is_read_bare_or_wrapped(result: Any) -> None:
    assert await printful({"code": 200, "result": result}).store("1") == PrintfulStore(1, "Kynda", "native")


async def test_a_store_outside_the_tokens_reach_is_absent() -> None:
    assert await printful({"code": 404, "result": "Not Found"}, 404).store("7") is None


async def test_a_token_without_permission_to_list_stores_is_distinguished() -> None:
    with pytest.raises(Denied):
        await printful({"code": 403, "result": "no scope"}, 403).stores()


async def test_a_store_without_a_number_is_broken() -> None:
    with pytest.raises(Broken):
        await printful({"code": 200, "result": [{"name": "Kynda"}]}).stores()
