"""The gateway's own Storefront documents against the official schema."""

import pytest
from graphql import parse, validate

from clients.contracts import storefront_schema
from clients.storefront.carts import CART_ATTRIBUTES
from clients.storefront.goods import CART_CONTENTS, SHOP_CURRENCY, SOLD_VARIANTS
from clients.storefront.setup import SHOP_SETUP

DOCUMENTS = {
    "CartAttributes": CART_ATTRIBUTES,
    "CartContents": CART_CONTENTS,
    "ShopCurrency": SHOP_CURRENCY,
    "ShopSetup": SHOP_SETUP,
    "SoldVariants": SOLD_VARIANTS,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_our_documents_fit_the_official_schema(name: str) -> None:
    assert validate(storefront_schema(), parse(DOCUMENTS[name])) == []
