"""Value types of Printful's orders, requests and answers. Money is in major units, times are UTC.

Source: Printful API v1, Orders.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from clients.open_enum import OpenEnum


class PrintStatus(OpenEnum):
    """The status of an order at Printful, which may add values."""

    DRAFT = "draft"
    PENDING = "pending"
    IN_REVIEW = "inreview"
    IN_PROCESS = "inprocess"
    ON_HOLD = "onhold"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    FAILED = "failed"
    CANCELED = "canceled"
    ARCHIVED = "archived"


EDITABLE = frozenset({PrintStatus.DRAFT, PrintStatus.FAILED})
CANCELABLE = EDITABLE | {PrintStatus.PENDING}
GONE = frozenset({PrintStatus.CANCELED, PrintStatus.ARCHIVED})  # will not be delivered; the external id stays taken
MAX_EXTERNAL_ID = 32
MAX_QUANTITY = 1000


@dataclass(frozen=True, slots=True)
class DraftItem:
    """A line to print: of the catalogue with art, or the store's own product without. Exactly one id is set.

    `external_id` is the shop's number of the line, unique in the order. `retail_price` is for one unit.
    `previous_art_urls` are former addresses of the same art; they are not sent.
    """

    external_id: str
    quantity: int
    name: str
    retail_price: Decimal
    variant_id: int | None = None
    sync_variant_id: int | None = None
    art_url: str | None = None
    previous_art_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftRecipient:
    """The recipient. Fields that are None or empty are left out: Printful refuses empty texts."""

    name: str
    address1: str
    city: str
    country_code: str
    zip: str | None = None
    company: str | None = None
    address2: str | None = None
    state_code: str | None = None
    state_name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class RetailCosts:
    """What the buyer paid for the forwarded part, for the packing slip and customs."""

    currency: str
    subtotal: Decimal
    discount: Decimal
    shipping: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order to create, under `external_id` (at most 32 of `[0-9A-Za-z_-]`)."""

    external_id: str
    shipping: str
    recipient: DraftRecipient = field(repr=False)
    items: tuple[DraftItem, ...]
    retail_costs: RetailCosts
    order_name: str  # for the packing slip


@dataclass(frozen=True, slots=True)
class PrintItem:
    """A line of an order at Printful. `art_urls` are its files without previews; None where one is hidden."""

    id: int
    external_id: str | None
    quantity: int
    variant_id: int | None = None
    sync_variant_id: int | None = None
    name: str | None = None
    art_urls: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel; `items` maps an item's id at Printful to its quantity inside."""

    id: int
    carrier: str | None
    service: str | None
    tracking_number: str | None
    tracking_url: str | None
    shipped_at: datetime | None
    is_reshipment: bool
    items: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """An order at Printful.

    `total_cost` is what the shop pays Printful, `shipping_cost` its part for shipping; None while they are not
    computed. Times are None where Printful does not state them.
    """

    id: int
    external_id: str | None
    status: PrintStatus
    created_at: datetime | None = None
    updated_at: datetime | None = None
    items: tuple[PrintItem, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    error: str | None = None
    shipping: str | None = None
    recipient: Mapping[str, Any] = field(default_factory=dict, repr=False)
    cost_currency: str | None = None
    total_cost: Decimal | None = None
    shipping_cost: Decimal | None = None
    dashboard_url: str | None = None
