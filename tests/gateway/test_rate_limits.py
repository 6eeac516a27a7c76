"""Limits of one client in a minute."""

from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest
from httpx import Response

from tests.serving import STAFF, Served, sandbox_at_noon, serving
from tests.virtual_time import PassingTime

SHOP = {"query": "{ shop { name } }"}
CART = {"query": 'mutation { cartCreate(input: {note: "%s"}) { cart { id } } }'}
COST_OF_SHOP = 1
BEHIND_A_PROXY: dict[str, Any] = {"trusted_proxies": "127.0.0.1"}


def of_client(address: str) -> dict[str, str]:
    return {"x-forwarded-for": address}


NUMBERS = count()


def uncached() -> dict[str, str]:
    """An operation that nobody has asked for before."""
    return {"query": f"{{ a{next(NUMBERS)}: shop {{ name }} }}"}


async def statuses(gateway: Served, times: int, headers: Mapping[str, str], *, cached: bool = False) -> list[int]:
    asked = [SHOP if cached else uncached() for _ in range(times)]
    return [(await gateway.http.post("/graphql", json=each, headers=headers)).status_code for each in asked]


async def test_the_operations_of_a_client_have_a_budget() -> None:
    async with serving(sandbox_at_noon(), limit_client_cost=3, **BEHIND_A_PROXY) as gateway:
        assert await statuses(gateway, 5, of_client("192.0.2.1")) == [200, 200, 200, 429, 429]
        assert await statuses(gateway, 1, of_client("192.0.2.2")) == [200]


