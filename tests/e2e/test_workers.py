"""Two workers behind one port: they share changes, survive each other's and Redis's end, and shut down cleanly."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import pytest

from edge.workers import START_WITHIN_S
from tests import signed
from tests.e2e.processes import Process, Shop, stand_ins
from tests.servers.ports import free_port
from tests.servers.redis_server import RedisServer

pytestmark = pytest.mark.slow

WORKERS = 2
LATTE = {"query": '{ product(handle: "latte") { id title } }'}
ORDER = {"lines": [{"handle": "roastery-crest-shirt"}, {"handle": "latte", "quantity": 2, "method": "PICK_UP"}]}
STAFF = "a-staff-token-of-the-tests"


@dataclass
class Workers:
    """A gateway with two workers over the stand-ins, with or without Redis."""

    url: str
    process: Process
    shop: Shop
    redis: RedisServer | None

    @property
    def ids(self) -> set[int]:
        """The process ids of the workers."""
        return self.process.workers

    async def ask_each(self, count: int = 40) -> list[httpx.Response]:
        """Responses over separate connections, so that both workers give some."""

        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(timeout=20, verify=False) as http:
                return await http.post(f"{self.url}/graphql", json=LATTE)

        return await asyncio.gather(*(ask() for _ in range(count)))

    def metric(self, name: str) -> float:
        """The sum of all samples of a metric."""
        text = httpx.get(f"{self.url}/metrics", headers={"authorization": f"Bearer {STAFF}"}, verify=False).text
        return sum(float(each) for each in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE))


def started(stack: ExitStack, folder: Path, redis: RedisServer | None, **more: str) -> Workers:
    url = f"http://127.0.0.1:{free_port()}"
    shop, settings = stack.enter_context(stand_ins(folder, url))
    own = {
        **settings,
        "PORT": url.rsplit(":", 1)[-1],
        "WORKERS": str(WORKERS),
        "STAFF_TOKEN": STAFF,
        "DEADLINE_REDIS_S": "0.5",
        **more,
    }
    if redis is not None:
        own["REDIS_URL"] = redis.url
    process = Process([], own, folder / "gateway.log")
    stack.callback(process.end)
    process.answers_at(f"{url}/health")
    within(lambda: "/graphql" in process.log.read_text(), 60)
    return Workers(url, process, shop, redis)


def within(holds: Callable[[], bool], seconds: float) -> None:
    """Waits until the condition holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it does not hold in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """Two workers with Redis, for several tests: starting them takes seconds."""
    folder = tmp_path_factory.mktemp("workers")
    with ExitStack() as stack:
        redis = RedisServer(folder)
        stack.callback(redis.kill)
        yield started(stack, folder, redis)


def titles(answers: list[httpx.Response]) -> set[str]:
    assert {each.status_code for each in answers} == {200}
    return {each.json()["data"]["product"]["title"] for each in answers}


def test_fifty_copies_of_a_webhook_to_two_workers_make_one_of_each(workers: Workers) -> None:
    order = workers.shop.post("orders", **ORDER)
    workers.shop.delete("requests")
    body = orjson.dumps({"id": order["id"], "admin_graphql_api_id": order["gid"]})

    async def send() -> list[int]:
        async def one() -> int:
            async with httpx.AsyncClient(timeout=20, verify=False) as http:
                headers = signed.headers(body, "orders/paid")
                answer = await http.post(f"{workers.url}/webhooks/shopify", content=body, headers=headers)
                return answer.status_code

        return await asyncio.gather(*(one() for _ in range(50)))

    assert asyncio.run(send()) == [200] * 50
    prints = [each["externalId"] for each in workers.shop.get("printful/orders.json")["orders"]]
    assert prints.count(str(order["id"])) == 1
    tickets = [each["order"].get("reference_id") for each in workers.shop.get("square/orders.json")["orders"]]
    assert tickets.count(str(order["id"])) == 1


def test_workers_share_changes_and_survive_a_killed_worker_and_a_killed_redis(workers: Workers) -> None:
    assert len(workers.ids) == WORKERS
    first = titles(asyncio.run(workers.ask_each()))
    assert len(first) == 1

    # Either worker returns the sum of both workers' metrics, once the other has written its own.
    within(lambda: min(workers.metric("gateway_http_requests_total") for _ in range(20)) >= 40, 30)

    # A change received by one worker takes effect in both.
    product = httpx.post(f"{workers.url}/graphql", json=LATTE).json()["data"]["product"]
    workers.shop.post("products/latte", title="Flat black")
    body = orjson.dumps({"admin_graphql_api_id": product["id"], "updated_at": "2099-01-01T00:00:00Z"})
    response = httpx.post(
        f"{workers.url}/webhooks/shopify", content=body, headers=signed.headers(body, "products/update")
    )
    assert response.status_code == 200
    within(lambda: titles(asyncio.run(workers.ask_each(10))) == {"Flat black"}, 10)

    # A crashed worker is replaced, and its metrics stay.
    killed = min(workers.ids)
    os.kill(killed, signal.SIGKILL)
    within(lambda: len(workers.ids) == WORKERS and killed not in workers.ids, 60)
    assert workers.metric("gateway_http_requests_total") >= 40

    # Redis goes down and comes back; only the log shows it.
    assert workers.redis is not None
    workers.redis.kill()
    assert titles(asyncio.run(workers.ask_each())) == {"Flat black"}
    workers.redis.start()
    within(lambda: "redis_regained" in workers.process.log.read_text(), 20)
    assert titles(asyncio.run(workers.ask_each())) == {"Flat black"}


def test_a_worker_that_dies_while_it_starts_is_replaced_and_delays_no_shutdown(tmp_path: Path) -> None:
    with ExitStack() as stack:
        workers = started(stack, tmp_path, None)
        killed = set[int]()
        for _ in range(3):  # the second and the third are starting, and the parent has asked whether they live
            time.sleep(0.7)
            (victim, *_) = sorted(workers.ids - killed, reverse=True)
            killed.add(victim)
            os.kill(victim, signal.SIGKILL)
            within(lambda: len(workers.ids - killed) == WORKERS, START_WITHIN_S / 2)
        began_s = time.monotonic()
        workers.process.end()

    assert time.monotonic() - began_s < 10
    assert workers.process.status(10) == 0


def test_one_of_two_workers_sweeps_and_sigterm_ends_both_in_order(tmp_path: Path) -> None:
    with ExitStack() as stack:
        workers = started(stack, tmp_path, None, SWEEP_MINUTES="0.01")
        log = workers.process.log
        assert "workers: 2 without REDIS_URL" in log.read_text()
        within(lambda: log.read_text().count("sweep_ended") >= 3, 30)
        ids = workers.ids
        workers.process.end()

        assert workers.process.status(10) == 0
        assert not [each for each in ids if Path(f"/proc/{each}").exists()]
