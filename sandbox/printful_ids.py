"""The Printful goods the shop sells, from `data/printful.yaml`: which ids stand for which garment, size and colour.

The shop's SKUs (`PFUL-<id>`, `PFUL-SYNC-<id>`) and Printful's stand-in are both made from this table.
"""

from dataclasses import dataclass
from decimal import Decimal

import msgspec

from sandbox.data_files import read_data


class _Colour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The variants of a product in one colour: ids by size."""

    colour: str
    colour_code: str
    ids: dict[str, int]


class PrintProduct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product of Printful's catalogue; `kind` is Printful's type, `sizes_in_inches` feeds the size guide."""

    id: int
    kind: str
    type_name: str
    title: str
    brand: str | None = None
    model: str
    origin_country: str
    category_id: int
    drawing: str
    avg_fulfillment_time: float | None = 4.3
    materials: dict[str, int]  # percentages
    description: str
    placements: list[tuple[str, str, str | None]]  # type, title and additional price of what can be printed
    techniques: list[tuple[str, str, bool]]  # key, name, and whether it is the default
    sizes_in_inches: dict[str, dict[str, str]]  # measurement -> size -> value
    costs: dict[str, Decimal]  # what Printful charges for making one, in USD, by size
    variants: list[_Colour]


@dataclass(frozen=True, slots=True)
class PrintVariant:
    """One size and colour of a PrintProduct; `cost` is what Printful charges for making it, in USD."""

    id: int
    product_id: int
    size: str
    colour: str
    colour_code: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class SyncVariant:
    """A garment with a fixed design, kept in the shop's Printful store."""

    id: int
    sync_product_id: int
    sync_product_name: str
    variant_id: int


class _SyncProduct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`variants` are the ids of its variants, each with the id of the blank that is printed on."""

    id: int
    name: str
    variants: dict[int, int]


class PrintfulData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts of the file. A category is id, parent id, title and size; `stock` is status by variant and region."""

    products: list[PrintProduct]
    sync_products: list[_SyncProduct]
    categories: list[tuple[int, int, str, str]]
    regions: dict[str, str]
    stock: dict[int, dict[str, str]]
    eu_sizes: dict[str, tuple[str, str]]


SHIRT, MUG, HOODIE, TOTE = 71, 19, 146, 367
DATA = read_data("printful", PrintfulData)

PRINT_PRODUCTS: dict[int, PrintProduct] = {product.id: product for product in DATA.products}

PRINT_VARIANTS: dict[int, PrintVariant] = {
    number: PrintVariant(number, product.id, size, each.colour, each.colour_code, product.costs[size])
    for product in DATA.products
    for each in product.variants
    for size, number in each.ids.items()
}

SYNC_VARIANTS: dict[int, SyncVariant] = {
    number: SyncVariant(number, product.id, product.name, blank)
    for product in DATA.sync_products
    for number, blank in product.variants.items()
}
