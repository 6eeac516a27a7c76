"""Value types of Printful's v1 catalogue and of a store's sync variants. Unknown texts are passed on.

Source: Printful API v1 (2026-03), Catalog, Products and Ecommerce platform sync.
"""

from collections.abc import KeysView, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from clients.money import Money
from clients.printful.values import decimal, fields, integer, items, text, texts, truth


class SizeUnit(StrEnum):
    """The unit of the lengths in a size guide."""

    INCHES = "inches"
    CM = "cm"


class Availability(StrEnum):
    """Whether Printful can make a variant: one vocabulary for the four of its endpoints."""

    AVAILABLE = "available"
    OUT_OF_STOCK = "out_of_stock"
    NOT_OFFERED = "not_offered"
    DISCONTINUED = "discontinued"


_AVAILABILITY = {
    "out_of_stock": Availability.OUT_OF_STOCK,
    "temporary_out_of_stock": Availability.OUT_OF_STOCK,
    "discontinued": Availability.DISCONTINUED,
    "not_fulfillable": Availability.NOT_OFFERED,
    "not_fulfilled": Availability.NOT_OFFERED,
}


def read_availability(word: Any) -> Availability:
    """The meaning of a word from any of Printful's vocabularies; an unknown word never makes a product unsellable."""
    if not isinstance(word, str):
        return Availability.AVAILABLE
    return _AVAILABILITY.get(word.strip().lower().replace(" ", "_"), Availability.AVAILABLE)


class RegionAvailability(msgspec.Struct, frozen=True, gc=False):
    """`region` is Printful's code, for example `US` or `EU_LV`."""

    region: str
    region_name: str | None
    availability: Availability


class Material(msgspec.Struct, frozen=True, gc=False):
    name: str
    percentage: Decimal | None


class Technique(msgspec.Struct, frozen=True, gc=False):
    key: str
    display_name: str | None
    is_default: bool


class PrintFile(msgspec.Struct, frozen=True, gc=False):
    """A print area, or (`mockup`) the picture of the result. `type` is its name in orders."""

    type: str
    title: str | None
    additional_price: Decimal | None


