"""Calls of Admin's stand-in about orders, for tests."""

from sandbox.records import ProductVariant
from sandbox.store import Store


def variant(store: Store, handle: str) -> ProductVariant:
    product = store.product_by_handle(handle)
    assert product is not None
    return product.variants[0]
