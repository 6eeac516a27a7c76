"""The product templates of the shop's Printful account: blanks designed in Printful's editor."""

from typing import Any

from sandbox.printful.catalogue import Catalogue
from sandbox.printful_ids import MUG, PRINT_PRODUCTS, PRINT_VARIANTS, SHIRT, TOTE

MADE = 1_750_000_000  # UNIX seconds
# id, product, the shop's own id, title, colours
_TEMPLATES: tuple[tuple[int, int, str | None, str, tuple[str, ...]], ...] = (
    (24966053, SHIRT, None, "Barista's uniform shirt", ("Black", "Navy")),
    (24966054, MUG, "anniversary-mug", "Anniversary mug", ("White",)),
    (24966055, TOTE, None, "Market day tote", ("Oyster",)),
)


def templates(catalogue: Catalogue) -> list[dict[str, Any]]:
    """All templates, the newest first."""
    shown = []
    for number, (key, product_id, external_id, title, colours) in enumerate(_TEMPLATES):
        variants = [v for v in PRINT_VARIANTS.values() if v.product_id == product_id and v.colour in colours]
        product = PRINT_PRODUCTS[product_id]
        technique, technique_name, _ = product.techniques[0]
        place, place_name, _ = product.placements[0]
        shown.append(
            {
                "id": key,
                "product_id": product_id,
                "external_product_id": external_id,
                "title": title,
                "available_variant_ids": [variant.id for variant in variants],
                "option_data": [],
                "colors": [
                    {"color_name": name, "color_codes": [code]}
                    for name, code in dict.fromkeys((v.colour, v.colour_code) for v in variants)
                ],
                "sizes": list(dict.fromkeys(v.size for v in variants)),
                "mockup_file_url": catalogue.picture(product, colours[0]),
                "placements": [
                    {
                        "placement": place,
                        "display_name": place_name,
                        "technique_key": technique,
                        "technique_display_name": technique_name,
                    }
                ],
                "created_at": MADE + number * 86_400,
                "updated_at": MADE + number * 86_400 + 3_600,
                "placement_option_data": [],
            }
        )
    return shown[::-1]
