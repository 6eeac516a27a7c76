"""SKUs of Printful's goods, and the shop's view of such a variant."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clients.money import Money
from clients.printful.models import (
    Availability,
    CatalogVariant,
    RegionAvailability,
    SyncVariant,
    read_sync_variant,
    read_variant_answer,
)
from resolvers.print_on_demand import (
    PRINTFUL_VENDOR,
    CatalogVariantRef,
    PrintOnDemand,
    SyncVariantRef,
    read_printful_sku,
)

IDS = st.integers(min_value=1, max_value=10**18 - 1)


def blank(**changes: object) -> CatalogVariant:
    variant = read_variant_answer(
        {
            "variant": {"id": 4016, "size": "S", "color": "Black", "price": "11.69", "image": "blank.png"},
            "product": {"id": 71, "title": "Shirt", "currency": "USD"},
        }
    )
    return replace(variant, **changes)


def synced(**changes: object) -> SyncVariant:
    return replace(read_sync_variant({"id": 9, "variant_id": 4016, "size": "S", "color": "Ink"}), **changes)


def regions(*availabilities: Availability) -> tuple[RegionAvailability, ...]:
    return tuple(RegionAvailability(f"R{n}", None, each) for n, each in enumerate(availabilities))


@given(IDS)
def test_a_catalogue_sku_names_the_variant_written_in_it(number: int) -> None:
    assert read_printful_sku(f"PFUL-{number}", PRINTFUL_VENDOR) == CatalogVariantRef(number)


@given(IDS)
def test_a_sync_sku_names_the_stores_variant(number: int) -> None:
    assert read_printful_sku(f"PFUL-SYNC-{number}", PRINTFUL_VENDOR) == SyncVariantRef(number)


@given(st.text())
def test_any_other_text_is_no_printful_sku(text: str) -> None:
    found = read_printful_sku(text, PRINTFUL_VENDOR)
    written = {CatalogVariantRef: "PFUL-", SyncVariantRef: "PFUL-SYNC-"}
    match found:
        case CatalogVariantRef(number) | SyncVariantRef(number):
            assert text == f"{written[type(found)]}{number}"
        case None:
            assert not (text.startswith("PFUL-") and text[5:].isdecimal() and text.isascii() and text[5] != "0")


@pytest.mark.parametrize(
    "sku",
    [
        "pful-4016",
        "PFUL-",
        "PFUL-0",
        "PFUL-04016",
        "PFUL-4016 ",
        " PFUL-4016",
        "PFUL-4016\n",
        "PFUL-4016-B",
        "PFUL--4016",
        "PFUL-SYNC-",
        "PFUL-sync-9",
        "PFUL-SYNC-SYNC-9",
        "PFUL-٤٠١٦",
        "PFUL-" + "9" * 19,
        "",
        None,
    ],
)
def test_a_sku_that_is_nearly_right_is_not_taken(sku: str | None) -> None:
    assert read_printful_sku(sku, PRINTFUL_VENDOR) is None


@pytest.mark.parametrize("vendor", ["Printful_DS", " Printful_DS", "Printful_DS \n"])
def test_spaces_around_the_vendor_do_not_count(vendor: str) -> None:
    assert read_printful_sku("PFUL-4016", vendor) == CatalogVariantRef(4016)


@pytest.mark.parametrize("vendor", ["printful_ds", "Printful DS", "Kynda Coffee", "", None])
def test_goods_of_another_vendor_are_not_printfuls(vendor: str | None) -> None:
    assert read_printful_sku("PFUL-4016", vendor) is None


def test_it_is_available_when_one_region_makes_it() -> None:
    made = PrintOnDemand(blank(availability=regions(Availability.OUT_OF_STOCK, Availability.AVAILABLE)))
    assert made.is_available
    assert not made.is_discontinued


def test_it_is_unavailable_when_every_region_is_out_of_it() -> None:
    made = PrintOnDemand(blank(availability=regions(Availability.OUT_OF_STOCK, Availability.NOT_OFFERED)))
    assert not made.is_available


def test_it_is_discontinued_only_when_every_region_has_stopped_making_it() -> None:
    some = PrintOnDemand(blank(availability=regions(Availability.DISCONTINUED, Availability.AVAILABLE)))
    every = PrintOnDemand(blank(availability=regions(Availability.DISCONTINUED, Availability.DISCONTINUED)))
    assert (some.is_discontinued, every.is_discontinued) == (False, True)


def test_a_discontinued_product_takes_its_variants_with_it() -> None:
    variant = blank()
    made = PrintOnDemand(replace(variant, product=replace(variant.product, is_discontinued=True)))
    assert made.is_discontinued
    assert not made.is_available


def test_without_regions_the_stock_flag_decides() -> None:
    assert PrintOnDemand(blank(in_stock=True)).is_available
    assert not PrintOnDemand(blank(in_stock=False)).is_available


def test_the_stores_variant_being_out_of_stock_makes_it_unavailable() -> None:
    assert not PrintOnDemand(blank(), synced(availability=Availability.OUT_OF_STOCK)).is_available


def test_an_unlinked_sync_variant_still_has_its_size() -> None:
    made = PrintOnDemand(None, synced(variant_id=None))
    assert (made.size, made.color, made.sync_variant_id, made.catalog_variant_id) == ("S", "Ink", 9, None)
    assert made.production_cost is None
    assert made.product is None


def test_the_picture_shows_the_design_where_there_is_one() -> None:
    assert PrintOnDemand(blank(), synced(preview_url="printed.png")).image == "printed.png"
    assert PrintOnDemand(blank(), synced()).image == "blank.png"


def test_the_production_cost_is_what_printful_asks_for_the_blank() -> None:
    assert PrintOnDemand(blank()).production_cost == Money(Decimal("11.69"), "USD")
