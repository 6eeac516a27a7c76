"""Printful's catalogue as JSON: products, variants, categories and size guides."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.printful_ids import DATA, PRINT_PRODUCTS, PRINT_VARIANTS, PrintProduct, PrintVariant

REGIONS = DATA.regions
UNITS = ("inches", "cm")


class Catalogue:
    """Printful's catalogue as JSON; the sandbox serves the images at `public_url`.

    `changed_stock` maps a variant to its current status in all regions.
    """

    def __init__(self, public_url: str, changed_stock: Mapping[int, str]) -> None:
        self._public_url = public_url
        self._changed_stock = changed_stock

    def products(self, category_ids: set[int] | None = None) -> list[dict[str, Any]]:
        """All products, or those of some categories."""
        return [
            self.product(each)
            for each in PRINT_PRODUCTS.values()
            if category_ids is None or each.category_id in category_ids
        ]

    def product(self, product: PrintProduct) -> dict[str, Any]:
        return {
            "id": product.id,
            "main_category_id": product.category_id,
            "type": product.kind,
            "type_name": product.type_name,
            "title": product.title,
            "brand": product.brand,
            "model": product.model,
            "image": self.picture(product),
            "variant_count": sum(1 for each in PRINT_VARIANTS.values() if each.product_id == product.id),
            "currency": "USD",
            "options": [],
            "dimensions": None,
            "is_discontinued": False,
            "avg_fulfillment_time": product.avg_fulfillment_time,
            "techniques": [
                {"key": key, "display_name": name, "is_default": is_default}
                for key, name, is_default in product.techniques
            ],
            "files": [
                {"id": kind, "type": kind, "title": title, "additional_price": price, "options": []}
                for kind, title, price in product.placements
            ]
            + [{"id": "preview", "type": "mockup", "title": "Mockup", "additional_price": None, "options": []}],
            "description": product.description,
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
            # PHP writes an empty map as a list: a variant without production regions.
            "availability_regions": dict(REGIONS) if self._is_made(variant) else [],
            "availability_status": [{"region": region, "status": status} for region, status in statuses.items()],
            "material": [
                {"name": name, "percentage": percentage}
                for name, percentage in PRINT_PRODUCTS[variant.product_id].materials.items()
            ],
        }

    def status(self, variant_id: int, region: str) -> str:
        """The availability of a blank in a region, in the catalogue's terms."""
        changed = self._changed_stock.get(variant_id)
        known = DATA.stock.get(variant_id, {})
        return changed or known.get(region) or known.get("all") or "in_stock"

    def statuses(self, variant_id: int) -> set[str]:
        """The availability of the blank in all regions."""
        return {self.status(variant_id, region) for region in REGIONS}

    def _is_made(self, variant: PrintVariant) -> bool:
        return bool(self.statuses(variant.id) - {"out_of_stock", "discontinued"})

    def blank(self, variant: PrintVariant) -> str:
        """The address of the image of the blank."""
        return f"{self._public_url}/sandbox/blanks/{variant.id}.png"

    def picture(self, product: PrintProduct, colour: str | None = None) -> str:
        name = f"{product.id}-{colour.lower()}" if colour else str(product.id)
        return f"{self._public_url}/sandbox/pictures/{product.drawing}/{name}.svg"

    def categories(self) -> list[dict[str, Any]]:
        return [
            {
                "id": number,
                "parent_id": parent,
                "image_url": f"{self._public_url}/sandbox/pictures/shirt/category-{number}.svg",
                "size": size,
                "title": title,
            }
            for number, parent, title, size in DATA.categories
        ]


def name_of(variant: PrintVariant) -> str:
    return f"{PRINT_PRODUCTS[variant.product_id].title} ({variant.colour} / {variant.size})"


def size_guide(product: PrintProduct, units: list[str]) -> dict[str, Any]:
    """The size tables of a product in each unit, and for garments the European sizes."""
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
    if set(sizes) <= set(DATA.eu_sizes):
        values = [
            {"size": size, "min_value": DATA.eu_sizes[size][0], "max_value": DATA.eu_sizes[size][1]} for size in sizes
        ]
        tables.append(
            {"type": "international", "unit": "none", "measurements": [{"type_label": "EU size", "values": values}]}
        )
    return {"product_id": product.id, "available_sizes": sizes, "size_tables": tables}


def _length(inches: str, unit: str) -> str:
    if unit == "inches":
        return inches
    text = str((Decimal(inches) * Decimal("2.54")).quantize(Decimal("0.1"), ROUND_HALF_UP))
    return text.removesuffix(".0")
