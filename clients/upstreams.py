"""The names of the upstreams, as errors, logs and cache keys use them."""

from enum import StrEnum


class UpstreamName(StrEnum):
    """An upstream. SHOPIFY is Storefront or Admin, POS any point of sale, NONE a shop without one."""

    STOREFRONT = "storefront"
    ADMIN = "admin"
    PRINTFUL = "printful"
    SQUARE = "square"
    PICTURES = "pictures"
    CDN = "cdn"
    NONE = "none"
    SHOPIFY = "shopify"
    POS = "pos"
