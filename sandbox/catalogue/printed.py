"""Options and SKUs of the goods that Printful makes, read from Printful's own ids."""

from typing import NamedTuple, Protocol

from sandbox.printful_ids import PRINT_VARIANTS, SYNC_VARIANTS

VENDOR = "Printful_DS"
"""The vendor of what Printful makes, as the shop writes it."""


class _Entry(Protocol):
    @property
    def print_product_id(self) -> int | None: ...
    @property
    def sync_product_id(self) -> int | None: ...


class PrintedOptions(NamedTuple):
    """The options of a printed product, and the SKU of each combination of their values."""

    options: dict[str, list[str]]
    skus: dict[tuple[str, ...], str]


def printed_options(entry: _Entry) -> PrintedOptions | None:
    """What Printful's catalogue or sync product offers; None for goods that Printful does not make."""
    if entry.print_product_id is not None:
        variants = [each for each in PRINT_VARIANTS.values() if each.product_id == entry.print_product_id]
        colours = list(dict.fromkeys(each.colour for each in variants))
        sizes = list(dict.fromkeys(each.size for each in variants))
        skus: dict[tuple[str, ...], str] = {(each.colour, each.size): f"PFUL-{each.id}" for each in variants}
        return PrintedOptions({"Color": colours, "Size": sizes}, skus)
    if entry.sync_product_id is not None:
        synced = [each for each in SYNC_VARIANTS.values() if each.sync_product_id == entry.sync_product_id]
        by_size = {PRINT_VARIANTS[each.variant_id].size: f"PFUL-SYNC-{each.id}" for each in synced}
        return PrintedOptions({"Size": list(by_size)}, {(size,): sku for size, sku in by_size.items()})
    return None