@pytest.mark.parametrize("path", ["/graphql", "/api/2026-10/graphql.json"])
async def test_a_refusal_is_a_graphql_answer_that_says_when_to_come_back(path: str) -> None:
    async with serving(sandbox_at_noon(), limit_client_cost=1) as gateway:
        first = await gateway.http.post(path, json=uncached(), headers={"authorization": "other"})
        second = await gateway.http.post(path, json=uncached())
        asked = dict(gateway.requests)

    assert (first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"]) == ("1", "0")
    assert second.status_code == 429
    assert second.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert 0 < int(second.headers["retry-after"]) <= 60
    assert second.headers["ratelimit-reset"] == second.headers["retry-after"]
    assert asked == {"storefront": 1}


async def test_the_budget_comes_back_as_its_window_moves() -> None:
    time = PassingTime()
    async with serving(sandbox_at_noon(), limit_client_cost=2, timing=time.timing) as gateway:
        await statuses(gateway, 1, {})
        time.now += 40
        assert (await gateway.http.post("/graphql", json=uncached())).status_code == 200
        assert (await gateway.http.post("/graphql", json=uncached())).status_code == 429
        time.now += 21
        assert (await gateway.http.post("/graphql", json=uncached())).status_code == 200
        assert (await gateway.http.post("/graphql", json=uncached())).status_code == 429


async def test_cached_answers_have_a_limit_of_their_own() -> None:
    limits: dict[str, Any] = {"limit_client_cost": 1, "limit_client_cached_answers": 3, **BEHIND_A_PROXY}
    async with serving(sandbox_at_noon(), **limits) as gateway:
        assert await statuses(gateway, 6, of_client("192.0.2.1"), cached=True) == [200] * 4 + [429] * 2
        assert await statuses(gateway, 1, of_client("192.0.2.2"), cached=True) == [200]
        assert gateway.requests == {"storefront": 1}


async def test_a_costly_operation_takes_more() -> None:
    query = "{ products(first: 50) { nodes { isFeatured } } }"
    async with serving(sandbox_at_noon(), limit_client_cost=100) as gateway:
        asked = {"query": query, "extensions": {"cost": True}}
        cost = (await gateway.http.post("/graphql", json=asked)).json()["extensions"]["cost"]

    assert cost == {"requested": 52, "maximum": 250_000, "limit": 100, "remaining": 48}


@pytest.mark.parametrize("limit", ["limit_client_cost", "limit_client_cached_answers"])
async def test_a_limit_of_zero_turns_the_limit_off(limit: str) -> None:
    limits: dict[str, Any] = {limit: 0}
    async with serving(sandbox_at_noon(), **limits) as gateway:
        assert await statuses(gateway, 20, {}, cached=limit.endswith("answers")) == [200] * 20


async def test_guessing_the_staff_token_is_stopped() -> None:
    time = PassingTime()
    limits: dict[str, Any] = {"limit_client_failed_tokens": 3, **BEHIND_A_PROXY, "timing": time.timing}
    async with serving(sandbox_at_noon(), **limits) as gateway:

        async def shown(token: str, address: str = "192.0.2.1") -> int:
            headers = {"authorization": f"Bearer {token}", **of_client(address)}
            return (await gateway.http.post("/graphql", json=SHOP, headers=headers)).status_code

        assert [await shown(f"guess-{each}") for each in range(5)] == [200, 200, 200, 429, 429]
        assert await shown("sandbox-staff") == 429
        assert await shown("sandbox-staff", "192.0.2.2") == 200
        assert (await gateway.http.post("/graphql", json=SHOP, headers=of_client("192.0.2.1"))).status_code == 200
        time.now += 61
        assert await shown("sandbox-staff") == 200


async def test_staff_may_show_their_token_as_often_as_they_like() -> None:
    async with serving(sandbox_at_noon(), limit_client_failed_tokens=1) as gateway:
        for _ in range(5):
            assert (await gateway.http.post("/graphql", json=SHOP, headers=STAFF)).status_code == 200


async def test_buyers_behind_one_renderer_have_separate_limits() -> None:
    async with serving(sandbox_at_noon(), limit_client_cost=2, **BEHIND_A_PROXY) as gateway:
        for buyer in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
            assert await statuses(gateway, 3, {"shopify-storefront-buyer-ip": buyer}) == [200, 200, 429]


async def test_an_address_that_anybody_can_write_makes_no_new_client(gateway: Served) -> None:
    async with serving(sandbox_at_noon(), limit_client_cost=2) as served:
        found = [
            await statuses(
                served, 1, {"x-forwarded-for": f"192.0.2.{each}", "shopify-storefront-buyer-ip": "192.0.2.9"}
            )
            for each in range(3)
        ]

    assert found == [[200], [200], [429]]


async def test_a_network_of_ipv6_is_one_client() -> None:
    async with serving(sandbox_at_noon(), limit_client_cost=2, **BEHIND_A_PROXY) as gateway:
        found = [await statuses(gateway, 1, of_client(f"2001:db8:1:2::{each}")) for each in range(3)]

    assert found == [[200], [200], [429]]


async def test_cached_answers_do_not_contain_a_clients_budget(gateway: Served) -> None:
    answer = await gateway.http.post("/graphql", json=SHOP)

    assert answer.headers["cache-control"].startswith("public")
    assert not [name for name in answer.headers if name.startswith("ratelimit")]


LOOK_UP = '{ %s: shopOrder(name: "#1", email: "a@example.com") { name } %s }'
MOCKUP = """mutation {
  %s: mockupCreate(variantId: "gid://shopify/ProductVariant/VARIANT", designId: "design-00NUMBER") { id }
}"""
HOURLY = ["limit_order_lookups", "limit_mockups"]


async def hourly(gateway: Served, limit: str, number: int, beside: str = "") -> Response:
    """The response to one look-up or one new mockup."""
    if limit == "limit_order_lookups":
        query = LOOK_UP % (f"a{number}", beside)
    else:
        found = await gateway.data('{ product(handle: "your-design-shirt") { variants(first: 1) { nodes { id } } } }')
        variant = found["product"]["variants"]["nodes"][0]["id"].rsplit("/", 1)[1]
        query = (MOCKUP % f"a{number}").replace("VARIANT", variant).replace("NUMBER", str(number))
    return await gateway.http.post("/graphql", json={"query": query})


@pytest.mark.parametrize("limit", HOURLY)
async def test_hourly_limits_are_429_and_say_when_to_come_back(limit: str) -> None:
    limits: dict[str, Any] = {limit: 2}
    async with serving(sandbox_at_noon(), **limits) as gateway:
        answers = [await hourly(gateway, limit, number) for number in (1, 2, 3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    refused = answers[-1]
    assert refused.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert refused.json()["data"] == {"a3": None}
    assert (refused.headers["ratelimit-limit"], refused.headers["ratelimit-remaining"]) == ("2", "0")
    assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"]
    assert 3500 < int(refused.headers["retry-after"]) <= 3600


async def test_the_window_of_an_hourly_limit_moves() -> None:
    time = PassingTime()
    async with serving(sandbox_at_noon(), limit_order_lookups=2, timing=time.timing) as gateway:
        found = []
        for number, at_s in enumerate((0, 1800, 3590, 3610, 3620, 5410), 1):
            time.now = at_s
            found.append((await hourly(gateway, "limit_order_lookups", number)).status_code)

    assert found == [200, 200, 429, 200, 429, 200]


async def test_an_answer_with_other_data_stays_200_and_names_the_limit() -> None:
    async with serving(sandbox_at_noon(), limit_order_lookups=1) as gateway:
        await hourly(gateway, "limit_order_lookups", 1)
        answer = await hourly(gateway, "limit_order_lookups", 2, beside="shop { name }")

    assert answer.status_code == 200
    assert answer.json()["data"]["shop"] is not None
    assert int(answer.headers["retry-after"]) > 0


async def test_a_refused_staff_token_says_when_to_come_back() -> None:
    async with serving(sandbox_at_noon(), limit_client_failed_tokens=1) as gateway:
        shown = {"authorization": "Bearer guess"}
        await gateway.http.post("/graphql", json=SHOP, headers=shown)
        answer = await gateway.http.post("/graphql", json=SHOP, headers=shown)

    assert answer.status_code == 429
    assert answer.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert answer.headers["ratelimit-remaining"] == "0"
