"""Things on the shelves: drinkware, brewing gear, apparel of our own, the gift card and the starter kit."""

from collections.abc import Callable
from decimal import Decimal

from sandbox.catalogue.shelf import EVERYWHERE, MAIN_STREET, NOWHERE, RIVERSIDE, ROASTERY, Entry, Prices, Shelf, Stocked
from sandbox.records import Product

_MUGS = ("hg-11-10-3-3", "Mugs")
_TUMBLERS = ("hg-11-10-3-8", "Tumblers")
_MAKERS = ("hg-11-6-4", "Coffee Makers")
_HATS = ("aa-2-17", "Hats")


def _thing(
    handle: str,
    title: str,
    text: str,
    price: Prices,
    *,
    kind: str,
    picture: str,
    tags: tuple[str, ...] = (),
    options: dict[str, tuple[str, ...]] | None = None,
    vendor: str = "Kynda Roastery",
    stock: Stocked | None = EVERYWHERE,
    grams: int = 400,
    views: int = 2,
    category: tuple[str, str] | None = None,
    care: str | None = None,
) -> Entry:
    return Entry(
        handle=handle,
        title=title,
        description=f"<p>{text}</p>",
        product_type=kind,
        picture=picture,
        price=price,
        tags=[kind.lower(), *tags],
        options=dict(options or {}),
        vendor=vendor,
        stock=stock,
        views=views,
        grams=grams,
        category=category,
        metafields=(("care", "multi_line_text_field", care),) if care else (),
    )


def _by(option: str, prices: dict[str, str]) -> Callable[[dict[str, str]], Decimal]:
    return lambda selected: Decimal(prices[selected[option]])


DRINKWARE = (
    _thing(
        "ceramic-mug",
        "Ceramic Mug",
        "Thrown by hand, glazed twice, holds 300 ml.",
        Decimal("22.00"),
        kind="Drinkware",
        picture="cup",
        tags=("featured-item", "handmade"),
        options={"Color": ("White", "Slate", "Terracotta", "Sage")},
        vendor="Riverside Ceramics",
        category=_MUGS,
        care="Dishwasher safe.\nNot for the oven.",
    ),
    _thing(
        "travel-tumbler",
        "Travel Tumbler",
        "Keeps coffee hot for six hours and does not leak.",
        _by("Size", {"12 oz": "28.00", "16 oz": "32.00"}),
        kind="Drinkware",
        picture="cup",
        options={"Size": ("12 oz", "16 oz"), "Color": ("Black", "Forest", "Sand")},
        vendor="Northbeam Gear",
        category=_TUMBLERS,
    ),
    _thing(
        "espresso-cup-set",
        "Espresso Cup Set",
        "Four cups and four saucers.",
        Decimal("38.00"),
        kind="Drinkware",
        picture="cup",
        tags=("handmade",),
        vendor="Riverside Ceramics",
        grams=900,
        category=_MUGS,
    ),
    _thing(
        "glass-cold-cup",
        "Glass Cold Cup",
        "A tall glass with a bamboo lid and a straw of glass.",
        Decimal("18.00"),
        kind="Drinkware",
        picture="cup",
        vendor="Northbeam Gear",
    ),
    _thing(
        "camp-mug",
        "Enamel Camp Mug",
        "Takes a fall and a fire.",
        Decimal("14.00"),
        kind="Drinkware",
        picture="cup",
        tags=("sale",),
        options={"Color": ("Black", "Oyster")},
        vendor="Northbeam Gear",
        category=_MUGS,
    ),
    _thing(
        "cold-brew-growler",
        "Cold Brew Growler",
        "Two litres of steel; filled and refilled at our cafes.",
        Decimal("42.00"),
        kind="Drinkware",
        picture="cup",
        vendor="Northbeam Gear",
        grams=1100,
    ),
)

