"""Sort orders of product lists."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sandbox.phrases import translated
from sandbox.records import Product
from sandbox.storefront.text import folded


def lowest_price(product: Product) -> Decimal:
    return min((variant.price for variant in product.variants), default=Decimal(0))


def ordered(
    products: Sequence[Product],
    key: str | None,
    *,
    language: str,
    reverse: bool = False,
    relevance: Callable[[Product], Any] | None = None,
) -> list[Product]:
    """`products` by a ProductSortKeys or ProductCollectionSortKeys value; ties are sorted by id.

    None means ID. RELEVANCE sorts by `relevance`, highest first. Without it, and for MANUAL and
    COLLECTION_DEFAULT, the given order stays.
    """
    if key == "RELEVANCE" and relevance is not None:
        sort_by: Callable[[Product], Any] | None = _by_score(relevance)
    else:
        sort_by = _KEYS[key or "ID"](language)
    found = list(products)
    if sort_by is not None:
        found.sort(key=lambda product: (sort_by(product), product.id))
    return found[::-1] if reverse else found


def _by_score(relevance: Callable[[Product], Any]) -> Callable[[Product], Any]:
    return lambda product: -relevance(product)


_KEYS: dict[str, Callable[[str], Callable[[Product], Any] | None]] = {
    "BEST_SELLING": lambda language: lambda product: -product.sold,
    "CREATED_AT": lambda language: lambda product: product.created_at,
    "CREATED": lambda language: lambda product: product.created_at,
    "ID": lambda language: lambda product: product.id,
    "PRICE": lambda language: lowest_price,
    "PRODUCT_TYPE": lambda language: lambda product: folded(product.product_type),
    "TITLE": lambda language: lambda product: folded(translated(product.title, language)),
    "UPDATED_AT": lambda language: lambda product: product.updated_at,
    "VENDOR": lambda language: lambda product: folded(product.vendor),
    "RELEVANCE": lambda language: None,
    "MANUAL": lambda language: None,
    "COLLECTION_DEFAULT": lambda language: None,
}
