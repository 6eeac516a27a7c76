"""Blogs, their articles and readers' comments."""

from collections.abc import Callable
from typing import Any

from sandbox.content_records import Article, ArticleAuthor, Blog, Comment
from sandbox.execution import Resolvers
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.execution import Visit
from sandbox.storefront.metafields import HAS_METAFIELDS
from sandbox.storefront.search_syntax import (
    Predicate,
    Term,
    by_moment,
    by_text,
    by_words,
    has_words,
    matcher,
    opposite,
)
from sandbox.storefront.text import folded, plain_text
from sandbox.storefront.tracking import tracking_parameters
from sandbox.storefront.values import read_gid, shop_url

ARTICLE_ORDERS: dict[str, Callable[[Article], Any]] = {
    "AUTHOR": lambda article: folded(article.author.name),
    "BLOG_TITLE": lambda article: folded(article.blog.title),
    "ID": lambda article: article.id,
    "PUBLISHED_AT": lambda article: article.published_at,
    "TITLE": lambda article: folded(article.title),
    "UPDATED_AT": lambda article: article.updated_at,
}
BLOG_ORDERS: dict[str, Callable[[Blog], Any]] = {
    "HANDLE": lambda blog: blog.handle,
    "ID": lambda blog: blog.id,
    "TITLE": lambda blog: folded(blog.title),
}
_has_tag = by_text(lambda article: article.tags)
ARTICLE_FIELDS: dict[str, Predicate] = {
    "author": by_words(lambda article: article.author.name),
    "blog_title": by_words(lambda article: article.blog.title),
    "created_at": by_moment(lambda article: article.published_at),
    "tag": _has_tag,
    "tag_not": opposite(_has_tag),
    "title": by_words(lambda article: article.title),
    "updated_at": by_moment(lambda article: article.updated_at),
}
BLOG_FIELDS: dict[str, Predicate] = {
    "created_at": by_moment(lambda blog: blog.created_at),
    "handle": by_text(lambda blog: [blog.handle]),
    "title": by_words(lambda blog: blog.title),
    "updated_at": by_moment(lambda blog: blog.updated_at),
}


def article_text(article: Article) -> str:
    """The text of an article that a search for plain words reads."""
    return " ".join((article.title, plain_text(article.content_html), article.author.name, *article.tags))


def _in_article(article: Article, term: Term) -> bool:
    return has_words(article_text(article), term)


def _articles_of(
    articles: list[Article],
    *,
    reverse: bool,
    sortKey: str,  # noqa: N803 GraphQL's name
    query: str | None = None,
    **page: Any,
) -> dict[str, Any]:
    found = list(filter(matcher(query or "", ARTICLE_FIELDS, _in_article), articles))
    if sortKey == "RELEVANCE":
        # Articles that contain the words more often come first.
        asked = folded(query or "")
        found.sort(key=lambda article: (-folded(article_text(article)).count(asked), article.id))
    else:
        found.sort(key=lambda article: (ARTICLE_ORDERS[sortKey](article), article.id))
    return connection(found[::-1] if reverse else found, key=lambda article: article.id, **page)


def _articles(_: Any, info: Any, **asked: Any) -> dict[str, Any]:
    return _articles_of(info.context.store.content.articles, **asked)


def _article(_: Any, info: Any, *, id: str) -> Article | None:  # noqa: A002 GraphQL's name
    return article_node(info.context, _tail(id, "Article"))


def _blog(_: Any, info: Any, *, id: str | None = None, handle: str | None = None) -> Blog | None:  # noqa: A002
    if id is not None:
        return blog_node(info.context, _tail(id, "Blog"))
    return next((blog for blog in info.context.store.content.blogs if blog.handle == handle), None)


def _blogs(
    _: Any,
    info: Any,
    *,
    reverse: bool,
    sortKey: str,  # noqa: N803 GraphQL's name
    query: str | None = None,
    **page: Any,
) -> dict[str, Any]:
    def plain(blog: Blog, term: Term) -> bool:
        return has_words(f"{blog.title} {blog.handle}", term)

    found = list(filter(matcher(query or "", BLOG_FIELDS, plain), info.context.store.content.blogs))
    found.sort(key=BLOG_ORDERS.get(sortKey, BLOG_ORDERS["ID"]))
    return connection(found[::-1] if reverse else found, key=lambda blog: blog.id, **page)


def _article_in_blog(blog: Blog, _: Any, *, handle: str) -> Article | None:
    return next((article for article in blog.articles if article.handle == handle), None)


def _comments(article: Article, _: Any, *, reverse: bool, **page: Any) -> dict[str, Any]:
    comments = article.comments[::-1] if reverse else article.comments
    return connection(comments, key=lambda comment: comment.id, **page)


def _authors(blog: Blog, _: Any) -> list[ArticleAuthor]:
    return list(dict.fromkeys(article.author for article in blog.articles))


def _content(written: Article | Comment, _: Any, truncateAt: int | None = None) -> str:  # noqa: N803
    return plain_text(written.content_html, truncateAt)


def _excerpt(article: Article, _: Any, truncateAt: int | None = None) -> str | None:  # noqa: N803 GraphQL's name
    return plain_text(article.excerpt_html, truncateAt) if article.excerpt_html is not None else None


def _tail(global_id: str, kind: str) -> str:
    tail = read_gid(global_id, kind)
    if tail is None:
        raise bad_request(f"Invalid global id '{global_id}'")
    return tail


def article_node(visit: Visit, tail: str) -> Article | None:
    return next((article for article in visit.store.content.articles if str(article.id) == tail), None)


def blog_node(visit: Visit, tail: str) -> Blog | None:
    return next((blog for blog in visit.store.content.blogs if str(blog.id) == tail), None)


def _comment_node(visit: Visit, tail: str) -> Comment | None:
    every = (comment for article in visit.store.content.articles for comment in article.comments)
    return next((comment for comment in every if str(comment.id) == tail), None)


RESOLVERS: Resolvers = {
    "QueryRoot": {
        "article": _article,
        "articles": _articles,
        "blog": _blog,
        "blogByHandle": _blog,
        "blogs": _blogs,
    },
    "Article": {
        **HAS_METAFIELDS,
        "authorV2": lambda article, _: article.author,
        "comments": _comments,
        "content": _content,
        "excerpt": _excerpt,
        "image": lambda article, _: article.picture,
        "onlineStoreUrl": lambda article, _: shop_url(f"/blogs/{article.blog.handle}/{article.handle}"),
        "seo": lambda article, _: {"title": article.seo_title, "description": article.seo_description},
        "trackingParameters": tracking_parameters,
    },
    "Blog": {
        **HAS_METAFIELDS,
        "articleByHandle": _article_in_blog,
        "articles": lambda blog, _, **asked: _articles_of(blog.articles, **asked),
        "authors": _authors,
        "onlineStoreUrl": lambda blog, _: shop_url(f"/blogs/{blog.handle}"),
        "seo": lambda blog, _: {"title": blog.seo_title, "description": blog.seo_description},
    },
    "Comment": {
        "author": lambda comment, _: {"name": comment.name, "email": comment.email},
        "content": _content,
    },
}
NODES = {"Article": article_node, "Blog": blog_node, "Comment": _comment_node}
