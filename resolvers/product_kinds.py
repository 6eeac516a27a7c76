"""The kinds of products, by the shop's conventions for tags and product types."""

from collections.abc import Sequence
from enum import StrEnum

MENU_TAG = "menu-item"
MENU_TYPES = frozenset({"food", "beverage"})
COFFEE_NAMES = frozenset({"coffee-beans", "coffee"})
FEATURED_TAG = "featured-item"
CUSTOMIZABLE_TAG = "customizable-printful"


class ProductKind(StrEnum):
    MENU_ITEM = "menu_item"
    COFFEE = "coffee"
    MERCHANDISE = "merchandise"


def kind_of(tags: Sequence[str], product_type: str | None) -> ProductKind:
    """Menu item for goods made at the counter, coffee for beans, else merchandise.

    A tag or a type decides, without regard to case, and with spaces for dashes.
    """
    names = {_handle(tag) for tag in tags}
    kind = _handle(product_type or "")
    if MENU_TAG in names or kind in MENU_TYPES:
        return ProductKind.MENU_ITEM
    if kind in COFFEE_NAMES or "coffee-beans" in names:
        return ProductKind.COFFEE
    return ProductKind.MERCHANDISE


def is_featured(tags: Sequence[str]) -> bool:
    """Whether the home page shows it."""
    return _has_tag(tags, FEATURED_TAG)


def is_customizable(tags: Sequence[str]) -> bool:
    """Whether the buyer chooses a design for it."""
    return _has_tag(tags, CUSTOMIZABLE_TAG)


def _has_tag(tags: Sequence[str], expected: str) -> bool:
    return any(tag.strip().casefold() == expected for tag in tags)


def _handle(name: str) -> str:
    return "-".join(name.casefold().split())
