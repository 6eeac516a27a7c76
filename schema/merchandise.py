"""`merchandise`: the shop page's products, as Storefront's own connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from resolvers.context import RequestContext
from resolvers.merchandise import MerchandiseSort, merchandise_variables
from schema.gateway_field import Facts, Template
from schema.storefront import ProductConnection

strawberry.enum(MerchandiseSort, description="The sort orders of the shop page; DEFAULT is the shop's own.")


async def _variables(arguments: Mapping[str, Any], _: RequestContext) -> Mapping[str, Any]:
    page = {name: arguments[name] for name in ("first", "after", "last", "before") if name in arguments}
    sort = arguments.get("sort") or MerchandiseSort.DEFAULT
    return merchandise_variables(arguments.get("category"), sort, page)


MERCHANDISE = Template.of(
    """query (
      $everything: Boolean!, $handle: String!, $query: String!, $reverse: Boolean!,
      $productKey: ProductSortKeys!, $collectionKey: ProductCollectionSortKeys!,
      $first: Int, $after: String, $last: Int, $before: String
    ) {
      products(
        query: $query, sortKey: $productKey, reverse: $reverse,
        first: $first, after: $after, last: $last, before: $before
      ) @include(if: $everything) { ...Embedded }
      collection(handle: $handle) @skip(if: $everything) {
        products(
          sortKey: $collectionKey, reverse: $reverse, first: $first, after: $after, last: $last, before: $before
        ) { ...Embedded }
      }
    }""",
    _variables,
)


def merchandise(
    parts: strawberry.Parent[Facts],
    *,
    category: str | None = strawberry.UNSET,
    sort: MerchandiseSort = MerchandiseSort.DEFAULT,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> ProductConnection | None:
    if "products" in parts:
        return parts["products"]  # type: ignore[no-any-return]
    collection = parts["collection"]
    return None if collection is None else collection["products"]
