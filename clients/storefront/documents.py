"""The documents that the gateway itself sends to Storefront, by operation name."""

from collections.abc import Mapping
from types import MappingProxyType

from clients.storefront.carts import CART_ATTRIBUTES
from clients.storefront.goods import CART_CONTENTS, SHOP_CURRENCY, SOLD_VARIANTS
from clients.storefront.setup import SHOP_SETUP
from clients.storefront.updates import UPDATED_AT

DOCUMENTS: Mapping[str, str] = MappingProxyType(
    {
        "CartAttributes": CART_ATTRIBUTES,
        "CartContents": CART_CONTENTS,
        "ShopCurrency": SHOP_CURRENCY,
        "ShopSetup": SHOP_SETUP,
        "SoldVariants": SOLD_VARIANTS,
        "UpdatedAt": UPDATED_AT,
    }
)
