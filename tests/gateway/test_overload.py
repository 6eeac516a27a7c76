"""Too many concurrent operations are refused at once, while cached answers and webhooks continue."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from app import Sandbox, opened
from clients.cache.policies import Policies
from edge.admission import AdmissionLimits, RequestAdmission
from resolvers.context import RequestContext
from schema.execution.limits import DocumentLimits
from schema.execution.run import Operation, Runner
from schema.graph import public_graph, staff_graph
from tests.serving import STAFF, GivenSettings, Served, sandbox_at_noon, serving
from tests.signed import headers, product
from tests.virtual_time import in_no_time, virtual_timing

SHOP = {"query": "{ shop { name } }"}


class Held(httpx.AsyncBaseTransport):
    """Holds every request to Storefront back until it is let go."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.arrived = asyncio.Semaphore(0)
        self.free = asyncio.Event()
        self.free.set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.arrived.release()
        await self.free.wait()
        return await self._inner.handle_async_request(request)


async def ask(gateway: Served, number: int) -> httpx.Response:
    return await gateway.http.post("/graphql", json={"query": f"{{ a{number}: shop {{ name }} }}"})


async def test_an_overload_is_answered_at_once_and_spares_cached_answers_health_and_webhooks() -> None:
    sandbox = sandbox_at_noon()
    held = Held(sandbox.transport())
    limits: dict[str, Any] = {"limit_operations_at_once": 2, "limit_operations_waiting": 1, "deadline_admission_s": 60}
    async with serving(sandbox, transport=held, **limits) as gateway:
        await gateway.http.post("/graphql", json=SHOP)
        held.free.clear()
        running = [asyncio.create_task(ask(gateway, each)) for each in range(3)]
        for _ in range(3):  # the first is that of SHOP
            await held.arrived.acquire()
        refused = await ask(gateway, 9)
        cached = await gateway.http.post("/graphql", json=SHOP)
        health = await gateway.http.get("/health")
        body = product()
        webhook = await gateway.http.post("/webhooks/shopify", json=body, headers=headers(b"", "products/update"))
        held.free.set()
        answers = await asyncio.gather(*running)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["errors"][0]["extensions"]["code"] == "TRY_LATER"
    assert cached.json() == {"data": {"shop": {"name": "Kynda Coffee"}}}
    assert (health.status_code, webhook.status_code) == (200, 401)
    assert [each.status_code for each in answers] == [200] * 3


async def test_operations_refused_in_an_overload_are_counted() -> None:
    sandbox = sandbox_at_noon()
    held = Held(sandbox.transport())
    held.free.clear()
    async with serving(sandbox, transport=held, limit_operations_at_once=1, limit_operations_waiting=0) as gateway:
        running = asyncio.create_task(ask(gateway, 0))
        await held.arrived.acquire()
        for number in (1, 2):
            assert (await ask(gateway, number)).status_code == 503
        metrics = (await gateway.http.get("/metrics", headers=STAFF)).text
        held.free.set()
        await running

    assert 'gateway_http_requests_total{route="/graphql",status="503"} 2.0' in metrics
    assert "gateway_operations_refused_total 2.0" in metrics


async def graph_and_memory(gateway: Served) -> tuple[float, float]:
    """How many answers were worked out, and how many came from memory."""
    text = (await gateway.http.get("/metrics", headers=STAFF)).text
    counts = {
        name: float(value)
        for name, value in re.findall(r'gateway_operation_seconds_count{source="(\w+)"} ([\d.]+)', text)
    }
    return counts["graph"], counts["memory"]


