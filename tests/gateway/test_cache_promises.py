"""The cache's promises: what is never cached, for whom, the number of requests, and outages."""

import asyncio
import gc
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from clients.cache.answers import Fetched
from clients.cache.policies import Policies
from clients.cache.store import Cache
from clients.money import Money
from tests.gateway.cache_calls import LATTE, MENU, NEW_CART, PAGE, data_of, is_cached, lifetime_left
from tests.gateway.cached_shop import CachedShop, cached_shop
from tests.serving import STAFF
from tests.virtual_time import in_no_time

STAFF_PAGE = """{ product(handle: "your-design-mug") { variants(first: 2) { nodes {
  inventory { unitCost { amount } levels { onHand committed incoming } }
  printful { productionCost { amount } product { printAreas { additionalPrice { amount } } } } } } } }"""
DAY_S = 24 * 3600


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("status", {"status": 503}),
        ("status", {"status": 403}),
        ("throttle", {}),
        ("html", {}),
        ("truncated", {}),
        ("empty", {}),
        ("list", {}),
        ("timeout", {}),
    ],
)
@pytest.mark.parametrize("query", [LATTE, PAGE])
@in_no_time
async def test_an_error_is_never_served_from_the_cache(query: str, kind: str, details: Mapping[str, Any]) -> None:
    async with cached_shop() as shop:
        shop.sandbox.faults.add("storefront", kind, **details)
        assert "errors" in await shop.ask(query)
        shop.sandbox.faults.clear()
        await asyncio.sleep(60)  # as long as an upstream that failed may be left alone

        assert await shop.ask(query) == await shop.truth(query)


@pytest.mark.parametrize("upstream", ["admin", "printful"])
@in_no_time
async def test_an_error_of_one_field_is_never_served_from_the_cache(upstream: str) -> None:
    async with cached_shop() as shop:
        shop.kill(upstream)
        assert "errors" in await shop.ask(PAGE)
        shop.sandbox.faults.clear()
        await asyncio.sleep(60)

        assert await shop.ask(PAGE) == await shop.truth(PAGE)


@in_no_time
async def test_a_partial_answer_is_never_cached() -> None:
    query = '{ menu(handle: "main-menu") { title } product(handle: "latte") { variants(first: 251) { nodes { id } } } }'
    async with cached_shop() as shop:
        answer = await shop.ask(query)
        assert answer["errors"]
        assert answer["data"]["menu"]
        shop.forget_requests()
        await shop.ask(query)

        assert shop.requests == {"storefront": 1}


TOKEN = """mutation ($email: String!, $password: String!) {
  customerAccessTokenCreate(input: { email: $email, password: $password }) { customerAccessToken { accessToken } }
}"""
SIGN_UP = """mutation ($email: String!, $password: String!) {
  customerCreate(input: { email: $email, password: $password }) { customer { id } }
}"""


async def customer_token(shop: CachedShop, email: str) -> str:
    login = {"email": email, "password": "a long password"}
    await data_of(shop, SIGN_UP, **login)
    made = await data_of(shop, TOKEN, **login)
    token: str = made["customerAccessTokenCreate"]["customerAccessToken"]["accessToken"]
    return token


@pytest.mark.parametrize(
    "query",
    [
        "query ($token: String!) { customer(customerAccessToken: $token) { email } }",
        "query ($token: String!) { shop { name } customer(customerAccessToken: $token) { email } }",
        """query ($token: String!) { ...Mine }
        fragment Mine on QueryRoot { me: customer(customerAccessToken: $token) { email } }""",
    ],
)
@in_no_time
async def test_one_customers_answer_never_reaches_another(query: str) -> None:
    async with cached_shop() as shop:
        tokens = {email: await customer_token(shop, email) for email in ("eve@example.com", "fay@example.com")}
        for _ in range(2):
            for email, token in tokens.items():
                answer = await data_of(shop, query, token=token)
                assert email in json.dumps(answer)
        assert not await is_cached(shop, query, token=tokens["eve@example.com"])


@pytest.mark.parametrize(
    "query",
    [
        'query @inContext(buyer: { customerAccessToken: "sandbox-x" }) { product(handle: "latte") { title } }',
        """query ($buyer: BuyerInput!) @inContext(buyer: $buyer, country: US) { product(handle: "latte") { title } }""",
    ],
)
@in_no_time
async def test_answers_for_a_known_buyer_are_never_cached(query: str) -> None:
    async with cached_shop() as shop:
        assert not await is_cached(shop, query, buyer={"customerAccessToken": "sandbox-x"})


