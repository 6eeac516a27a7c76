"""One process among those that share Redis watches for troubles, and sends one alert. In virtual time."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any

from app import opened
from clients.alerts import AlertChannel
from edge.maintenance import alerting
from edge.sharing import Stores
from tests.gateway.order_shop import OrderShop, order_shop
from tests.gateway.test_alerts import MINUTE, Recorder, refused
from tests.orders.mortal import Life
from tests.orders.redis_stand_in import URL, RedisStandIn
from tests.serving import GivenSettings
from tests.virtual_time import in_no_time, virtual_timing


class Watchers:
    """Processes of a gateway that share a Redis. Each has its own channel, so that it shows who sent what."""

    def __init__(self, shop: OrderShop, redis: RedisStandIn) -> None:
        self._shop = shop
        self._redis = redis
        self._running: list[AsyncExitStack] = []
        self.channels: list[Recorder] = []

    async def start(self) -> None:
        channel = Recorder()

        class WithChannel(GivenSettings):
            def alert_channel(self) -> AlertChannel:  # type: ignore[override]
                return channel

        given: dict[str, Any] = {"sweep_minutes": 0, "redis_url": URL}
        settings, stack = WithChannel(**given), AsyncExitStack()
        stores = Stores(redis_connection=self._redis.connection_class(Life("process")))
        upstreams = opened(settings, self._shop.sandbox, None, virtual_timing(), stores=stores)
        services = await stack.enter_async_context(upstreams)
        await stack.enter_async_context(alerting(settings, services))
        self.channels.append(channel)
        self._running.append(stack)
        await self._shop.later(1)

    async def end_first(self) -> None:
        await self._running.pop(0).aclose()

    async def end(self) -> None:
        while self._running:
            await self.end_first()

    @property
    def titles(self) -> list[list[str]]:
        return [each.titles for each in self.channels]


@asynccontextmanager
async def watched() -> AsyncIterator[tuple[OrderShop, Watchers, RedisStandIn]]:
    with RedisStandIn.virtual_clock():
        redis = RedisStandIn(Random(1))
        async with order_shop() as shop:
            watchers = Watchers(shop, redis)
            try:
                await watchers.start()
                await watchers.start()
                yield shop, watchers, redis
            finally:
                await watchers.end()


@in_no_time
async def test_one_of_two_processes_looks_and_alerts() -> None:
    async with watched() as (shop, watchers, _):
        await refused(shop)
        before = shop.served.requests["admin"]
        await shop.later(5 * MINUTE)
        looks = shop.served.requests["admin"] - before

        assert sorted(watchers.titles) == [[], ["Kynda: 1 thing needs somebody"]]
        assert 5 <= looks <= 15  # a second process would double them


@in_no_time
async def test_another_process_takes_over_when_the_one_that_watches_ends() -> None:
    async with watched() as (shop, watchers, _):
        await shop.later(MINUTE)
        await watchers.end_first()
        await refused(shop)
        await shop.later(3 * MINUTE)

        assert watchers.titles == [[], ["Kynda: 1 thing needs somebody"]]


@in_no_time
async def test_an_outage_of_admin_is_one_alert_of_all_processes_also_when_another_one_takes_over() -> None:
    async with watched() as (shop, watchers, _):
        shop.sandbox.faults.add("admin", "status", status=503)
        await shop.later(12 * MINUTE)
        during = watchers.titles
        await watchers.end_first()
        await shop.later(15 * MINUTE)
        after = watchers.titles
        shop.sandbox.faults.clear()
        await shop.later(8 * MINUTE)

        assert sorted(during) == [[], ["Kynda: 1 thing needs somebody"]]
        assert after == during
        assert sorted(title for each in watchers.titles for title in each) == [
            "Kynda: 1 thing is well again",
            "Kynda: 1 thing needs somebody",
        ]


@in_no_time
async def test_a_redis_that_lies_about_earlier_alerts_stops_none() -> None:
    async with watched() as (shop, watchers, redis):
        await refused(shop)
        redis.fail("mix up", 0)
        await shop.later(4 * MINUTE)

        assert {title for each in watchers.titles for title in each} == {"Kynda: 1 thing needs somebody"}
