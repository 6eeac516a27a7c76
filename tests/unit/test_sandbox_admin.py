"""Admin's stand-in: tokens, cost, and the stock behind its fields."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from clients.admin.client import Admin
from clients.admin.models import VariantStock
from clients.admin.operations import VARIANT_INVENTORY
from clients.admin.token import ClientCredentials, GrantedToken, StaticToken
from clients.global_ids import GlobalId, global_id
from sandbox.admin.tokens import CLIENT_ID, CLIENT_SECRET, LIFE_S, PERMANENT
from sandbox.records import StockLevel
from sandbox.store import Store

ORIGIN = "http://sandbox.example"
GRAPHQL, GRANT = "/admin/api/2026-10/graphql.json", "/admin/oauth/access_token"
CREDENTIALS = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def http(transport: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        yield http


@pytest.fixture
def ask(http: httpx.AsyncClient) -> Ask:
    async def send(query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        response = await http.post(
            GRAPHQL,
            json={"query": query, "variables": dict(variables or {})},
            headers={"X-Shopify-Access-Token": PERMANENT},
        )
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        return answer

    return send


def variant_gids(store: Store, count: int) -> list[GlobalId]:
    return [global_id("ProductVariant", number) for number in list(store.variants)[:count]]


async def test_a_wrong_token_is_shopifys_401(http: httpx.AsyncClient) -> None:
    for headers in ({}, {"X-Shopify-Access-Token": "shpat_real"}, {"Authorization": f"Bearer {PERMANENT}"}):
        response = await http.post(GRAPHQL, json={"query": "{ __typename }"}, headers=headers)
        assert response.status_code == 401
        assert response.json()["errors"].startswith("[API] Invalid API key or access token")


@pytest.mark.parametrize("form", ["json", "data"])
async def test_a_grant_may_be_asked_for_in_both_forms(http: httpx.AsyncClient, form: str) -> None:
    granted = (await http.post(GRANT, **{form: CREDENTIALS})).json()  # type: ignore[arg-type]
    assert granted["expires_in"] == LIFE_S
    headers = {"X-Shopify-Access-Token": granted["access_token"]}
    answer = await http.post(GRAPHQL, json={"query": "{ __typename }"}, headers=headers)
    assert answer.json()["data"] == {"__typename": "QueryRoot"}


async def test_wrong_credentials_are_refused(http: httpx.AsyncClient) -> None:
    response = await http.post(GRANT, json={**CREDENTIALS, "client_secret": "wrong"})
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_client", "error_description": "Client authentication failed"}


async def test_another_grant_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.post(GRANT, json={**CREDENTIALS, "grant_type": "password"})
    assert (response.status_code, response.json()["error"]) == (400, "unsupported_grant_type")


async def test_a_granted_token_ends_when_its_life_is_over(http: httpx.AsyncClient, store: Store) -> None:
    token = (await http.post(GRANT, json=CREDENTIALS)).json()["access_token"]
    request = {"json": {"query": "{ __typename }"}, "headers": {"X-Shopify-Access-Token": token}}
    store.clock.advance(LIFE_S - 1)
    before = await http.post(GRAPHQL, **request)  # type: ignore[arg-type]
    store.clock.advance(1)
    after = await http.post(GRAPHQL, **request)  # type: ignore[arg-type]
    assert (before.status_code, after.status_code) == (200, 401)


async def test_the_answer_names_its_version_and_request(http: httpx.AsyncClient) -> None:
    response = await http.post(GRAPHQL, json={"query": "{ __typename }"}, headers={"X-Shopify-Access-Token": PERMANENT})
    assert response.headers["x-shopify-api-version"] == "2026-10"
    assert response.headers["x-request-id"]


async def test_a_version_that_never_was_is_404(http: httpx.AsyncClient) -> None:
    response = await http.post("/admin/api/2026-13/graphql.json", json={"query": "{ __typename }"})
    assert response.status_code == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{}", b'{"query": 1}', b'{"query": "{ x }", "variables": 1}'])
async def test_a_body_without_a_query_is_400(http: httpx.AsyncClient, body: bytes) -> None:
    response = await http.post(GRAPHQL, content=body, headers={"X-Shopify-Access-Token": PERMANENT})
    assert response.status_code == 400
    assert response.json() == {"errors": {"query": "Required parameter missing or invalid"}}


async def test_a_variants_stock_is_what_the_store_holds(ask: Ask, store: Store) -> None:
    variant = next(each for each in store.variants.values() if len(each.stock) > 1)
    location_id = next(iter(variant.stock))
    variant.stock[location_id] = StockLevel(available=-2, on_hand=1, committed=3, incoming=7)
    answer = await ask(VARIANT_INVENTORY, {"ids": [f"gid://shopify/ProductVariant/{variant.id}"]})
    levels = answer["data"]["nodes"][0]["inventoryItem"]["inventoryLevels"]["nodes"]
    assert len(levels) == len(variant.stock)
    level = next(each for each in levels if each["location"]["id"] == f"gid://shopify/Location/{location_id}")
    assert level["location"]["name"] == store.locations[location_id].name
    assert {each["name"]: each["quantity"] for each in level["quantities"]} == {
        "available": -2,
        "on_hand": 1,
        "committed": 3,
        "incoming": 7,
    }


async def test_nodes_keep_the_order_of_their_ids_with_holes_for_what_is_not_there(ask: Ask, store: Store) -> None:
    first, second = variant_gids(store, 2)
    answer = await ask(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
        {"ids": [second, "gid://shopify/ProductVariant/1", first, "gid://shopify/Nothing/1"]},
    )
    assert [each and each["id"] for each in answer["data"]["nodes"]] == [second, None, first, None]


async def test_an_invalid_id_is_an_error(ask: Ask) -> None:
    answer = await ask('{ nodes(ids: ["44000000001"]) { id } }')
    assert answer["errors"][0]["message"] == "Invalid global id '44000000001'"


async def test_items_and_locations_are_nodes_too(ask: Ask, store: Store) -> None:
    variant = next(iter(store.variants.values()))
    location_id = next(iter(store.locations))
    ids = [f"gid://shopify/InventoryItem/{variant.inventory_item_id}", f"gid://shopify/Location/{location_id}"]
    answer = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", {"ids": ids})
    assert answer["data"]["nodes"] == [
        {"__typename": "InventoryItem", "id": ids[0]},
        {"__typename": "Location", "id": ids[1]},
    ]


LEVELS = """
query ($id: ID!, $first: Int, $last: Int, $after: String, $reverse: Boolean) {
  inventoryItem(id: $id) {
    inventoryLevels(first: $first, last: $last, after: $after, reverse: $reverse) {
      nodes { location { name } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


@pytest.fixture
def item(store: Store) -> str:
    """An item that lies at three locations."""
    variant = next(each for each in store.variants.values() if len(each.stock) == 3)
    return f"gid://shopify/InventoryItem/{variant.inventory_item_id}"


def names(answer: dict[str, Any]) -> list[str]:
    return [each["location"]["name"] for each in answer["data"]["inventoryItem"]["inventoryLevels"]["nodes"]]


async def test_levels_come_in_pages(ask: Ask, item: str) -> None:
    whole = names(await ask(LEVELS, {"id": item, "first": 10}))
    page = await ask(LEVELS, {"id": item, "first": 2})
    end = page["data"]["inventoryItem"]["inventoryLevels"]["pageInfo"]
    rest = await ask(LEVELS, {"id": item, "first": 2, "after": end["endCursor"]})
    assert names(page) + names(rest) == whole
    assert end["hasNextPage"]
    assert names(await ask(LEVELS, {"id": item, "last": 1})) == whole[-1:]
    assert names(await ask(LEVELS, {"id": item, "first": 10, "reverse": True})) == whole[::-1]


@pytest.mark.parametrize("size", [{}, {"first": 251}, {"last": 251}, {"first": -1}])
async def test_a_page_size_out_of_bounds_is_a_bad_request(ask: Ask, item: str, size: dict[str, int]) -> None:
    answer = await ask(LEVELS, {"id": item, **size})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_an_operation_outside_the_schema_is_refused(ask: Ask) -> None:
    answer = await ask("{ nonsense }")
    assert "nonsense" in answer["errors"][0]["message"]
    assert "data" not in answer


async def test_an_answer_states_its_cost(ask: Ask, store: Store) -> None:
    answer = await ask(VARIANT_INVENTORY, {"ids": variant_gids(store, 3)})
    cost = answer["extensions"]["cost"]
    bucket = cost["throttleStatus"]
    assert 0 < cost["actualQueryCost"] <= cost["requestedQueryCost"]
    assert bucket["maximumAvailable"] - bucket["currentlyAvailable"] == cost["actualQueryCost"]


async def test_the_figures_measured_of_real_shops_come_out(ask: Ask, item: str, store: Store) -> None:
    three = (
        "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant { inventoryItem { unitCost { amount } } } } }"
    )
    costs = []
    for query, variables in (
        ("{ __typename }", {}),
        (three, {"ids": variant_gids(store, 3)}),
        ("query ($id: ID!) { inventoryItem(id: $id) { inventoryLevels(first: 250) { nodes { id } } } }", {"id": item}),
    ):
        costs.append((await ask(query, variables))["extensions"]["cost"]["requestedQueryCost"])
    assert costs == [0, 9, 14]


async def test_a_mutation_costs_ten(ask: Ask) -> None:
    answer = await ask(
        """mutation {
          webhookSubscriptionDelete(id: "gid://shopify/WebhookSubscription/1") { deletedWebhookSubscriptionId }
        }"""
    )
    assert answer["extensions"]["cost"]["actualQueryCost"] == 10


async def test_fields_cost_the_same_whether_spelt_out_or_in_fragments(ask: Ask, item: str) -> None:
    ways = (
        "{ inventoryItem(id: $id) { inventoryLevels(first: 10) { nodes { location { name } } } } }",
        "{ inventoryItem(id: $id) { inventoryLevels(first: 10) { ...Levels } } }",
        "{ inventoryItem(id: $id) { ... on Node { id } ... { inventoryLevels(first: 10) { ... { ...Levels } } } } }",
    )
    fragment = "fragment Levels on InventoryLevelConnection { nodes { location { name } } }"
    costs = []
    for way in ways:
        answer = await ask(f"query ($id: ID!) {way} {fragment if '...Levels' in way else ''}", {"id": item})
        costs.append(answer["extensions"]["cost"]["requestedQueryCost"])
    assert len(set(costs)) == 1


async def test_a_variants_stock_costs_what_our_client_reckons_with(ask: Ask, store: Store) -> None:
    answer = await ask(VARIANT_INVENTORY, {"ids": variant_gids(store, 52)})
    assert answer["extensions"]["cost"]["requestedQueryCost"] == 52 * 19


async def test_a_query_over_a_thousand_points_is_refused(ask: Ask, store: Store) -> None:
    answer = await ask(VARIANT_INVENTORY, {"ids": variant_gids(store, 250)})
    refusal = answer["errors"][0]["extensions"]
    assert (refusal["code"], refusal["maxCost"]) == ("MAX_COST_EXCEEDED", 1000)
    assert refusal["cost"] > 1000
    assert "extensions" not in answer


async def test_more_than_250_ids_are_refused(ask: Ask) -> None:
    ids = [f"gid://shopify/Location/{number}" for number in range(251)]
    answer = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})
    assert answer["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"


async def test_an_empty_bucket_throttles_until_it_has_filled(ask: Ask, store: Store) -> None:
    ids = {"ids": variant_gids(store, 50)}
    first = await ask(VARIANT_INVENTORY, ids)
    spent = first["extensions"]["cost"]["actualQueryCost"]
    requested = first["extensions"]["cost"]["requestedQueryCost"]
    store.admin_bucket_points = float(requested + spent // 2)
    throttled = await ask(VARIANT_INVENTORY, ids)
    store.clock.advance(spent / store.admin_points_per_second)
    again = await ask(VARIANT_INVENTORY, ids)
    assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert throttled["extensions"]["cost"]["actualQueryCost"] is None
    assert "errors" not in again


async def test_our_client_reads_the_whole_shop_with_a_granted_token(
    http: httpx.AsyncClient, transport: httpx.ASGITransport, store: Store
) -> None:
    store.admin_bucket_points = 1e6
    credentials = ClientCredentials(ORIGIN + GRANT, CLIENT_ID, CLIENT_SECRET)
    tokens = GrantedToken(http, credentials, clock=lambda: store.clock.now().timestamp())
    ids = variant_gids(store, len(store.variants))
    async with Admin(ORIGIN + GRAPHQL, tokens, transport) as admin:
        found = await admin.variant_inventory(ids)
    assert len(found) == len(ids)
    assert all(isinstance(each, VariantStock) for each in found.values())


async def test_our_client_reads_a_variant_at_many_locations(transport: httpx.ASGITransport, store: Store) -> None:
    variant = next(iter(store.variants.values()))
    pattern = next(iter(store.locations.values()))
    for number in range(1, 26):
        store.locations[number] = replace(pattern, id=number)
    variant.stock = {number: StockLevel(available=number) for number in range(1, 26)}
    async with Admin(ORIGIN + GRAPHQL, StaticToken(PERMANENT), transport) as admin:
        (found,) = (await admin.variant_inventory(variant_gids(store, 1))).values()
    assert isinstance(found, VariantStock)
    assert [each.available for each in found.levels] == list(range(1, 26))
