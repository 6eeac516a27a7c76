"""The Printful goods the shop sells: which catalogue and sync ids stand for which garment, size and colour.

The shop's SKUs (`PFUL-<id>`, `PFUL-SYNC-<id>`) and Printful's stand-in are both made from this table.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PrintProduct:
    """A product of Printful's catalogue; `kind` is Printful's type, `sizes_in_inches` feeds the size guide."""

    id: int
    kind: str
    type_name: str
    title: str
    brand: str
    model: str
    origin_country: str
    sizes_in_inches: dict[str, dict[str, str]]  # measurement -> size -> value


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


SHIRT, MUG, HOODIE, TOTE = 71, 19, 146, 367

_GARMENT_SIZES = ("S", "M", "L", "XL", "2XL")

PRINT_PRODUCTS: dict[int, PrintProduct] = {
    product.id: product
    for product in (
        PrintProduct(
            SHIRT,
            "T-SHIRT",
            "T-Shirt",
            "Unisex Staple T-Shirt | Bella + Canvas 3001",
            "Bella + Canvas",
            "3001 Unisex Short Sleeve Jersey T-Shirt",
            "Nicaragua",
            {
                "Length": dict(zip(_GARMENT_SIZES, ("28", "29", "30", "31", "32"), strict=True)),
                "Chest": dict(zip(_GARMENT_SIZES, ("36", "40", "44", "48", "52"), strict=True)),
            },
        ),
        PrintProduct(
            HOODIE,
            "SWEATSHIRT",
            "Hoodie",
            "Unisex Heavy Blend Hoodie | Gildan 18500",
            "Gildan",
            "18500 Unisex Heavy Blend Hooded Sweatshirt",
            "Honduras",
            {
                "Length": dict(zip(_GARMENT_SIZES, ("27", "28", "29", "30", "31"), strict=True)),
                "Chest": dict(zip(_GARMENT_SIZES, ("40", "44", "48", "52", "56"), strict=True)),
            },
        ),
        PrintProduct(
            MUG,
            "MUG",
            "Mug",
            "White Glossy Mug",
            "Generic brand",
            "White Glossy Mug",
            "China",
            {
                "Height": {"11 oz": "3.79", "15 oz": "4.69"},
                "Diameter": {"11 oz": "3.25", "15 oz": "3.35"},
            },
        ),
        PrintProduct(
            TOTE,
            "TOTE-BAG",
            "Tote bag",
            "Eco Tote Bag | Econscious EC8000",
            "Econscious",
            "EC8000 Organic Cotton Twill Eco Tote",
            "India",
            {"Height": {"One size": "16"}, "Width": {"One size": "14.5"}},
        ),
    )
}


def _garments(
    product_id: int, first_id: int, colours: tuple[tuple[str, str], ...], costs: tuple[str, ...]
) -> list[PrintVariant]:
    ids = iter(range(first_id, first_id + len(colours) * len(_GARMENT_SIZES)))
    return [
        PrintVariant(next(ids), product_id, size, colour, code, Decimal(cost))
        for colour, code in colours
        for size, cost in zip(_GARMENT_SIZES, costs, strict=True)
    ]


PRINT_VARIANTS: dict[int, PrintVariant] = {
    variant.id: variant
    for variant in (
        *_garments(
            SHIRT,
            4011,
            (("White", "#ffffff"), ("Black", "#14191e"), ("Navy", "#212642"), ("Forest", "#1d3b2a")),
            ("11.69", "11.69", "11.69", "11.69", "13.69"),
        ),
        *_garments(
            HOODIE,
            5522,
            (("White", "#ffffff"), ("Black", "#0b0b0b"), ("Maroon", "#4c1d2b")),
            ("21.95", "21.95", "21.95", "21.95", "23.95"),
        ),
        PrintVariant(1320, MUG, "11 oz", "White", "#ffffff", Decimal("5.95")),
        PrintVariant(4830, MUG, "15 oz", "White", "#ffffff", Decimal("7.95")),
        PrintVariant(10457, TOTE, "One size", "Black", "#0b0b0b", Decimal("14.95")),
        PrintVariant(10458, TOTE, "One size", "Oyster", "#e8dfc9", Decimal("14.95")),
    )
}

SYNC_VARIANTS: dict[int, SyncVariant] = {
    variant.id: variant
    for variant in (
        *(
            SyncVariant(4752058801 + index, 382019501, "Roastery crest shirt", variant_id)
            for index, variant_id in enumerate((4016, 4017, 4018, 4019, 4020))
        ),
        *(
            SyncVariant(4752058901 + index, 382019502, "Morning ritual mug", variant_id)
            for index, variant_id in enumerate((1320, 4830))
        ),
    )
}
