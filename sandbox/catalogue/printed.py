"""Goods that Printful makes on demand: blanks the buyer picks a design for, and two with a design of the shop's."""

from decimal import Decimal

from sandbox.catalogue.shelf import Entry, Shelf
from sandbox.printful_ids import (
    HOODIE,
    MUG,
    PRINT_VARIANTS,
    SHIRT,
    SYNC_VARIANTS,
    TOTE,
    PrintVariant,
    SyncVariant,
)

VENDOR = "Printful_DS"
_SHIRTS = ("aa-1-13-8", "T-Shirts")
_HOODIES = ("aa-1-13-13", "Hoodies")


def _blank(
    print_product_id: int,
    handle: str,
    title: str,
    text: str,
    price: str,
    *,
    kind: str,
    picture: str,
    grams: int,
    large_price: str | None = None,
    category: tuple[str, str] | None = None,
    featured: bool = False,
) -> Entry:
    made = [variant for variant in PRINT_VARIANTS.values() if variant.product_id == print_product_id]
    number = {(variant.colour, variant.size): variant.id for variant in made}
    colours, sizes = _distinct(made)
    return Entry(
        handle=handle,
        title=title,
        description=f"<p>{text}</p><p>Choose one of our designs; printed for you when you order.</p>",
        product_type=kind,
        picture=picture,
        price=lambda selected: Decimal(large_price if large_price and selected["Size"] in ("2XL", "15 oz") else price),
        tags=["customizable-printful", kind.lower(), *(["featured-item"] if featured else [])],
        options={"Color": colours, "Size": sizes},
        vendor=VENDOR,
        sku=lambda selected: f"PFUL-{number[selected['Color'], selected['Size']]}",
        views=1,
        grams=grams,
        category=category,
        metafields=(("print_product_id", "number_integer", str(print_product_id)), *_advice(picture)),
    )


def _advice(picture: str) -> tuple[tuple[str, str, str], ...]:
    """What garments say beside: how to wash them, and the page that tells which size fits."""
    if picture != "garment":
        return ()
    return (
        ("care", "multi_line_text_field", "Wash cold, inside out.\nDo not iron the print."),
        ("size_guide", "page_reference", "gid://shopify/Page/90000000004"),
    )


def _distinct(made: list[PrintVariant]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(dict.fromkeys(v.colour for v in made)), tuple(dict.fromkeys(v.size for v in made))


def _with_design(
    sync_product_id: int, handle: str, title: str, text: str, price: str, *, kind: str, picture: str, grams: int
) -> Entry:
    made: list[SyncVariant] = [v for v in SYNC_VARIANTS.values() if v.sync_product_id == sync_product_id]
    number = {PRINT_VARIANTS[variant.variant_id].size: variant.id for variant in made}
    return Entry(
        handle=handle,
        title=title,
        description=f"<p>{text}</p>",
        product_type=kind,
        picture=picture,
        price=Decimal(price),
        tags=[kind.lower()],
        options={"Size": tuple(number)},
        vendor=VENDOR,
        sku=lambda selected: f"PFUL-SYNC-{number[selected['Size']]}",
        views=2,
        grams=grams,
        metafields=(("sync_product_id", "number_integer", str(sync_product_id)), *_advice(picture)),
    )


PRINTED = (
    _blank(
        SHIRT,
        "your-design-shirt",
        "Your Design T-Shirt",
        "Combed cotton, side seams, true to size.",
        "27.00",
        large_price="29.00",
        kind="Apparel",
        picture="garment",
        grams=180,
        category=_SHIRTS,
        featured=True,
    ),
    _blank(
        HOODIE,
        "your-design-hoodie",
        "Your Design Hoodie",
        "Heavy, soft inside, with a pocket for both hands.",
        "46.00",
        large_price="49.00",
        kind="Apparel",
        picture="garment",
        grams=560,
        category=_HOODIES,
    ),
    _blank(
        MUG,
        "your-design-mug",
        "Your Design Mug",
        "White, glossy, and yours.",
        "16.00",
        large_price="19.00",
        kind="Drinkware",
        picture="cup",
        grams=380,
        category=("hg-11-10-3-3", "Mugs"),
    ),
    _blank(
        TOTE,
        "your-design-tote",
        "Your Design Tote",
        "Organic cotton with handles long enough for a shoulder.",
        "32.00",
        kind="Accessories",
        picture="garment",
        grams=260,
    ),
    _with_design(
        382019501,
        "roastery-crest-shirt",
        "Roastery Crest T-Shirt",
        "The roastery's crest on black.",
        "29.00",
        kind="Apparel",
        picture="garment",
        grams=180,
    ),
    _with_design(
        382019502,
        "morning-ritual-mug",
        "Morning Ritual Mug",
        "Our morning, in four drawings around a mug.",
        "18.00",
        kind="Drinkware",
        picture="cup",
        grams=380,
    ),
)


def put_printed(shelf: Shelf) -> None:
    for entry in PRINTED:
        shelf.put(entry)
