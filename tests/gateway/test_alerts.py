"""Alerts: people are told once of each trouble, once when it is over, and never in a flood."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time
from typing import Any

from app import opened
from clients.alerts import AlertDelivery
from resolvers.alerts.watch import AlertWatch
from sandbox.order_life import place_order
from tests.gateway.order_shop import OrderShop, order_shop
from tests.serving import GivenSettings, sandbox_at_noon, serving
from tests.virtual_time import in_no_time, virtual_timing

MINUTE = 60
REFUSAL = {"code": 400, "result": "No.", "error": {"reason": "BadRequest", "message": "The ZIP code is missing."}}


class Recorder:
    """A channel that remembers its messages. While `is_dead` none arrives."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        self.is_dead = False

    async def send(self, title: str, text: str) -> AlertDelivery:
        if self.is_dead:
            return AlertDelivery(0, 1)
        self.messages.append((title, text))
        return AlertDelivery(1, 0)

    @property
    def titles(self) -> list[str]:
        return [title for title, _ in self.messages]


@asynccontextmanager
async def process(
    shop: OrderShop, channel: Recorder, digest_at: time | None = None, **more: Any
) -> AsyncIterator[AlertWatch]:
    """Another process of the gateway, of which only the watch runs."""
    given: dict[str, Any] = {"sweep_minutes": 0, **more}
    settings = GivenSettings(**given)
    async with opened(settings, shop.sandbox, None, virtual_timing()) as services:
        set_up, address = settings.set_up(), settings.public_address
        yield AlertWatch(services, channel, set_up=set_up, address=address, digest_at=digest_at)


async def looks(shop: OrderShop, watch: AlertWatch, times: int) -> None:
    """Looks once a minute."""
    for _ in range(times):
        await shop.later(MINUTE)
        await watch.look()


async def refused(shop: OrderShop) -> Any:
    shop.sandbox.faults.add("printful", "status", status=400, match="/orders", body=REFUSAL)
    order = await shop.placed()
    shop.sandbox.faults.clear()
    return order


@in_no_time
async def test_a_refused_order_is_reported_once_and_its_recovery_once() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel) as watch:
        order = await refused(shop)
        await looks(shop, watch, 10)
        assert channel.titles == ["Kynda: 1 thing needs somebody"]
        assert f"{order.name}: " in channel.messages[0][1]
        assert f"http://localhost:8000/staff/orders/{order.id}" in channel.messages[0][1]

        await shop.forward(order)
        await looks(shop, watch, 10)
        assert channel.titles[1:] == ["Kynda: 1 thing is well again"]
        assert channel.messages[1][1] == f"- {order.name}"


@in_no_time
async def test_two_processes_and_a_restart_send_one_alert() -> None:
    channel = Recorder()
    async with order_shop() as shop:
        async with process(shop, channel) as first, process(shop, channel) as second:
            order = await refused(shop)
            for _ in range(5):
                await looks(shop, first, 1)
                await second.look()
        async with process(shop, channel) as restarted:
            await looks(shop, restarted, 10)
            assert channel.titles == ["Kynda: 1 thing needs somebody"]
            await shop.forward(order)
            await looks(shop, restarted, 5)
        assert len(channel.messages) == 2


@in_no_time
async def test_two_processes_that_check_at_the_same_moment_send_one_alert() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel) as first, process(shop, channel) as second:
        await refused(shop)
        await asyncio.gather(first.look(), second.look())
        await looks(shop, first, 3)
        await looks(shop, second, 3)
        assert channel.titles == ["Kynda: 1 thing needs somebody"]


@in_no_time
async def test_many_orders_that_fail_at_once_are_one_message() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel) as watch:
        shop.sandbox.faults.add("printful", "status", status=400, match="/orders", body=REFUSAL)
        for _ in range(30):
            place_order(shop.store, [(shop.variant("roastery-crest-shirt"), 1)])
        await shop.settled()
        await looks(shop, watch, 10)

        assert channel.titles == ["Kynda: 30 things need somebody"]
        lines = channel.messages[0][1].splitlines()
        assert len(lines) == 6
        assert lines[-1].startswith("- and 25 more: ")


@in_no_time
async def test_printful_down_is_one_alert_and_one_all_clear() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel) as watch:
        await shop.sweep()
        await looks(shop, watch, 10)
        channel.messages.clear()  # of an example order that is refused
        shop.sandbox.faults.add("printful", "status", status=503)
        for _ in range(3):
            await shop.placed()
        for _ in range(8):  # a sweep every five minutes
            await looks(shop, watch, 5)
            await shop.sweep()
        assert channel.titles == ["Kynda: 1 thing needs somebody"]
        assert "Printful" in channel.messages[0][1]

        shop.sandbox.faults.clear()
        await shop.later(MINUTE)
        await shop.sweep()
        await looks(shop, watch, 10)
        assert channel.titles[1:] == ["Kynda: 1 thing is well again"]


