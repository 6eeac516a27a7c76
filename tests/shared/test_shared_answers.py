"""Answers that one gateway fetched are served by the other, and changes reach both."""

import asyncio
from typing import Any

import httpx
import pytest

from sandbox.faults import LAG
from tests.gateway.test_overload import Held
from tests.servers.redis_server import RedisServer
from tests.serving import STAFF, Served, sandbox_at_noon, serving
from tests.shared.eventually import LATTE, Gateways, Pair, deliver, eventually, redis_state, title_of

STOCK = '{ product(handle: "ceramic-mug") { variants(first: 3) { nodes { id inventory { availability } } } } }'
PRINTED = (
    '{ product(handle: "roastery-crest-shirt") { id variants(first: 5) { nodes { id printful { __typename } } } } }'
)
LONG = "{ products(first: 50) { nodes { id title description } } }"


def stored(server: RedisServer) -> list[bytes]:
    """The keys of answers in Redis."""
    with server.client as client:
        return [each for each in client.scan_iter("*:answer:*") if not each.endswith(b":lease")]


async def arrived(server: RedisServer, count: int) -> None:
    """Waits until Redis has that many answers."""

    async def has_them() -> bool:
        return len(stored(server)) >= count

    await eventually(has_them)


async def test_an_answer_of_one_process_is_served_by_the_other(pair: Pair, redis_server: RedisServer) -> None:
    title = await title_of(pair.first)
    await arrived(redis_server, 2)
    before = pair.storefront_requests

    assert await title_of(pair.second) == title
    assert pair.storefront_requests == before


async def test_an_answer_from_redis_is_counted_as_one(pair: Pair, redis_server: RedisServer) -> None:
    await title_of(pair.first)
    await arrived(redis_server, 2)
    for _ in range(3):
        await title_of(pair.second)
    metrics = (await pair.second.http.get("/metrics", headers=STAFF)).text

    assert 'gateway_operation_seconds_count{source="redis"} 1.0' in metrics
    assert 'gateway_operation_seconds_count{source="memory"} 2.0' in metrics
    assert 'gateway_operation_seconds_count{source="graph"} 0.0' in metrics


@pytest.mark.parametrize("query", [STOCK, PRINTED])
async def test_parts_from_admin_and_printful_are_shared_too(pair: Pair, redis_server: RedisServer, query: str) -> None:
    answer = await pair.first.ask(query)
    await arrived(redis_server, 3)
    before = pair.first.requests

    # Another text with the same parts: the answer as a whole is not in Redis, and its parts are.
    assert await pair.second.ask(f"query Again {query}") == answer
    after = pair.first.requests
    assert {
        name: after[name] - before[name] for name in after if name != "storefront" and after[name] != before[name]
    } == {}


async def test_compressed_forms_are_shared(pair: Pair, redis_server: RedisServer) -> None:
    sent = {"json": {"query": LONG}, "headers": {"accept-encoding": "br"}}
    first = await pair.first.http.post("/graphql", **sent)  # type: ignore[arg-type]
    await arrived(redis_server, 2)
    second = await pair.second.http.post("/graphql", **sent)  # type: ignore[arg-type]

    assert first.headers["content-encoding"] == second.headers["content-encoding"] == "br"
    assert first.content == second.content
    with redis_server.client as client:
        values = [client.get(name) for name in stored(redis_server)]
    assert any(isinstance(value, bytes) and b"\xa2br" in value for value in values)


async def test_the_age_of_a_shared_answer_goes_on(pair: Pair, redis_server: RedisServer) -> None:
    await title_of(pair.first)
    await arrived(redis_server, 2)
    response = await pair.second.http.post("/graphql", json={"query": LATTE})
    max_age = int(response.headers["cache-control"].rsplit("=", 1)[1])

    assert max_age == 60
    assert int(response.headers["age"]) <= 1


async def test_a_webhook_at_one_process_reaches_the_other_within_100_ms(pair: Pair) -> None:
    await title_of(pair.first)
    await title_of(pair.second)
    body = pair.rename_latte("Flat black")
    assert await deliver(pair.first, "products/update", body) == 200

    async def second_shows_it() -> bool:
        return await title_of(pair.second) == "Flat black"

    assert await eventually(second_shows_it) < 0.1


async def test_a_purge_at_one_process_reaches_the_other_within_100_ms(pair: Pair) -> None:
    await title_of(pair.second)
    pair.rename_latte("Flat black")
    await pair.first.ask("mutation { cachePurge(kinds: [ALL]) { purged } }", staff=True)

    async def second_shows_it() -> bool:
        return await title_of(pair.second) == "Flat black"

    assert await eventually(second_shows_it) < 0.1


async def test_an_answer_from_before_a_change_is_not_served_out_of_redis(pair: Pair, redis_server: RedisServer) -> None:
    await title_of(pair.first)
    await arrived(redis_server, 2)
    body = pair.rename_latte("Flat black")
    assert await deliver(pair.second, "products/update", body) == 200

    assert await title_of(pair.second) == "Flat black"


