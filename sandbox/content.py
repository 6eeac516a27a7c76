"""The shop's words, as `data/content.yaml` has them: pages, policies, the journal, menus, designs and markets."""

import msgspec

from sandbox.content_records import (
    Article,
    Blog,
    GenericFile,
    Market,
    Menu,
    Metaobject,
    Page,
    Shop,
    ShopPolicy,
    UrlRedirect,
)
from sandbox.data_files import read_data
from sandbox.records import Metafield, Picture
from sandbox.store import Store


class ContentFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts of the file. `pictures` are those that only metaobjects and files refer to."""

    shop: Shop
    markets: list[Market]
    pages: list[Page]
    policies: list[ShopPolicy]
    blogs: list[Blog]
    articles: list[Article]
    menus: list[Menu]
    redirects: list[UrlRedirect]
    pictures: list[Picture]
    files: list[GenericFile]
    metaobjects: list[Metaobject]
    location_metafields: dict[int, list[Metafield]]


def fill(store: Store) -> None:
    """Puts all content into `store.content`, and metafields on the locations, which must be in the store."""
    data, content = read_data("content", ContentFile), store.content
    content.shop, content.markets = data.shop, data.markets
    content.pages, content.policies = data.pages, data.policies
    content.menus, content.redirects, content.metaobjects = data.menus, data.redirects, data.metaobjects
    content.blogs = data.blogs
    blogs = {blog.handle: blog for blog in data.blogs}
    for article in data.articles:
        article.blog = blogs[article.blog.handle]
        article.blog.articles.append(article)
    pictures = [*data.pictures, *data.shop.brand.values(), *(each.picture for each in content.articles if each.picture)]
    store.pictures |= {picture.id: picture for picture in pictures}
    for file in data.files:
        file.picture = store.pictures[file.picture.id]
        content.files[file.id] = file
    for location_id, metafields in data.location_metafields.items():
        store.locations[location_id].metafields += metafields
