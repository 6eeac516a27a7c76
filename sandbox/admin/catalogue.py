"""Admin's resolvers for the catalogue: all variants, each with its product."""

from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.store import Store
from sandbox.storefront.connections import bad_request, connection
from sandbox.storefront.execution import Resolvers
from sandbox.storefront.values import gid


def product_variants(_: Any, info: GraphQLResolveInfo[Store], **arguments: Any) -> dict[str, Any]:
    """A page of all variants by their numbers; searching them and other orders are not served here."""
    if arguments.get("query") or arguments.get("savedSearchId") or arguments["sortKey"] != "ID":
        raise bad_request("The sandbox lists variants by id only, without a search.")
    variants = [info.context.variants[number] for number in sorted(info.context.variants)]
    if arguments.get("reverse"):
        variants.reverse()
    page = {name: arguments.get(name) for name in ("first", "last", "after", "before")}
    return connection(variants, key=lambda variant: variant.id, **page)


RESOLVERS: Resolvers = {
    "QueryRoot": {"productVariants": product_variants},
    "Product": {"id": lambda product, _: gid("Product", product.id)},
}
