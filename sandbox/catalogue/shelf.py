"""Puts products on the shelf: gives them their numbers, dates, variants, pictures and stock, the same on every run."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count, product
from typing import Any

import msgspec

from sandbox.catalogue.printed import printed_options
from sandbox.catalogue.taxonomy import NAMES
from sandbox.records import (
    Metafield,
    OptionValue,
    Picture,
    Product,
    ProductOption,
    ProductVariant,
    SellingPlanGroup,
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

# Metafields of these types are written with products' handles.
_HANDLE_TYPES = frozenset({"product_reference", "list.product_reference", "variant_reference"})
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
APP_NAMESPACE = "app--4102001--kynda"
"""The metafield namespace of the storefront app itself: what is meant where a request names none."""


class Stocked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units of each variant by location id. Each next variant has a few units less or more where the stock varies."""

    units: dict[int, int]
    varies: bool = True


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product as `catalogue.yaml` describes it. Fields without a comment go into the record as they are."""

    handle: str
    title: str
    description: str  # HTML, or the text of one paragraph
    product_type: str
    picture: str  # the kind of drawing: drink, food, beans, cup, garment, gear, card, bundle
    price: Decimal
    surcharges: dict[str, Decimal] = {}  # by option value
    tags: list[str] = []
    options: dict[str, list[str]] = {}
    vendor: str = "Kynda Roastery"
    sku: str | None = None  # None: made from handle and options
    print_product_id: int | None = None  # Printful's blank that gives options and SKUs
    sync_product_id: int | None = None  # Printful's finished product that gives sizes and SKUs
    stock: Stocked | None = None  # None: nobody counts it
    views: int = 1  # how many pictures
    grams: int = 0
    grams_by_size: dict[str, int] = {}
    has_unit_price: bool = False  # per 100 g
    ships: bool = True
    metafields: dict[str, Any] = {}  # by key, or by namespace and key
    variant_metafields: dict[str, dict[str, str]] = {}  # by key, then by colour
    media: list[dict[str, Any]] = []  # videos and models
    category: str | None = None  # of `taxonomy`
    selling_plans: str | None = None  # a group's name in the file
    components: dict[str, int] = {}  # a bundle's parts: how many of each product's first variant
    compare_at_price: Decimal | None = None
    price_breaks: list[tuple[int, Decimal]] = []
    minimum: int = 1
    maximum: int | None = None
    increment: int = 1
    sells_when_out: bool = False
    taxable: bool = True
    is_gift_card: bool = False
    requires_selling_plan: bool = False
    seo_title: str | None = None
    seo_description: str | None = None
    countries: frozenset[str] | None = None


class Shelf:
    """Turns entries into records of one store. Their numbers follow those of `before` products, in turn."""

    def __init__(
        self,
        store: Store,
        metafield_types: Mapping[str, str] | None = None,
        selling_plans: Mapping[str, SellingPlanGroup] | None = None,
        *,
        before: int = 0,
    ) -> None:
        self._store = store
        self._metafield_types = metafield_types or {}
        self._selling_plans = selling_plans or {}
        # Metafields that name other products by handle; `resolve_references` gives them their values.
        self._references: list[tuple[Metafield, str | list[str]]] = []
        others = before * 1_000 + 1
        self._products = count(8_000_000_001 + before)
        self._variants = count(44_000_000_000 + others)
        self._options = count(50_000_000_000 + others)
        self._values = count(51_000_000_000 + others)
        self._metafields = count(60_000_000_000 + others)
        self._media = count(30_000_000_000 + others)

    def put(self, entry: Entry) -> Product:
        """The product, complete and in the store, but for its references to others."""
        number = next(self._products)
        turn = number - 8_000_000_000
        created = OPENING_DAY + timedelta(days=3 * turn, minutes=17 * turn)
        blank = printed_options(entry)
        product_made = Product(
            id=number,
            handle=entry.handle,
            title=entry.title,
            description_html=entry.description if "<" in entry.description else f"<p>{entry.description}</p>",
            vendor=entry.vendor,
            product_type=entry.product_type,
            tags=sorted(entry.tags, key=str.lower),
            created_at=created,
            updated_at=datetime(2026, 9, 1, 7, 30, tzinfo=UTC) + timedelta(hours=(turn * 131) % 1700),
            published_at=created + timedelta(hours=1),
            category_id=entry.category,
            category_name=NAMES[entry.category] if entry.category else None,
            sold=(turn * 97) % 389,
            is_gift_card=entry.is_gift_card,
            requires_selling_plan=entry.requires_selling_plan,
            seo_title=entry.seo_title,
            seo_description=entry.seo_description,
            countries=entry.countries,
        )
        given = {**_printful_number(entry), **entry.metafields}
        product_made.metafields.extend(self.metafield(created, key, value) for key, value in given.items())
        product_made.pictures.extend(self._pictures(entry))
        product_made.options.extend(self._product_options(blank.options if blank else entry.options))
        self._add_variants(product_made, entry, blank.skus if blank else {})
        self._add_media(product_made, entry)
        if entry.selling_plans:
            product_made.selling_plan_groups.append(self._selling_plans[entry.selling_plans])
        self._store.add_product(product_made)
        return product_made

    def metafield(self, made: datetime, name: str, value: Any) -> Metafield:
        """A numbered metafield that was never changed; `name` is its key, or namespace and key with a dot between."""
        namespace, _, key = name.rpartition(".")
        kind = self._metafield_types.get(name, "single_line_text_field")
        metafield = Metafield(next(self._metafields), namespace or "custom", key, kind, _text(value), made, made)
        if kind in _HANDLE_TYPES:
            self._references.append((metafield, value))
        return metafield

    def resolve_references(self) -> None:
        """Replaces handles in metafields by ids. Raises KeyError for a product that is not on the shelf."""
        products = {product.handle: product for product in self._store.products.values()}
        for metafield, named in self._references:
            if isinstance(named, list):
                metafield.value = json.dumps([_product_id(products[handle]) for handle in named])
            elif metafield.type == "variant_reference":
                metafield.value = f"gid://shopify/ProductVariant/{products[named].variants[0].id}"
            else:
                metafield.value = _product_id(products[named])
        self._references.clear()

    def picture(self, path: str, alt: str, width: int = 800, height: int = 800) -> Picture:
        return Picture(next(self._media), path, alt, width, height)

    def _pictures(self, entry: Entry) -> Iterator[Picture]:
        sides = ("", "-detail", "-in-use", "-packed")
        words = ("", ", detail", ", in use", ", packed")
        for side, word in zip(sides[: entry.views], words, strict=False):
            yield self.picture(f"{entry.picture}/{entry.handle}{side}.svg", f"{entry.title}{word}")

    def _product_options(self, options: Mapping[str, Sequence[str]]) -> list[ProductOption]:
        return [
            ProductOption(next(self._options), name, [self._option_value(name, value) for value in values])
            for name, values in (options or {"Title": ("Default Title",)}).items()
        ]

    def _option_value(self, option: str, value: str) -> OptionValue:
        option_value = OptionValue(next(self._values), value, COLOURS.get(value) if option == "Color" else None)
        if option_value.swatch and value in TEXTURED:
            option_value.swatch_picture = self.picture(f"swatch/{value.lower()}.svg", value, 64, 64)
            self._store.pictures[option_value.swatch_picture.id] = option_value.swatch_picture
        return option_value

    def _add_variants(self, owner: Product, entry: Entry, skus: Mapping[tuple[str, ...], str]) -> None:
        names = [option.name for option in owner.options]
        seen: dict[str, Picture] = {}
        for position, values in enumerate(product(*([v.name for v in o.values] for o in owner.options)), start=1):
            selected = dict(zip(names, values, strict=True))
            sku = skus.get(values) or (
                entry.sku if entry.sku is not None else _sku(entry.handle, values, named=names != ["Title"])
            )
            variant = self._variant(owner, entry, selected, position, sku)
            variant.picture = self._own_picture(owner, entry, selected, seen)
            for name, by_colour in entry.variant_metafields.items():
                variant.metafields.append(self.metafield(owner.created_at, name, by_colour[selected["Color"]]))
            owner.variants.append(variant)

    def _variant(
        self, owner: Product, entry: Entry, selected: dict[str, str], position: int, sku: str
    ) -> ProductVariant:
        number = next(self._variants)
        price = sum((entry.surcharges.get(value, Decimal(0)) for value in selected.values()), entry.price)
        grams = entry.grams_by_size.get(selected.get("Size", ""), entry.grams)
        return ProductVariant(
            id=number,
            product=owner,
            title=" / ".join(selected.values()),
            sku=sku,
            price=price,
            selected=selected,
            position=position,
            inventory_item_id=number + 1_000_000_000,
            compare_at_price=entry.compare_at_price,
            barcode=_barcode(number) if entry.stock else None,
            weight_grams=grams,
            requires_shipping=entry.ships,
            taxable=entry.taxable,
            tracked=entry.stock is not None,
            sells_when_out=entry.sells_when_out,
            unit_cost=(price * Decimal("0.4")).quantize(Decimal("0.01")),
            stock=_levels(entry.stock, number) if entry.stock else {},
            unit_measure=_per_100_grams(grams) if entry.has_unit_price else None,
            price_breaks=list(entry.price_breaks),
            minimum=entry.minimum,
            maximum=entry.maximum,
            increment=entry.increment,
            components=[(self._first_variant(handle), units) for handle, units in entry.components.items()],
        )

    def _first_variant(self, handle: str) -> ProductVariant:
        part = self._store.product_by_handle(handle)
        assert part is not None, f"{handle} must stand before the bundle that it is in"
        return part.variants[0]

    def _add_media(self, owner: Product, entry: Entry) -> None:
        for number, described in enumerate(entry.media):
            medium = {**described, "preview": owner.pictures[number]}
            owner.other_media.append(medium)
            self._store.media[medium["id"]] = medium

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


def _printful_number(entry: Entry) -> dict[str, int]:
    numbers = {"print_product_id": entry.print_product_id, "sync_product_id": entry.sync_product_id}
    return {key: number for key, number in numbers.items() if number is not None}


def _text(value: Any) -> str:
    """A metafield's value in the text form that Shopify stores."""
    return value if isinstance(value, str) else json.dumps(value)


def _product_id(of: Product) -> str:
    return f"gid://shopify/Product/{of.id}"


def _per_100_grams(grams: int) -> dict[str, Any]:
    return {"measured_type": "WEIGHT", "quantity": grams, "unit": "G", "reference": 100}


@cache
def _sku(handle: str, values: tuple[str, ...], *, named: bool) -> str:
    """A code made of the product's handle and, where its options have names, of the variant's values."""
    parts = ["".join(word[:3] for word in handle.split("-"))]
    if named:
        parts += [_NEITHER_LETTER_NOR_DIGIT.sub("", value)[:6] for value in values]
    return "-".join(parts).upper()


@cache
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
