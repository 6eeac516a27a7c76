"""Related and complementary products: selected by staff, or similar ones."""

import json
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.execution import Resolvers
from sandbox.records import Product
from sandbox.storefront.connections import bad_request
from sandbox.storefront.execution import Visit
from sandbox.storefront.metafields import metafield, referenced
from sandbox.storefront.tracking import track
from sandbox.storefront.visibility import product_with_handle, product_with_id, visible_products

NAMESPACE = "shopify--discovery--product_recommendation"
MOST = 10


def _recommended(
    _: Any,
    info: GraphQLResolveInfo[Visit],
    productId: str | None = None,  # noqa: N803 the argument's name
    productHandle: str | None = None,  # noqa: N803
    intent: str | None = "RELATED",
) -> list[Product] | None:
    visit = info.context
    if productId is None and productHandle is None:
        raise bad_request("Either productId or productHandle must be provided")
    if productId is not None:
        product = product_with_id(visit, productId)
    else:
        product = product_with_handle(visit, productHandle or "")
    if product is None:
        return None
    found = _chosen(product, "complementary_products", visit)
    if intent != "COMPLEMENTARY":
        found = _chosen(product, "related_products", visit)
        found += [other for other in _alike(product, visit) if other not in found]
    track(info, found[:MOST], "e", str(product.id))
    return found[:MOST]


def _chosen(product: Product, key: str, visit: Visit) -> list[Product]:
    """The products that staff selected, in their order."""
    chosen = metafield(product, NAMESPACE, key)
    if chosen is None:
        return []
    found = [referenced(visit, global_id) for global_id in json.loads(chosen["record"].value)]
    return [other for other in found if other is not None]


def _alike(product: Product, visit: Visit) -> list[Product]:
    """Products with the same type, tags or vendor, the most similar first."""
    scored = [(_likeness(product, other), other) for other in visible_products(visit) if other is not product]
    scored.sort(key=lambda pair: (-pair[0], pair[1].id))
    return [other for likeness, other in scored if likeness > 0]


def _likeness(product: Product, other: Product) -> int:
    common_tags = set(product.tags) & set(other.tags)
    return 3 * (product.product_type == other.product_type) + len(common_tags) + (product.vendor == other.vendor)


RESOLVERS: Resolvers = {"QueryRoot": {"productRecommendations": _recommended}}
