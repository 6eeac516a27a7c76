"""The records of the catalogue. A record that is a Storefront type carries that type's name."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(slots=True, eq=False)
class Metafield:
    """A custom value on a record; `type` is one of Shopify's metafield types, `value` its text form."""

    id: int
    namespace: str
    key: str
    type: str
    value: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None


@dataclass(slots=True, eq=False)
class AppInstallation:
    """The app in the shop, with what it keeps there for itself."""

    metafields: list[Metafield] = field(default_factory=list)
    private_metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Picture:
    """A drawing; `path` is what the picture route gets, for example `drink/latte.svg`. Sizes in pixels."""

    id: int
    path: str
    alt: str
    width: int = 800
    height: int = 800


@dataclass(slots=True, eq=False)
class OptionValue:
    id: int
    name: str
    swatch: str | None = None  # a colour as #rrggbb
    swatch_picture: Picture | None = None


@dataclass(slots=True, eq=False)
class ProductOption:
    id: int
    name: str
    values: list[OptionValue]


@dataclass(slots=True, eq=False)
class StockLevel:
    """Units of one variant at one location."""

    available: int = 0
    on_hand: int = 0
    committed: int = 0
    incoming: int = 0


@dataclass(slots=True, eq=False)
class ProductVariant:
    """`selected` maps option name to value name; `stock` maps location id to its level; money is shop currency."""

    id: int
    product: "Product"
    title: str
    sku: str | None
    price: Decimal
    selected: dict[str, str]
    position: int
    inventory_item_id: int
    compare_at_price: Decimal | None = None
    barcode: str | None = None
    picture: Picture | None = None
    weight_grams: int = 0
    requires_shipping: bool = True
    taxable: bool = True
    tracked: bool = True
    sells_when_out: bool = False
    unit_cost: Decimal | None = None
    stock: dict[int, StockLevel] = field(default_factory=dict)
    metafields: list[Metafield] = field(default_factory=list)
    # Price per measure, for example {"measured_type": "WEIGHT", "quantity": 340, "unit": "G", "reference": 100}.
    unit_measure: dict[str, Any] | None = None
    # Units bought together: [(minimum quantity, price each)].
    price_breaks: list[tuple[int, Decimal]] = field(default_factory=list)
    minimum: int = 1
    maximum: int | None = None
    increment: int = 1
    # A bundle: (part, how many of it).
    components: list[tuple["ProductVariant", int]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class SellingPlan:
    """A subscription choice; `percent_off` comes off each unit's price."""

    id: int
    name: str
    description: str
    option_name: str
    option_value: str
    interval: str  # DAY, WEEK, MONTH or YEAR
    interval_count: int
    percent_off: int
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class SellingPlanGroup:
    id: int
    name: str
    app_name: str | None
    option_name: str
    plans: list[SellingPlan]


@dataclass(slots=True, eq=False)
class Product:
    id: int
    handle: str
    title: str
    description_html: str
    vendor: str
    product_type: str
    tags: list[str]
    created_at: datetime
    updated_at: datetime
    published_at: datetime
    options: list[ProductOption] = field(default_factory=list)
    variants: list[ProductVariant] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    selling_plan_groups: list[SellingPlanGroup] = field(default_factory=list)
    is_gift_card: bool = False
    requires_selling_plan: bool = False
    seo_title: str | None = None
    seo_description: str | None = None
    category_id: str | None = None  # of Shopify's taxonomy, for example "fb-1-3"
    category_name: str | None = None
    sold: int = 0  # how often it was bought: BEST_SELLING order
    # Other media than pictures: {"kind": "Video" | "ExternalVideo" | "Model3d", "id": 1, ...}.
    other_media: list[dict[str, Any]] = field(default_factory=list)
    status: str = "ACTIVE"  # one of Admin's; Storefront does not look at it
    # Shown only in these countries; None: everywhere.
    countries: frozenset[str] | None = None


@dataclass(slots=True, eq=False)
class Collection:
    """`products` is the manual order; `sort_order` is the collection's default (a ProductCollectionSortKeys value)."""

    id: int
    handle: str
    title: str
    description_html: str
    updated_at: datetime
    products: list[Product] = field(default_factory=list)
    picture: Picture | None = None
    sort_order: str = "MANUAL"
    metafields: list[Metafield] = field(default_factory=list)
    seo_title: str | None = None
    seo_description: str | None = None


@dataclass(slots=True, eq=False)
class Location:
    id: int
    name: str
    address1: str
    city: str
    province: str
    province_code: str
    country: str
    country_code: str
    zip: str
    phone: str
    latitude: float
    longitude: float
    pickup_time: str = "Usually ready in 1 hour"
    offers_pickup: bool = True
    is_fulfillment_service: bool = False
    address2: str | None = None
    metafields: list[Metafield] = field(default_factory=list)
