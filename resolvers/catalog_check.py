"""Checks the catalogue as staff entered it against what Printful makes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clients.admin.client import Admin
from clients.admin.setup import ShopVariant
from clients.errors import UpstreamError
from clients.guard import CallOptions
from resolvers.catalog_rules import CheckedCatalogue, RuleViolation, catalog_issues
from resolvers.print_catalogue import PrintReads
from resolvers.print_on_demand import PrintOnDemand, read_printful_sku

Place = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class CatalogReport:
    """What is wrong, in order; `variants`: how many were looked at. `unasked`: how many of Printful's goods Printful
    could not be asked about, so that they may have more wrong with them.
    """

    issues: Sequence[RuleViolation]
    variants: int
    unasked: int

    def after(self, place: Place | None, count: int) -> tuple[list[RuleViolation], bool]:
        """At most `count` issues behind a place, and whether there are more."""
        behind = [issue for issue in self.issues if place is None or issue.place > place]
        return behind[:count], len(behind) > count


async def catalog_report(
    admin: Admin, prints: PrintReads | None, *, designs: int, options: CallOptions
) -> CatalogReport:
    """The whole catalogue, checked; without `prints`, or while Printful fails, by the rules that need only Shopify.

    Raises UpstreamError when the catalogue cannot be read.
    """
    variants = await admin.catalog_variants(options=options)
    named = [each for each in variants if read_printful_sku(each.sku, each.product.vendor) is not None]
    made = await _made(named, prints) if prints is not None else {}
    issues = catalog_issues(CheckedCatalogue(variants, made, designs))
    return CatalogReport(issues, len(variants), len(named) - len(made))


async def _made(variants: Sequence[ShopVariant], prints: PrintReads) -> Mapping[str, PrintOnDemand | None]:
    """What Printful makes under these variants' SKUs, by their ids; without those it could not be asked about."""

    async def one(variant: ShopVariant) -> PrintOnDemand | UpstreamError | None:
        try:
            return await prints.print_on_demand(variant.sku, variant.product.vendor, variant.product.id)
        except UpstreamError as error:
            return error

    answers = await asyncio.gather(*(one(each) for each in variants))
    return {
        each.id: answer for each, answer in zip(variants, answers, strict=True) if not isinstance(answer, UpstreamError)
    }
