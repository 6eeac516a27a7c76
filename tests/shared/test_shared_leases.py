"""Leases in Redis: one process holds each, and they fall back to the machine while Redis is away."""

from pathlib import Path

from clients.shared.redis_link import RedisLink
from clients.shared.turns import OneMachine
from tests.servers.redis_server import RedisServer
from tests.shared.eventually import eventually


async def test_a_lease_has_one_owner_until_it_is_released(redis_server: RedisServer) -> None:
    first, second = (RedisLink(redis_server.url, "shop", call_s=0.5) for _ in range(2))
    async with first.opened(), second.opened():
        await first.ready()
        await second.ready()
        assert await first.claim("sweep", "a", 60)
        assert await first.claim("sweep", "a", 60)
        assert not await second.claim("sweep", "b", 60)
        await second.release("sweep", "b")
        assert not await second.claim("sweep", "b", 60)
        await first.release("sweep", "a")

        assert await second.claim("sweep", "b", 60)


async def test_a_lease_that_would_never_end_is_taken_over(redis_server: RedisServer) -> None:
    link = RedisLink(redis_server.url, "shop", call_s=0.5)
    async with link.opened():
        await link.ready()
        await link.call(lambda redis: redis.set(link.name("sweep"), "an old owner"))

        assert await link.claim("sweep", "a", 60)


async def test_without_redis_workers_of_one_machine_still_take_turns(redis_server: RedisServer, tmp_path: Path) -> None:
    folder = tmp_path / "workers"
    folder.mkdir()
    first, second = (RedisLink(redis_server.url, "shop", call_s=0.5, otherwise=OneMachine(folder)) for _ in range(2))
    async with first.opened(), second.opened():
        await first.ready()
        redis_server.kill()

        async def is_lost() -> bool:
            return not first.is_up and not second.is_up

        await eventually(is_lost)
        assert await first.claim("sweep", "a", 60)
        assert not await second.claim("sweep", "b", 60)
