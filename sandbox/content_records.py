"""The records of the shop's content. A record that is a Storefront type carries that type's name."""

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.records import Metafield, Picture

Translations = dict[str, dict[str, str]]
"""Language code -> field name -> the text in that language."""


@dataclass(frozen=True, slots=True)
class ArticleAuthor:
    first_name: str
    last_name: str
    email: str
    bio: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(slots=True, eq=False)
class Comment:
    """What a reader wrote under an article."""

    id: int
    name: str
    email: str
    content_html: str


@dataclass(slots=True, eq=False)
class Article:
    """`excerpt_html` is None where the author wrote none."""

    id: int
    handle: str
    title: str
    author: ArticleAuthor
    blog: "Blog"
    content_html: str
    published_at: datetime
    updated_at: datetime
    tags: list[str]
    excerpt_html: str | None = None
    picture: Picture | None = None
    comments: list[Comment] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    seo_title: str | None = None
    seo_description: str | None = None


@dataclass(slots=True, eq=False)
class Blog:
    id: int
    handle: str
    title: str
    created_at: datetime
    updated_at: datetime
    articles: list[Article] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    seo_title: str | None = None
    seo_description: str | None = None


@dataclass(slots=True, eq=False)
class Page:
    id: int
    handle: str
    title: str
    body: str
    created_at: datetime
    updated_at: datetime
    metafields: list[Metafield] = field(default_factory=list)
    seo_title: str | None = None
    seo_description: str | None = None
    translations: Translations = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class ShopPolicy:
    """`shop_field` is the Shop field that shows it."""

    id: int
    shop_field: str
    handle: str
    title: str
    body: str


@dataclass(slots=True, eq=False)
class MenuItem:
    """`resource` is (type, handle) of the thing it leads to, where that is a thing; `path` is the link's own path."""

    id: int
    title: str
    type: str
    path: str
    resource: tuple[str, str] | None = None
    tags: list[str] = field(default_factory=list)
    items: list["MenuItem"] = field(default_factory=list)
    translations: Translations = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Menu:
    id: int
    handle: str
    title: str
    items: list[MenuItem]
    translations: Translations = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class MetaobjectField:
    """`value` is the text form Shopify keeps for a field of that type; None: left empty."""

    key: str
    type: str
    value: str | None


@dataclass(slots=True, eq=False)
class Metaobject:
    """`page_path` is where the online store shows it, where it has a page of its own there."""

    id: int
    type: str
    handle: str
    updated_at: datetime
    fields: list[MetaobjectField]
    seo_title_key: str | None = None
    seo_description_key: str | None = None
    page_path: str | None = None

    def at(self, key: str) -> MetaobjectField | None:
        return next((each for each in self.fields if each.key == key), None)


@dataclass(slots=True, eq=False)
class GenericFile:
    """A file to download; `picture` is its preview."""

    id: int
    path: str
    alt: str
    mime_type: str
    size: int
    picture: Picture


@dataclass(slots=True, eq=False)
class UrlRedirect:
    id: int
    path: str
    target: str
    created_at: datetime


@dataclass(slots=True, eq=False)
class Market:
    """Countries that are sold to in the same way."""

    id: int
    handle: str
    countries: tuple[str, ...]
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Shop:
    """The shop itself; `brand` holds its pictures by the Brand field that shows them."""

    id: int
    name: str
    brand: dict[str, Picture] = field(default_factory=dict)
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Content:
    """All of the shop's words. Files are kept by id; the rest in the order they were made."""

    blogs: list[Blog] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    policies: list[ShopPolicy] = field(default_factory=list)
    menus: list[Menu] = field(default_factory=list)
    metaobjects: list[Metaobject] = field(default_factory=list)
    redirects: list[UrlRedirect] = field(default_factory=list)
    markets: list[Market] = field(default_factory=list)
    files: dict[int, GenericFile] = field(default_factory=dict)
    shop: Shop = field(default_factory=lambda: Shop(68_000_000_001, "Kynda Coffee"))

    @property
    def articles(self) -> list[Article]:
        return [article for blog in self.blogs for article in blog.articles]