class CatalogProduct(msgspec.Struct, frozen=True, gc=False):
    """A blank that Printful prints on. Prices of its variants are in `currency`."""

    id: int
    type: str | None
    type_name: str | None
    title: str | None
    brand: str | None
    model: str | None
    image: str | None
    description: str | None
    currency: str
    variant_count: int
    is_discontinued: bool
    main_category_id: int | None
    avg_fulfillment_days: Decimal | None
    origin_country: str | None
    techniques: tuple[Technique, ...]
    files: tuple[PrintFile, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the catalogue; `parent_id` is None at the top."""

    id: int
    parent_id: int | None
    title: str | None
    image: str | None


class CatalogVariant(msgspec.Struct, frozen=True, gc=False):
    """One size and colour of a catalogue product. `price` is Printful's, before prints and discounts."""

    id: int
    product_id: int
    name: str | None
    size: str | None
    color: str | None
    color_code: str | None
    color_code2: str | None
    image: str | None
    price: Money | None
    in_stock: bool
    availability: tuple[RegionAvailability, ...]
    materials: tuple[Material, ...]
    product: CatalogProduct


class CatalogListing:
    """A catalogue product with all its variants. There can be hundreds, so each is read when it is used.

    `texts`: Printful's variants as JSON text, by their ids. Texts take a third of the memory that dicts take, and
    the garbage collector need not walk through them.
    """

    __slots__ = ("_read", "product", "texts")

    def __init__(self, product: CatalogProduct, texts: Mapping[int, msgspec.Raw | bytes]) -> None:
        self.product = product
        self.texts = texts
        self._read: dict[int, CatalogVariant] = {}

    @property
    def ids(self) -> KeysView[int]:
        """The ids of all variants, in Printful's order."""
        return self.texts.keys()

    @property
    def variants(self) -> tuple[CatalogVariant, ...]:
        """All variants."""
        return tuple(self._variant(each) for each in self.texts)

    def variant(self, variant_id: int) -> CatalogVariant | None:
        """The variant of that id; None when the product has no such variant."""
        return self._variant(variant_id) if variant_id in self.texts else None

    def without_prices(self) -> "CatalogListing":
        """The same without Printful's prices for prints and variants."""
        files = tuple(msgspec.structs.replace(each, additional_price=None) for each in self.product.files)
        texts = {number: _without_price(text) for number, text in self.texts.items()}
        return CatalogListing(msgspec.structs.replace(self.product, files=files), texts)

    def _variant(self, variant_id: int) -> CatalogVariant:
        found = self._read.get(variant_id)
        if found is None:
            raw = msgspec.json.decode(self.texts[variant_id])
            found = self._read[variant_id] = read_variant(raw, self.product)
        return found


_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _without_price(text: msgspec.Raw | bytes) -> bytes:
    members = _members(text)
    members.pop("price", None)
    return msgspec.json.encode(members)


class SyncVariant(msgspec.Struct, frozen=True, gc=False):
    """A store's own variant: a catalogue variant (when synced) with artwork. `external_id` is the shop's id of it."""

    id: int
    external_id: str | None
    sync_product_id: int | None
    name: str | None
    is_synced: bool
    is_ignored: bool
    variant_id: int | None
    product_id: int | None
    retail_price: Money | None
    sku: str | None
    size: str | None
    color: str | None
    image: str | None
    preview_url: str | None
    availability: Availability


@dataclass(frozen=True, slots=True)
class SizeValue:
    """The measure of one size: `value`, or a range."""

    size: str
    value: str | None
    min_value: str | None
    max_value: str | None


@dataclass(frozen=True, slots=True)
class Measurement:
    label: str
    unit: str | None
    values: tuple[SizeValue, ...]


@dataclass(frozen=True, slots=True)
class SizeTable:
    """`type` is `measure_yourself`, `product_measure` or `international`; the descriptions are Printful's HTML."""

    type: str
    unit: str | None
    description: str | None
    image_url: str | None
    image_description: str | None
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class SizeGuide:
    product_id: int
    available_sizes: tuple[str, ...]
    tables: tuple[SizeTable, ...]


def read_product(raw: Mapping[str, Any]) -> CatalogProduct:
    """A catalogue product. Raises ValueError without an id."""
    return CatalogProduct(
        id=_id(raw, "id"),
        type=text(raw.get("type")),
        type_name=text(raw.get("type_name")),
        title=text(raw.get("title")),
        brand=text(raw.get("brand")),
        model=text(raw.get("model")),
        image=text(raw.get("image")),
        description=text(raw.get("description")),
        currency=text(raw.get("currency")) or "USD",
        variant_count=integer(raw.get("variant_count")) or 0,
        is_discontinued=truth(raw.get("is_discontinued"), default=False),
        main_category_id=integer(raw.get("main_category_id")),
        avg_fulfillment_days=decimal(raw.get("avg_fulfillment_time")),
        origin_country=text(raw.get("origin_country")),
        techniques=tuple(
            Technique(key, text(each.get("display_name")), truth(each.get("is_default"), default=False))
            for each in items(raw.get("techniques"))
            if (key := text(each.get("key")))
        ),
        files=tuple(
            PrintFile(kind, text(each.get("title")), decimal(each.get("additional_price")))
            for each in items(raw.get("files"))
            if (kind := text(each.get("type")) or text(each.get("id")))
        ),
    )


def read_products(result: Any) -> tuple[CatalogProduct, ...]:
    """The products of a list. Raises ValueError when one has no id."""
    return tuple(read_product(each) for each in items(result))


def read_categories(result: Any) -> tuple[Category, ...]:
    """The categories in a list, bare or wrapped as `{categories}`: both are documented. Raises ValueError."""
    if isinstance(result, dict) and "categories" in result:
        result = result["categories"]
    return tuple(
        Category(
            id=_id(each, "id"),
            parent_id=integer(each.get("parent_id")) or None,
            title=text(each.get("title")),
            image=text(each.get("image_url")),
        )
        for each in items(result)
    )


def read_variant(raw: Mapping[str, Any], product: CatalogProduct) -> CatalogVariant:
    """A variant of `product`. Raises ValueError without an id."""
    names = fields(raw.get("availability_regions"))
    price = decimal(raw.get("price"))
    return CatalogVariant(
        id=_id(raw, "id"),
        product_id=integer(raw.get("product_id")) or product.id,
        name=text(raw.get("name")),
        size=text(raw.get("size")),
        color=text(raw.get("color")),
        color_code=text(raw.get("color_code")),
        color_code2=text(raw.get("color_code2")),
        image=text(raw.get("image")),
        price=None if price is None else Money(price, product.currency),
        in_stock=truth(raw.get("in_stock"), default=True),
        availability=tuple(
            RegionAvailability(region, text(names.get(region)), read_availability(each.get("status")))
            for each in items(raw.get("availability_status"))
            if (region := text(each.get("region")))
        ),
        materials=tuple(
            Material(name, decimal(each.get("percentage")))
            for each in items(raw.get("material"))
            if (name := text(each.get("name")))
        ),
        product=product,
    )


def read_variant_answer(raw: Mapping[str, Any]) -> CatalogVariant:
    """The variant in a `{variant, product}` answer. Raises ValueError when either has no id."""
    return read_variant(fields(raw.get("variant")), read_product(fields(raw.get("product"))))


class _Listed(msgspec.Struct, gc=False):
    product: dict[str, Any]
    variants: list[msgspec.Raw]


class _ListingAnswer(msgspec.Struct, gc=False):
    result: _Listed
    code: int = 200


class _Numbered(msgspec.Struct, gc=False):
    id: int


_listing_answer = msgspec.json.Decoder(_ListingAnswer).decode
_numbered = msgspec.json.Decoder(_Numbered).decode


def decode_listing(content: bytes) -> dict[str, Any] | None:
    """A `{product, variants}` answer whose variants stay text; None for one of another form."""
    try:
        answer = _listing_answer(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return {"code": answer.code, "result": {"product": answer.result.product, "variants": answer.result.variants}}


def read_listing(raw: Mapping[str, Any]) -> CatalogListing:
    """A `{product, variants}` answer. Raises ValueError when the product or a variant has no id."""
    product = read_product(fields(raw.get("product")))
    variants = raw.get("variants")
    if not (isinstance(variants, list) and all(isinstance(each, msgspec.Raw) for each in variants)):
        variants = [msgspec.json.encode(each) for each in items(variants)]
    texts = {number: each for each in variants if (number := _number_of(each)) is not None}
    return CatalogListing(product, texts)


def _number_of(text: msgspec.Raw | bytes) -> int | None:
    """The id of a variant; None for what is no object. Raises ValueError without an id."""
    try:
        return _numbered(text).id
    except msgspec.ValidationError:  # Printful may write numbers as text
        raw = msgspec.json.decode(text)
        return _id(raw, "id") if isinstance(raw, dict) else None


def read_sync_variant(raw: Mapping[str, Any]) -> SyncVariant:
    """A sync variant, bare or wrapped as `{sync_variant}`: both occur. Raises ValueError without an id."""
    if isinstance(raw.get("sync_variant"), dict):
        raw = raw["sync_variant"]
    product = fields(raw.get("product"))
    price = decimal(raw.get("retail_price"))
    previews = [text(each.get("preview_url")) for each in items(raw.get("files")) if each.get("type") == "preview"]
    return SyncVariant(
        id=_id(raw, "id"),
        external_id=text(raw.get("external_id")),
        sync_product_id=integer(raw.get("sync_product_id")),
        name=text(raw.get("name")),
        is_synced=truth(raw.get("synced"), default=True),
        is_ignored=truth(raw.get("is_ignored"), default=False),
        variant_id=integer(raw.get("variant_id")) or integer(product.get("variant_id")),
        product_id=integer(product.get("product_id")),
        retail_price=None if price is None else Money(price, text(raw.get("currency")) or "USD"),
        sku=text(raw.get("sku")),
        size=text(raw.get("size")),
        color=text(raw.get("color")),
        image=text(product.get("image")),
        preview_url=next(filter(None, previews), None),
        availability=read_availability(raw.get("availability_status")),
    )


def read_size_guide(raw: Mapping[str, Any]) -> SizeGuide:
    """A size guide. Raises ValueError without a product id."""
    return SizeGuide(
        product_id=_id(raw, "product_id"),
        available_sizes=texts(raw.get("available_sizes")),
        tables=tuple(_size_table(each) for each in items(raw.get("size_tables"))),
    )


def _size_table(raw: Mapping[str, Any]) -> SizeTable:
    return SizeTable(
        type=text(raw.get("type")) or "unknown",
        unit=_unit(raw),
        description=text(raw.get("description")),
        image_url=text(raw.get("image_url")),
        image_description=text(raw.get("image_description")),
        measurements=tuple(
            Measurement(label, _unit(each), _size_values(each))
            for each in items(raw.get("measurements"))
            if (label := text(each.get("type_label")))
        ),
    )


def _size_values(raw: Mapping[str, Any]) -> tuple[SizeValue, ...]:
    return tuple(
        SizeValue(size, text(each.get("value")), text(each.get("min_value")), text(each.get("max_value")))
        for each in items(raw.get("values"))
        if (size := text(each.get("size")))
    )


def _unit(raw: Mapping[str, Any]) -> str | None:
    # International tables have the unit "none": their values are names of sizes, not lengths.
    unit = text(raw.get("unit"))
    return None if unit == "none" else unit


def _id(raw: Mapping[str, Any], key: str) -> int:
    found = integer(raw.get(key))
    if found is None:
        raise ValueError(f"no {key}")
    return found
