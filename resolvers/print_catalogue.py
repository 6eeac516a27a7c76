"""Reads Printful's catalogue with few requests: the memory of the process, and the reads of one request."""

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from cachetools import LRUCache
from msgspec.structs import replace

from clients.cache.answers import Fetched
from clients.cache.policies import Policy
from clients.cache.tags import ListKind, of_list
from clients.errors import Denied, Throttled, Unavailable, UpstreamError
from clients.guard import PAGE, CallOptions
from clients.printful.client import Printful
from clients.printful.models import (
    CatalogListing,
    CatalogProduct,
    CatalogVariant,
    Category,
    SizeGuide,
    SizeUnit,
    SyncVariant,
)
from clients.printful.templates import TemplatePage
from clients.upstreams import UpstreamName
from resolvers.batches import Batches, Once
from resolvers.print_on_demand import CatalogVariantRef, PrintOnDemand, SyncVariantRef, read_printful_sku
from resolvers.request_cache import RequestCache

LISTED_VARIANT_BYTES = 3_000
"""About how many bytes a variant of a listing takes in memory, as Printful's JSON."""

K = TypeVar("K")
V = TypeVar("V")

ProductRead = asyncio.Task[CatalogListing | Exception | None]


class PrintCatalogue:
    """What the process remembers of Printful's catalogue: the product of each variant.

    It never changes at Printful. Each request's reader reads everything else and caches it under `policy`.
    """

    def __init__(
        self, printful: Printful, *, policy: Policy | None = None, max_known: int = 50_000, probes: int = 8
    ) -> None:
        self.printful = printful
        self.policy = policy
        self.probes = probes
        self._product_of: LRUCache[int, int] = LRUCache(maxsize=max_known)

    def reader(self, options: CallOptions = PAGE, cache: RequestCache | None = None) -> "PrintCatalogueReader":
        """The reads of one request, through its cache if there is one."""
        return PrintCatalogueReader(self, options, cache or RequestCache(None))

    def product_of(self, variant_id: int) -> int | None:
        """The product of a variant; None while it is unknown."""
        return self._product_of.get(variant_id)

    def remember(self, variant_id: int, product_id: int) -> None:
        self._product_of[variant_id] = product_id

    def remember_all(self, variant_ids: Iterable[int], product_id: int) -> None:
        """Remembers the product of each of its variants."""
        known = self._product_of
        for each in variant_ids:
            if each not in known:
                known[each] = product_id


class Sku(NamedTuple):
    """A SKU of the shop, with its vendor and a group that SKUs of one Printful product probably share."""

    sku: str | None
    vendor: str | None
    group: str | None


