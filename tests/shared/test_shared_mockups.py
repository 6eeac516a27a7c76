"""A mockup that one process has made is found by the others, and two processes make one only once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from clients.timing import Timing
from tests.gateway.test_mockups import CREATE, MOCKUP, create, picture, tasks, variants
from tests.servers.redis_server import RedisServer
from tests.serving import Served, sandbox_at_noon
from tests.shared.eventually import Gateways, Pair, eventually


class Paused:
    """Waits for Printful's pictures last until they may go on; then the sandbox's time passes with them."""

    def __init__(self) -> None:
        self.sandbox = sandbox_at_noon()
        self.go_on = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        if seconds >= 2:
            await self.go_on.wait()
            self.sandbox.store.clock.advance(seconds)
        await asyncio.sleep(0.005)


@pytest.fixture
def clock() -> Paused:
    return Paused()


@pytest.fixture
async def makers(redis_server: RedisServer, clock: Paused) -> AsyncIterator[Pair]:
    timing = Timing(sleep=clock.sleep)
    async with Gateways(redis_server.url, sandbox=clock.sandbox, timing=timing, deadline_redis_s=0.5) as gateways:
        await gateways.share()
        yield gateways


async def found(served: Served, mockup_id: str) -> Any:
    return (await served.data(MOCKUP, id=mockup_id))["mockup"]


async def reaches(served: Served, mockup_id: str, state: str) -> Any:
    """The mockup once it is in that state."""

    async def is_there() -> bool:
        mockup = await found(served, mockup_id)
        return mockup is not None and mockup["state"] == state

    await eventually(is_there)
    return await found(served, mockup_id)


async def test_a_mockup_of_one_process_is_found_by_the_other(makers: Pair, clock: Paused) -> None:
    made = await create(makers.first, (await variants(makers.first))[0])
    there = await reaches(makers.second, made["id"], "PENDING")
    assert picture(await makers.second.http.get(there["composedUrl"])).size == (800, 800)

    clock.go_on.set()
    done = await reaches(makers.second, made["id"], "READY")
    await reaches(makers.first, made["id"], "READY")
    pictures = [(await each.http.get(done["printfulUrl"])).content for each in (makers.first, makers.second)]

    assert pictures[0] == pictures[1]
    assert pictures[0].startswith(b"\x89PNG")
    assert tasks(makers.first) == 1


async def test_two_processes_that_are_asked_at_once_make_one_task(makers: Pair, clock: Paused) -> None:
    shirt = (await variants(makers.first))[0]
    made = await asyncio.gather(*(create(each, shirt) for each in (makers.first, makers.second) for _ in range(3)))
    clock.go_on.set()
    for each in (makers.first, makers.second):
        await reaches(each, made[0]["id"], "READY")

    assert len({each["id"] for each in made}) == 1
    assert tasks(makers.first) == 1


async def test_a_failure_of_one_process_is_that_of_the_other_until_the_next_request(
    makers: Pair, clock: Paused
) -> None:
    shirt = (await variants(makers.first))[0]
    makers.first.sandbox.faults.add("printful", "status", status=400)
    made = await asyncio.gather(create(makers.first, shirt), create(makers.second, shirt))
    clock.go_on.set()
    for each in (makers.first, makers.second):
        await reaches(each, made[0]["id"], "FAILED")
    makers.first.sandbox.faults.clear()
    await create(makers.second, shirt)

    for each in (makers.second, makers.first):
        await reaches(each, made[0]["id"], "READY")


async def test_a_mockup_whose_process_is_gone_is_made_by_another(makers: Pair, redis_server: RedisServer) -> None:
    shirt = (await variants(makers.first))[0]
    made = await create(makers.first, shirt)
    await reaches(makers.second, made["id"], "PENDING")
    with redis_server.client as client:
        for name in client.scan_iter("*:mockup:*"):
            client.delete(name)  # as after the lifetimes of a lease and of what a crashed process noted

    assert (await found(makers.second, made["id"]))["state"] == "COMPOSED"
    assert (await create(makers.second, shirt))["state"] == "PENDING"


@pytest.mark.parametrize(
    "lie", [b"", b"no mockup", b"\x83\xaavariant_id\x01\xa9design_id\xaadesign-001\xa5state\xa5ready"]
)
async def test_a_record_of_something_else_is_no_mockup(makers: Pair, redis_server: RedisServer, lie: bytes) -> None:
    shirt = (await variants(makers.first))[0]
    made = await create(makers.first, shirt)
    await reaches(makers.second, made["id"], "PENDING")
    other = made["id"][::-1]
    with redis_server.client as client:
        names: list[Any] = [each for each in client.scan_iter("*:mockup:*") if made["id"].encode() in each]
        name = min(names, key=len).replace(made["id"].encode(), other.encode())
        client.set(name, lie)
        client.set(name + b":picture", b"x" * 16 + b"\x89PNG\r\n\x1a\nno")

    assert await found(makers.second, other) is None
    assert (await makers.second.http.get(f"/mockups/{other}-printful.png")).status_code == 404


async def test_the_limit_of_new_mockups_counts_for_all_processes(redis_server: RedisServer, clock: Paused) -> None:
    settings: dict[str, Any] = {"deadline_redis_s": 0.5, "limit_mockups": 2}
    async with Gateways(redis_server.url, sandbox=clock.sandbox, timing=Timing(sleep=clock.sleep), **settings) as pair:
        await pair.share()
        shirt = (await variants(pair.first))[0]
        for design in ("design-001", "design-002"):
            await create(pair.first, shirt, design)

        await create(pair.second, shirt, "design-003")  # it does not know yet of the others

        async def are_settled() -> bool:
            with redis_server.client as client:
                counted = [client.hvals(each) for each in client.scan_iter("*:count:mockups:*")]
            return sum(int(each) for values in counted for each in values) == 3

        await eventually(are_settled)
        await asyncio.sleep(0.05)
        refused = await pair.second.ask(CREATE, {"variant": shirt, "design": "design-004"}, status=429)

    assert refused["errors"][0]["extensions"]["code"] == "THROTTLED"
