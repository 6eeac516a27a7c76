"""Links to orders and products in Shopify, Printful and Square, for staff with accounts there."""

from dataclasses import dataclass
from urllib.parse import quote

_ADMIN = "https://admin.shopify.com/store"
_SQUARE = "https://app.squareup.com/dashboard/orders/overview"


@dataclass(frozen=True, slots=True)
class SystemLinks:
    """`shop` is the shop's myshopify.com domain. In sandbox mode the links lead to the sandbox's pages."""

    shop: str
    is_sandbox: bool = False

    def order(self, order_id: str, name: str) -> str:
        """The order in Shopify."""
        if self.is_sandbox:
            return f"/sandbox/orders/{quote(name.removeprefix('#'))}"
        return f"{_ADMIN}/{self._store}/orders/{bare(order_id)}"

    def product(self, product_id: str) -> str | None:
        """The product in Shopify; None in the sandbox, which has no product page."""
        return None if self.is_sandbox else f"{_ADMIN}/{self._store}/products/{bare(product_id)}"

    @property
    def counter(self) -> str | None:
        """The order list in Square's dashboard, which has no documented link to a single order."""
        return None if self.is_sandbox else _SQUARE

    @property
    def _store(self) -> str:
        return quote(self.shop.removesuffix(".myshopify.com"))


def bare(global_id: str) -> str:
    """The number at the end of a global id."""
    return global_id.rsplit("/", 1)[-1]
