"""Product search: the fields of `products(query:)`, and the relevance score for plain words."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.phrases import translated
from sandbox.records import Product
from sandbox.stock import is_for_sale
from sandbox.storefront.execution import Visit
from sandbox.storefront.search_syntax import (
    Predicate,
    Term,
    by_flag,
    by_moment,
    by_number,
    by_text,
    by_words,
    has_words,
    matcher,
    opposite,
    plain_terms,
)
from sandbox.storefront.text import plain_text

# The score of a match in a SearchableField.
WEIGHTS = {
    "TITLE": 10,
    "PRODUCT_TYPE": 5,
    "TAG": 4,
    "VENDOR": 3,
    "VARIANTS_TITLE": 2,
    "VARIANTS_SKU": 2,
    "VARIANTS_BARCODE": 2,
    "BODY": 1,
}


def is_available(product: Product) -> bool:
    return any(is_for_sale(variant) for variant in product.variants)


def texts_of(product: Product, language: str) -> dict[str, list[str]]:
    """The texts of a product by SearchableField. AUTHOR exists for articles only."""
    title = translated(product.title, language)
    return {
        "TITLE": [product.title, title] if title != product.title else [product.title],
        "PRODUCT_TYPE": [product.product_type],
        "TAG": product.tags,
        "VENDOR": [product.vendor],
        "VARIANTS_TITLE": [variant.title for variant in product.variants],
        "VARIANTS_SKU": [variant.sku for variant in product.variants if variant.sku],
        "VARIANTS_BARCODE": [variant.barcode for variant in product.variants if variant.barcode],
        "BODY": [plain_text(product.description_html)],
    }


def score(texts: dict[str, list[str]], terms: Sequence[Term], searched: Sequence[str]) -> int:
    """The relevance of texts for words, counting only the fields in `searched`."""
    return sum(
        WEIGHTS.get(name, 1)
        for term in terms
        for name in searched
        if any(has_words(text, term) for text in texts.get(name, ()))
    )


def plain_predicate(searched: Sequence[str], read: Callable[[Any], dict[str, list[str]]]) -> Predicate:
    """Matches plain words in any of the fields in `searched`."""

    def predicate(record: Any, term: Term) -> bool:
        texts = read(record)
        return any(has_words(text, term) for name in searched for text in texts.get(name, ()))

    return predicate


FIELDS: dict[str, Predicate] = {
    "available_for_sale": by_flag(is_available),
    "created_at": by_moment(lambda product: product.created_at),
    "updated_at": by_moment(lambda product: product.updated_at),
    "product_type": by_text(lambda product: [product.product_type]),
    "tag": by_text(lambda product: product.tags),
    "tag_not": opposite(by_text(lambda product: product.tags)),
    "title": by_words(lambda product: product.title),
    "variants.price": by_number(lambda product: [variant.price for variant in product.variants]),
    "vendor": by_text(lambda product: [product.vendor]),
}


def product_filter(query: str | None, visit: Visit) -> Callable[[Product], bool]:
    """A predicate for products that match the query of `products(query:)`."""
    if not query:
        return lambda product: True
    plain = plain_predicate(tuple(WEIGHTS), lambda product: texts_of(product, visit.language))
    return matcher(query, FIELDS, plain)


def relevance(query: str | None, visit: Visit) -> Callable[[Product], int] | None:
    """The relevance of a product for the plain words of a query; None when the query has none."""
    terms = plain_terms(query or "")
    if not terms:
        return None
    return lambda product: score(texts_of(product, visit.language), terms, tuple(WEIGHTS))
