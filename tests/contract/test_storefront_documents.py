"""What the gateway itself asks of Storefront, against the official schema."""

from graphql import parse, validate

from clients.contracts import storefront_schema
from clients.storefront.carts import CART_ATTRIBUTES


def test_our_documents_fit_the_official_schema() -> None:
    assert validate(storefront_schema(), parse(CART_ATTRIBUTES)) == []