class PrintCatalogueReader:
    """One request's reads of Printful: each product, sync variant and size guide at most once.

    Printful's v1 cannot read in batches, but a product's answer contains all its variants. So a page costs one
    request per distinct product, and at most one more for each variant whose product is unknown.
    """

    def __init__(self, catalogue: PrintCatalogue, options: CallOptions, cache: RequestCache) -> None:
        self._catalogue = catalogue
        self._cache = cache
        self._printful = catalogue.printful
        self._options = options
        self._groups: dict[int, str | None] = {}
        reader = weakref.ref(self)  # without it each request would leave work for the garbage collector

        async def load(ids: list[int]) -> Sequence[CatalogVariant | UpstreamError | None]:
            found = reader()
            assert found is not None
            return await found._load_variants(ids)

        self._variants: Batches[int, CatalogVariant | None] = Batches(load)
        self._products: Once[int, CatalogListing | None] = Once()
        self._sync_variants: Once[int, SyncVariant | None] = Once()
        self._size_guides: Once[tuple[int, SizeUnit], SizeGuide | None] = Once()

    async def templates(self, offset: int, limit: int) -> TemplatePage:
        """A page of the product templates in Printful's account; never cached. Raises UpstreamError."""
        return await self._printful.product_templates(offset, limit, options=self._options)

    async def print_on_demand(
        self, sku: str | None, vendor: str | None, group: str | None = None
    ) -> PrintOnDemand | None:
        """Printful's goods under a SKU; None when the SKU is not Printful's, or unknown there.

        `group` is a value that SKUs of one Printful product probably share, such as the shop's product: good groups
        save requests. Raises UpstreamError.
        """
        match read_printful_sku(sku, vendor):
            case CatalogVariantRef(variant_id):
                self._groups.setdefault(variant_id, group)
                variant = await self._variants.one(variant_id)
                return PrintOnDemand(variant) if variant is not None else None
            case SyncVariantRef(sync_variant_id):
                return await self._store_variant(sync_variant_id)
            case _:
                return None

    async def prints_on_demand(self, skus: Sequence[Sku]) -> list[PrintOnDemand | BaseException | None]:
        """As `print_on_demand`, for many SKUs at once; an exception stands for a failed read."""
        refs = [read_printful_sku(each.sku, each.vendor) for each in skus]
        catalog_ids: dict[int, None] = {}
        sync_ids: dict[int, None] = {}
        for ref, each in zip(refs, skus, strict=True):
            if isinstance(ref, CatalogVariantRef):
                self._groups.setdefault(ref.variant_id, each.group)
                catalog_ids[ref.variant_id] = None
            elif isinstance(ref, SyncVariantRef):
                sync_ids[ref.sync_variant_id] = None
        from_catalog, from_store = self._of_catalog(list(catalog_ids)), self._of_store(sync_ids)
        if catalog_ids and sync_ids:
            of_catalog, of_store = await asyncio.gather(from_catalog, from_store)
        else:  # a task costs more than the rest of a read out of memory
            of_catalog, of_store = await from_catalog, await from_store
        found: list[PrintOnDemand | BaseException | None] = []
        for ref in refs:
            if isinstance(ref, CatalogVariantRef):
                found.append(of_catalog[ref.variant_id])
            else:
                found.append(None if ref is None else of_store[ref.sync_variant_id])
        return found

    async def _of_catalog(self, ids: list[int]) -> dict[int, PrintOnDemand | BaseException | None]:
        if not ids:
            return {}
        variants = await self._variants.many(ids)
        made = (PrintOnDemand(each) if isinstance(each, CatalogVariant) else each for each in variants)
        return dict(zip(ids, made, strict=True))

    async def _of_store(self, ids: Collection[int]) -> dict[int, PrintOnDemand | BaseException | None]:
        if not ids:
            return {}
        found = await asyncio.gather(*map(self._store_variant, ids), return_exceptions=True)
        return dict(zip(ids, found, strict=True))

    async def size_guide(self, product_id: int, unit: SizeUnit = SizeUnit.INCHES) -> SizeGuide | None:
        """A catalogue product's size guide; None when it has none. Raises UpstreamError."""
        return await self._size_guides.get((product_id, unit), self._read_size_guide)

    async def product(self, product_id: int) -> CatalogListing | None:
        """A catalogue product with its variants; None when Printful has no such product. Raises UpstreamError."""
        return await self._products.get(product_id, self._read_product)

    def _product(self, product_id: int) -> ProductRead:
        return self._products.begun(product_id, self._read_product)

    async def categories(self) -> tuple[Category, ...]:
        """The categories of the catalogue. Raises UpstreamError."""

        async def read() -> tuple[Category, ...]:
            return await self._printful.categories(options=self._options)

        return await self._keep("categories", "", read, _as_it_is) or ()

    async def products(self, category_ids: Collection[int] = (), search: str | None = None) -> list[CatalogProduct]:
        """The products of these categories or all, with every word of `search` in their names.

        Raises UpstreamError.
        """
        ids = sorted(set(category_ids))

        async def read() -> tuple[CatalogProduct, ...]:
            return await self._printful.catalog_products(ids, options=self._options)

        found = await self._keep("products", " ".join(map(str, ids)), read, _all_without_prices) or ()
        words = (search or "").casefold().split()
        return [product for product in found if _is_about(product, words)]

    async def catalog_variant_of(self, sync_variant_id: int) -> int | None:
        """The catalogue variant of one of the store's variants; None when there is none. Raises UpstreamError."""
        sync_variant = await self._sync_variants.get(sync_variant_id, self._read_sync_variant)
        return None if sync_variant is None else sync_variant.variant_id

    async def _store_variant(self, sync_variant_id: int) -> PrintOnDemand | None:
        sync_variant = await self._sync_variants.get(sync_variant_id, self._read_sync_variant)
        if sync_variant is None:
            return None
        if sync_variant.variant_id is None:
            return PrintOnDemand(None, sync_variant)
        if sync_variant.product_id is not None:
            self._catalogue.remember(sync_variant.variant_id, sync_variant.product_id)
        return PrintOnDemand(await self._variants.one(sync_variant.variant_id), sync_variant)

    async def _load_variants(self, ids: list[int]) -> Sequence[CatalogVariant | UpstreamError | None]:
        return await _VariantSearch(self._catalogue, self._product, ids, self._groups, self._read_variant).answers()

    async def _read_variant(self, variant_id: int) -> CatalogVariant | None:
        async def read() -> CatalogVariant | None:
            return await self._printful.catalog_variant(variant_id, options=self._options)

        return await self._keep("variant", str(variant_id), read, _without_cost)

    async def _read_product(self, product_id: int) -> CatalogListing | None:
        async def read() -> CatalogListing | None:
            return await self._printful.catalog_product(product_id, options=self._options)

        listing = await self._keep("product", str(product_id), read, CatalogListing.without_prices)
        if listing is not None:
            self._catalogue.remember_all(listing.ids, product_id)
        return listing

    async def _read_sync_variant(self, sync_variant_id: int) -> SyncVariant | None:
        async def read() -> SyncVariant | None:
            return await self._printful.sync_variant(sync_variant_id, options=self._options)

        return await self._keep("sync_variant", str(sync_variant_id), read, _as_it_is)

    async def _read_size_guide(self, key: tuple[int, SizeUnit]) -> SizeGuide | None:
        async def read() -> SizeGuide | None:
            return await self._printful.size_guide(*key, options=self._options)

        return await self._keep("size_guide", f"{key[0]} {key[1]}", read, _as_it_is)

    async def _keep(
        self, kind: str, number: str, read: Callable[[], Awaitable[V | None]], public: Callable[[V], V]
    ) -> V | None:
        """The result of `read`, through the cache, which stores only its public part."""

        async def fetch() -> Fetched[V | None]:
            found = await read()
            if found is not None and self._cache.is_cacheable:
                found = public(found)
            return Fetched(found, (of_list(ListKind.PRINT_CATALOG),), _size_bytes(found))

        return await self._cache.read(UpstreamName.PRINTFUL, (kind, number), self._catalogue.policy, fetch)


