"""Admin's requests that create, redirect and delete webhook subscriptions."""

import httpx
import pytest

from clients.admin.client import Admin
from clients.admin.token import StaticToken
from clients.errors import Rejected
from resolvers.subscriptions import ALL_TOPICS, SubscriptionAction, mend
from sandbox.app import create_sandbox
from sandbox.faults import Faults
from sandbox.store import Store
from tests.virtual_time import PassingTime

BASE = "https://graph.kynda.example"
URI = f"{BASE}/webhooks/shopify"


def admin(store: Store, faults: Faults | None = None) -> Admin:
    transport = httpx.ASGITransport(create_sandbox(store, faults))
    url = "https://kynda.example/admin/api/2026-10/graphql.json"
    return Admin(url, StaticToken("sandbox-admin"), transport, deadline_s=5, timing=PassingTime().timing)


async def test_a_topic_is_subscribed_to_once(store: Store) -> None:
    async with admin(store) as client:
        await client.subscribe("PRODUCTS_UPDATE", URI)
        with pytest.raises(Rejected, match="already been taken"):
            await client.subscribe("PRODUCTS_UPDATE", URI)
        [made] = await client.webhook_subscriptions()

    assert (made.topic, made.uri, made.format, made.filter, made.include_fields) == (
        "PRODUCTS_UPDATE",
        URI,
        "JSON",
        None,
        (),
    )


async def test_a_redirected_subscription_includes_all_fields(store: Store) -> None:
    store.subscribe("PRODUCTS_UPDATE", f"{BASE}/hooks").include_fields = ("id",)

    async with admin(store) as client:
        [before] = await client.webhook_subscriptions()
        await client.redirect_subscription(before.id, URI)
        [after] = await client.webhook_subscriptions()

    assert before.include_fields == ("id",)
    assert (after.id, after.uri, after.include_fields) == (before.id, URI, ())


async def test_a_subscription_is_ended_once(store: Store) -> None:
    store.subscribe("PRODUCTS_UPDATE", URI)

    async with admin(store) as client:
        [made] = await client.webhook_subscriptions()
        await client.unsubscribe(made.id)
        assert await client.webhook_subscriptions() == []
        for change in (client.unsubscribe(made.id), client.redirect_subscription(made.id, URI)):
            with pytest.raises(Rejected, match="does not exist"):
                await change


@pytest.mark.parametrize("uri", ["http://graph.kynda.example/hooks", "", "ftp://graph.kynda.example", "hooks"])
async def test_an_address_without_tls_is_refused(store: Store, uri: str) -> None:
    async with admin(store) as client:
        with pytest.raises(Rejected, match="https"):
            await client.subscribe("PRODUCTS_UPDATE", uri)


async def test_a_topic_needs_its_scope(store: Store) -> None:
    store.admin_scopes = ["write_products"]

    async with admin(store) as client:
        await client.subscribe("PRODUCTS_UPDATE", URI)
        with pytest.raises(Rejected, match="read_inventory"):
            await client.subscribe("INVENTORY_LEVELS_UPDATE", URI)


async def test_a_change_is_sent_once_whatever_its_outcome(store: Store) -> None:
    faults = Faults()
    faults.add("admin", "status", status=503)

    async with admin(store, faults) as client:
        with pytest.raises(Exception, match="WebhookSubscriptionCreate"):
            await client.subscribe("PRODUCTS_UPDATE", URI)

    assert faults.counts["admin"] == 1


async def test_mending_creates_missing_subscriptions_and_deletes_duplicates(store: Store) -> None:
    store.subscribe(ALL_TOPICS[0], f"{BASE}/hooks")
    store.subscribe(ALL_TOPICS[1], URI)
    store.subscribe(ALL_TOPICS[1], f"{BASE}/hooks")
    store.subscribe("ORDERS_PAID", "https://elsewhere.example/hooks")

    async with admin(store) as client:
        done = await mend(client, BASE)
        again = await mend(client, BASE)

    assert [each.failure for each in done] == [None] * len(done)
    subscribed = [(each.topic, each.uri) for each in store.webhook_subscriptions.values()]
    assert sorted(subscribed) == sorted(
        [*((topic, URI) for topic in ALL_TOPICS), ("ORDERS_PAID", "https://elsewhere.example/hooks")]
    )
    assert {each.action for each in again} == {SubscriptionAction.KEEP, SubscriptionAction.LEAVE}


async def test_a_refused_topic_does_not_stop_the_others(store: Store) -> None:
    store.admin_scopes = ["read_products"]

    async with admin(store) as client:
        done = await mend(client, BASE)

    refused = {each.topic for each in done if each.failure is not None}
    assert {topic for topic in ALL_TOPICS if topic.startswith("INVENTORY")} <= refused
    assert {each.topic for each in store.webhook_subscriptions.values()} == set(ALL_TOPICS) - refused