@pytest.mark.parametrize(
    "query",
    [
        "query ($id: ID!) { cart(id: $id) { note } }",
        "query ($id: ID!) { node(id: $id) { ... on Cart { note } } }",
        "query ($id: ID!) { nodes(ids: [$id]) { ... on Cart { note } } }",
        "query ($id: ID!) { shop { name } cart(id: $id) { note } }",
        'query { node(id: "CART") { ... on Cart { note } } }',
        'query { nodes(ids: "CART") { ... on Cart { note } } }',
        'query ($it: ID! = "CART") { node(id: $it) { ... on Cart { note } } }',
        'query ($them: [ID!]! = ["CART"]) { nodes(ids: $them) { ... on Cart { note } } }',
    ],
)
@in_no_time
async def test_a_cart_is_never_cached(query: str) -> None:
    async with cached_shop() as shop:
        made = await data_of(shop, NEW_CART, note="before")
        cart = made["cartCreate"]["cart"]["id"]
        query = query.replace("CART", cart)
        assert "before" in json.dumps(await data_of(shop, query, id=cart))
        change = 'mutation ($id: ID!) { cartNoteUpdate(cartId: $id, note: "after") { cart { note } } }'
        await data_of(shop, change, id=cart)

        assert "after" in json.dumps(await data_of(shop, query, id=cart))


@pytest.mark.parametrize("kind", ["Cart", "CartLine", "Customer", "Order", "MailingAddress", "Company", "Metafield"])
@in_no_time
async def test_private_objects_are_not_cached_by_id_either(kind: str) -> None:
    async with cached_shop() as shop:
        query = "query ($id: ID!) { node(id: $id) { __typename } }"
        assert not await is_cached(shop, query, id=f"gid://shopify/{kind}/1")


@pytest.mark.parametrize("strange", ["gid://shopify/Product/ü", "gid://shopify/Product/", "Z2lkOi8v", "7"])
@in_no_time
async def test_an_invalid_id_is_answered_as_without_a_cache(strange: str) -> None:
    query = "query ($id: ID!) { node(id: $id) { id } }"
    async with cached_shop() as shop:
        assert await shop.ask(query, id=strange) == await shop.truth(query, id=strange)


@in_no_time
async def test_mutations_are_never_cached() -> None:
    async with cached_shop() as shop:
        carts = [(await data_of(shop, NEW_CART, note="same"))["cartCreate"]["cart"]["id"] for _ in range(3)]

    assert len(set(carts)) == 3


@in_no_time
async def test_a_staff_field_is_never_served_from_the_cache() -> None:
    async with cached_shop() as shop:
        await shop.ask(PAGE)
        answer = (await shop.post(STAFF_PAGE, headers=STAFF)).json()
        refused = await shop.ask(STAFF_PAGE)

    text = json.dumps(answer)
    assert "errors" not in answer
    assert '"amount"' in text
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]


@in_no_time
async def test_a_staff_field_never_goes_into_the_cache() -> None:
    async with cached_shop() as shop:
        await shop.post(STAFF_PAGE, headers=STAFF)
        assert shop.cache.stats().total.entries == 0
        for handle in ("your-design-mug", "ceramic-mug"):
            await data_of(shop, PAGE.replace("your-design-mug", handle))
        assert shop.cache.stats().total.entries > 4

        assert costs_within(shop.cache) == []


def costs_within(cache: Cache) -> list[object]:
    """The sums of money, and what else only staff may know, among all that a cache leads to."""
    found: list[object] = []
    seen: set[int] = set()
    waiting: list[object] = [cache._entries]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, type) or callable(each):
            continue
        seen.add(id(each))
        if isinstance(each, Money):
            found.append(each)
        if isinstance(each, bytes) and any(word in each for word in (b"nitCost", b"roductionCost", b"onHand")):
            found.append(each)
        waiting += gc.get_referents(each)
    return found


def test_costs_in_a_cache_would_be_found() -> None:
    async def fill() -> Cache:
        cache = Cache(100_000, clock=lambda: 0.0, spawn=asyncio.create_task, stale_on=())

        async def fetch() -> Fetched[tuple[Money, ...]]:
            return Fetched((Money(Decimal(5), "USD"),), (), 100)

        await cache.get("key", Policies().catalog, fetch)
        return cache

    assert costs_within(asyncio.run(fill())) == [Money(Decimal(5), "USD")]


@pytest.mark.parametrize("value", ["Bearer sandbox-staff", "Bearer wrong", "Basic eDp5", ""])
@in_no_time
async def test_any_authorization_goes_past_the_cache(value: str) -> None:
    async with cached_shop() as shop:
        await shop.ask(LATTE)
        shop.forget_requests()
        response = await shop.post(LATTE, headers={"Authorization": value})

        assert shop.requests == {"storefront": 1}
        assert response.headers["cache-control"] == "no-store"
        assert "age" not in response.headers


@pytest.mark.parametrize(
    "query", [LATTE, MENU, "{ cafeMenu { title } }", "{ featuredProducts(first: 3) { nodes { id } } }"]
)
@in_no_time
async def test_50_concurrent_cold_misses_make_one_upstream_request(query: str) -> None:
    async with cached_shop() as shop:
        shop.sandbox.faults.add("storefront", "latency", latency_s=0.5)
        answers = await asyncio.gather(*(shop.ask(query) for _ in range(50)))

        assert all(answer == answers[0] and "errors" not in answer for answer in answers)
        assert shop.requests == {"storefront": 1}


