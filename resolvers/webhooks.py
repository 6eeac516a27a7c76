"""The effects of Shopify's webhooks: topic -> effect. Safe for duplicates, late delivery and any order."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from cachetools import LRUCache, TTLCache

from clients.global_ids import GlobalId, global_id
from clients.webhooks import ShopifyEvent, read_document, read_time
from resolvers.changes import Changes

# Shopify repeats a delivery for four hours. A second subscription to a topic sends the same body under another id.
DELIVERY_S = 5 * 3600.0
BODY_S = 600.0
MAX_SEEN = 20_000
MAX_OBJECTS = 20_000
FULL_VARIANTS = 100  # of a product's body; it names further variants only

Body = Mapping[str, Any]


class WebhookOutcome(StrEnum):
    """The outcome of a webhook; the words are in the logs."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"  # received before
    STALE = "stale"  # a later state of the same object is known
    NO_EFFECT = "no_effect"  # a topic without an effect here
    UNREADABLE = "unreadable"  # verified, but not in the documented shape


@dataclass(frozen=True, slots=True)
class Effect:
    """The outcome of a webhook, the global id of its subject, and how many cached answers were removed for it."""

    outcome: WebhookOutcome
    about: str | None = None
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class _Seen:
    """A product in its last webhook: digests of its stock, and of everything else but times."""

    stock: bytes
    rest: bytes


