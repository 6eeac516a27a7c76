"""What Printful answers of its catalogue: products, variants, categories and size guides in their JSON form."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.printful_ids import HOODIE, MUG, PRINT_PRODUCTS, PRINT_VARIANTS, SHIRT, TOTE, PrintProduct, PrintVariant

REGIONS = {"US": "United States", "EU": "Europe", "EU_LV": "Latvia", "EU_ES": "Spain", "CA": "Canada"}
UNITS = ("inches", "cm")

# What can go wrong with a blank: (variant id, region) -> status; elsewhere it is in stock. Region None: everywhere.
STATUS: dict[tuple[int, str | None], str] = {
    (4030, None): "discontinued",
    (5532, "EU"): "out_of_stock",
    (5532, "EU_LV"): "out_of_stock",
    (5532, "EU_ES"): "out_of_stock",
    (5536, None): "out_of_stock",
    (10458, "US"): "stocked_on_demand",
}

CATEGORIES = (
    (1, 0, "Men's clothing", "large"),
    (4, 0, "Home & living", "large"),
    (3, 0, "Accessories", "large"),
    (24, 1, "T-shirts", "medium"),
    (28, 1, "Hoodies & sweatshirts", "medium"),
    (112, 4, "Mugs", "medium"),
    (16, 3, "Tote bags", "medium"),
)
CATEGORY_OF = {SHIRT: 24, HOODIE: 28, MUG: 112, TOTE: 16}
DRAWINGS = {SHIRT: "shirt", HOODIE: "hoodie", MUG: "mug", TOTE: "tote"}
MATERIALS: dict[int, list[tuple[str, int]]] = {
    SHIRT: [("cotton", 100)],
    HOODIE: [("cotton", 50), ("polyester", 50)],
    MUG: [("ceramic", 100)],
    TOTE: [("organic cotton", 100)],
}
DESCRIPTIONS = {
    SHIRT: "A light shirt of combed cotton that keeps its shape.\r\n\r\n• Side seams\r\n• Shoulder-to-shoulder taping",
    HOODIE: "A warm hoodie for early shifts.\r\n\r\n• Front pouch pocket\r\n• Double-lined hood",
    MUG: "A glossy mug that keeps its print.\r\n\r\n• Dishwasher safe\r\n• Microwave safe",
    TOTE: "A roomy bag for beans and bread.\r\n\r\n• Carries 30 pounds\r\n• Long handles",
}
# (type, title, additional price) of what can be printed.
PLACEMENTS: dict[int, list[tuple[str, str, str | None]]] = {
    SHIRT: [("front", "Front print", None), ("back", "Back print", "5.25"), ("label_outside", "Outside label", "2.20")],
    HOODIE: [("front", "Front print", None), ("back", "Back print", "5.25")],
    MUG: [("default", "Print file", None)],
    TOTE: [("front", "Front print", None), ("back", "Back print", "4.95")],
}
TECHNIQUES = {
    SHIRT: [("DTG", "DTG printing", True), ("EMBROIDERY", "Embroidery", False)],
    HOODIE: [("DTG", "DTG printing", True)],
    MUG: [("SUBLIMATION", "Sublimation", True)],
    TOTE: [("DTG", "DTG printing", True)],
}
EU_SIZES = {"S": ("44", "46"), "M": ("48", "50"), "L": ("52", "54"), "XL": ("56", "58"), "2XL": ("60", "62")}


class Catalogue:
    """Printful's catalogue as it answers it; pictures are drawn by the sandbox at `public_url`.

    `changed_stock` is what became of blanks since, everywhere: a status by variant.
    """

    def __init__(self, public_url: str, changed_stock: Mapping[int, str]) -> None:
        self._public_url = public_url
        self._changed_stock = changed_stock

    def products(self, category_ids: set[int] | None = None) -> list[dict[str, Any]]:
        """All products, or those of some categories."""
        return [
            self.product(each)
            for each in PRINT_PRODUCTS.values()
            if category_ids is None or CATEGORY_OF[each.id] in category_ids
        ]

    def product(self, product: PrintProduct) -> dict[str, Any]:
        return {
            "id": product.id,
            "main_category_id": CATEGORY_OF[product.id],
            "type": product.kind,
            "type_name": product.type_name,
            "title": product.title,
            "brand": product.brand if product.id != MUG else None,
            "model": product.model,
            "image": self.picture(product),
            "variant_count": sum(1 for each in PRINT_VARIANTS.values() if each.product_id == product.id),
            "currency": "USD",
            "options": [],
            "dimensions": None,
            "is_discontinued": False,
            "avg_fulfillment_time": None if product.id == TOTE else 4.3,
            "techniques": [
                {"key": key, "display_name": name, "is_default": is_default}
                for key, name, is_default in TECHNIQUES[product.id]
            ],
            "files": [
                {"id": kind, "type": kind, "title": title, "additional_price": price, "options": []}
                for kind, title, price in PLACEMENTS[product.id]
            ]
            + [{"id": "preview", "type": "mockup", "title": "Mockup", "additional_price": None, "options": []}],
            "description": DESCRIPTIONS[product.id],
            "origin_country": product.origin_country,
        }

    def variants(self, product: PrintProduct) -> list[dict[str, Any]]:
        return [self.variant(each) for each in PRINT_VARIANTS.values() if each.product_id == product.id]

    def variant(self, variant: PrintVariant) -> dict[str, Any]:
        statuses = {region: self.status(variant.id, region) for region in REGIONS}
        return {
            "id": variant.id,
            "product_id": variant.product_id,
            "name": name_of(variant),
            "size": variant.size,
            "color": variant.colour,
            "color_code": variant.colour_code,
            "color_code2": None,
            "image": self.blank(variant),
            "price": format(variant.cost, ".2f"),
            "in_stock": any(status in ("in_stock", "stocked_on_demand") for status in statuses.values()),
            # PHP writes an empty map as a list: a variant that is made nowhere has no regions.
            "availability_regions": dict(REGIONS) if self._is_made(variant) else [],
            "availability_status": [{"region": region, "status": status} for region, status in statuses.items()],
            "material": [
                {"name": name, "percentage": percentage} for name, percentage in MATERIALS[variant.product_id]
            ],
        }

    def status(self, variant_id: int, region: str) -> str:
        """Whether a blank is in stock in a region, in the words of the catalogue."""
        changed = self._changed_stock.get(variant_id)
        return changed or STATUS.get((variant_id, region)) or STATUS.get((variant_id, None)) or "in_stock"

    def statuses(self, variant_id: int) -> set[str]:
        """The blank's statuses in all regions."""
        return {self.status(variant_id, region) for region in REGIONS}

    def _is_made(self, variant: PrintVariant) -> bool:
        return bool(self.statuses(variant.id) - {"out_of_stock", "discontinued"})

    def blank(self, variant: PrintVariant) -> str:
        """Where the picture of the bare blank is."""
        return f"{self._public_url}/sandbox/blanks/{variant.id}.png"

    def picture(self, product: PrintProduct, colour: str | None = None) -> str:
        name = f"{product.id}-{colour.lower()}" if colour else str(product.id)
        return f"{self._public_url}/sandbox/pictures/{DRAWINGS[product.id]}/{name}.svg"

    def categories(self) -> list[dict[str, Any]]:
        return [
            {
                "id": number,
                "parent_id": parent,
                "image_url": f"{self._public_url}/sandbox/pictures/shirt/category-{number}.svg",
                "size": size,
                "title": title,
            }
            for number, parent, title, size in CATEGORIES
        ]


