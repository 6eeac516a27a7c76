"""The gateway's rival: the same operations, each field resolved by plain Strawberry behind FastAPI.

It does as little as possible. Parsed and validated documents are cached, and its objects are Storefront's
decoded answer. It calls the upstreams with the gateway's own clients, in as few requests.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import orjson
import strawberry
from fastapi import FastAPI
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.fastapi import BaseContext, GraphQLRouter
from strawberry.schema.config import StrawberryConfig
from strawberry.utils.str_converters import to_camel_case

from app import Settings, connected, internet
from resolvers import product_kinds
from resolvers.context import RequestContext, Services
from resolvers.product_kinds import ProductKind
from schema.inventory import VariantInventory, variant_inventory
from schema.print_on_demand import PrintVariant, print_variant
from schema.storefront import SCALARS
from tests.benchmarks.operations import LISTING


@strawberry.type
class Money:
    amount: str
    currency_code: str


@strawberry.type
class PriceRange:
    min_variant_price: Money
    max_variant_price: Money


@strawberry.type
class Image:
    id: strawberry.ID | None
    url: str
    alt_text: str | None
    width: int | None
    height: int | None


@strawberry.type
class OptionValue:
    id: strawberry.ID
    name: str


@strawberry.type
class Option:
    id: strawberry.ID
    name: str
    option_values: list[OptionValue]


@strawberry.type
class SelectedOption:
    name: str
    value: str


@strawberry.type
class Variant:
    id: strawberry.ID
    title: str
    sku: str | None
    available_for_sale: bool
    price: Money
    compare_at_price: Money | None
    selected_options: list[SelectedOption]
    inventory: VariantInventory | None = strawberry.field(resolver=variant_inventory)
    printful: PrintVariant | None = strawberry.field(resolver=print_variant)


@strawberry.type
class VariantConnection:
    nodes: list[Variant]


@strawberry.type
class Product:
    id: strawberry.ID
    title: str
    handle: str
    description: str
    vendor: str
    product_type: str
    tags: list[str]
    available_for_sale: bool
    price_range: PriceRange
    compare_at_price_range: PriceRange
    featured_image: Image | None
    options: list[Option]

    @strawberry.field
    def variants(product: strawberry.Parent[dict[str, Any]], first: int) -> VariantConnection:  # noqa: N805
        nodes: VariantConnection = product["variants"]
        return nodes

    @strawberry.field
    def kind(product: strawberry.Parent[dict[str, Any]]) -> ProductKind:  # noqa: N805
        return product_kinds.kind_of(product["tags"], product["productType"])

    @strawberry.field
    def is_featured(product: strawberry.Parent[dict[str, Any]]) -> bool:  # noqa: N805
        return product_kinds.is_featured(product["tags"])


@strawberry.type
class ProductConnection:
    nodes: list[Product]


PRODUCT = """
query Product($handle: String!) {
  product(handle: $handle) {
    id title handle description vendor productType tags availableForSale
    priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
    featuredImage { id url altText width height }
    options { id name optionValues { id name } }
    variants(first: 20) {
      nodes {
        id title sku availableForSale product { id vendor }
        price { amount currencyCode }
        selectedOptions { name value }
      }
    }
  }
}
"""


class Context(RequestContext, BaseContext):
    """The gateway's own context, as Strawberry's router wants it."""

    def __init__(self, services: Services) -> None:
        BaseContext.__init__(self)
        RequestContext.__init__(self, services)

    async def storefront(self, query: str, variables: dict[str, Any]) -> Any:
        body = orjson.dumps({"query": query, "variables": variables})
        answer = await self.services.storefront.forward("plain", body, buyer_ip=None)
        return orjson.loads(answer.data)


Info = strawberry.Info[Context, None]


@strawberry.type
class Query:
    @strawberry.field
    async def products(self, info: Info, first: int) -> ProductConnection:
        found: ProductConnection = (await info.context.storefront(LISTING, {}))["products"]
        return found

    @strawberry.field
    async def product(self, info: Info, handle: str) -> Product | None:
        found: Product | None = (await info.context.storefront(PRODUCT, {"handle": handle}))["product"]
        return found


_json_name = lru_cache(maxsize=None)(to_camel_case)


def _value(source: Any, name: str) -> Any:
    return source[_json_name(name)] if type(source) is dict else getattr(source, name)


def plain_strawberry(settings: Settings) -> FastAPI:
    """The plain app, on the upstreams that the settings name."""
    connection: list[Services] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        transport = internet()
        async with transport, connected(settings, transport) as services:
            connection.append(services)
            yield

    async def context() -> Context:
        return Context(connection[0])

    schema = strawberry.Schema(
        query=Query,
        extensions=[ParserCache, ValidationCache],
        config=StrawberryConfig(default_resolver=_value, scalar_map=SCALARS),
    )
    app = FastAPI(lifespan=lifespan)
    app.include_router(GraphQLRouter(schema, context_getter=context), prefix="/graphql")
    return app
