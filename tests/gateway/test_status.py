"""The staff query `status`: what this process knows of itself and of the systems behind it."""

from typing import Any

from sandbox.order_life import place_order
from tests.gateway.order_shop import order_shop
from tests.serving import Served, serving
from tests.virtual_time import in_no_time

STOCK = "{ products(first: 1) { nodes { variants(first: 1) { nodes { inventory { tracked } } } } } }"


async def status_of(gateway: Served, selection: str) -> dict[str, Any]:
    answer = await gateway.ask(f"{{ status {{ {selection} }} }}", staff=True)
    assert "errors" not in answer, answer["errors"]
    found: dict[str, Any] = answer["data"]["status"]
    return found


async def test_the_status_is_for_staff(gateway: Served) -> None:
    answer = await gateway.ask("{ status { startedAt } }")

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert gateway.requests == {}


async def test_all_four_upstreams_are_shown_with_their_requests(gateway: Served) -> None:
    await gateway.ask(STOCK)
    found = await status_of(gateway, "upstreams { name breaker answered failed running waiting meanSeconds }")

    shown = {each["name"]: each for each in found["upstreams"]}
    assert list(shown) == ["storefront", "admin", "printful", "square"]
    assert [each["answered"] for each in shown.values()] == [1, 1, 0, 0]
    assert {each["breaker"] for each in shown.values()} == {"CLOSED"}
    assert {each["failed"] + each["running"] + each["waiting"] for each in shown.values()} == {0}
    assert shown["storefront"]["meanSeconds"] >= 0
    assert shown["square"]["meanSeconds"] is None


async def test_the_status_shows_what_shopify_and_printful_still_allow(gateway: Served) -> None:
    await gateway.ask(STOCK)
    found = await status_of(gateway, "upstreams { name capacities { name limit available } }")

    capacities = {(up["name"], each["name"]): each for up in found["upstreams"] for each in up["capacities"]}
    assert set(capacities) == {
        ("admin", "all"),
        ("printful", "all"),
        ("printful", "mockups"),
        ("printful", "large_shipping_rates"),
        ("printful", "product_writes"),
    }
    assert capacities["printful", "all"]["available"] == capacities["printful", "all"]["limit"] == 120
    points = capacities["admin", "all"]
    assert 0 < points["available"] <= points["limit"]


async def test_an_open_breaker_is_shown_and_costs_no_request(gateway: Served) -> None:
    gateway.sandbox.faults.add("storefront", "status", status=500)
    async with serving(gateway.sandbox, cache_max_bytes=0) as served:
        for number in range(12):
            await served.ask(f"mutation {{ a{number}: cartCreate {{ cart {{ id }} }} }}")
        before = served.requests
        found = await status_of(served, "upstreams { name breaker failed } cache { maxBytes }")

        assert found["upstreams"][0]["breaker"] == "OPEN"
        assert found["upstreams"][0]["failed"] >= 5
        assert found["cache"] is None
        assert served.requests == before


async def test_the_status_shows_the_cache_and_the_queue(gateway: Served) -> None:
    for _ in range(2):
        await gateway.ask("{ shop { name } }")
    found = await status_of(gateway, "cache { total { entries hits } } queue { running waiting refused }")

    assert found["cache"]["total"]["hits"] == 1
    assert found["queue"] == {"running": 1, "waiting": 0, "refused": 0}


async def test_the_status_shows_how_long_the_api_version_is_supported(gateway: Served) -> None:
    found = await status_of(gateway, "apiVersion { name supportedUntil }")

    assert found["apiVersion"] == {"name": "2026-10", "supportedUntil": "2027-10-01T00:00:00Z"}


async def test_before_the_first_sweep_its_fields_are_empty(gateway: Served) -> None:
    found = await status_of(gateway, "sweep { beganAt endedAt listed } subscriptions { checkedAt }")

    assert found == {"sweep": {"beganAt": None, "endedAt": None, "listed": 0}, "subscriptions": None}


SWEEP = """
  sweep { beganAt endedAt listed settled pending failed failures oldestWaitingAt deferred stuck { name reason } }
  subscriptions { checkedAt failure subscriptions { topic action failure } }
  webhooks { sender outcome count } webhookSenders { name lastAt } forwards { system action result count }
"""


@in_no_time
async def test_the_latest_sweep_is_shown_with_the_oldest_order_that_waits() -> None:
    async with order_shop(sweep_minutes=5) as shop:
        shop.sandbox.faults.add("printful", "status", status=503)
        place_order(shop.store, shop.prints())
        await shop.later(11 * 60)
        found = await status_of(shop.served, SWEEP)

        assert found["sweep"]["beganAt"] is not None
        assert found["sweep"]["endedAt"] is not None
        assert found["sweep"]["oldestWaitingAt"] is not None
        assert found["sweep"]["pending"] + found["sweep"]["failed"] >= 1

        shop.sandbox.faults.clear()
        await shop.later(15 * 60)
        found = await status_of(shop.served, SWEEP)
        assert found["sweep"]["oldestWaitingAt"] is None
        assert {each["system"] for each in found["forwards"]} == {"printful"}
        assert {each["result"] for each in found["forwards"]} >= {"delayed", "done"}
        assert [each["name"] for each in found["webhookSenders"]] == ["shopify"]
        assert sum(each["count"] for each in found["webhooks"] if each["outcome"] != "refused") >= 1


@in_no_time
async def test_the_last_check_of_the_webhook_subscriptions_is_shown() -> None:
    async with order_shop(sweep_minutes=5, public_url="https://gateway.example") as shop:
        await shop.later(6 * 60)
        first = (await status_of(shop.served, SWEEP))["subscriptions"]
        shop.sandbox.faults.add("admin", "status", status=403)
        await shop.later(6 * 60)
        second = (await status_of(shop.served, SWEEP))["subscriptions"]

    assert first["failure"] is None
    assert {each["action"] for each in first["subscriptions"]} & {"CREATE", "KEEP"}
    assert {each["failure"] for each in first["subscriptions"]} == {None}
    assert second["failure"] is not None
    assert second["subscriptions"] == []
    assert second["checkedAt"] > first["checkedAt"]
