"""Puts products on the shelf: gives them their numbers, dates, variants, pictures and stock, the same on every run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, product
from typing import Any

from sandbox.records import (
    Metafield,
    OptionValue,
    Picture,
    Product,
    ProductOption,
    ProductVariant,
    StockLevel,
)
from sandbox.store import Store

MAIN_STREET, RIVERSIDE, ROASTERY = 65000000001, 65000000002, 65000000003
OPENING_DAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
# Option values with a colour of their own; shown as swatches.
COLOURS = {
    "White": "#ffffff",
    "Black": "#1b1b1b",
    "Navy": "#212642",
    "Forest": "#1d3b2a",
    "Maroon": "#4c1d2b",
    "Oyster": "#e8dfc9",
    "Sand": "#d9c7a3",
    "Terracotta": "#b5573a",
    "Sage": "#8ba888",
    "Slate": "#4c5866",
    "Copper": "#b26b3c",
}
# Colours that a plain one does not do justice: their swatch has a picture too.
TEXTURED = frozenset({"Copper"})

Prices = Decimal | Callable[[dict[str, str]], Decimal]


@dataclass(frozen=True, slots=True)
class Stocked:
    """Where and how much of a tracked product lies: units by location id; None instead means untracked."""

    units: dict[int, int]
    varies: bool = True  # each next variant has a few units less or more


EVERYWHERE = Stocked({MAIN_STREET: 12, RIVERSIDE: 8, ROASTERY: 60})
CAFES = Stocked({MAIN_STREET: 14, RIVERSIDE: 10})
NOWHERE = Stocked({MAIN_STREET: 0, RIVERSIDE: 0, ROASTERY: 0}, varies=False)


@dataclass(slots=True)
class Entry:
    """A product as the menus of this package write it down; `fields` go to the Product record as they are."""

    handle: str
    title: str
    description: str
    product_type: str
    picture: str  # the kind of drawing: drink, food, beans, cup, garment, gear, card, bundle
    price: Prices
    tags: Sequence[str] = ()
    options: dict[str, Sequence[str]] = field(default_factory=dict)
    vendor: str = "Kynda Roastery"
    sku: Callable[[dict[str, str]], str] | None = None
    stock: Stocked | None = None
    views: int = 1
    grams: int | Callable[[dict[str, str]], int] = 0
    ships: bool = True
    metafields: Sequence[tuple[str, str, str]] = ()  # (key, type, value) in namespace "custom"
    category: tuple[str, str] | None = None
    fields: dict[str, Any] = field(default_factory=dict)


class Shelf:
    """Turns entries into records of one store. Their numbers follow those of `before` products, in turn."""

    def __init__(self, store: Store, *, before: int = 0) -> None:
        self._store = store
        others = before * 1_000 + 1
        self._products = count(8_000_000_001 + before)
        self._variants = count(44_000_000_000 + others)
        self._options = count(50_000_000_000 + others)
        self._values = count(51_000_000_000 + others)
        self._metafields = count(60_000_000_000 + others)
        self._media = count(30_000_000_000 + others)

    def put(self, entry: Entry) -> Product:
        """The product, complete and in the store."""
        number = next(self._products)
        turn = number - 8_000_000_000
        created = OPENING_DAY + timedelta(days=3 * turn, minutes=17 * turn)
        category_id, category_name = entry.category or (None, None)
        product_made = Product(
            id=number,
            handle=entry.handle,
            title=entry.title,
            description_html=entry.description,
            vendor=entry.vendor,
            product_type=entry.product_type,
            tags=sorted(entry.tags, key=str.lower),
            created_at=created,
            updated_at=datetime(2026, 9, 1, 7, 30, tzinfo=UTC) + timedelta(hours=(turn * 131) % 1700),
            published_at=created + timedelta(hours=1),
            category_id=category_id,
            category_name=category_name,
            sold=(turn * 97) % 389,
            **entry.fields,
        )
        product_made.metafields.extend(self.metafield(created, *given) for given in entry.metafields)
        product_made.pictures.extend(self._pictures(entry))
        product_made.options.extend(self._product_options(entry))
        self._add_variants(product_made, entry)
        self._store.add_product(product_made)
        return product_made

    def metafield(self, made: datetime, key: str, kind: str, value: str, namespace: str = "custom") -> Metafield:
        """A numbered metafield that was never changed since it was made."""
        return Metafield(next(self._metafields), namespace, key, kind, value, made, made)

    def media_id(self) -> int:
        return next(self._media)

    def picture(self, path: str, alt: str, width: int = 800, height: int = 800) -> Picture:
        return Picture(next(self._media), path, alt, width, height)

    def _pictures(self, entry: Entry) -> Iterator[Picture]:
        sides = ("", "-detail", "-in-use", "-packed")
        words = ("", ", detail", ", in use", ", packed")
        for side, word in zip(sides[: entry.views], words, strict=False):
            yield self.picture(f"{entry.picture}/{entry.handle}{side}.svg", f"{entry.title}{word}")

    def _product_options(self, entry: Entry) -> list[ProductOption]:
        chosen = entry.options or {"Title": ("Default Title",)}
        return [
            ProductOption(
                next(self._options),
                name,
                [self._option_value(name, value) for value in values],
            )
            for name, values in chosen.items()
        ]

    def _option_value(self, option: str, value: str) -> OptionValue:
        made = OptionValue(next(self._values), value, COLOURS.get(value) if option == "Color" else None)
        if made.swatch and value in TEXTURED:
            made.swatch_picture = self.picture(f"swatch/{value.lower()}.svg", value, 64, 64)
            self._store.pictures[made.swatch_picture.id] = made.swatch_picture
        return made

    def _add_variants(self, owner: Product, entry: Entry) -> None:
        names = [option.name for option in owner.options]
        seen: dict[str, Picture] = {}
        for position, values in enumerate(product(*([v.name for v in o.values] for o in owner.options)), start=1):
            selected = dict(zip(names, values, strict=True))
            number = next(self._variants)
            price = entry.price(selected) if callable(entry.price) else entry.price
            variant = ProductVariant(
                id=number,
                product=owner,
                title=" / ".join(values),
                sku=entry.sku(selected) if entry.sku else _sku(entry.handle, selected),
                price=price,
                selected=selected,
                position=position,
                inventory_item_id=number + 1_000_000_000,
                barcode=_barcode(number) if entry.stock else None,
                picture=self._own_picture(owner, entry, selected, seen),
                weight_grams=entry.grams(selected) if callable(entry.grams) else entry.grams,
                requires_shipping=entry.ships,
                tracked=entry.stock is not None,
                unit_cost=(price * Decimal("0.4")).quantize(Decimal("0.01")),
            )
            if entry.stock:
                variant.stock.update(_levels(entry.stock, number))
            owner.variants.append(variant)

    def _own_picture(
        self, owner: Product, entry: Entry, selected: dict[str, str], seen: dict[str, Picture]
    ) -> Picture | None:
        colour = selected.get("Color")
        if colour is None:
            return None
        if colour not in seen:
            path = f"{entry.picture}/{entry.handle}-{colour.lower()}.svg"
            seen[colour] = self.picture(path, f"{entry.title} in {colour.lower()}")
            owner.pictures.append(seen[colour])
        return seen[colour]


def _sku(handle: str, selected: dict[str, str]) -> str:
    parts = ["".join(word[:3] for word in handle.split("-"))]
    if list(selected) != ["Title"]:
        parts += ["".join(letter for letter in value if letter.isalnum())[:6] for value in selected.values()]
    return "-".join(parts).upper()


def _barcode(number: int) -> str:
    """An EAN-13 of the range that shops may give out themselves."""
    digits = f"20{number % 10**10:010d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _levels(stocked: Stocked, number: int) -> dict[int, StockLevel]:
    levels = {}
    for location, units in stocked.units.items():
        change = (number * 7 + location) % 9 - 4 if stocked.varies else 0
        available = max(units + change, 0)
        committed = (number + location) % 3 if available else 0
        levels[location] = StockLevel(available, available + committed, committed, 24 if available < 8 else 0)
    return levels
