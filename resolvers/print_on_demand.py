"""The variants that Printful makes, by their SKU, and the shop's view of one."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

import msgspec

from clients.money import Money
from clients.printful.models import Availability, CatalogProduct, CatalogVariant, RegionAvailability, SyncVariant

PRINTFUL_VENDOR = "Printful_DS"
_ALIKE = 0.85  # one letter too many, too few or changed; more is another name
_SKU = re.compile(r"PFUL-(SYNC-)?([1-9][0-9]{0,17})")


def is_near_printful(vendor: str) -> bool:
    """Whether a vendor is probably a misspelt `Printful_DS`."""
    if vendor.strip() == PRINTFUL_VENDOR:
        return False
    name, expected = (re.sub(r"[\W_]", "", each.casefold()) for each in (vendor, PRINTFUL_VENDOR))
    return name == "printful" or SequenceMatcher(None, name, expected).ratio() >= _ALIKE


@dataclass(frozen=True, slots=True)
class CatalogVariantRef:
    """A variant of Printful's catalogue: a blank, printed with the design that the buyer chose."""

    variant_id: int


@dataclass(frozen=True, slots=True)
class SyncVariantRef:
    """A variant of the shop's own Printful store: a blank with its design."""

    sync_variant_id: int


PrintfulRef = CatalogVariantRef | SyncVariantRef


def read_printful_sku(sku: str | None, vendor: str | None) -> PrintfulRef | None:
    """The reference in a SKU: `PFUL-<variant id>` or `PFUL-SYNC-<sync variant id>`.

    None when the SKU has another form, or the vendor is not `Printful_DS` (spaces around it do not count).
    """
    if sku is None or vendor is None or (vendor != PRINTFUL_VENDOR and vendor.strip() != PRINTFUL_VENDOR):
        return None
    return _reference(sku)


@lru_cache(maxsize=10_000)
def _reference(sku: str) -> PrintfulRef | None:
    found = _SKU.fullmatch(sku)
    if found is None:
        return None
    number = int(found.group(2))
    return SyncVariantRef(number) if found.group(1) else CatalogVariantRef(number)


class PrintOnDemand(msgspec.Struct, frozen=True, gc=False):
    """A variant that Printful makes. `variant` is None when the store's variant is not linked to the catalogue."""

    variant: CatalogVariant | None
    sync_variant: SyncVariant | None = None

    @property
    def catalog_variant_id(self) -> int | None:
        if self.variant is not None:
            return self.variant.id
        return self.sync_variant.variant_id if self.sync_variant is not None else None

    @property
    def catalog_product_id(self) -> int | None:
        if self.variant is not None:
            return self.variant.product_id
        return self.sync_variant.product_id if self.sync_variant is not None else None

    @property
    def sync_variant_id(self) -> int | None:
        return self.sync_variant.id if self.sync_variant is not None else None

    @property
    def size(self) -> str | None:
        if self.variant is not None:
            return self.variant.size
        return self.sync_variant.size if self.sync_variant is not None else None

    @property
    def color(self) -> str | None:
        if self.variant is not None:
            return self.variant.color
        return self.sync_variant.color if self.sync_variant is not None else None

    @property
    def color_code(self) -> str | None:
        return self.variant.color_code if self.variant is not None else None

    @property
    def image(self) -> str | None:
        """A picture of the printed variant if there is one, else of the blank."""
        if self.sync_variant is not None and self.sync_variant.preview_url is not None:
            return self.sync_variant.preview_url
        if self.variant is not None:
            return self.variant.image
        return self.sync_variant.image if self.sync_variant is not None else None

    @property
    def regions(self) -> tuple[RegionAvailability, ...]:
        """Availability by the region that makes it."""
        return self.variant.availability if self.variant is not None else ()

    @property
    def is_discontinued(self) -> bool:
        """Whether Printful will not make it again: the product, the store's variant, or the variant in every region."""
        if self.sync_variant is not None and self.sync_variant.availability is Availability.DISCONTINUED:
            return True
        if self.variant is None:
            return False
        gone = [region.availability is Availability.DISCONTINUED for region in self.regions]
        return self.variant.product.is_discontinued or (bool(gone) and all(gone))

    @property
    def is_available(self) -> bool:
        """Whether Printful can make it now, in any region."""
        if self.is_discontinued:
            return False
        if self.sync_variant is not None and self.sync_variant.availability is not Availability.AVAILABLE:
            return False
        if self.variant is None:
            return True
        if not self.regions:
            return self.variant.in_stock
        return any(region.availability is Availability.AVAILABLE for region in self.regions)

    @property
    def production_cost(self) -> Money | None:
        """Printful's price for the blank with its first print. For staff."""
        return self.variant.price if self.variant is not None else None

    @property
    def product(self) -> CatalogProduct | None:
        return self.variant.product if self.variant is not None else None
