"""Value types of what Storefront says of goods that are sold: variants, and the contents of carts."""

from dataclasses import dataclass

from clients.global_ids import GlobalId
from clients.money import Money


@dataclass(frozen=True, slots=True)
class SoldVariant:
    """A variant as the shop sells it."""

    id: GlobalId
    sku: str | None
    title: str
    image_url: str | None
    price: Money
    product_id: GlobalId
    product_title: str
    vendor: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CartAddress:
    """A cart's destination, as far as it is known."""

    country_code: str
    province_code: str | None = None
    city: str | None = None
    zip: str | None = None
    address1: str | None = None


@dataclass(frozen=True, slots=True)
class CartContents:
    """A cart's lines with their quantities. `subtotal` is after discounts; `address` is None while unknown."""

    lines: tuple[tuple[SoldVariant, int], ...]
    subtotal: Money
    address: CartAddress | None
