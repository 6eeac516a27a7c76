"""A Redis for each test, and two gateways that share it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.servers.redis_server import RedisServer
from tests.shared.eventually import Gateways, Pair


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
async def hasty_pair(redis_server: RedisServer) -> AsyncIterator[Pair]:
    """With the usual deadline of calls to Redis, which a busy machine may miss."""
    async with Gateways(redis_server.url) as gateways:
        await gateways.share()
        yield gateways


@pytest.fixture
async def pair(redis_server: RedisServer) -> AsyncIterator[Pair]:
    async with Gateways(redis_server.url, deadline_redis_s=0.5) as gateways:
        await gateways.share()
        yield gateways