@in_no_time
async def test_50_concurrent_cold_misses_of_a_mixed_page_cost_as_many_requests_as_one() -> None:
    async with cached_shop() as alone:
        await alone.ask(PAGE)
        once = alone.requests
    async with cached_shop() as shop:
        for upstream in ("storefront", "admin", "printful"):
            shop.sandbox.faults.add(upstream, "latency", latency_s=0.5)
        await asyncio.gather(*(shop.ask(PAGE) for _ in range(50)))

        assert shop.requests == once
    assert once["storefront"] == once["admin"] == 1


@pytest.mark.parametrize("after_s", [30, 300, 3600, 20 * 3600])
@in_no_time
async def test_with_storefront_dead_the_menu_is_still_served_with_its_age(after_s: int) -> None:
    async with cached_shop() as shop:
        before = await data_of(shop, MENU)
        shop.kill("storefront")
        await asyncio.sleep(after_s)
        response = await shop.post(MENU)
        answer = (await shop.post(MENU, extensions={"cache": True})).json()

    assert response.json() == {"data": before}
    assert after_s <= int(response.headers["age"]) <= after_s + 20
    assert answer["data"] == before
    assert after_s <= answer["extensions"]["cache"]["age"] <= after_s + 20
    assert answer["extensions"]["cache"]["state"] in ("HIT", "STALE", "ERROR_STALE")


@in_no_time
async def test_an_answer_too_old_for_an_outage_is_not_served() -> None:
    async with cached_shop() as shop:
        await data_of(shop, MENU)
        shop.kill("storefront")
        await asyncio.sleep(DAY_S + 301)

        assert (await shop.ask(MENU))["errors"]


@in_no_time
async def test_with_printful_dead_a_product_page_loses_only_its_print_fields() -> None:
    async with cached_shop() as shop:
        shop.kill("printful")
        answer = await shop.ask(PAGE)
        shop.sandbox.faults.clear()
        await asyncio.sleep(60)
        truth = await shop.truth(PAGE)

    whole = truth["data"]["product"]
    for variant in whole["variants"]["nodes"]:
        variant["printful"] = None
    assert answer["data"]["product"] == whole
    assert {error["path"][-1] for error in answer["errors"]} == {"printful"}


@in_no_time
async def test_a_warm_product_page_survives_an_outage_of_printful() -> None:
    async with cached_shop() as shop:
        before = await data_of(shop, PAGE)
        shop.kill("printful")
        await asyncio.sleep(2 * DAY_S)
        response = await shop.post(PAGE)

    assert response.json() == {"data": before}
    assert int(response.headers["age"]) >= 2 * DAY_S


@in_no_time
async def test_the_gateway_starts_with_every_upstream_down_and_caches_no_failure() -> None:
    async with cached_shop() as shop:
        for upstream in ("storefront", "admin", "printful"):
            shop.kill(upstream)
        assert (await shop.ask(PAGE))["errors"]
        assert shop.cache.stats().total.entries == 0
        shop.sandbox.faults.clear()
        await asyncio.sleep(60)

        assert await shop.ask(PAGE) == await shop.truth(PAGE)


@in_no_time
async def test_countries_and_languages_have_answers_of_their_own() -> None:
    query = """query ($country: CountryCode, $language: LanguageCode)
    @inContext(country: $country, language: $language) {
      product(handle: "latte") { priceRange { minVariantPrice { currencyCode } } }
      menu(handle: "main-menu") { items { title } }
    }"""
    contexts = [
        {"country": country, "language": language} for country in ("US", "CA", "JP") for language in ("EN", "DE", "ES")
    ]
    async with cached_shop() as shop:
        for _ in range(2):
            for context in contexts:
                assert await shop.ask(query, **context) == await shop.truth(query, **context)


@in_no_time
async def test_operations_of_one_document_are_cached_separately() -> None:
    query = "{ shop { name } }"
    document = "query A { shop { name } } query B { shop { id } }"
    async with cached_shop() as shop:
        for name, key in (("A", "name"), ("B", "id"), ("A", "name")):
            answer = (await shop.post(document, operationName=name)).json()
            assert list(answer["data"]["shop"]) == [key]
        assert list((await data_of(shop, query))["shop"]) == ["name"]


@in_no_time
async def test_headers_state_the_age_and_the_lifetime_of_an_answer() -> None:
    async with cached_shop() as shop:
        first = await shop.post(LATTE)
        await asyncio.sleep(45)
        second = await shop.post(LATTE)
        await asyncio.sleep(30)
        stale = await shop.post(LATTE)

    assert (first.headers["cache-control"], first.headers["age"]) == ("public, max-age=60", "0")
    assert (second.headers["cache-control"], second.headers["age"]) == ("public, max-age=60", "45")
    assert lifetime_left(stale) <= 0
    assert stale.headers["age"] == "75"
    for response in (first, second, stale):
        assert {"accept", "authorization"} <= {each.strip().lower() for each in response.headers["vary"].split(",")}
