"""Search: full results, and predictions while a buyer types."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import chain
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.content_records import Article, Page
from sandbox.execution import Resolvers
from sandbox.phrases import translated
from sandbox.records import Collection, Product
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.facets import facets
from sandbox.storefront.filters import conditions, lets_through
from sandbox.storefront.product_order import lowest_price
from sandbox.storefront.product_search import FIELDS, WEIGHTS, is_available, plain_predicate, score, texts_of
from sandbox.storefront.search_syntax import Predicate, by_text, by_words, matcher, plain_terms
from sandbox.storefront.text import plain_text, words
from sandbox.storefront.tracking import track, tracking_parameters
from sandbox.storefront.visibility import visible_products

Info = GraphQLResolveInfo[Visit]
EVERYWHERE = (*WEIGHTS, "AUTHOR")
PREDICTED_BY = ("TITLE", "PRODUCT_TYPE", "VARIANTS_TITLE", "VENDOR")
MOST_PREDICTED = 10

PRODUCT_FIELDS: dict[str, Predicate] = {
    **FIELDS,
    "variants.sku": by_text(lambda product: [variant.sku or "" for variant in product.variants]),
    "variants.title": by_words(lambda product: " ".join(variant.title for variant in product.variants)),
}
PAGE_FIELDS: dict[str, Predicate] = {"title": by_words(lambda page: page.title)}
ARTICLE_FIELDS: dict[str, Predicate] = {
    "title": by_words(lambda article: article.title),
    "tag": by_text(lambda article: article.tags),
    "author": by_words(lambda article: article.author.name),
}

Texts = Callable[[Any], dict[str, list[str]]]


def _page_texts(page: Page) -> dict[str, list[str]]:
    return {"TITLE": [page.title], "BODY": [plain_text(page.body)]}


def _article_texts(article: Article) -> dict[str, list[str]]:
    return {
        "TITLE": [article.title],
        "BODY": [plain_text(article.content_html)],
        "AUTHOR": [article.author.name],
        "TAG": article.tags,
    }


def _collection_texts(language: str) -> Texts:
    def texts(collection: Collection) -> dict[str, list[str]]:
        titles = {collection.title, translated(collection.title, language)}
        return {"TITLE": sorted(titles), "BODY": [plain_text(collection.description_html)]}

    return texts


def _search(
    _: Any,
    info: Info,
    query: str,
    prefix: str | None = None,
    productFilters: Sequence[dict[str, Any]] | None = None,  # noqa: N803 the argument's name
    reverse: bool = False,
    sortKey: str = "RELEVANCE",  # noqa: N803
    types: Sequence[str] | None = None,
    unavailableProducts: str | None = None,  # noqa: N803
    **page: Any,
) -> dict[str, Any]:
    visit, asked = info.context, query if prefix == "NONE" else _open_ended(query)
    wanted = types or ("PRODUCT", "PAGE", "ARTICLE")
    matched = _products(asked, EVERYWHERE, visit) if "PRODUCT" in wanted else []
    matched = _by_availability(matched, unavailableProducts)
    active = [condition for each in productFilters or () for condition in conditions(each, visit)]
    found: list[Any] = [product for product in matched if lets_through(product, active)]
    if "PAGE" in wanted:
        found += _matching(visit.store.content.pages, asked, PAGE_FIELDS, EVERYWHERE, _page_texts)
    if "ARTICLE" in wanted:
        found += _matching(visit.store.content.articles, asked, ARTICLE_FIELDS, EVERYWHERE, _article_texts)
    found = _sorted(found, sortKey, asked, visit)
    found = found[::-1] if reverse else found
    if unavailableProducts in (None, "LAST"):
        found.sort(key=_is_sold_out)
    track(info, found, "r", query)
    return connection(
        found,
        key=lambda record: f"{type(record).__name__}/{record.id}",
        totalCount=len(found),
        productFilters=lambda: facets(matched, productFilters or (), visit),
        **page,
    )


def _open_ended(query: str) -> str:
    """The query with its last word as a prefix."""
    return query.rstrip() + "*" if query.rstrip()[-1:].isalnum() else query


def _products(asked: str, searched: Sequence[str], visit: Visit) -> list[Product]:
    return _matching(
        visible_products(visit), asked, PRODUCT_FIELDS, searched, lambda product: texts_of(product, visit.language)
    )


def _matching(
    records: Iterable[Any], asked: str, fields: dict[str, Predicate], searched: Sequence[str], texts: Texts
) -> list[Any]:
    """The records that match the query, the best matches first; none for an empty query."""
    if not asked.strip():
        return []
    wanted = matcher(asked, fields, plain_predicate(searched, texts))
    terms = plain_terms(asked)
    found = [record for record in records if wanted(record)]
    return sorted(found, key=lambda record: -score(texts(record), terms, searched))


def _by_availability(products: list[Product], unavailable: str | None) -> list[Product]:
    """Removes sold-out products (HIDE), puts them at the end (LAST, the default), or leaves them (SHOW)."""
    match unavailable:
        case "HIDE":
            return [product for product in products if is_available(product)]
        case "SHOW":
            return products
    return sorted(products, key=_is_sold_out)


def _is_sold_out(record: Any) -> bool:
    return isinstance(record, Product) and not is_available(record)


def _sorted(found: list[Any], key: str, asked: str, visit: Visit) -> list[Any]:
    """Sorted by relevance, or by price with records without a price at the end."""
    if key == "PRICE":
        return sorted(found, key=lambda r: (0, lowest_price(r)) if isinstance(r, Product) else (1, 0))
    terms = plain_terms(asked)
    return sorted(found, key=lambda record: -score(_texts_of_any(record, visit), terms, EVERYWHERE))


def _texts_of_any(record: Any, visit: Visit) -> dict[str, list[str]]:
    match record:
        case Product():
            return texts_of(record, visit.language)
        case Article():
            return _article_texts(record)
    return _page_texts(record)


def _predictive_search(
    _: Any,
    info: Info,
    query: str,
    limit: int | None = None,
    limitScope: str | None = None,  # noqa: N803 the argument's name
    searchableFields: Sequence[str] | None = None,  # noqa: N803
    types: Sequence[str] | None = None,
    unavailableProducts: str | None = None,  # noqa: N803
) -> dict[str, list[Any]]:
    visit, asked = info.context, _open_ended(query)
    most = MOST_PREDICTED if limit is None else limit
    if not 1 <= most <= MOST_PREDICTED:
        raise bad_request(f"limit must be between 1 and {MOST_PREDICTED}")
    searched = tuple(searchableFields or PREDICTED_BY)
    content = visit.store.content
    finders: dict[str, Callable[[], list[Any]]] = {
        "PRODUCT": lambda: _by_availability(_products(asked, searched, visit), unavailableProducts),
        "COLLECTION": lambda: _matching(
            visit.store.collections.values(), asked, PAGE_FIELDS, searched, _collection_texts(visit.language)
        ),
        "PAGE": lambda: _matching(content.pages, asked, PAGE_FIELDS, searched, _page_texts),
        "ARTICLE": lambda: _matching(content.articles, asked, ARTICLE_FIELDS, searched, _article_texts),
        "QUERY": lambda: _suggestions(query, visit),
    }
    found = {kind: finder() if not types or kind in types else [] for kind, finder in finders.items()}
    kept = _in_turn(found, most) if limitScope != "EACH" else {kind: each[:most] for kind, each in found.items()}
    track(info, chain.from_iterable(kept.values()), "p", query)
    return {
        "products": kept["PRODUCT"],
        "collections": kept["COLLECTION"],
        "pages": kept["PAGE"],
        "articles": kept["ARTICLE"],
        "queries": kept["QUERY"],
    }


def _in_turn(found: dict[str, list[Any]], most: int) -> dict[str, list[Any]]:
    """At most `most` results, taken from each type in turn."""
    turns = ((place, kind) for place in range(most) for kind in found if place < len(found[kind]))
    chosen = [turn for turn, _ in zip(turns, range(most), strict=False)]
    return {kind: [found[kind][place] for place, of_kind in chosen if of_kind == kind] for kind in found}


def _suggestions(query: str, visit: Visit) -> list[dict[str, Any]]:
    """Popular searches that begin like this one: titles and types in lower case."""
    typed = " ".join(words(query))
    if not typed:
        return []
    products = sorted(visible_products(visit), key=lambda product: -product.sold)
    phrases = chain(
        (translated(product.title, visit.language) for product in products),
        (product.product_type for product in products),
    )
    texts = dict.fromkeys(phrase.lower() for phrase in phrases)
    return [
        {"__typename": "SearchQuerySuggestion", "text": text, "styledText": _styled(text, typed)}
        for text in texts
        if " ".join(words(text)).startswith(typed)
    ]


def _styled(text: str, typed: str) -> str:
    """Marks the part of the suggestion that was typed."""
    rest = text[len(typed) :]
    return f"<mark>{escape(text[: len(typed)])}</mark>" + (f"<span>{escape(rest)}</span>" if rest else "")


RESOLVERS: Resolvers = {
    "QueryRoot": {"search": _search, "predictiveSearch": _predictive_search},
    "SearchQuerySuggestion": {"trackingParameters": tracking_parameters},
}