def name_of(variant: PrintVariant) -> str:
    return f"{PRINT_PRODUCTS[variant.product_id].title} ({variant.colour} / {variant.size})"


def size_guide(product: PrintProduct, units: list[str]) -> dict[str, Any]:
    """The size tables of a product: its measures in each unit, and for garments the European sizes."""
    sizes = list(next(iter(product.sizes_in_inches.values())))
    tables: list[dict[str, Any]] = [
        {
            "type": "product_measure",
            "unit": unit,
            "description": "<p>Measured flat. One piece may differ from the next by up to two inches (5 cm).</p>",
            "image_url": None,
            "image_description": None,
            "measurements": [
                {
                    "type_label": label,
                    "values": [{"size": size, "value": _length(value, unit)} for size, value in values.items()],
                }
                for label, values in product.sizes_in_inches.items()
            ],
        }
        for unit in units
    ]
    if set(sizes) <= set(EU_SIZES):
        values = [{"size": size, "min_value": EU_SIZES[size][0], "max_value": EU_SIZES[size][1]} for size in sizes]
        tables.append(
            {"type": "international", "unit": "none", "measurements": [{"type_label": "EU size", "values": values}]}
        )
    return {"product_id": product.id, "available_sizes": sizes, "size_tables": tables}


def _length(inches: str, unit: str) -> str:
    if unit == "inches":
        return inches
    text = str((Decimal(inches) * Decimal("2.54")).quantize(Decimal("0.1"), ROUND_HALF_UP))
    return text.removesuffix(".0")
