"""What Printful has run out of, shown to staff by a tag on the products that are printed on it."""

from clients.admin.order_client import AdminOrders
from clients.guard import Terms
from clients.printful.client import Printful
from resolvers.print_on_demand import PRINTFUL_VENDOR

OUT_OF_STOCK_TAG = "printful-out-of-stock"


class PrintStock:
    """Says which of the shop's products have variants that Printful cannot make now."""

    def __init__(self, admin: AdminOrders, printful: Printful) -> None:
        self._admin = admin
        self._printful = printful

    async def changed(self, product_id: int, *, terms: Terms) -> None:
        """Puts the tag on the products of a catalogue product that lack something, and takes it off the others.

        What Printful's message says is not believed: the catalogue is read again. Raises UpstreamError.
        """
        listing = await self._printful.catalog_product(product_id, terms=terms)
        if listing is None:
            return
        can_be_made = {f"PFUL-{variant.id}": variant.in_stock for variant in listing.variants}
        owners = await self._admin.variants_by_sku(sorted(can_be_made), terms=terms)
        lacking: dict[str, bool] = {}
        tagged: dict[str, bool] = {}
        for owner in owners:
            if owner.vendor.strip() == PRINTFUL_VENDOR:
                lacks = lacking.get(owner.product_id, False) or not can_be_made[owner.sku]
                lacking[owner.product_id] = lacks
                tagged[owner.product_id] = OUT_OF_STOCK_TAG in owner.product_tags
        for shop_product, lacks in lacking.items():
            if lacks != tagged[shop_product]:
                change = {"add": [OUT_OF_STOCK_TAG]} if lacks else {"remove": [OUT_OF_STOCK_TAG]}
                await self._admin.tag_product(shop_product, **change, terms=terms)
