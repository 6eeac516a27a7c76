"""Redis killed, hanging, full, slow to forget or lying: the gateway goes on without it, and comes back by itself."""

import asyncio
import time
from pathlib import Path

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from clients.budget import Priority
from clients.shared.budgets import SharedPoints, SharedWindows
from clients.shared.redis_link import CALL_S, RedisLink
from tests.servers.redis_server import RedisServer
from tests.shared.eventually import Gateways, Pair, deliver, eventually, redis_state, title_of

SLACK_S = 0.2  # of a busy machine, beside the deadline


async def seconds_of(page: "asyncio.Future[str]") -> float:
    began_s = time.monotonic()
    await page
    return time.monotonic() - began_s


async def test_a_killed_redis_costs_no_answer_and_is_used_again_when_it_is_back(
    pair: Pair, redis_server: RedisServer
) -> None:
    with capture_logs() as logs:
        redis_server.kill()
        body = pair.rename_latte("Without Redis")
        assert await deliver(pair.first, "products/update", body) == 200
        assert await title_of(pair.first) == "Without Redis"
        await pair.share(state="down")
        redis_server.start()
        await pair.share()
        await eventually_same_title(pair, "Without Redis")

    for event in ("redis_lost", "redis_regained"):
        assert [each["event"] for each in logs].count(event) == 2  # once for each gateway


async def eventually_same_title(pair: Pair, title: str) -> None:
    async def both_show_it() -> bool:
        return [await title_of(pair.first), await title_of(pair.second)] == [title, title]

    await eventually(both_show_it)


async def test_a_hanging_redis_costs_one_deadline_and_later_calls_nothing(
    hasty_pair: Pair, redis_server: RedisServer
) -> None:
    pair = hasty_pair
    redis_server.hang()
    try:
        pages = [await seconds_of(asyncio.ensure_future(title_of(pair.first))) for _ in range(3)]
        assert pages[0] < 3 * CALL_S + SLACK_S
        assert (await pair.first.http.get("/health")).json()["redis"] == "down"
        before_s = time.monotonic()
        await pair.first.data("{ shop { name } }")
        assert time.monotonic() - before_s < SLACK_S
    finally:
        redis_server.go_on()
    await pair.share()


async def test_a_change_while_redis_is_away_reaches_the_other_process_when_it_is_back(
    pair: Pair, redis_server: RedisServer
) -> None:
    await title_of(pair.second)
    redis_server.kill()
    await pair.share(state="down")
    body = pair.rename_latte("Meanwhile")
    await deliver(pair.first, "products/update", body)
    redis_server.start()
    await pair.share()

    await eventually_same_title(pair, "Meanwhile")


