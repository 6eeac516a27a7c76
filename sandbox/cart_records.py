"""The records of carts, discounts and gift cards."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sandbox.records import Metafield, ProductVariant, SellingPlan

Attributes = tuple[tuple[str, str], ...]
"""Key and value pairs in the order they were given; a key given twice keeps its last value."""


@dataclass(slots=True, eq=False)
class CartLineRecord:
    """`view_key` stays the same for as long as the line lives; `parent` is the line this one belongs to."""

    id: str
    view_key: str
    variant: ProductVariant
    quantity: int
    attributes: Attributes = ()
    plan: SellingPlan | None = None
    parent: "CartLineRecord | None" = None


@dataclass(slots=True)
class PlaceAddress:
    """An address as it was typed. `zip` is any country's postal code."""

    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    company: str | None = None
    country_code: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    province_code: str | None = None
    zip: str | None = None


@dataclass(slots=True, eq=False)
class SelectableAddress:
    """A delivery address of a cart; at most one of a cart's is `selected`."""

    id: str
    address: PlaceAddress
    selected: bool = False
    one_time_use: bool = False


@dataclass(slots=True)
class DeliveryPreference:
    """What the buyer said about delivery; `coordinates` are country code, latitude, longitude."""

    methods: tuple[str, ...] = ()
    pickup_handles: tuple[str, ...] = ()
    coordinates: tuple[str, float, float] | None = None


@dataclass(slots=True)
class Buyer:
    """The buyer of a cart. `customer_id` and `company_location_id` are ids of records."""

    country: str | None = None
    email: str | None = None
    phone: str | None = None
    customer_id: int | None = None
    company_location_id: int | None = None
    delivery: DeliveryPreference | None = None
    wallets: tuple[str, ...] | None = None


@dataclass(slots=True, eq=False)
class GiftCard:
    """`balance` is shop money; a card past `expires_at` or not `enabled` pays nothing."""

    id: int
    code: str
    balance: Decimal
    expires_at: datetime | None = None
    enabled: bool = True


@dataclass(slots=True, eq=False)
class CartGiftCard:
    """A gift card put on a cart, under an id of its own."""

    id: str
    card: GiftCard


@dataclass(slots=True, eq=False)
class CartRecord:
    """A cart as it is kept: what was asked for, never what it costs. `key` is the secret half of its id.

    The newest line is the first.
    """

    token: str
    key: str
    created_at: datetime
    updated_at: datetime
    lines: list[CartLineRecord] = field(default_factory=list)
    attributes: Attributes = ()
    note: str | None = None
    buyer: Buyer = field(default_factory=Buyer)
    discount_codes: list[str] = field(default_factory=list)
    gift_cards: list[CartGiftCard] = field(default_factory=list)
    addresses: list[SelectableAddress] = field(default_factory=list)
    # Delivery group id -> handle of the option chosen for it.
    chosen_options: dict[str, str] = field(default_factory=dict)
    metafields: list[Metafield] = field(default_factory=list)
    source_name: str | None = None


@dataclass(slots=True, eq=False)
class Discount:
    """One of the shop's discounts. Without `code` it is automatic; `title` is what buyers see of those.

    `value` is a percentage for "percentage" and "bxgy" (100: free), shop money for "fixed", unused for "shipping".
    A discount with `collection_ids` or `product_tag` lowers the lines of those products, others the whole order.
    `own_cup` makes it the shop's own rule: so much off each unit whose line says that the guest brings a cup.
    """

    id: int
    title: str
    kind: Literal["percentage", "fixed", "shipping", "bxgy", "own_cup"]
    value: Decimal = Decimal(0)
    code: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    collection_ids: frozenset[int] = frozenset()
    minimum_subtotal: Decimal | None = None
    minimum_quantity: int | None = None
    customer_ids: frozenset[int] | None = None
    usage_limit: int | None = None
    used: int = 0
    once_per_customer: bool = False
    used_by: set[int] = field(default_factory=set)
    # Which purchases it is for.
    for_one_time: bool = True
    for_subscriptions: bool = False
    # Kinds of target (LINES, ORDER, SHIPPING) it may be combined with.
    combines_with: frozenset[str] = frozenset({"LINES", "ORDER", "SHIPPING"})
    # "bxgy": buy so many of the entitled, get so many more with `value` off.
    buys: int = 0
    gets: int = 0

    @property
    def target(self) -> str:
        """LINES, ORDER or SHIPPING: the part that the discount reduces."""
        if self.kind == "shipping":
            return "SHIPPING"
        return "LINES" if self.collection_ids or self.kind in ("bxgy", "own_cup") else "ORDER"
