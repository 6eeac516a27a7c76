"""Admin's requests about the shop's set-up, and the reading of their answers."""

from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from clients.admin.client import Admin
from clients.admin.token import StaticToken
from clients.errors import Broken, Denied
from sandbox.app import create_sandbox
from sandbox.store import Store
from sandbox.webhook_records import WebhookSubscription
from tests.upstream.fake_admin import page
from tests.virtual_time import PassingTime

URL = "https://kynda.example/admin/api/2026-10/graphql.json"
Handler = Callable[[httpx.Request], httpx.Response]


def variant(number: int) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/ProductVariant/{number}",
        "title": "M",
        "sku": None,
        "inventoryItem": {"tracked": False, "requiresShipping": True},
        "product": {"id": "gid://shopify/Product/1", "title": "Shirt", "vendor": "V", "tags": ["a"], "status": "DRAFT"},
    }


def admin(transport: httpx.AsyncBaseTransport) -> Admin:
    return Admin(URL, StaticToken("sandbox-admin"), transport, deadline_s=5, timing=PassingTime().timing)


def answering(*bodies: Any, headers: dict[str, str] | None = None) -> tuple[httpx.MockTransport, list[dict[str, Any]]]:
    """A transport that gives these bodies in turn, and the variables that it was asked with."""
    asked: list[dict[str, Any]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(orjson.loads(request.content).get("variables") or {})
        return httpx.Response(200, json=bodies[len(asked) - 1], headers=headers)

    return httpx.MockTransport(handler), asked


async def test_the_catalogue_is_read_page_by_page() -> None:
    transport, asked = answering(
        {"data": {"productVariants": page(variant(1), variant(2), end="after 2")}},
        {"data": {"productVariants": page(variant(3))}},
    )

    async with admin(transport) as client:
        found = await client.catalog_variants(page_size=2)

    assert [each.id.rpartition("/")[2] for each in found] == ["1", "2", "3"]
    assert [each["after"] for each in asked] == [None, "after 2"]
    assert (found[0].sku, found[0].tracked, found[0].requires_shipping) == (None, False, True)
    assert (found[0].product.vendor, found[0].product.tags, found[0].product.status) == ("V", ("a",), "DRAFT")


async def test_a_partial_catalogue_is_a_failure() -> None:
    denied = {"message": "no", "path": ["productVariants"], "extensions": {"code": "ACCESS_DENIED"}}
    transport, _ = answering({"data": {"productVariants": page(variant(1))}, "errors": [denied]})

    async with admin(transport) as client:
        with pytest.raises(Denied):
            await client.catalog_variants()


async def test_an_answer_of_another_shape_is_broken() -> None:
    transport, _ = answering({"data": {"productVariants": page({"id": "gid://shopify/ProductVariant/1"})}})

    async with admin(transport) as client:
        with pytest.raises(Broken):
            await client.catalog_variants()


async def test_the_version_that_answered_is_known() -> None:
    body = {"data": {"currentAppInstallation": {"accessScopes": [{"handle": "read_products"}]}}}
    transport, _ = answering(body, headers={"X-Shopify-API-Version": "2026-01"})

    async with admin(transport) as client:
        assert client.served_version is None
        assert await client.granted_scopes() == {"read_products"}
        assert client.served_version == "2026-01"


async def test_the_sandbox_lists_its_whole_catalogue(store: Store) -> None:
    async with admin(httpx.ASGITransport(create_sandbox(store))) as client:
        found = await client.catalog_variants(page_size=50)

    assert [each.id for each in found] == [
        f"gid://shopify/ProductVariant/{number}" for number in sorted(store.variants)
    ]
    assert {each.product.vendor for each in found} == {product.vendor for product in store.products.values()}
    assert {each.sku for each in found} == {variant.sku for variant in store.variants.values()}


async def test_a_page_of_the_catalogue_stays_far_below_the_limit_of_cost(store: Store) -> None:
    store.admin_bucket_points = 200
    async with admin(httpx.ASGITransport(create_sandbox(store))) as client:
        assert len(await client.catalog_variants()) == len(store.variants)


async def test_the_sandbox_states_the_apps_scopes_and_subscriptions(store: Store) -> None:
    store.admin_scopes = ["read_products", "write_orders"]
    for number in range(1, 120):
        store.webhook_subscriptions[number] = WebhookSubscription(number, "ORDERS_PAID", "https://kynda.example/hooks")

    async with admin(httpx.ASGITransport(create_sandbox(store))) as client:
        assert await client.granted_scopes() == {"read_products", "write_orders"}
        subscriptions = await client.webhook_subscriptions()

    assert len(subscriptions) == 119
    assert {(each.topic, each.uri) for each in subscriptions} == {("ORDERS_PAID", "https://kynda.example/hooks")}