async def test_a_gateway_starts_without_redis_and_takes_it_up_later(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.kill()
    try:
        async with Gateways(server.url) as gateways:
            await gateways.share(state="down")
            assert await title_of(gateways.first)
            server.start()
            await gateways.share()
    finally:
        server.kill()


async def test_a_call_that_outlives_its_connections_leaves_none_open(redis_server: RedisServer) -> None:
    link = RedisLink(redis_server.url, "test", call_s=5.0)
    may_connect, pools = asyncio.Event(), []

    async def send(redis: Redis) -> object:
        pools.append(redis.connection_pool)
        await may_connect.wait()
        return await redis.ping()

    async def is_up_again() -> bool:
        return link.is_up and link._redis is not None and link._redis.connection_pool is not pools[0]

    async with link.opened():
        await link.ready()
        call = asyncio.create_task(link.call(send))
        await asyncio.sleep(0)
        link._lose(ConnectionError("lost"))
        await eventually(is_up_again)
        may_connect.set()
        assert await call
        assert not any(each.is_connected for each in pools[0]._available_connections)


async def test_budgets_and_leases_of_a_wrong_type_are_begun_again(redis_server: RedisServer) -> None:
    link = RedisLink(redis_server.url, "test", call_s=0.5)
    points, windows = SharedPoints(link), SharedWindows(link)
    async with link.opened():
        await link.ready()
        with redis_server.client as client:
            for name in ("admin:points", "admin:reservations", "printful:window:all", "sweep"):
                client.rpush(f"test:{name}", "foreign")
        unshared = await points.reserve(10, Priority.ORDERS, None)
        await windows.reserve(1, Priority.ORDERS, None)
        await link.claim("sweep", "one", 60)
        shared = await points.reserve(10, Priority.ORDERS, None)
        waits = [(await windows.reserve(1, Priority.ORDERS, None)).wait_s for _ in range(121)]
        claims = [await link.claim("sweep", owner, 60) for owner in ("one", "two")]

    assert (unshared.token, unshared.wait_s) == ("", 0)
    assert shared.token
    assert (waits[:120], waits[120] > 0) == ([0.0] * 120, True)
    assert claims == [True, False]


async def test_keys_of_a_wrong_type_are_misses(pair: Pair, redis_server: RedisServer) -> None:
    title = await title_of(pair.first)
    await asyncio.sleep(0.05)
    with redis_server.client as client:
        for name in client.scan_iter("*:answer:*"):
            client.delete(name)
            client.rpush(name, "not an answer")
    before = pair.storefront_requests

    assert await title_of(pair.second) == title
    assert pair.storefront_requests == before + 1
    assert await redis_state(pair.second) == "up"


@pytest.mark.parametrize("how", ["cut", "flipped", "of another key", "empty"])
async def test_a_corrupt_answer_is_a_miss(pair: Pair, redis_server: RedisServer, how: str) -> None:
    title = await title_of(pair.first)
    await pair.first.data('{ product(handle: "ceramic-mug") { id title } }')
    await asyncio.sleep(0.05)
    with redis_server.client as client:
        names = [each for each in client.scan_iter("*:answer:*") if not each.endswith(b":lease")]
        values = [client.get(each) for each in names]
        assert len(names) == 4
        for number, name in enumerate(names):
            value = values[number]
            assert isinstance(value, bytes)
            other = values[number - 1]
            flipped = value[:-9] + bytes([value[-9] ^ 1]) + value[-8:]
            client.set(name, {"cut": value[:-5], "flipped": flipped, "of another key": other, "empty": b""}[how])
    before = pair.storefront_requests

    assert await title_of(pair.second) == title
    assert pair.storefront_requests == before + 1


async def test_a_changes_key_of_a_wrong_type_is_begun_again(pair: Pair, redis_server: RedisServer) -> None:
    with redis_server.client as client:
        (name,) = client.scan_iter("*:changes")
        client.delete(name)
        client.set(name, "foreign")
    body = pair.rename_latte("Still right")
    await deliver(pair.first, "products/update", body)

    await eventually_same_title(pair, "Still right")
    await pair.share()


async def test_a_lost_numbering_makes_each_process_fetch_again(pair: Pair, redis_server: RedisServer) -> None:
    await title_of(pair.second)
    pair.rename_latte("Renamed without a webhook")
    with redis_server.client as client:
        client.flushall()

    await eventually_same_title(pair, "Renamed without a webhook")


async def test_a_full_redis_leaves_no_outdated_answer_to_any_process(pair: Pair, redis_server: RedisServer) -> None:
    await title_of(pair.first)
    await title_of(pair.second)
    with redis_server.client as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1")
    with capture_logs() as logs:
        body = pair.rename_latte("Full")
        await deliver(pair.first, "products/update", body)

        await eventually_same_title(pair, "Full")
        assert await redis_state(pair.first) == "down"
        assert await redis_state(pair.second) in ("down", "failing", "up")
    with redis_server.client as client:
        client.config_set("maxmemory", "0")
    await pair.share()

    assert [each["event"] for each in logs].count("redis_lost") <= 2
    await eventually_same_title(pair, "Full")


async def test_messages_that_a_process_missed_are_read_from_the_log(pair: Pair, redis_server: RedisServer) -> None:
    await title_of(pair.second)
    with redis_server.client as client:
        client.client_kill_filter(_type="pubsub")
    body = pair.rename_latte("Missed")
    await deliver(pair.first, "products/update", body)

    await eventually_same_title(pair, "Missed")


async def test_the_status_says_how_redis_does(pair: Pair, redis_server: RedisServer) -> None:
    query = "{ status { redis { state detail failures } } }"
    found = await pair.first.ask(query, staff=True)
    assert found["data"]["status"]["redis"] == {"state": "UP", "detail": None, "failures": 0}
    redis_server.kill()
    await pair.share(state="down")
    lost = (await pair.first.ask(query, staff=True))["data"]["status"]["redis"]
    assert (lost["state"], lost["detail"]) == ("DOWN", "ConnectionError")
    assert lost["failures"] > 0
