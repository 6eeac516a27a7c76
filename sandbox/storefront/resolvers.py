"""All resolvers of Storefront's stand-in."""

from functools import cache

from sandbox.execution import ExecutableSchema, Resolvers
from sandbox.storefront import (
    articles,
    cart_addresses,
    cart_buyer_identity,
    cart_codes,
    cart_create,
    cart_fields,
    cart_lines,
    cart_metafields,
    cart_notes,
    collections,
    companies,
    consent,
    content_pages,
    customer_access,
    customers,
    facets,
    localization,
    locations,
    mailing_addresses,
    media,
    menus,
    metafields,
    metaobjects,
    node,
    options,
    orders,
    products,
    recommendations,
    search,
    selling_plans,
    shop,
    shop_pay,
    sitemap,
    variants,
)
from sandbox.storefront.validation_errors import as_shopify_says

RESOLVERS: list[Resolvers] = [
    articles.RESOLVERS,
    cart_addresses.RESOLVERS,
    cart_buyer_identity.RESOLVERS,
    cart_codes.RESOLVERS,
    cart_create.RESOLVERS,
    cart_fields.RESOLVERS,
    cart_lines.RESOLVERS,
    cart_metafields.RESOLVERS,
    cart_notes.RESOLVERS,
    collections.RESOLVERS,
    companies.RESOLVERS,
    content_pages.RESOLVERS,
    customer_access.RESOLVERS,
    customers.RESOLVERS,
    facets.RESOLVERS,
    localization.RESOLVERS,
    locations.RESOLVERS,
    mailing_addresses.RESOLVERS,
    media.RESOLVERS,
    menus.RESOLVERS,
    metafields.RESOLVERS,
    metaobjects.RESOLVERS,
    node.RESOLVERS,
    options.RESOLVERS,
    orders.RESOLVERS,
    products.RESOLVERS,
    recommendations.RESOLVERS,
    search.RESOLVERS,
    selling_plans.RESOLVERS,
    shop.RESOLVERS,
    shop_pay.RESOLVERS,
    sitemap.RESOLVERS,
    variants.RESOLVERS,
]


@cache
def storefront_schema() -> ExecutableSchema:
    """The official schema with all resolvers: one for the whole process."""
    return ExecutableSchema("storefront", RESOLVERS, as_shopify_says)


@cache
def unstable_schema() -> ExecutableSchema:
    """The schema of the unstable version."""
    return ExecutableSchema("storefront", [*RESOLVERS, consent.RESOLVERS], as_shopify_says, consent.UNSTABLE)
