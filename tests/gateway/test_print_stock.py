"""The tag on products that Printful cannot make now, whichever catalogue products they use."""

from resolvers.orders.stock import OUT_OF_STOCK_TAG
from sandbox.printful_ids import PRINT_VARIANTS, SYNC_VARIANTS, PrintVariant
from sandbox.records import ProductVariant
from tests.gateway.order_shop import OrderShop, order_shop
from tests.virtual_time import in_no_time

MUGS, SHIRTS = 19, 71


def behind(variant: ProductVariant) -> PrintVariant:
    """The catalogue variant behind goods of the Printful store."""
    assert variant.sku is not None
    return PRINT_VARIANTS[SYNC_VARIANTS[int(variant.sku.removeprefix("PFUL-SYNC-"))].variant_id]


async def stock(shop: OrderShop, product_id: int, *out: int, discontinued: tuple[int, ...] = ()) -> None:
    await shop.later(60)  # the same message within a second would be a repetition
    shop.printful.stock_updated(product_id, list(out), list(discontinued))
    await shop.settled()


@in_no_time
async def test_a_message_about_another_catalogue_product_does_not_take_the_tag_off() -> None:
    async with order_shop() as shop:
        product = shop.variant("your-design-mug", "PFUL-1320").product
        other = next(each for each in product.variants if each.sku != "PFUL-1320")
        other.sku = "PFUL-4011"
        await stock(shop, MUGS, 1320)
        assert OUT_OF_STOCK_TAG in product.tags

        await stock(shop, SHIRTS)
        assert OUT_OF_STOCK_TAG in product.tags

        await stock(shop, SHIRTS, 4011)
        await stock(shop, MUGS)
        assert OUT_OF_STOCK_TAG in product.tags

        await stock(shop, SHIRTS)
        assert OUT_OF_STOCK_TAG not in product.tags


@in_no_time
async def test_goods_of_the_printful_store_get_the_tag_and_lose_it() -> None:
    async with order_shop() as shop:
        shirt = shop.variant("roastery-crest-shirt")
        made_on = behind(shirt)
        await stock(shop, made_on.product_id, discontinued=(made_on.id,))
        assert OUT_OF_STOCK_TAG in shirt.product.tags

        await stock(shop, made_on.product_id)
        assert OUT_OF_STOCK_TAG not in shirt.product.tags


@in_no_time
async def test_a_product_with_blanks_and_goods_of_the_store_counts_both() -> None:
    async with order_shop() as shop:
        product = shop.variant("your-design-mug", "PFUL-1320").product
        other = next(each for each in product.variants if each.sku != "PFUL-1320")
        synced = shop.variant("roastery-crest-shirt")
        other.sku, made_on = synced.sku, behind(synced)
        await stock(shop, made_on.product_id, made_on.id)
        assert OUT_OF_STOCK_TAG in product.tags

        await stock(shop, MUGS)
        assert OUT_OF_STOCK_TAG in product.tags


@in_no_time
async def test_a_product_that_is_not_printfuls_gets_no_tag() -> None:
    async with order_shop() as shop:
        variant = shop.variant("your-design-mug", "PFUL-1320")
        variant.product.vendor = "Somebody else"
        await stock(shop, MUGS, 1320)
        assert OUT_OF_STOCK_TAG not in variant.product.tags


@in_no_time
async def test_the_catalogue_variants_of_store_products_are_read_once() -> None:
    async with order_shop() as shop:
        made_on = behind(shop.variant("roastery-crest-shirt"))
        await stock(shop, made_on.product_id, made_on.id)
        first = shop.requests["printful"]
        shop.counted()
        await stock(shop, made_on.product_id)
        assert shop.requests["printful"] == 1 < first


@in_no_time
async def test_a_product_that_takes_no_more_tags_does_not_hold_the_others_back() -> None:
    async with order_shop() as shop:
        products = [shop.variant(handle).product for handle in ("your-design-mug", "your-design-shirt")]
        for product in products:
            product.variants[0].sku = "PFUL-4011"
        refusal = {"data": {"tagsAdd": {"userErrors": [{"field": ["tags"], "message": "Too many tags"}]}}}
        shop.sandbox.faults.add("admin", "status", status=200, body=refusal, match="TagProduct", times=1)
        await stock(shop, SHIRTS, 4011)
        assert sorted(OUT_OF_STOCK_TAG in product.tags for product in products) == [False, True]
