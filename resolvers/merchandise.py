"""What the shop page shows: merchandise, its categories and its five orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

EVERYTHING = "all-products"
# Menu items are made at the counter and not shipped. They have the tag, or, where staff forgot it, one of the types.
NOT_MERCHANDISE = "NOT tag:'menu-item' AND NOT product_type:'Food' AND NOT product_type:'Beverage'"


class MerchandiseSort(StrEnum):
    """The sort orders of the shop page."""

    DEFAULT = "default"
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    NAME_ASC = "name_asc"
    NAME_DESC = "name_desc"


@dataclass(frozen=True, slots=True)
class SortedBy:
    """Storefront's sort keys, for products and for a collection's products, and whether reversed."""

    product_key: str
    collection_key: str
    reverse: bool


_SORTS = {
    MerchandiseSort.DEFAULT: SortedBy("BEST_SELLING", "COLLECTION_DEFAULT", False),
    MerchandiseSort.PRICE_ASC: SortedBy("PRICE", "PRICE", False),
    MerchandiseSort.PRICE_DESC: SortedBy("PRICE", "PRICE", True),
    MerchandiseSort.NAME_ASC: SortedBy("TITLE", "TITLE", False),
    MerchandiseSort.NAME_DESC: SortedBy("TITLE", "TITLE", True),
}


def merchandise_variables(category: str | None, sort: MerchandiseSort, page: Mapping[str, Any]) -> dict[str, Any]:
    """Storefront's variables for a page of merchandise.

    A search excludes menu items, which a collection's filters cannot do. A category is the collection of that
    handle: search terms match words, and would find more than the category.
    """
    handle = (category or EVERYTHING).strip().lower()
    order = _SORTS[sort]
    return {
        "everything": handle == EVERYTHING,
        "handle": handle,
        "query": NOT_MERCHANDISE,
        "productKey": order.product_key,
        "collectionKey": order.collection_key,
        "reverse": order.reverse,
        **page,
    }
