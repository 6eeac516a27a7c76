"""What the sandbox's store holds of Printful's orders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(slots=True, eq=False)
class PrintFile:
    """A file of the account's library. `url` is where it was fetched from; None for one made at Printful."""

    id: int
    url: str | None
    added_at: datetime


@dataclass(slots=True, eq=False)
class PrintOrderItem:
    """A line of an order; `sent` is what it was asked for with, `files` are its prints by their placement.

    `price` is what Printful charges for one, `retail_price` what the buyer paid for one.
    """

    id: int
    sent: Mapping[str, Any]
    external_id: str | None
    variant_id: int
    quantity: int
    price: Decimal
    name: str
    sync_variant_id: int | None = None
    external_variant_id: str | None = None
    product_template_id: int | None = None
    retail_price: Decimal | None = None
    sku: str | None = None
    options: list[Any] = field(default_factory=list)
    files: dict[str, PrintFile] = field(default_factory=dict)
    preview: PrintFile | None = None


@dataclass(slots=True, eq=False)
class PrintShipment:
    """A parcel; `items` maps an item's id to how many of it are inside. `returned` is why it came back."""

    id: int
    carrier: str
    service: str
    tracking_number: str
    tracking_url: str
    shipped_at: datetime
    is_reshipment: bool
    items: dict[int, int]
    returned: str | None = None


@dataclass(slots=True, eq=False)
class PrintOrder:
    """An order of one Printful store. `costs` is None while Printful has not computed them.

    `status_before_hold` is where an order on hold returns to, `was_confirmed` whether it was ever submitted.
    """

    id: int
    store_id: int
    external_id: str | None
    created_at: datetime
    updated_at: datetime
    recipient: dict[str, str | None]
    items: list[PrintOrderItem]
    shipping: str
    shipping_service_name: str
    status: str = "draft"
    costs: dict[str, Decimal] | None = None
    retail_costs: Mapping[str, Any] = field(default_factory=dict)
    gift: Mapping[str, Any] | None = None
    packing_slip: Mapping[str, Any] | None = None
    shipments: list[PrintShipment] = field(default_factory=list)
    error: str | None = None
    hold_reason: str | None = None
    status_before_hold: str | None = None
    was_confirmed: bool = False
    refunded: Decimal = Decimal(0)

    def item(self, key: str) -> PrintOrderItem | None:
        """The item with that id or that external id."""
        return next((each for each in self.items if key in (str(each.id), each.external_id)), None)

    def shipped(self, item: PrintOrderItem) -> int:
        """How many of an item left in parcels, without those that were sent again."""
        return sum(each.items.get(item.id, 0) for each in self.shipments if not each.is_reshipment)