@in_no_time
async def test_a_short_outage_is_no_alert() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel) as watch:
        await watch.look()
        shop.sandbox.faults.add("printful", "status", status=503)
        await looks(shop, watch, 9)
        shop.sandbox.faults.clear()
        await looks(shop, watch, 20)
        assert channel.messages == []


@in_no_time
async def test_refused_credentials_are_reported_once_and_their_recovery_too() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel) as watch:
        shop.sandbox.faults.add("printful", "status", status=401)
        await looks(shop, watch, 30)
        assert channel.titles == ["Kynda: 1 thing needs somebody"]
        assert "our credentials" in channel.messages[0][1]
        shop.sandbox.faults.clear()
        await looks(shop, watch, 3)
        assert channel.titles[1:] == ["Kynda: 1 thing is well again"]


@in_no_time
async def test_an_outage_of_admin_is_reported_although_the_ledger_is_stored_there() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel) as watch:
        order = await refused(shop)
        await looks(shop, watch, 1)
        shop.sandbox.faults.add("admin", "status", status=503)
        await looks(shop, watch, 40)
        assert len(channel.messages) == 2
        assert "Shopify's Admin does not answer" in channel.messages[1][1]
        shop.sandbox.faults.clear()
        await looks(shop, watch, 10)
        assert len(channel.messages) == 3  # the order is still refused, and was told before
        assert channel.messages[2] == ("Kynda: 1 thing is well again", "- Shopify's Admin does not answer")
        assert order.name not in channel.messages[2][1]


@in_no_time
async def test_a_dead_alert_service_is_shown_and_tried_again() -> None:
    channel = Recorder()
    channel.is_dead = True
    async with order_shop() as shop, process(shop, channel) as watch:
        await refused(shop)
        await looks(shop, watch, 10)
        assert watch.health.failure is not None
        assert "python -m app alert --test" in watch.health.failure
        channel.is_dead = False
        await looks(shop, watch, 10)
        assert channel.titles == ["Kynda: 1 thing needs somebody"]
        assert watch.health.failure is None


@in_no_time
async def test_the_digest_comes_once_in_the_morning() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel, time(12, 30)) as first:
        async with process(shop, channel, time(12, 30)) as second:
            order = await shop.placed()
            await looks(shop, first, 60)
            await looks(shop, second, 60)
        assert channel.titles == ["Kynda: this morning"]
        text = channel.messages[0][1]
        assert "No open troubles." in text
        assert "Drafts to confirm: 1." in text
        assert order.name not in text


@in_no_time
async def test_a_process_that_starts_in_the_evening_sends_no_digest_of_the_morning() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel, time(7)) as watch:  # it is noon
        await looks(shop, watch, 30)
        assert channel.messages == []


@in_no_time
async def test_alerts_hold_no_personal_data() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel, time(12, 10)) as watch:
        body = {"code": 400, "result": "Dana Sample of 5 Sample Road, 78701, dana@example.com is refused."}
        shop.sandbox.faults.add("printful", "status", status=400, match="/orders", body=body)
        order = await shop.placed()
        await looks(shop, watch, 20)
        said = "\n".join(text for _, text in channel.messages)
        address = order.shipping_address
        assert address is not None
        for private in (order.email, address.address1, address.last_name):
            assert private
            assert private not in said


async def test_the_health_page_and_status_show_whether_alerts_are_sent() -> None:
    query = "{ status { alerts { addresses sentAt failure } } }"
    for urls, addresses in (("", 0), ("json://127.0.0.1:9,json://127.0.0.1:9/two", 2)):
        async with serving(sandbox_at_noon(), alert_urls=urls) as served:
            answer = await served.ask(query, staff=True)
            assert answer["data"]["status"]["alerts"] == {"addresses": addresses, "sentAt": None, "failure": None}


@in_no_time
async def test_printfuls_own_app_is_reported_unless_the_shop_allows_it() -> None:
    for is_allowed in (False, True):
        channel = Recorder()
        async with order_shop() as shop, process(shop, channel, printful_app_allowed=is_allowed) as watch:
            shop.store.printful_app_connected = True
            await looks(shop, watch, 30)
            assert len(channel.messages) == (0 if is_allowed else 1)
            shop.store.printful_app_connected = False
            await looks(shop, watch, 3)
            assert channel.titles[1:] == ([] if is_allowed else ["Kynda: 1 thing is well again"])


@in_no_time
async def test_a_version_that_ends_soon_and_a_lost_subscription_are_reported() -> None:
    channel = Recorder()
    async with order_shop() as shop, process(shop, channel, public_url="http://localhost:8000") as watch:
        await looks(shop, watch, 2)
        assert channel.messages == []
        shop.store.webhook_subscriptions.popitem()
        shop.store.clock.advance(250 * 24 * 3600)
        await looks(shop, watch, 16)
        said = "\n".join(text for _, text in channel.messages)
        assert "API version: 2026-10 is supported until 2027-10-01" in said
        assert "Webhooks: " in said