@in_no_time
async def test_a_stale_answer_is_served_when_there_is_no_place_to_refresh_it() -> None:
    sandbox = sandbox_at_noon()
    held = Held(sandbox.transport())
    limits: dict[str, Any] = {"limit_operations_at_once": 1, "limit_operations_waiting": 0}
    async with serving(sandbox, transport=held, timing=virtual_timing(), **limits) as gateway:
        pages = [{"query": f"{{ shop {{ name }} }} # {number}"} for number in range(4)]
        answers = [(await gateway.http.post("/graphql", json=page)).content for page in pages]
        await asyncio.sleep(Policies().content.fresh_s + 1)
        held.free.clear()
        running = asyncio.create_task(ask(gateway, 0))
        await held.arrived.acquire()
        await held.arrived.acquire()
        assert (await ask(gateway, 1)).status_code == 503
        before = await graph_and_memory(gateway)
        stale = await asyncio.gather(*(gateway.http.post("/graphql", json=page) for page in pages))
        after = await graph_and_memory(gateway)
        held.free.set()
        await running

    assert [each.content for each in stale] == answers
    age_s = int(Policies().content.fresh_s + 1)
    assert {each.headers["age"] for each in stale} == {str(age_s)}
    assert {each.headers["cache-control"] for each in stale} == {f"public, max-age={age_s}"}
    assert after[1] > before[1]


@in_no_time
async def test_a_stale_answer_is_refreshed_by_one_request_while_the_others_get_it_as_it_is() -> None:
    sandbox = sandbox_at_noon()
    async with serving(sandbox, timing=virtual_timing()) as gateway:
        fresh = await gateway.ask(SHOP["query"])
        await asyncio.sleep(Policies().content.fresh_s + 1)
        before = await graph_and_memory(gateway)
        others = [asyncio.create_task(ask(gateway, number)) for number in range(5)]
        stale = [asyncio.create_task(gateway.ask(SHOP["query"])) for _ in range(6)]
        assert [await each for each in stale] == [fresh] * 6
        await asyncio.gather(*others)
        after = await graph_and_memory(gateway)
        await gateway.ask(SHOP["query"])
        again = await gateway.http.post("/graphql", json=SHOP)

    assert (after[0] - before[0], after[1] - before[1]) == (6, 5)
    assert again.headers["age"] == "0"


async def test_a_refusal_names_its_request_and_is_the_same_otherwise() -> None:
    sandbox = sandbox_at_noon()
    held = Held(sandbox.transport())
    held.free.clear()
    async with serving(sandbox, transport=held, limit_operations_at_once=1, limit_operations_waiting=0) as gateway:
        running = asyncio.create_task(ask(gateway, 0))
        await held.arrived.acquire()
        refusals = [await ask(gateway, number) for number in (1, 2)]
        broken = await gateway.http.post("/graphql", content=b"{", headers={"content-type": "application/json"})
        held.free.set()
        await running

    ids = [each.headers["x-request-id"] for each in refusals]
    assert [each.json()["errors"][0]["extensions"]["requestId"] for each in refusals] == ids
    assert len({each.text.replace(own, "") for each, own in zip(refusals, ids, strict=True)}) == 1
    assert broken.status_code == 503  # refused before anything is parsed


class Turns(RequestAdmission):
    """Notes how many requests Storefront had answered at each turn that an operation took."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(AdmissionLimits(at_once=10, waiting=10, wait_s=1.0))
        self._sandbox = sandbox
        self.answered: list[int] = []

    async def turn(self) -> None:
        self.answered.append(self._sandbox.faults.counts["storefront"])
        await super().turn()


@pytest.mark.parametrize(
    ("query", "turns_taken"),
    [
        ("{ shop { name } }", [1]),
        ("{ shop { name } gateway { mode } }", [1]),
        ('{ product(handle: "latte") { variants(first: 2) { nodes { inventory { tracked } } } } }', [1, 1]),
    ],
)
async def test_an_operation_lets_others_have_their_turn_when_upstreams_have_answered(
    query: str, turns_taken: list[int]
) -> None:
    sandbox = sandbox_at_noon()
    given: dict[str, Any] = {"graphiql": False, "sweep_minutes": 0}
    runner = Runner(
        public_graph(),
        staff_graph,
        introspection=False,
        limits=DocumentLimits(),
        max_executed=1_000,
        max_plan_bytes=1_000_000,
    )
    turns = Turns(sandbox)
    async with opened(GivenSettings(**given), sandbox, sandbox.transport()) as services:
        answer = await runner.run(Operation(query), RequestContext(services, load=turns))

    assert not answer.codes
    assert turns.answered == turns_taken
