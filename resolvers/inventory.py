"""Stock of variants: the shop's view of Shopify Admin's inventory."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from clients.admin.client import Admin
from clients.admin.models import InventoryItemLevel, VariantStock
from clients.cache.answers import Fetched
from clients.cache.entries import Key
from clients.cache.policies import Policy
from clients.cache.tags import of_id
from clients.errors import UpstreamError
from clients.global_ids import GlobalId
from clients.guard import PAGE, CallOptions
from clients.money import Money
from clients.upstreams import UpstreamName
from resolvers.batches import Batches
from resolvers.request_cache import RequestCache

LOW_STOCK_UNITS = 5


class StockLevel(StrEnum):
    """What may be shown in public about an amount of stock."""

    NONE = "none"
    LOW = "low"
    IN_STOCK = "in_stock"
    NOT_TRACKED = "not_tracked"


class LocationStock(msgspec.Struct, frozen=True, gc=False):
    """A variant's stock at one location. The numbers are for staff, unless the shop makes `available` public."""

    location_id: GlobalId
    location_name: str
    level: StockLevel
    available: int
    on_hand: int
    committed: int
    incoming: int


class Inventory(msgspec.Struct, frozen=True, gc=False):
    """A variant's stock in all locations; `available` is their sum. `unit_cost` is for staff."""

    tracked: bool
    level: StockLevel
    available: int
    locations: tuple[LocationStock, ...]
    unit_cost: Money | None


def stock_level(tracked: bool, units: int, low_stock_units: int = LOW_STOCK_UNITS) -> StockLevel:
    """None at zero or below, low up to `low_stock_units`, else in stock; untracked goods have no level."""
    if not tracked:
        return StockLevel.NOT_TRACKED
    if units <= 0:
        return StockLevel.NONE
    return StockLevel.LOW if units <= low_stock_units else StockLevel.IN_STOCK


def read_inventory(stock: VariantStock, low_stock_units: int = LOW_STOCK_UNITS) -> Inventory:
    """The shop's view of a variant's stock. Negative stock at one location does not reduce that of others."""
    available = sum([each.available for each in stock.levels if each.available > 0])
    level = stock_level(stock.tracked, available, low_stock_units)
    locations = tuple([_location(stock.tracked, each, low_stock_units) for each in stock.levels])
    return Inventory(stock.tracked, level, available, locations, stock.unit_cost)


def _location(tracked: bool, level: InventoryItemLevel, low_stock_units: int) -> LocationStock:
    return LocationStock(
        level.location_id,
        level.location_name,
        stock_level(tracked, level.available, low_stock_units),
        level.available,
        level.on_hand,
        level.committed,
        level.incoming,
    )


async def load_variant_inventory(
    admin: Admin, ids: Sequence[GlobalId], options: CallOptions = PAGE
) -> list[VariantStock | UpstreamError | None]:
    """The stock of each id in order, the failure to read it, or None when there is no such variant."""
    found = await admin.variant_inventory(ids, options=options)
    return [found.get(each) for each in ids]


class InventoryReader:
    """One request's reads of stock: batched, each variant once."""

    def __init__(
        self,
        admin: Admin,
        *,
        low_stock_units: int = LOW_STOCK_UNITS,
        options: CallOptions = PAGE,
        cache: RequestCache | None = None,
        policy: Policy | None = None,
    ) -> None:
        self._low_stock_units = low_stock_units
        self._cache = cache or RequestCache(None)
        self._policy = policy

        async def load(ids: list[GlobalId]) -> Sequence[VariantStock | UpstreamError | None]:
            return await load_variant_inventory(admin, ids, options)

        # With a cache, the cache shares the reads; a loader that remembers would give it old values as new.
        self._stock: Batches[GlobalId, VariantStock | None] = Batches(load, remembers=not self._cache.is_cacheable)

    async def inventory(self, variant_id: GlobalId) -> Inventory | None:
        """The stock of a variant by its global id; None when the shop has no such variant. Raises UpstreamError."""

        async def fetch() -> Fetched[VariantStock | None]:
            return self._fetched(variant_id, await self._stock.one(variant_id))

        stock = await self._cache.read(UpstreamName.ADMIN, ("inventory", variant_id), self._policy, fetch)
        return None if stock is None else read_inventory(stock, self._low_stock_units)

    async def inventories(self, variant_ids: Sequence[GlobalId]) -> list[Inventory | BaseException | None]:
        """As `inventory`, for many variants at once; an exception stands for a failed read."""
        low = self._low_stock_units
        return [
            read_inventory(each, low) if isinstance(each, VariantStock) else each
            for each in await self._stocks(variant_ids)
        ]

    async def _stocks(self, variant_ids: Sequence[GlobalId]) -> list[VariantStock | BaseException | None]:
        if not self._cache.is_cacheable:  # hundreds of keys and tags would be made for nothing
            return await self._stock.many(variant_ids)
        keys = [("inventory", each) for each in variant_ids]
        return await self._cache.read_many(UpstreamName.ADMIN, keys, self._policy, self._fetch_many)

    async def _fetch_many(self, keys: list[Key]) -> list[Fetched[VariantStock | None] | BaseException]:
        ids = [GlobalId(str(key[-1])) for key in keys]
        return [
            each if isinstance(each, BaseException) else self._fetched(number, each)
            for number, each in zip(ids, await self._stock.many(ids), strict=True)
        ]

    def _fetched(self, variant_id: GlobalId, stock: VariantStock | None) -> Fetched[VariantStock | None]:
        if stock is not None and self._cache.is_cacheable:
            stock = _public(stock)
        return Fetched(stock, (of_id(variant_id),), 500)


def _public(stock: VariantStock) -> VariantStock:
    """The stock without what only staff may see, which never enters the cache."""
    levels = tuple(replace(level, on_hand=0, committed=0, incoming=0) for level in stock.levels)
    return replace(stock, unit_cost=None, levels=levels)