GEAR = (
    _thing(
        "ceramic-dripper",
        "Ceramic Dripper",
        "A cone with spiral ribs for one to three cups.",
        Decimal("26.00"),
        kind="Accessories",
        picture="gear",
        tags=("brewing", "featured-item"),
        options={"Color": ("White", "Black")},
        vendor="Riverside Ceramics",
        category=_MAKERS,
    ),
    _thing(
        "paper-filters",
        "Paper Filters",
        "Oxygen-whitened, a hundred to the pack.",
        Decimal("8.00"),
        kind="Accessories",
        picture="gear",
        tags=("brewing",),
        vendor="Northbeam Gear",
        grams=150,
    ),
    _thing(
        "hand-grinder",
        "Hand Grinder",
        "Steel burrs, forty clicks from Turkish to French press.",
        Decimal("119.00"),
        kind="Accessories",
        picture="gear",
        tags=("brewing",),
        vendor="Northbeam Gear",
        grams=780,
        views=3,
    ),
    _thing(
        "gooseneck-kettle",
        "Gooseneck Kettle",
        "Pours as slowly as you like.",
        Decimal("89.00"),
        kind="Accessories",
        picture="gear",
        tags=("brewing",),
        options={"Color": ("Black", "Copper")},
        vendor="Northbeam Gear",
        grams=1300,
    ),
    _thing(
        "brewing-scale",
        "Brewing Scale",
        "Weighs to a tenth of a gram and counts the seconds.",
        Decimal("64.00"),
        kind="Accessories",
        picture="gear",
        tags=("brewing",),
        vendor="Northbeam Gear",
        stock=Stocked({MAIN_STREET: 3, RIVERSIDE: 0, ROASTERY: 9}, varies=False),
        grams=520,
    ),
    _thing(
        "french-press",
        "French Press",
        "Double walled, four cups.",
        Decimal("48.00"),
        kind="Accessories",
        picture="gear",
        tags=("brewing", "pre-order"),
        vendor="Northbeam Gear",
        stock=NOWHERE,
        grams=1000,
        category=_MAKERS,
    ),
    _thing(
        "cold-brew-maker",
        "Cold Brew Maker",
        "A jug, a sieve and patience.",
        Decimal("36.00"),
        kind="Accessories",
        picture="gear",
        tags=("brewing", "sale"),
        vendor="Northbeam Gear",
        grams=850,
        category=_MAKERS,
    ),
    _thing(
        "sticker-pack",
        "Sticker Pack",
        "Five drawings by our baristas.",
        Decimal("5.00"),
        kind="Accessories",
        picture="gear",
        grams=20,
        views=1,
    ),
)

APPAREL = (
    _thing(
        "kynda-cap",
        "Kynda Cap",
        "Six panels, one cup, no logo on the back.",
        Decimal("28.00"),
        kind="Apparel",
        picture="garment",
        options={"Color": ("Black", "Sand")},
        grams=120,
        category=_HATS,
    ),
    _thing(
        "barista-apron",
        "Barista Apron",
        "Waxed canvas with a loop for the cloth.",
        Decimal("58.00"),
        kind="Apparel",
        picture="garment",
        options={"Color": ("Black", "Forest", "Copper")},
        grams=600,
        category=("aa-1", "Clothing"),
        care="Wipe clean.\nRe-wax once a year.",
    ),
    _thing(
        "bean-socks",
        "Bean Socks",
        "Warm feet, cold brew.",
        Decimal("12.00"),
        kind="Apparel",
        picture="garment",
        options={"Size": ("S-M", "L-XL")},
        grams=80,
    ),
    _thing(
        "wool-beanie",
        "Wool Beanie",
        "Merino, knitted nearby.",
        Decimal("32.00"),
        kind="Apparel",
        picture="garment",
        tags=("handmade",),
        options={"Color": ("Navy", "Maroon")},
        grams=90,
        category=_HATS,
    ),
)

GIFT_CARD = Entry(
    handle="kynda-gift-card",
    title="Kynda Gift Card",
    description="<p>Good at both cafes and here. Sent by e-mail within minutes.</p>",
    product_type="Gift Card",
    picture="card",
    price=_by("Denominations", {"$10": "10.00", "$25": "25.00", "$50": "50.00", "$100": "100.00"}),
    tags=["gift", "featured-item"],
    options={"Denominations": ("$10", "$25", "$50", "$100")},
    ships=False,
    fields={"is_gift_card": True},
)

KIT = Entry(
    handle="home-brewing-kit",
    title="Home Brewing Kit",
    description="<p>A dripper, filters and a bag of the house blend: all you need but the water.</p>",
    product_type="Accessories",
    picture="bundle",
    price=Decimal("45.00"),
    tags=["brewing", "gift", "bundle"],
    grams=890,
    category=_MAKERS,
)


def put_merchandise(shelf: Shelf) -> None:
    for entry in (*DRINKWARE, *GEAR, *APPAREL, GIFT_CARD):
        _with_terms(shelf.put(entry))


def put_kit(shelf: Shelf, parts: list[tuple[Product, int]]) -> None:
    """The bundle of the first variants of `parts`."""
    kit = shelf.put(KIT)
    kit.variants[0].components.extend((part.variants[0], quantity) for part, quantity in parts)


def _with_terms(product: Product) -> None:
    for variant in product.variants:
        match product.handle:
            case "camp-mug":
                variant.compare_at_price = Decimal("19.00")
            case "cold-brew-maker":
                variant.compare_at_price = Decimal("45.00")
            case "kynda-gift-card":
                variant.taxable = False
            case "paper-filters":
                variant.price_breaks = [(5, Decimal("7.00")), (20, Decimal("6.00"))]
            case "bean-socks":
                variant.minimum, variant.increment, variant.maximum = 2, 2, 12
            case "french-press":
                variant.sells_when_out = True
    if product.handle == "cold-brew-growler":
        product.countries = frozenset({"US", "CA"})
    if product.handle == "espresso-cup-set":
        product.seo_title = "Espresso cups, set of four"
        product.seo_description = "Hand-thrown espresso cups with saucers from Riverside Ceramics."
