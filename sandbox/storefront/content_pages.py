"""The shop's pages, and redirects from former addresses."""

from collections.abc import Callable
from typing import Any

from sandbox.content_records import Page, UrlRedirect
from sandbox.execution import Resolvers
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.localization import translated
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.search_syntax import Predicate, Term, by_moment, by_text, by_words, has_words, matcher
from sandbox.storefront.text import folded, plain_text
from sandbox.storefront.tracking import tracking_parameters
from sandbox.storefront.values import read_gid, shop_url

SUMMARY_LENGTH = 150
PAGE_ORDERS: dict[str, Callable[[Page], Any]] = {
    "ID": lambda page: page.id,
    "TITLE": lambda page: folded(page.title),
    "UPDATED_AT": lambda page: page.updated_at,
}
PAGE_FIELDS: dict[str, Predicate] = {
    "created_at": by_moment(lambda page: page.created_at),
    "handle": by_text(lambda page: [page.handle]),
    "title": by_words(lambda page: page.title),
    "updated_at": by_moment(lambda page: page.updated_at),
}
REDIRECT_FIELDS: dict[str, Predicate] = {
    "created_at": by_moment(lambda redirect: redirect.created_at),
    "path": by_text(lambda redirect: [redirect.path]),
    "target": by_text(lambda redirect: [redirect.target]),
}


def page_text(page: Page) -> str:
    """The text of a page that a search for plain words reads."""
    return f"{page.title} {plain_text(page.body)}"


def _page(_: Any, info: Any, *, id: str | None = None, handle: str | None = None) -> Page | None:  # noqa: A002
    if id is not None:
        tail = read_gid(id, "Page")
        if tail is None:
            raise bad_request(f"Invalid global id '{id}'")
        return page_node(info.context, tail)
    return next((page for page in info.context.store.content.pages if page.handle == handle), None)


def _pages(
    _: Any,
    info: Any,
    *,
    reverse: bool,
    sortKey: str,  # noqa: N803 GraphQL's name
    query: str | None = None,
    **asked: Any,
) -> dict[str, Any]:
    def plain(page: Page, term: Term) -> bool:
        return has_words(page_text(page), term)

    found = list(filter(matcher(query or "", PAGE_FIELDS, plain), info.context.store.content.pages))
    if sortKey == "RELEVANCE":
        words = folded(query or "")
        found.sort(key=lambda page: (-folded(page_text(page)).count(words), page.id))
    else:
        found.sort(key=lambda page: (PAGE_ORDERS[sortKey](page), page.id))
    return connection(found[::-1] if reverse else found, key=lambda page: page.id, **asked)


def _redirects(_: Any, info: Any, *, reverse: bool, query: str | None = None, **asked: Any) -> dict[str, Any]:
    def plain(redirect: UrlRedirect, term: Term) -> bool:
        return folded(term.value) in folded(f"{redirect.path} {redirect.target}")

    found = list(filter(matcher(query or "", REDIRECT_FIELDS, plain), info.context.store.content.redirects))
    return connection(found[::-1] if reverse else found, key=lambda redirect: redirect.id, **asked)


def page_node(visit: Visit, tail: str) -> Page | None:
    return next((page for page in visit.store.content.pages if str(page.id) == tail), None)


def _redirect_node(visit: Visit, tail: str) -> UrlRedirect | None:
    return next((redirect for redirect in visit.store.content.redirects if str(redirect.id) == tail), None)


RESOLVERS: Resolvers = {
    "QueryRoot": {"page": _page, "pageByHandle": _page, "pages": _pages, "urlRedirects": _redirects},
    "Page": {
        **HAS_METAFIELDS,
        "body": lambda page, info: translated(page, "body", info.context),
        "bodySummary": lambda page, info: plain_text(translated(page, "body", info.context), SUMMARY_LENGTH),
        "onlineStoreUrl": lambda page, _: shop_url(f"/pages/{page.handle}"),
        "seo": lambda page, _: {"title": page.seo_title, "description": page.seo_description},
        "title": lambda page, info: translated(page, "title", info.context),
        "trackingParameters": tracking_parameters,
    },
}
NODES = {"Page": page_node, "UrlRedirect": _redirect_node}
