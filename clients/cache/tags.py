"""Tags: what an answer is about, for invalidation."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NewType

Tag = NewType("Tag", str)

UNKNOWN_ORDER = Tag("order:unknown")
"""The tag of answers that say that an order does not exist."""


class ObjectType(StrEnum):
    """Types whose changes are notified, by Shopify's name; Printful's have a prefix."""

    ARTICLE = "Article"
    BLOG = "Blog"
    COLLECTION = "Collection"
    LOCATION = "Location"
    MENU = "Menu"
    METAOBJECT = "Metaobject"
    ORDER = "Order"
    PAGE = "Page"
    PRODUCT = "Product"
    PRODUCT_VARIANT = "ProductVariant"
    SHOP = "Shop"
    PRINTFUL_ORDER = "PrintfulOrder"
    PRINTFUL_PRODUCT = "PrintfulProduct"
    PRINTFUL_SYNC_PRODUCT = "PrintfulSyncProduct"
    PRINTFUL_TEMPLATE = "PrintfulTemplate"


class ListKind(StrEnum):
    """Lists that change when an object enters or leaves them, which the ids in an old answer cannot show."""

    ARTICLES = "articles"
    BLOGS = "blogs"
    COLLECTIONS = "collections"
    COUNTER = "counter"
    DESIGNS = "designs"
    LOCATIONS = "locations"
    METAOBJECTS = "metaobjects"
    PAGES = "pages"
    PRINT_CATALOG = "print_catalog"
    PRODUCTS = "products"
    PRODUCT_TAGS = "product_tags"
    PRODUCT_TYPES = "product_types"
    RECOMMENDATIONS = "recommendations"
    REDIRECTS = "redirects"
    SEARCH = "search"
    SITEMAP = "sitemap"


_GLOBAL_ID = re.compile(r"gid://shopify/([A-Za-z]+)/([\w-]+)", re.ASCII)
# Encoders may write "/" as "\/" in JSON. The part after "?" says how an id was reached, not which object it is.
_GLOBAL_ID_IN_JSON = re.compile(rb"gid:\\?/\\?/shopify\\?/[A-Za-z]+\\?/[A-Za-z0-9_-]+")


def of_json(body: bytes) -> frozenset[Tag]:
    """A tag for each global id in the JSON text `body`.

    An object selected without its id has no tag here: its answer needs `of_type` as well.
    """
    # A large answer contains a thousand ids: decode them together.
    found = b"\n".join(_GLOBAL_ID_IN_JSON.findall(body)).decode().replace("\\", "")
    return frozenset(map(Tag, found.splitlines()))


def of_id(global_id: str) -> Tag:
    """The tag of the object with this global id, without its parameters. Raises ValueError for anything else."""
    found = _GLOBAL_ID.match(global_id)
    if found is None:
        raise ValueError(f"not a global id: {global_id!r}")
    return Tag(found[0])


def of_handle(kind: ObjectType, handle: str) -> Tag:
    """The tag of the object of that type with this handle, also when there is none."""
    return Tag(f"handle:{kind}/{handle}")


def of_list(kind: ListKind) -> Tag:
    """The tag of every answer that contains a list of this kind."""
    return Tag(f"list:{kind}")


def of_type(kind: ObjectType) -> Tag:
    """On an answer: it contains objects of the type without their ids. On a change: all objects of the type."""
    return Tag(f"type:{kind}")


def whole_type(tag: Tag) -> str | None:
    """The type that an `of_type` tag names; None for other tags."""
    return tag[5:] if tag.startswith("type:") else None


def types_of(tags: Iterable[Tag]) -> frozenset[str]:
    """The types of the objects of these tags."""
    return frozenset(kind for kind in map(type_of, tags) if kind is not None)


def type_of(tag: Tag) -> str | None:
    """The type of the object or objects of `tag`; None for a list."""
    if tag.startswith("gid://shopify/"):
        return tag[14 : tag.index("/", 14)]
    scheme, _, rest = tag.partition(":")
    return None if scheme == "list" else rest.partition("/")[0]