class _VariantSearch:
    """A search for variants by id with few requests.

    Variants of known products come from their products' answers. Of each group of others one variant is read, and
    then its product, for the rest of the group.
    """

    def __init__(
        self,
        catalogue: PrintCatalogue,
        product: Callable[[int], ProductRead],
        ids: Sequence[int],
        groups: Mapping[int, Hashable],
        read_variant: Callable[[int], Awaitable[CatalogVariant | None]],
    ) -> None:
        self._catalogue = catalogue
        self._product = product
        self._ids = ids
        self._read_variant = read_variant
        self._groups = {each: groups.get(each) for each in ids}
        self._left = dict.fromkeys(ids)
        self._found: dict[int, CatalogVariant | UpstreamError | None] = {}

    async def answers(self) -> list[CatalogVariant | UpstreamError | None]:
        """For each id in order: the variant, the failure to read it, or None."""
        await self._list({product for each in self._ids if (product := self._catalogue.product_of(each)) is not None})
        while open_ids := self._open():
            one_of_each: dict[Hashable, int] = {}
            for each in open_ids:
                one_of_each.setdefault(self._groups[each], each)
            learnt = await self._probe(list(one_of_each.values())[: self._catalogue.probes])
            unfinished = {self._groups[each] for each in self._open()}
            await self._list({product for group, product in learnt.items() if group in unfinished})
            self._break_up(unfinished, before=open_ids)
        return [self._found[each] for each in self._ids]

    def _open(self) -> list[int]:
        return list(self._left)

    def _settle(self, variant_id: int, answer: CatalogVariant | UpstreamError | None) -> None:
        self._found[variant_id] = answer
        self._left.pop(variant_id, None)

    def _break_up(self, groups: set[Hashable], before: Sequence[int]) -> None:
        """Splits groups whose product has no more of their variants: their members are read one by one."""
        for group in groups:
            members = [each for each in self._open() if self._groups[each] == group]
            if sum(1 for each in before if self._groups[each] == group) == len(members) + 1:
                self._groups |= {each: (each,) for each in members}

    async def _list(self, product_ids: set[int]) -> None:
        reads = {each: self._product(each) for each in product_ids}
        if reads:
            await asyncio.wait(reads.values())
        for product_id, read in reads.items():
            match read.result():
                case CatalogListing() as listing:
                    for each in self._left.keys() & listing.ids:
                        self._settle(each, listing.variant(each))
                case UpstreamError() as error:
                    for each in self._open():
                        if self._catalogue.product_of(each) == product_id:
                            self._settle(each, error)
                case Exception() as error:
                    raise error

    async def _probe(self, ids: Sequence[int]) -> dict[Hashable, int]:
        """Reads single variants; returns their products, by group."""
        answers = await asyncio.gather(*(self._read_variant(each) for each in ids), return_exceptions=True)
        learnt: dict[Hashable, int] = {}
        for each, answer in zip(ids, answers, strict=True):
            if isinstance(answer, BaseException) and not isinstance(answer, UpstreamError):
                raise answer
            self._settle(each, answer)
            if isinstance(
                answer, (Unavailable, Throttled, Denied)
            ):  # a failure that stops one stops all the others too
                for other in self._open():
                    self._settle(other, answer)
            if isinstance(answer, CatalogVariant):
                self._catalogue.remember(each, answer.product_id)
                learnt[self._groups[each]] = answer.product_id
        return learnt


def _without_cost(variant: CatalogVariant) -> CatalogVariant:
    return replace(variant, price=None, product=_without_prices(variant.product))


def _all_without_prices(products: tuple[CatalogProduct, ...]) -> tuple[CatalogProduct, ...]:
    return tuple(map(_without_prices, products))


def _without_prices(product: CatalogProduct) -> CatalogProduct:
    return replace(product, files=tuple(replace(each, additional_price=None) for each in product.files))


def _is_about(product: CatalogProduct, words: Collection[str]) -> bool:
    names = " ".join(filter(None, (product.title, product.brand, product.model, product.type_name))).casefold()
    return all(word in names for word in words)


def _as_it_is(value: V) -> V:
    return value


def _size_bytes(found: object) -> int:
    """About how many bytes a model takes in memory: measured as 1 kB a variant and 2 kB for the rest."""
    if isinstance(found, CatalogListing):
        return 2_000 + LISTED_VARIANT_BYTES * len(found.ids)
    return 3_000 * len(found) if isinstance(found, tuple) else 3_000
