"""What the bar makes: espresso drinks, brewed coffee, tea and the rest. Made to order, so never out of stock."""

import json
from collections.abc import Callable
from decimal import Decimal

from sandbox.catalogue.shelf import Entry, Shelf

SIZES = ("Small", "Medium", "Large")
MILKS = ("Whole", "Skim", "Oat", "Almond")
TEMPERATURES = ("Hot", "Iced")
_SURCHARGES = {
    "Medium": Decimal("0.60"),
    "Large": Decimal("1.20"),
    "Double": Decimal("1.00"),
    "Oat": Decimal("0.80"),
    "Almond": Decimal("0.70"),
}
_EXTRAS = [
    {"name": "Extra shot", "price": "1.00"},
    {"name": "Vanilla syrup", "price": "0.60"},
    {"name": "Whipped cream", "price": "0.75", "available": False},
]
_COFFEE = ("fb-1-3", "Coffee")
_TEA = ("fb-1-8", "Tea & Infusions")


def _priced(base: str) -> Callable[[dict[str, str]], Decimal]:
    return lambda selected: Decimal(base) + sum((_SURCHARGES.get(v, Decimal(0)) for v in selected.values()), Decimal(0))


def _drink(
    handle: str,
    title: str,
    text: str,
    base: str,
    options: dict[str, tuple[str, ...]],
    caffeine_mg: int,
    *,
    kind: str,
    allergens: tuple[str, ...] = (),
    featured: bool = False,
    category: tuple[str, str] = _COFFEE,
) -> Entry:
    tags = ["menu-item", kind, *(["featured-item"] if featured else []), *([] if allergens else ["vegan"])]
    return Entry(
        handle=handle,
        title=title,
        description=f"<p>{text}</p>",
        product_type="Beverage",
        picture="drink",
        price=_priced(base),
        tags=tags,
        options=dict(options),
        ships=False,
        category=category,
        metafields=(
            ("caffeine_mg", "number_integer", str(caffeine_mg)),
            ("allergens", "list.single_line_text_field", json.dumps(list(allergens))),
            ("vegan", "boolean", "false" if allergens else "true"),
            ("calories", "json", json.dumps({"small": 40 + caffeine_mg, "large": 90 + caffeine_mg})),
            *((("extras", "json", json.dumps(_EXTRAS)),) if kind == "espresso" else ()),
        ),
    )


_SIZED: dict[str, tuple[str, ...]] = {"Size": SIZES}
_WHITE: dict[str, tuple[str, ...]] = {"Size": SIZES, "Milk": MILKS}

DRINKS = (
    _drink(
        "latte",
        "Latte",
        "Two shots under a deep layer of steamed milk.",
        "4.50",
        _WHITE,
        150,
        kind="espresso",
        allergens=("milk",),
        featured=True,
    ),
    _drink(
        "cappuccino",
        "Cappuccino",
        "Equal parts espresso, milk and foam, dusted with cocoa if you ask.",
        "4.25",
        _WHITE,
        150,
        kind="espresso",
        allergens=("milk",),
    ),
    _drink(
        "flat-white",
        "Flat White",
        "A short, strong drink with velvet milk.",
        "4.40",
        {"Milk": MILKS},
        160,
        kind="espresso",
        allergens=("milk",),
    ),
    _drink(
        "cortado",
        "Cortado",
        "Espresso cut with the same amount of warm milk.",
        "4.00",
        {"Milk": MILKS},
        140,
        kind="espresso",
        allergens=("milk",),
    ),
    _drink("americano", "Americano", "Two shots lengthened with hot water.", "3.50", _SIZED, 150, kind="espresso"),
    _drink(
        "espresso",
        "Espresso",
        "Our Midnight blend, pulled short.",
        "2.75",
        {"Size": ("Single", "Double")},
        75,
        kind="espresso",
    ),
    _drink(
        "mocha",
        "Mocha",
        "Espresso and dark chocolate, melted together under milk.",
        "5.00",
        _WHITE,
        155,
        kind="espresso",
        allergens=("milk", "soy"),
    ),
    _drink(
        "macchiato",
        "Macchiato",
        "Espresso marked with a spoon of foam.",
        "3.25",
        {"Milk": MILKS},
        75,
        kind="espresso",
        allergens=("milk",),
    ),
    _drink("drip-coffee", "Drip Coffee", "Today's roast from the big pot.", "2.95", _SIZED, 165, kind="brewed"),
    _drink(
        "pour-over",
        "Pour Over",
        "One cup at a time through paper; ask for the bean of the day.",
        "4.75",
        {"Size": ("Small", "Large")},
        170,
        kind="brewed",
        featured=True,
    ),
    _drink(
        "cold-brew", "Cold Brew", "Steeped for eighteen hours, served over ice.", "4.25", _SIZED, 200, kind="brewed"
    ),
    _drink(
        "nitro-cold-brew",
        "Nitro Cold Brew",
        "Cold brew from the tap with a stout-like head.",
        "5.25",
        {"Size": ("Small", "Large")},
        215,
        kind="brewed",
    ),
    _drink(
        "cafe-au-lait",
        "Café au Lait",
        "Half drip coffee, half steamed milk.",
        "3.60",
        _WHITE,
        120,
        kind="brewed",
        allergens=("milk",),
    ),
    _drink(
        "chai-latte",
        "Chai Latte",
        "Black tea simmered with cardamom, ginger and pepper.",
        "4.60",
        _WHITE,
        50,
        kind="tea",
        allergens=("milk",),
        category=_TEA,
    ),
    _drink(
        "matcha-latte",
        "Matcha Latte",
        "Stone-ground green tea whisked into milk.",
        "5.10",
        _WHITE,
        70,
        kind="tea",
        allergens=("milk",),
        featured=True,
        category=_TEA,
    ),
    _drink(
        "london-fog",
        "London Fog",
        "Earl Grey, vanilla and a cloud of milk.",
        "4.40",
        {"Milk": MILKS},
        45,
        kind="tea",
        allergens=("milk",),
        category=_TEA,
    ),
    _drink(
        "earl-grey",
        "Earl Grey Tea",
        "Loose leaves with oil of bergamot.",
        "3.10",
        {"Size": SIZES, "Temperature": TEMPERATURES},
        45,
        kind="tea",
        category=_TEA,
    ),
    _drink(
        "hot-chocolate",
        "Hot Chocolate",
        "Single-origin chocolate, barely sweetened.",
        "4.20",
        _WHITE,
        10,
        kind="tea",
        allergens=("milk", "soy"),
    ),
    _drink(
        "lavender-lemonade",
        "Lavender Lemonade",
        "Pressed lemons and a syrup of our own lavender.",
        "4.00",
        {"Size": ("Small", "Large")},
        0,
        kind="tea",
    ),
)


def put_drinks(shelf: Shelf) -> None:
    for entry in DRINKS:
        shelf.put(entry)
