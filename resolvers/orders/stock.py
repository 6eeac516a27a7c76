"""Tags products that Printful cannot make because blanks are out of stock."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

import structlog
from cachetools import LRUCache

from clients.admin.order_client import AdminOrders
from clients.admin.orders import SkuOwner
from clients.errors import Rejected
from clients.global_ids import GlobalId
from clients.guard import CallOptions
from clients.printful.client import Printful
from clients.printful.models import CatalogListing
from resolvers.print_catalogue import PrintCatalogue, PrintCatalogueReader
from resolvers.print_on_demand import CatalogVariantRef, PrintfulRef, SyncVariantRef, read_printful_sku

log = structlog.get_logger(__name__)

OUT_OF_STOCK_TAG = "printful-out-of-stock"
_SYNC_PREFIX = "PFUL-SYNC-"
_MAX_SYNC_VARIANTS = 20_000


class PrintStock:
    """Finds the shop's products with variants that Printful cannot make now.

    It remembers the catalogue variant of each sync variant. So the work on a large shop's product is completed when
    Printful repeats its webhook, and later webhooks need no such requests.
    """

    def __init__(self, admin: AdminOrders, printful: Printful) -> None:
        self._admin = admin
        self._printful = printful
        self._catalogue = PrintCatalogue(printful)
        self._behind_sync: LRUCache[int, tuple[int, int | None]] = LRUCache(_MAX_SYNC_VARIANTS)

    async def changed(self, product_id: int, *, options: CallOptions) -> None:
        """Tags the products that lack something, and untags those that no longer do.

        They are the shop's products with a variant on that catalogue product; their other variants count too. The
        webhook's content is not trusted: the catalogue is read again. Raises UpstreamError.
        """
        listing = await self._printful.catalog_product(product_id, options=options)
        if listing is None:
            return
        affected = await self._products_on(listing, options)
        if not affected:
            return
        variants_of: defaultdict[GlobalId, list[SkuOwner]] = defaultdict(list)
        for owner in await self._admin.variants_of_products(affected, options=options):
            variants_of[owner.product_id].append(owner)
        reader = self._catalogue.reader(options)
        for variants in variants_of.values():
            lacks = await self._lacks_something(variants, listing, reader)
            await self._tag(variants[0], lacks, options)

    async def _products_on(self, listing: CatalogListing, options: CallOptions) -> list[GlobalId]:
        """The shop's products with a variant that is printed on that catalogue product."""
        skus = [f"PFUL-{variant.id}" for variant in listing.variants]
        blanks, synced = await asyncio.gather(
            self._admin.variants_by_sku(skus, options=options),
            self._admin.variants_by_sku_prefix(_SYNC_PREFIX, options=options),
        )
        owners = [(owner, _ref(owner)) for owner in (*blanks, *synced)]
        await self._read_behind([ref.sync_variant_id for _, ref in owners if isinstance(ref, SyncVariantRef)], options)
        return sorted({owner.product_id for owner, ref in owners if ref is not None and self._is_on(ref, listing)})

    async def _read_behind(self, sync_variant_ids: Iterable[int], options: CallOptions) -> None:
        """Reads the catalogue variants of sync variants. Successful reads are remembered even if others fail. Raises
        UpstreamError.
        """

        async def read(sync_variant_id: int) -> None:
            found = await self._printful.sync_variant(sync_variant_id, options=options)
            if found is not None and found.variant_id is not None:  # an unlinked one may be linked later
                self._behind_sync[sync_variant_id] = (found.variant_id, found.product_id)

        unknown = [each for each in dict.fromkeys(sync_variant_ids) if each not in self._behind_sync]
        failures = await asyncio.gather(*map(read, unknown), return_exceptions=True)
        for failure in failures:
            if failure is not None:
                raise failure

    def _is_on(self, ref: PrintfulRef, listing: CatalogListing) -> bool:
        if isinstance(ref, CatalogVariantRef):
            return True  # its SKU is in the listing
        behind = self._behind_sync.get(ref.sync_variant_id)
        return behind is not None and (
            behind[1] == listing.product.id or any(variant.id == behind[0] for variant in listing.variants)
        )

    async def _lacks_something(
        self, owners: Sequence[SkuOwner], listing: CatalogListing, reader: PrintCatalogueReader
    ) -> bool:
        """Whether a variant of the product cannot be made; `listing` has the stock of its own variants."""
        listed = {variant.id: variant.in_stock for variant in listing.variants}
        for owner in owners:
            ref = _ref(owner)
            if ref is None:
                continue
            variant_id = self._catalogue_variant_of(ref)
            if variant_id in listed:
                can_be_made = listed[variant_id]
            else:
                print_item = await reader.print_on_demand(owner.sku, owner.vendor, owner.product_id)
                can_be_made = print_item is not None and print_item.variant is not None and print_item.variant.in_stock
            if not can_be_made:
                return True
        return False

    def _catalogue_variant_of(self, ref: PrintfulRef) -> int | None:
        if isinstance(ref, CatalogVariantRef):
            return ref.variant_id
        behind = self._behind_sync.get(ref.sync_variant_id)
        return None if behind is None else behind[0]

    async def _tag(self, owner: SkuOwner, lacks: bool, options: CallOptions) -> None:
        if lacks == (OUT_OF_STOCK_TAG in owner.product_tags):
            return
        change = {"add": [OUT_OF_STOCK_TAG]} if lacks else {"remove": [OUT_OF_STOCK_TAG]}
        try:
            await self._admin.tag_product(owner.product_id, **change, options=options)
        except Rejected as error:  # such as a product with the most tags allowed: continue with the others
            log.warning("product_tagging_failed", product=owner.product_id, detail=error.detail)


def _ref(owner: SkuOwner) -> PrintfulRef | None:
    return read_printful_sku(owner.sku, owner.vendor)
