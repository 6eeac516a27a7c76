"""Two gateway processes over the same systems forward everything once."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import orjson
import pytest

from tests import signed
from tests.e2e.processes import Process, Shop, stand_ins
from tests.servers.ports import free_port

COPIES = 50
ORDER = {"lines": [{"handle": "roastery-crest-shirt"}, {"handle": "latte", "quantity": 2, "method": "PICK_UP"}]}


@pytest.fixture
def two_gateways(tmp_path: Path) -> Iterator[tuple[Shop, list[str]]]:
    """The shop, without webhook subscriptions yet, and the addresses of two gateways."""
    urls = [f"http://127.0.0.1:{free_port()}" for _ in range(2)]
    with ExitStack() as stack:
        shop, settings = stack.enter_context(stand_ins(tmp_path, urls[0]))
        for number, url in enumerate(urls):
            own = {**settings, "PUBLIC_URL": url, "PORT": url.rsplit(":", 1)[-1], "SWEEP_MINUTES": "0"}
            process = Process([], own, tmp_path / f"gateway-{number}.log", as_copy=True)
            stack.callback(process.end)
            process.answers_at(f"{url}/health")
        yield shop, urls


async def statuses_of(urls: list[str], body: bytes, headers: dict[str, str]) -> list[int]:
    """The responses of both gateways to simultaneous copies of a webhook."""
    async with httpx.AsyncClient(timeout=10) as http:
        answers = await asyncio.gather(
            *(
                http.post(f"{urls[number % 2]}/webhooks/shopify", content=body, headers=headers)
                for number in range(COPIES)
            )
        )
    return [answer.status_code for answer in answers]


def test_fifty_copies_of_a_message_to_two_processes_make_one_order(two_gateways: tuple[Shop, list[str]]) -> None:
    shop, urls = two_gateways
    order = shop.post("orders", **ORDER)
    shop.delete("requests")
    body = orjson.dumps({"id": order["id"], "admin_graphql_api_id": order["gid"]})
    assert asyncio.run(statuses_of(urls, body, signed.headers(body, "orders/paid"))) == [200] * COPIES
    prints = [each["externalId"] for each in shop.get("printful/orders.json")["orders"]]
    assert prints.count(str(order["id"])) == 1
    tickets = [each["order"].get("reference_id") for each in shop.get("square/orders.json")["orders"]]
    assert tickets.count(str(order["id"])) == 1
    asked = [each["operation"] for each in shop.get("requests")["log"]]
    assert asked.count("MarkOrder") == 1
    marked = shop.get(f"orders/{order['number']}.json")
    assert sorted(marked["tags"]) == ["pos-forwarded", "printful-forwarded"]
