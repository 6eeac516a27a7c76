"""What the kitchen and the bakery lay out: food eaten at the cafes, counted every morning."""

import json
from decimal import Decimal

from sandbox.catalogue.shelf import CAFES, Entry, Prices, Shelf


def _food(
    handle: str,
    title: str,
    text: str,
    price: Prices,
    *,
    options: dict[str, tuple[str, ...]] | None = None,
    allergens: tuple[str, ...] = ("gluten", "milk", "egg"),
    featured: bool = False,
    tags: tuple[str, ...] = ("bakery",),
) -> Entry:
    return Entry(
        handle=handle,
        title=title,
        description=f"<p>{text}</p>",
        product_type="Food",
        picture="food",
        price=price,
        tags=["menu-item", *tags, *(["featured-item"] if featured else [])],
        options=dict(options or {}),
        vendor="Hearth Bakery",
        stock=CAFES,
        ships=False,
        grams=140,
        category=("fb-2-2", "Bakery"),
        metafields=(("allergens", "list.single_line_text_field", json.dumps(list(allergens))),),
    )


_SPREADS = {"Plain": "0", "Cream Cheese": "1.25", "Smoked Salmon": "4.50"}

FOOD = (
    _food(
        "butter-croissant",
        "Butter Croissant",
        "Three days in the making, gone by noon.",
        Decimal("3.75"),
        featured=True,
    ),
    _food(
        "almond-croissant",
        "Almond Croissant",
        "Yesterday's croissant, today's treat.",
        Decimal("4.50"),
        allergens=("gluten", "milk", "egg", "nuts"),
    ),
    _food("blueberry-muffin", "Blueberry Muffin", "More berry than muffin.", Decimal("3.50")),
    _food("cinnamon-roll", "Cinnamon Roll", "Warm, with a glaze of cream cheese.", Decimal("4.25")),
    _food(
        "banana-bread",
        "Banana Bread",
        "A thick slice, toasted on request.",
        Decimal("3.60"),
        allergens=("gluten", "nuts"),
        tags=("bakery", "vegan"),
    ),
    _food("chocolate-chip-cookie", "Chocolate Chip Cookie", "Crisp edge, soft middle, sea salt.", Decimal("2.95")),
    _food(
        "bagel",
        "Bagel",
        "Boiled, then baked.",
        lambda selected: Decimal("3.25") + Decimal(_SPREADS[selected["Spread"]]),
        options={"Bagel": ("Sesame", "Everything"), "Spread": tuple(_SPREADS)},
        allergens=("gluten", "sesame"),
    ),
    _food(
        "avocado-toast",
        "Avocado Toast",
        "Sourdough, lime, chilli and seeds.",
        lambda selected: Decimal("8.50") + (Decimal("2.00") if selected["Extra"] == "Poached Egg" else Decimal(0)),
        options={"Extra": ("None", "Poached Egg")},
        allergens=("gluten", "egg"),
        tags=("breakfast",),
    ),
    _food(
        "breakfast-burrito",
        "Breakfast Burrito",
        "Eggs, black beans, potato and salsa.",
        Decimal("9.25"),
        options={"Filling": ("Chorizo", "Mushroom")},
        tags=("breakfast",),
    ),
)


def put_food(shelf: Shelf) -> None:
    for entry in FOOD:
        shelf.put(entry)
