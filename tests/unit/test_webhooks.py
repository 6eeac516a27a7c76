"""What webhooks of the catalogue invalidate, whatever their order and number."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.cache import tags
from clients.cache.answers import Fetched
from clients.cache.policies import Policies, Policy
from clients.cache.store import Cache
from clients.cache.tags import ListKind, ObjectType, Tag
from clients.storefront.client import Storefront, StorefrontAccess
from clients.webhooks import ShopifyEvent
from resolvers.changes import Changes
from resolvers.webhooks import BODY_S, DELIVERY_S, Effect, WebhookOutcome, Webhooks
from tests.signed import dumped, product, variant
from tests.virtual_time import PassingTime

POLICIES = Policies()
MILK_UP = product("2026-11-22T07:00:05-05:00", variants=[variant(71, price="4.80"), variant(72)])
SOLD = product("2026-11-22T07:00:07-05:00", variants=[variant(71, inventory_quantity=4), variant(72)])
SELDOM = Policy("SELDOM", 10**6, 0, 0)


class Shop:
    """Kept answers, and the webhooks that make them forgotten."""

    def __init__(self) -> None:
        self.time = PassingTime()
        self.cache = Cache(1_000_000, clock=lambda: self.time.now, spawn=asyncio.create_task, stale_on=())
        storefront = Storefront(
            httpx.MockTransport(lambda _: httpx.Response(500)), StorefrontAccess("http://x"), deadline_s=1
        )
        self.webhooks = Webhooks(
            Changes(self.cache, POLICIES, storefront, self.time.timing),
            clock=lambda: self.time.now,
            now=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC),
        )
        self._names: list[str] = []

    async def keep(self, name: str, *about: Tag, policy: Policy = POLICIES.catalog) -> None:
        async def fetch() -> Fetched[str]:
            return Fetched(name, tags=frozenset(about), size_bytes=10)

        await self.cache.get(name, policy, fetch)
        self._names.append(name)

    async def filled(self) -> "Shop":
        """A page of the product, its stock, lists with and without it, and a page of another product."""
        here, lists = tags.of_id("gid://shopify/Product/7"), tags.of_list(ListKind.PRODUCTS)
        await self.keep("page", here)
        await self.keep("stock", here, policy=POLICIES.stock)
        await self.keep("variant's stock", tags.of_id("gid://shopify/ProductVariant/71"), policy=POLICIES.stock)
        await self.keep("list", lists)
        await self.keep("missing", tags.of_handle(ObjectType.PRODUCT, "flat-white"))
        await self.keep("other", tags.of_id("gid://shopify/Product/8"))
        await self.keep("other's stock", tags.of_id("gid://shopify/ProductVariant/81"), policy=POLICIES.stock)
        return self

    @property
    def cached(self) -> set[str]:
        return {name for name in self._names if self.cache.peek(name) is not None}

    def tell(self, topic: str, body: Any, **event: Any) -> Effect:
        return self.webhooks.apply(ShopifyEvent(topic, body if isinstance(body, bytes) else dumped(body), **event))


OTHERS = {"other", "other's stock"}


async def test_a_changed_product_invalidates_its_pages_and_the_lists() -> None:
    shop = await Shop().filled()

    effect = shop.tell("products/update", product())

    assert effect == Effect(WebhookOutcome.APPLIED, "gid://shopify/Product/7", 5)
    assert shop.cached == OTHERS


async def test_a_sale_invalidates_stock_and_not_lists() -> None:
    shop = Shop()
    shop.tell("products/update", product())
    await shop.filled()

    assert shop.tell("products/update", SOLD).forgotten == 2
    assert shop.cached == OTHERS | {"page", "list", "missing"}


async def test_a_product_saved_without_a_visible_change_counts_as_changed() -> None:
    """What is not in the body, such as a metafield, may have changed."""
    shop = Shop()
    shop.tell("products/update", product())
    await shop.filled()

    shop.tell("products/update", product("2026-11-22T07:00:05-05:00"))

    assert shop.cached == OTHERS


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Flat white, large"},
        {"tags": "coffee, hot, featured-item"},
        {"variants": [variant(71, price="4.80", inventory_quantity=4), variant(72)]},
        {"variants": [variant(71, inventory_quantity=4)]},
    ],
)
async def test_a_change_beside_a_sale_is_a_change(changed: dict[str, Any]) -> None:
    shop = Shop()
    shop.tell("products/update", product())
    await shop.filled()

    shop.tell("products/update", product("2026-11-22T07:00:05-05:00", **changed))

    assert shop.cached == OTHERS


async def test_more_variants_than_a_body_contains_invalidate_all_variants() -> None:
    shop = await Shop().filled()
    await shop.keep("some variant", tags.of_id("gid://shopify/ProductVariant/999"))
    many = [variant(number) for number in range(100, 200)]
    body = product(variants=many)
    body["variant_gids"].append({"admin_graphql_api_id": "gid://shopify/ProductVariant/200", "updated_at": "x"})

    shop.tell("products/update", body)

    assert "some variant" not in shop.cached


async def test_a_changed_variant_of_which_only_the_id_is_sent_counts_as_a_change() -> None:
    shop = Shop()
    extra = {"admin_graphql_api_id": "gid://shopify/ProductVariant/200", "updated_at": "2026-11-22T12:00:00Z"}
    first = product()
    first["variant_gids"].append(extra)
    shop.tell("products/update", first)
    await shop.filled()
    later = product(SOLD["updated_at"], variants=SOLD["variants"])
    later["variant_gids"].append({**extra, "updated_at": "2026-11-22T12:00:07Z"})

    shop.tell("products/update", later)

    assert "page" not in shop.cached


@pytest.mark.parametrize("topic", ["products/create", "products/delete"])
async def test_created_and_deleted_objects_invalidate_lists(topic: str) -> None:
    shop = await Shop().filled()

    shop.tell(topic, product() if topic == "products/create" else {"id": 7})

    assert not shop.cached & {"page", "stock", "list"}


async def test_a_changed_collection_invalidates_its_own_pages() -> None:
    shop = await Shop().filled()
    await shop.keep("collection", tags.of_id("gid://shopify/Collection/3"))
    await shop.keep("collections", tags.of_list(ListKind.COLLECTIONS))
    body = {"id": 3, "handle": "cups", "updated_at": "2026-11-22T07:00:00-05:00"}

    shop.tell("collections/update", body)
    assert not shop.cached & {"collection", "collections"}

    await shop.keep("collection", tags.of_id("gid://shopify/Collection/3"))
    await shop.keep("collections", tags.of_list(ListKind.COLLECTIONS))
    shop.tell("collections/update", {**body, "updated_at": "2026-11-22T07:00:01-05:00"})
    assert "collection" not in shop.cached
    assert "collections" in shop.cached  # it was known before, so it has entered no list

    shop.tell("collections/delete", {"id": 3}, triggered_at=datetime(2026, 11, 22, 12, 0, 2, tzinfo=UTC))
    assert "collections" not in shop.cached


LEVEL = {"inventory_item_id": 1071, "location_id": 5, "available": 4, "updated_at": "2026-11-22T07:00:09-05:00"}


async def test_stock_of_an_unknown_item_invalidates_all_stock() -> None:
    shop = await Shop().filled()

    shop.tell("inventory_levels/update", LEVEL)

    assert shop.cached == {"page", "list", "missing", "other"}


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("inventory_levels/update", LEVEL),
        ("inventory_levels/connect", LEVEL),
        ("inventory_levels/disconnect", {"inventory_item_id": 1071, "location_id": 5}),
        ("inventory_items/update", {"id": 1071, "sku": "X", "updated_at": "2026-11-22T07:00:09-05:00"}),
    ],
)
async def test_stock_of_a_known_item_invalidates_its_product(topic: str, body: Any) -> None:
    shop = Shop()
    shop.tell("products/update", product())
    await shop.filled()

    shop.tell(topic, body)

    assert shop.cached == OTHERS | {"page", "list", "missing"}


async def test_a_delivery_counts_once() -> None:
    shop = Shop()
    assert shop.tell("products/update", product(), delivery_id="d").outcome is WebhookOutcome.APPLIED
    await shop.filled()

    assert shop.tell("products/update", MILK_UP, delivery_id="d") == Effect(WebhookOutcome.DUPLICATE)
    assert "page" in shop.cached


async def test_a_second_subscription_to_a_topic_has_no_effect() -> None:
    shop = Shop()
    shop.tell("products/update", product(), delivery_id="one")

    assert shop.tell("products/update", product(), delivery_id="two").outcome is WebhookOutcome.DUPLICATE
    assert shop.tell("products/create", product(), delivery_id="three").outcome is WebhookOutcome.APPLIED


async def test_a_repeated_delivery_is_recognised_as_long_as_shopify_retries() -> None:
    shop = Shop()
    body = {"inventory_item_id": 1, "location_id": 5}
    shop.tell("inventory_levels/disconnect", body, delivery_id="one")

    shop.time.now = BODY_S - 1
    assert shop.tell("inventory_levels/disconnect", body, delivery_id="two").outcome is WebhookOutcome.DUPLICATE
    shop.time.now = BODY_S + 1
    assert shop.tell("inventory_levels/disconnect", body, delivery_id="three").outcome is WebhookOutcome.APPLIED
    shop.time.now = DELIVERY_S - 1
    assert shop.tell("inventory_levels/disconnect", body, delivery_id="one").outcome is WebhookOutcome.DUPLICATE


async def test_a_webhook_older_than_the_known_state_has_no_effect() -> None:
    shop = Shop()
    shop.tell("products/update", MILK_UP)
    await shop.filled()

    assert shop.tell("products/update", product()) == Effect(WebhookOutcome.STALE, "gid://shopify/Product/7")
    assert "page" in shop.cached
    assert shop.tell("products/update", SOLD).outcome is WebhookOutcome.APPLIED


async def test_a_deleted_product_does_not_come_back_late() -> None:
    shop = Shop()
    deleted_at = datetime(2026, 11, 22, 12, 0, 30, 500_000, UTC)
    shop.tell("products/delete", {"id": 7}, triggered_at=deleted_at)

    assert shop.tell("products/update", SOLD).outcome is WebhookOutcome.STALE


@pytest.mark.parametrize("topic", ["orders/updated", "orders/paid", "refunds/create", "app/uninstalled", "no/such"])
async def test_topics_without_an_effect_invalidate_nothing(topic: str) -> None:
    shop = await Shop().filled()
    everything = shop.cached

    assert shop.tell(topic, {"id": 7, "note": "packed", "tags": "pos-forwarded"}) == Effect(WebhookOutcome.NO_EFFECT)
    assert shop.cached == everything


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": "x"}', b'{"id": 7, "variants": [1]}', b"[" * 100_000])
async def test_a_signed_but_unreadable_webhook_has_no_effect(body: bytes) -> None:
    shop = await Shop().filled()
    everything = shop.cached

    assert shop.tell("products/update", body).outcome is WebhookOutcome.UNREADABLE
    assert shop.cached == everything


def test_webhooks_without_a_cache_have_no_effect() -> None:
    webhooks = Webhooks(None, clock=lambda: 0.0, now=lambda: datetime(2026, 11, 22, tzinfo=UTC))

    assert webhooks.apply(ShopifyEvent("products/update", dumped(product()))).outcome is WebhookOutcome.NO_EFFECT


VERSIONS = [
    product(
        f"2026-11-22T07:00:{second:02}-05:00", variants=[variant(71, price=f"{price}.00", inventory_quantity=units)]
    )
    for second, (price, units) in enumerate([(4, 5), (4, 4), (5, 4), (5, 3), (5, 2), (6, 2)])
]


@given(st.permutations(range(len(VERSIONS))), st.lists(st.integers(0, len(VERSIONS) - 1), max_size=4))
def test_no_page_outlives_its_price_whatever_the_order_of_webhooks(order: list[int], again: list[int]) -> None:
    """Between any two webhooks a page is kept as the shop has it then; the newest price told is the one in it."""

    async def deliveries() -> None:
        shop = Shop()
        newest = -1
        for number, version in enumerate([*order, *again]):
            name = f"page {number}"
            price = VERSIONS[max(newest, 0)]["variants"][0]["price"]
            await shop.keep(name, tags.of_id("gid://shopify/Product/7"), policy=SELDOM)
            effect = shop.tell("products/update", VERSIONS[version], delivery_id=str(number))
            if version > newest:
                changed = VERSIONS[version]["variants"][0]["price"] != price
                newest = version
                assert effect.outcome is WebhookOutcome.APPLIED
                assert not changed or name not in shop.cached
            else:
                assert effect.outcome in (WebhookOutcome.STALE, WebhookOutcome.DUPLICATE)
                assert name in shop.cached

    asyncio.run(deliveries())