async def test_after_a_change_both_processes_distrust_a_lagging_storefront(
    pair: Pair, redis_server: RedisServer
) -> None:
    await title_of(pair.second)
    pair.first.sandbox.faults.add("storefront", LAG, latency_s=3600)
    body = pair.rename_latte("Not yet on the replicas")
    await deliver(pair.first, "products/update", body)

    async def second_has_applied_it() -> bool:
        response = await pair.second.http.post("/graphql", json={"query": LATTE})
        return response.headers["cache-control"] == "public, max-age=2"

    await eventually(second_has_applied_it)


async def test_fifty_cold_calls_over_two_processes_are_one_fetch(pair: Pair) -> None:
    query = "query ($handle: String!) { product(handle: $handle) { id title } }"
    await pair.first.data(query, handle="latte")  # makes the plans
    await pair.second.data(query, handle="latte")
    pair.first.sandbox.faults.add("storefront", "latency", latency_s=0.2)
    before = pair.storefront_requests
    both = (pair.first, pair.second)
    answers = await asyncio.gather(*(both[number % 2].data(query, handle="ceramic-mug") for number in range(50)))

    assert answers == [answers[0]] * 50
    assert pair.storefront_requests == before + 1


async def test_a_lease_of_a_crashed_process_delays_a_fetch_only_briefly(pair: Pair, redis_server: RedisServer) -> None:
    await title_of(pair.first)
    await arrived(redis_server, 2)
    with redis_server.client as client:
        for name in stored(redis_server):
            client.delete(name)
            client.set(name + b":lease", "a process that is gone", px=60_000)

    async def second_answers() -> bool:
        return bool(await title_of(pair.second))

    assert await eventually(second_answers) < 4


async def test_a_failed_fetch_ends_its_lease_at_once(pair: Pair, redis_server: RedisServer) -> None:
    fault = pair.first.sandbox.faults.add("storefront", "status", status=400)
    await pair.first.ask(LATTE, status=400)

    async def no_lease_is_left() -> bool:
        with redis_server.client as client:
            return not list(client.scan_iter("*:lease"))

    assert await eventually(no_lease_is_left) < 1
    assert fault is not None


async def test_an_old_answer_in_redis_is_served_when_storefront_fails(redis_server: RedisServer) -> None:
    async with Gateways(
        redis_server.url, cache_seconds={"catalog_fresh_s": 0.05, "catalog_stale_while_revalidate_s": 0}
    ) as pair:
        await pair.share()
        title = await title_of(pair.first)
        await arrived(redis_server, 1)
        await asyncio.sleep(0.06)
        pair.first.sandbox.faults.add("storefront", "status", status=503)

        assert await title_of(pair.second) == title


async def test_gateways_whose_settings_change_answers_share_none(redis_server: RedisServer) -> None:
    async with Gateways(redis_server.url) as one, Gateways(redis_server.url, exact_stock_public=True) as other:
        await one.share()
        await other.share()
        await title_of(one.first)
        await arrived(redis_server, 2)
        before = other.storefront_requests
        await title_of(other.first)

        assert other.storefront_requests == before + 1


async def test_nothing_of_one_buyer_reaches_redis(pair: Pair, redis_server: RedisServer) -> None:
    asked: list[dict[str, Any]] = [
        {"json": {"query": LATTE}, "headers": {"cookie": "_shopify_y=secret-visitor"}},
        {"json": {"query": LATTE}, "headers": {"x-shopify-customer-access-token": "secret-token"}},
        {"json": {"query": "mutation { cartCreate { cart { id } } }"}},
        {"json": {"query": '{ shopOrder(name: "#1001", email: "secret@example.com") { name } }'}},
    ]
    for each in asked:
        response: httpx.Response = await pair.first.http.post("/graphql", **each)
        assert response.status_code == 200
    await title_of(pair.second)
    await arrived(redis_server, 1)
    with redis_server.client as client:
        dumped = b"".join(
            bytes(client.get(name) or b"") for name in client.scan_iter("*") if client.type(name) == b"string"
        )

    assert b"latte" in dumped.lower()
    for secret in (b"secret", b"gid://shopify/Cart", b"set-cookie", b"gid://shopify/Order"):
        assert secret not in dumped


async def test_a_process_that_is_too_busy_still_serves_what_another_has_cached(redis_server: RedisServer) -> None:
    sandbox = sandbox_at_noon()
    held = Held(sandbox.transport())
    settings: dict[str, Any] = {
        "redis_url": redis_server.url,
        "deadline_redis_s": 0.5,
        "limit_operations_at_once": 1,
        "limit_operations_waiting": 0,
    }
    async with serving(sandbox, **settings) as other, serving(sandbox, transport=held, **settings) as busy:
        await eventually(lambda: is_shared(busy))
        await eventually(lambda: is_shared(other))
        title = await title_of(other)
        await arrived(redis_server, 2)
        held.free.clear()
        running = asyncio.create_task(busy.http.post("/graphql", json={"query": "{ shop { name } }"}))
        await held.arrived.acquire()
        refused = await busy.http.post("/graphql", json={"query": "{ shop { id } }"})
        found = await title_of(busy)
        held.free.set()
        await running

    assert (refused.status_code, found) == (503, title)


async def is_shared(served: Served) -> bool:
    return await redis_state(served) == "up"
