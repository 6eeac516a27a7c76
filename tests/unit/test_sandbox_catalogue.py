"""The coffee shop's catalogue holds what the frontend needs to show, the same on every run."""

from collections import Counter

import pytest

from sandbox import catalogue
from sandbox.catalogue.taxonomy import NAMES, ancestors
from sandbox.printful_ids import PRINT_VARIANTS, SYNC_VARIANTS
from sandbox.stock import is_for_sale, is_oversold, units, units_at
from sandbox.store import Store


def test_there_are_enough_products_and_variants(store: Store) -> None:
    assert len(store.products) >= 60
    assert len(store.variants) >= 250


def test_two_filled_stores_are_equal() -> None:
    first, second = Store(), Store()
    catalogue.fill(first)
    catalogue.fill(second)

    def facts(store: Store) -> list[tuple[object, ...]]:
        return [
            (
                p.id,
                p.handle,
                p.created_at,
                p.updated_at,
                v.id,
                v.sku,
                v.price,
                [level.available for level in v.stock.values()],
            )
            for p in store.products.values()
            for v in p.variants
        ]

    assert facts(first) == facts(second)


def test_no_two_variants_share_a_sku(store: Store) -> None:
    counted = Counter(variant.sku for variant in store.variants.values())
    assert [sku for sku, times in counted.items() if times > 1] == []


def test_every_printful_sku_is_in_the_table(store: Store) -> None:
    printed = [v for v in store.variants.values() if v.product.vendor == "Printful_DS"]
    synced = [v for v in printed if v.sku and v.sku.startswith("PFUL-SYNC-")]
    blank = [v for v in printed if v not in synced]
    assert {int((v.sku or "").removeprefix("PFUL-SYNC-")) for v in synced} == set(SYNC_VARIANTS)
    assert {int((v.sku or "").removeprefix("PFUL-")) for v in blank} == set(PRINT_VARIANTS)


def test_a_printed_variant_is_of_the_size_and_colour_its_sku_names(store: Store) -> None:
    for variant in store.variants.values():
        if variant.sku and variant.sku.startswith("PFUL-") and "SYNC" not in variant.sku:
            made = PRINT_VARIANTS[int(variant.sku.removeprefix("PFUL-"))]
            assert (variant.selected["Color"], variant.selected["Size"]) == (made.colour, made.size)


def test_all_blank_printed_goods_can_be_customised(store: Store) -> None:
    tagged = {p.handle for p in store.products.values() if "customizable-printful" in p.tags}
    assert tagged == {"your-design-shirt", "your-design-hoodie", "your-design-mug", "your-design-tote"}


@pytest.mark.parametrize(
    "handle",
    [
        "coffee-beans", "apparel", "drinkware", "accessories", "frontpage", "all-products",
        "espresso-drinks", "brewed-coffee", "tea-and-more", "bakery",
    ],
)  # fmt: skip
def test_a_collection_the_shop_shows_has_products(store: Store, handle: str) -> None:
    collection = store.collection_by_handle(handle)
    assert collection is not None
    assert collection.products


def test_no_menu_item_is_among_all_products_of_the_shop(store: Store) -> None:
    collection = store.collection_by_handle("all-products")
    assert collection is not None
    assert not [product.handle for product in collection.products if "menu-item" in product.tags]


def test_nothing_happened_before_it_was_made_or_after_the_autumn(store: Store) -> None:
    for product in store.products.values():
        assert product.created_at < product.published_at < product.updated_at < store.clock.now()


def test_drinks_never_run_out(store: Store) -> None:
    assert all(is_for_sale(v) for v in store.variants.values() if v.product.product_type == "Beverage")


def test_the_sold_out_product_has_nothing_for_sale(store: Store) -> None:
    reserve = store.product_by_handle("panama-geisha-reserve")
    assert reserve is not None
    assert not any(is_for_sale(variant) for variant in reserve.variants)


def test_oversellable_variants_are_for_sale_without_stock(store: Store) -> None:
    press = store.product_by_handle("french-press")
    assert press is not None
    assert (units(press.variants[0]), is_for_sale(press.variants[0]), is_oversold(press.variants[0])) == (0, True, True)


def test_a_bundle_can_be_sold_as_often_as_its_scarcest_part(store: Store) -> None:
    kit = store.product_by_handle("home-brewing-kit")
    assert kit is not None
    bundle = kit.variants[0]
    (dripper, _), (filters, _), (beans, _) = bundle.components
    assert units(bundle) == min(units(dripper), units(filters) // 2, units(beans))
    for location_id in store.locations:
        assert units_at(bundle, location_id) <= units_at(filters, location_id) // 2


def test_a_bundle_is_sold_out_with_one_of_its_parts(store: Store) -> None:
    kit = store.product_by_handle("home-brewing-kit")
    assert kit is not None
    for level in kit.variants[0].components[1][0].stock.values():
        level.available = 0
    assert not is_for_sale(kit.variants[0])


def test_every_category_and_all_above_it_have_names(store: Store) -> None:
    for product in store.products.values():
        if product.category_id:
            assert product.category_name == NAMES[product.category_id]
            assert all(above in NAMES for above in ancestors(product.category_id))
