"""Which parts of the catalogue a visitor may see, and how records are found by id and handle."""

from graphql import GraphQLError

from sandbox.records import Collection, Product
from sandbox.storefront.execution import Visit
from sandbox.storefront.values import read_gid

SHOP_COUNTRY, UNKNOWN_COUNTRY = "US", "ZZ"


def is_visible(product: Product, visit: Visit) -> bool:
    """Whether the product is published by now, in the visitor's country."""
    country = SHOP_COUNTRY if visit.country == UNKNOWN_COUNTRY else visit.country
    in_country = product.countries is None or country in product.countries
    return in_country and product.published_at <= visit.store.clock.now()


def visible_products(visit: Visit) -> list[Product]:
    return [product for product in visit.store.products.values() if is_visible(product, visit)]


def product_with_id(visit: Visit, global_id: str) -> Product | None:
    """The product with that id, or None. Raises GraphQLError if the id is not one of a product."""
    found = visit.store.products.get(number_of(global_id, "Product"))
    return found if found is not None and is_visible(found, visit) else None


def product_with_handle(visit: Visit, handle: str) -> Product | None:
    found = visit.store.product_by_handle(handle)
    return found if found is not None and is_visible(found, visit) else None


def collection_with_id(visit: Visit, global_id: str) -> Collection | None:
    """The collection with that id, or None. Raises GraphQLError if the id is not one of a collection."""
    return visit.store.collections.get(number_of(global_id, "Collection"))


def number_of(global_id: str, kind: str) -> int:
    """The number in a global id. Raises GraphQLError when it is not an id of that type."""
    number = read_gid(global_id, kind)
    if number is None or not number.isdecimal():
        raise GraphQLError(f"Invalid global id '{global_id}'", extensions={"code": "argumentLiteralsIncompatible"})
    return int(number)
