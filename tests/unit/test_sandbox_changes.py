"""Changes of products from outside, and Storefront's replicas that show them late."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.app import create_sandbox
from sandbox.faults import Faults
from sandbox.product_changes import UnknownChange, change_product
from sandbox.store import Store

LATTE = """{
  product(handle: "latte") { title updatedAt priceRange { minVariantPrice { amount } } }
  products(first: 250) { nodes { handle } }
}"""


class Upstreams:
    """The stand-ins over one store, and their faults."""

    def __init__(self, store: Store, http: httpx.AsyncClient, faults: Faults) -> None:
        self.store, self.http, self.faults = store, http, faults

    async def storefront(self, query: str = LATTE) -> Any:
        response = await self.http.post("/api/2026-10/graphql.json", json={"query": query})
        return response.json()["data"]

    async def latte(self) -> Any:
        return (await self.storefront())["product"]

    async def handles(self) -> set[str]:
        return {each["handle"] for each in (await self.storefront())["products"]["nodes"]}


@pytest.fixture
async def upstreams(store: Store) -> AsyncIterator[Upstreams]:
    faults = Faults()
    transport = httpx.ASGITransport(create_sandbox(store, faults))
    token = {"shopify-storefront-private-token": "sandbox-private"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=token) as http:
        yield Upstreams(store, http, faults)


async def test_a_change_shows_at_once_where_nothing_lags(upstreams: Upstreams) -> None:
    change_product(upstreams.store, "latte", price="9.99", title="Caffè latte")

    assert await upstreams.latte() == {
        "title": "Caffè latte",
        "updatedAt": "2026-11-22T12:00:00Z",
        "priceRange": {"minVariantPrice": {"amount": "9.99"}},
    }


async def test_lagging_replicas_show_a_product_as_it_was_until_the_lag_has_passed(upstreams: Upstreams) -> None:
    upstreams.faults.add("storefront", "lag", latency_s=5)
    before = await upstreams.latte()
    change_product(upstreams.store, "latte", price="9.99")

    upstreams.store.clock.advance(4.9)
    assert await upstreams.latte() == before
    upstreams.store.clock.advance(0.1)
    assert (await upstreams.latte())["priceRange"]["minVariantPrice"] == {"amount": "9.99"}


async def test_several_changes_show_in_the_order_in_which_they_were_made(upstreams: Upstreams) -> None:
    upstreams.faults.add("storefront", "lag", latency_s=5)
    titles = [(await upstreams.latte())["title"]]
    for title in ("First", "Second"):
        change_product(upstreams.store, "latte", title=title)
        upstreams.store.clock.advance(2)
    for _ in range(3):
        titles.append((await upstreams.latte())["title"])
        upstreams.store.clock.advance(2)

    assert titles == [titles[0], titles[0], "First", "Second"]


async def test_admin_shows_a_change_at_once(upstreams: Upstreams) -> None:
    upstreams.faults.add("storefront", "lag", latency_s=5)
    facts = change_product(upstreams.store, "ceramic-mug", stock=77)
    query = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant {
      inventoryItem { inventoryLevels(first: 1) { nodes { quantities(names: ["available"]) { quantity } } } }
    } } }"""
    response = await upstreams.http.post(
        "/admin/api/2026-10/graphql.json",
        json={"query": query, "variables": {"ids": [facts.variant_ids[0]]}},
        headers={"X-Shopify-Access-Token": "sandbox-admin"},
    )
    in_storefront = await upstreams.storefront('{ product(handle: "ceramic-mug") { totalInventory } }')

    [variant] = response.json()["data"]["nodes"]
    assert variant["inventoryItem"]["inventoryLevels"]["nodes"][0]["quantities"] == [{"quantity": 77}]
    assert in_storefront["product"]["totalInventory"] % 77 != 0


async def test_new_and_deleted_objects_show_late_too(upstreams: Upstreams) -> None:
    upstreams.faults.add("storefront", "lag", latency_s=5)
    change_product(upstreams.store, "latte", removed=True)
    change_product(upstreams.store, "winter-special", title="Winter special", price="5")

    assert {"latte", "winter-special"} & await upstreams.handles() == {"latte"}
    upstreams.store.clock.advance(5)
    assert {"latte", "winter-special"} & await upstreams.handles() == {"winter-special"}


async def test_a_new_handle_leads_to_the_product_when_the_lag_has_passed(upstreams: Upstreams) -> None:
    upstreams.faults.add("storefront", "lag", latency_s=5)
    change_product(upstreams.store, "latte", handle="caffe-latte")
    query = '{ old: product(handle: "latte") { handle } new: product(handle: "caffe-latte") { handle } }'

    assert await upstreams.storefront(query) == {"old": {"handle": "latte"}, "new": None}
    upstreams.store.clock.advance(5)
    assert await upstreams.storefront(query) == {"old": None, "new": {"handle": "caffe-latte"}}


async def test_one_variant_can_be_changed_alone(upstreams: Upstreams) -> None:
    variants = upstreams.store.product_by_handle("latte").variants  # type: ignore[union-attr]
    before = [each.price for each in variants]
    change_product(upstreams.store, "latte", price="9.99", variant=variants[1].title)

    assert [each.price for each in variants] == [before[0], variants[1].price, *before[2:]]
    assert str(variants[1].price) == "9.99"


async def test_a_change_returns_the_content_of_its_webhook(upstreams: Upstreams) -> None:
    response = await upstreams.http.post("/sandbox/products/latte", json={"price": "9.99"})
    latte = upstreams.store.product_by_handle("latte")

    assert latte is not None
    assert response.json() == {
        "admin_graphql_api_id": f"gid://shopify/Product/{latte.id}",
        "handle": "latte",
        "updated_at": "2026-11-22T12:00:00Z",
        "variants": [{"admin_graphql_api_id": f"gid://shopify/ProductVariant/{v.id}"} for v in latte.variants],
    }
    assert (await upstreams.latte())["priceRange"]["minVariantPrice"] == {"amount": "9.99"}


@pytest.mark.parametrize(
    ("handle", "change", "said"),
    [
        ("latte", {"price": "dear"}, "price"),
        ("latte", {"prize": 1}, "prize"),
        ("latte", {"price": 1, "variant": "Bucket"}, "no variant 'Bucket'"),
        ("latte", {"handle": "espresso"}, "'espresso' is taken"),
        ("place_unreported-of", {"price": 1}, "title and a price"),
    ],
)
async def test_a_change_that_cannot_be_made_is_refused(
    upstreams: Upstreams, handle: str, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(UnknownChange, match=said):
        change_product(upstreams.store, handle, **change)
    response = await upstreams.http.post(f"/sandbox/products/{handle}", json=change)

    assert response.status_code == 400
    assert said in response.json()["error"]


async def test_lag_is_switched_on_and_off_from_outside(upstreams: Upstreams) -> None:
    lag = {"upstream": "storefront", "kind": "lag", "latency_s": 60}
    await upstreams.http.post("/sandbox/faults", json=lag)
    change_product(upstreams.store, "latte", title="Later")
    late = (await upstreams.latte())["title"]
    await upstreams.http.delete("/sandbox/faults")

    assert late == "Latte"
    assert (await upstreams.latte())["title"] == "Later"
