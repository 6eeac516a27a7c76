"""Checks the catalogue as staff entered it against what Printful makes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clients.admin.client import Admin
from clients.admin.setup import ShopVariant
from clients.errors import UpstreamError
from clients.guard import CallOptions
from resolvers.catalog_rules import CheckedCatalogue, RuleViolation, catalog_issues
from resolvers.print_catalogue import PrintCatalogueReader
from resolvers.print_on_demand import PrintOnDemand, read_printful_sku

Place = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class CatalogReport:
    """The problems, in order; `variants` is the number of checked variants.

    `unasked`: the number of Printful's variants that Printful did not answer for, which may have more problems.
    """

    issues: Sequence[RuleViolation]
    variants: int
    unasked: int

    def after(self, place: Place | None, count: int) -> tuple[list[RuleViolation], bool]:
        """At most `count` issues after a place, and whether there are more."""
        behind = [issue for issue in self.issues if place is None or issue.place > place]
        return behind[:count], len(behind) > count


async def catalog_report(
    admin: Admin, prints: PrintCatalogueReader | None, *, designs: int, options: CallOptions
) -> CatalogReport:
    """The check of the whole catalogue; without `prints`, or while Printful fails, by the rules that need only
    Shopify.

    Raises UpstreamError when the catalogue cannot be read.
    """
    variants = await admin.catalog_variants(options=options)
    named = [each for each in variants if read_printful_sku(each.sku, each.product.vendor) is not None]
    print_items = await _print_items(named, prints) if prints is not None else {}
    issues = catalog_issues(CheckedCatalogue(variants, print_items, designs))
    return CatalogReport(issues, len(variants), len(named) - len(print_items))


async def _print_items(
    variants: Sequence[ShopVariant], prints: PrintCatalogueReader
) -> Mapping[str, PrintOnDemand | None]:
    """Printful's goods under these variants' SKUs, by variant id; without those that could not be read."""

    async def one(variant: ShopVariant) -> PrintOnDemand | UpstreamError | None:
        try:
            return await prints.print_on_demand(variant.sku, variant.product.vendor, variant.product.id)
        except UpstreamError as error:
            return error

    answers = await asyncio.gather(*(one(each) for each in variants))
    return {
        each.id: answer for each, answer in zip(variants, answers, strict=True) if not isinstance(answer, UpstreamError)
    }
