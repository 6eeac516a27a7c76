"""All tables of resolvers of Storefront's stand-in."""

from sandbox.storefront import (
    articles,
    content_pages,
    localization,
    locations,
    media,
    menus,
    metafields,
    metaobjects,
    node,
    shop,
    sitemap,
)
from sandbox.storefront.execution import Resolvers

RESOLVERS: list[Resolvers] = [
    articles.RESOLVERS,
    content_pages.RESOLVERS,
    localization.RESOLVERS,
    locations.RESOLVERS,
    media.RESOLVERS,
    menus.RESOLVERS,
    metafields.RESOLVERS,
    metaobjects.RESOLVERS,
    node.RESOLVERS,
    shop.RESOLVERS,
    sitemap.RESOLVERS,
]
