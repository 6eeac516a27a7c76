"""Admin's resolvers for the catalogue: variants with their products."""

from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.admin.order_search import search_matcher
from sandbox.execution import Resolvers
from sandbox.store import Store
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.search_syntax import by_text, by_words, has_words

# A SKU is matched by its words, so other SKUs that contain them match too.
_FIELDS = {
    "sku": by_words(lambda variant: variant.sku or ""),
    "product_id": by_text(lambda variant: (str(variant.product.id),)),
}


def product_variants(_: Any, info: GraphQLResolveInfo[Store], **arguments: Any) -> dict[str, Any]:
    """A page of the variants that match a search, sorted by id; other sort keys are not supported."""
    if arguments.get("savedSearchId") or arguments["sortKey"] != "ID":
        raise bad_request("The sandbox lists variants by id only.")
    fits = search_matcher(
        arguments.get("query"), _FIELDS, lambda variant, term: has_words(variant.title, term), "variants"
    )
    every = info.context.variants
    variants = [every[number] for number in sorted(every) if fits(every[number])]
    if arguments.get("reverse"):
        variants.reverse()
    page = {name: arguments.get(name) for name in ("first", "last", "after", "before")}
    return connection(variants, key=lambda variant: variant.id, **page)


RESOLVERS: Resolvers = {
    "QueryRoot": {"productVariants": product_variants},
}
