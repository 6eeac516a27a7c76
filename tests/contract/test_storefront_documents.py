"""What the gateway itself asks of Storefront, against the official schema."""

import pytest
from graphql import parse, validate

from clients.contracts import storefront_schema
from clients.storefront.carts import CART_ATTRIBUTES
from clients.storefront.setup import SHOP_SETUP


@pytest.mark.parametrize("document", [CART_ATTRIBUTES, SHOP_SETUP], ids=["CartAttributes", "ShopSetup"])
def test_our_documents_fit_the_official_schema(document: str) -> None:
    assert validate(storefront_schema(), parse(document)) == []