class Webhooks:
    """Applies webhooks to the cache (`changes`; None: no cache), and remembers them, within bounds.

    Nothing here awaits: an effect is complete before the next webhook. Each process remembers only its own
    webhooks. A process that does not know a product takes a sale for a change, which removes more than necessary.
    """

    def __init__(self, changes: Changes | None, *, clock: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._changes = changes
        self._now = now
        self._deliveries: TTLCache[str, None] = TTLCache(MAX_SEEN, DELIVERY_S, timer=clock)
        self._bodies: TTLCache[bytes, None] = TTLCache(MAX_SEEN, BODY_S, timer=clock)
        self._latest: LRUCache[str, datetime] = LRUCache(MAX_OBJECTS)
        self._products: LRUCache[str, _Seen] = LRUCache(MAX_OBJECTS)
        # The product and the variant of an inventory item. Webhooks of stock name only the item.
        self._owners: LRUCache[int, tuple[GlobalId, GlobalId]] = LRUCache(MAX_OBJECTS)

    @staticmethod
    def names(event: ShopifyEvent) -> dict[str, float]:
        """The names under which a webhook is remembered, each with its lifetime in seconds."""
        if event.topic not in _EFFECTS:
            return {}
        names = {_digest_of(event).hex(): BODY_S}
        return names if event.delivery_id is None else {event.delivery_id: DELIVERY_S, **names}

    def apply(self, event: ShopifyEvent) -> Effect:
        """Applies a webhook. It never fails, since the sender could not correct it."""
        effect = _EFFECTS.get(event.topic)
        if effect is None or self._changes is None:
            return Effect(WebhookOutcome.NO_EFFECT)
        digest = _digest_of(event)
        if event.delivery_id in self._deliveries or digest in self._bodies:
            return Effect(WebhookOutcome.DUPLICATE)
        try:
            done = effect(self, self._changes, event, read_document(event.body))
        except (AttributeError, KeyError, TypeError, ValueError):
            return Effect(WebhookOutcome.UNREADABLE)
        if event.delivery_id is not None:
            self._deliveries[event.delivery_id] = None
        self._bodies[digest] = None
        return done

    def _product_changed(self, changes: Changes, event: ShopifyEvent, body: Body) -> Effect:
        product_id, changed_at = _id("Product", body), self._time(event, body)
        if self._is_stale(product_id, changed_at):
            return Effect(WebhookOutcome.STALE, product_id)
        variants = {_id("ProductVariant", each): each for each in body.get("variants") or ()}
        named = [each["admin_graphql_api_id"] for each in body.get("variant_gids") or ()]
        variant_ids = list(dict.fromkeys([*variants, *named]))
        all_told = "variants" in body and len(variant_ids) <= FULL_VARIANTS
        for variant_id, variant in variants.items():
            if variant.get("inventory_item_id") is not None:
                self._owners[variant["inventory_item_id"]] = (product_id, variant_id)
        before, seen = self._products.get(product_id), _seen(body, variants)
        self._products[product_id] = seen
        if before is not None and before.rest == seen.rest and before.stock != seen.stock:
            forgotten = changes.product_stock_changed(
                product_id, changed_at=changed_at, variant_ids=variant_ids, all_variants_named=all_told
            )
        else:
            forgotten = changes.product_changed(
                product_id,
                changed_at=changed_at,
                handle=body.get("handle"),
                variant_ids=variant_ids,
                all_variants_named=all_told,
            )
        return Effect(WebhookOutcome.APPLIED, product_id, forgotten)

    def _product_gone(self, changes: Changes, event: ShopifyEvent, body: Body) -> Effect:
        product_id, changed_at = _id("Product", body), self._time(event, body)
        if self._is_stale(product_id, changed_at):
            return Effect(WebhookOutcome.STALE, product_id)
        self._products.pop(product_id, None)
        forgotten = changes.product_changed(product_id, changed_at=changed_at, all_variants_named=False, is_gone=True)
        return Effect(WebhookOutcome.APPLIED, product_id, forgotten)

    def _collection_changed(self, changes: Changes, event: ShopifyEvent, body: Body) -> Effect:
        collection_id, changed_at = _id("Collection", body), self._time(event, body)
        is_new = collection_id not in self._latest  # its creation may arrive after a change of it, or was lost
        if self._is_stale(collection_id, changed_at):
            return Effect(WebhookOutcome.STALE, collection_id)
        forgotten = changes.collection_changed(
            collection_id, changed_at=changed_at, handle=body.get("handle"), is_new=is_new
        )
        return Effect(WebhookOutcome.APPLIED, collection_id, forgotten)

    def _collection_gone(self, changes: Changes, event: ShopifyEvent, body: Body) -> Effect:
        collection_id, changed_at = _id("Collection", body), self._time(event, body)
        if self._is_stale(collection_id, changed_at):
            return Effect(WebhookOutcome.STALE, collection_id)
        forgotten = changes.collection_changed(collection_id, changed_at=changed_at, is_gone=True)
        return Effect(WebhookOutcome.APPLIED, collection_id, forgotten)

    def _stock_changed(self, changes: Changes, event: ShopifyEvent, body: Body) -> Effect:
        level = f"gid://shopify/InventoryLevel/{body['location_id']}?inventory_item_id={body['inventory_item_id']}"
        return self._item_changed(changes, level, body["inventory_item_id"], self._time(event, body))

    def _inventory_item_changed(self, changes: Changes, event: ShopifyEvent, body: Body) -> Effect:
        return self._item_changed(changes, _id("InventoryItem", body), body["id"], self._time(event, body))

    def _item_changed(self, changes: Changes, about: str, item: int, changed_at: datetime) -> Effect:
        if self._is_stale(about, changed_at):
            return Effect(WebhookOutcome.STALE, about)
        return Effect(WebhookOutcome.APPLIED, about, changes.stock_changed(self._owners.get(item, ())))

    def _time(self, event: ShopifyEvent, body: Body) -> datetime:
        """The time of the state in the body, from the signed body if it has one."""
        return read_time(body.get("updated_at")) or event.triggered_at or self._now()

    def _is_stale(self, about: str, changed_at: datetime) -> bool:
        """Whether a later state of the object is known; if not, this becomes the known one."""
        latest = self._latest.get(about)
        if latest is not None and changed_at < latest:
            return True
        self._latest[about] = changed_at
        return False


_EFFECTS: Mapping[str, Callable[[Webhooks, Changes, ShopifyEvent, Body], Effect]] = {
    "products/create": Webhooks._product_changed,
    "products/update": Webhooks._product_changed,
    "products/delete": Webhooks._product_gone,
    "collections/create": Webhooks._collection_changed,
    "collections/update": Webhooks._collection_changed,
    "collections/delete": Webhooks._collection_gone,
    "inventory_levels/update": Webhooks._stock_changed,
    "inventory_levels/connect": Webhooks._stock_changed,
    "inventory_levels/disconnect": Webhooks._stock_changed,
    "inventory_items/update": Webhooks._inventory_item_changed,
}

TOPICS = tuple(topic.upper().replace("/", "_") for topic in _EFFECTS)
"""The topics that change cached answers, in Admin's form. Orders are not cached here: `orders/` has its own
topics.
"""


def _id(type_name: str, body: Body) -> GlobalId:
    """The global id; a deleted object is named only by its number."""
    found = body.get("admin_graphql_api_id")
    return GlobalId(found) if isinstance(found, str) else global_id(type_name, int(body["id"]))


_TIMES_AND_STOCK = {"updated_at", "inventory_quantity", "old_inventory_quantity"}


def _seen(body: Body, variants: Mapping[GlobalId, Body]) -> _Seen:
    stock = {variant_id: variant.get("inventory_quantity") for variant_id, variant in variants.items()}
    rest = {name: value for name, value in body.items() if name not in ("updated_at", "variants", "variant_gids")}
    rest["variants"] = [
        {name: value for name, value in variant.items() if name not in _TIMES_AND_STOCK}
        for variant in variants.values()
    ]
    # Variants that are only named show a change by their times alone.
    rest["named"] = list(_only_named(body, variants))
    return _Seen(_digest(stock), _digest(rest))


def _only_named(body: Body, variants: Mapping[GlobalId, Body]) -> Iterator[Body]:
    return (each for each in body.get("variant_gids") or () if each["admin_graphql_api_id"] not in variants)


def _digest_of(event: ShopifyEvent) -> bytes:
    return hashlib.sha256(f"{event.topic}\n".encode() + event.body).digest()


def _digest(value: Any) -> bytes:
    return hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
