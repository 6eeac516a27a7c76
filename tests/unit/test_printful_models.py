"""Reading Printful's answers: null, PHP's empty values, open texts, four vocabularies."""

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.money import Money
from clients.printful.models import (
    Availability,
    decode_listing,
    read_availability,
    read_listing,
    read_size_guide,
    read_sync_variant,
    read_variant_answer,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
PRODUCT_KEYS = ("type", "title", "currency", "variant_count", "is_discontinued", "avg_fulfillment_time", "techniques")
VARIANT_KEYS = ("name", "size", "price", "in_stock", "availability_regions", "availability_status", "material", "color")
SYNC_KEYS = ("external_id", "synced", "variant_id", "retail_price", "currency", "product", "files", "sync_variant")
GUIDE_KEYS = ("available_sizes", "size_tables")


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("in_stock", Availability.AVAILABLE),
        ("stocked_on_demand", Availability.AVAILABLE),
        ("out_of_stock", Availability.OUT_OF_STOCK),
        ("discontinued", Availability.DISCONTINUED),
        ("active", Availability.AVAILABLE),
        ("temporary_out_of_stock", Availability.OUT_OF_STOCK),
        ("in stock", Availability.AVAILABLE),
        ("out of stock", Availability.OUT_OF_STOCK),
        ("not fulfillable", Availability.NOT_OFFERED),
        ("on demand", Availability.AVAILABLE),
        ("not fulfilled", Availability.NOT_OFFERED),
        ("unknown", Availability.AVAILABLE),
        ("resting", Availability.AVAILABLE),
        (" Discontinued ", Availability.DISCONTINUED),
        (None, Availability.AVAILABLE),
        (7, Availability.AVAILABLE),
    ],
)
def test_all_vocabularies_of_printful_map_to_one(word: Any, meaning: Availability) -> None:
    assert read_availability(word) is meaning


def test_a_variant_with_only_nulls_is_read() -> None:
    variant = read_variant_answer(
        {"variant": {"id": 1, **dict.fromkeys(VARIANT_KEYS)}, "product": {"id": 2, **dict.fromkeys(PRODUCT_KEYS)}}
    )
    assert (variant.id, variant.product_id, variant.price, variant.availability) == (1, 2, None, ())
    assert variant.in_stock
    assert variant.product.currency == "USD"


def test_phps_empty_list_means_an_empty_map() -> None:
    answer = {"variant": {"id": 1, "availability_regions": [], "availability_status": [{"region": "US"}]}}
    variant = read_variant_answer({**answer, "product": {"id": 2, "files": {}, "options": []}})
    assert variant.availability[0].region_name is None
    assert variant.product.files == ()


def test_phps_list_with_gaps_is_a_list() -> None:
    statuses = {"0": {"region": "US", "status": "in_stock"}, "2": {"region": "EU", "status": "out_of_stock"}}
    variant = read_variant_answer({"variant": {"id": 1, "availability_status": statuses}, "product": {"id": 2}})
    assert [each.region for each in variant.availability] == ["US", "EU"]


@pytest.mark.parametrize(("price", "amount"), [("13.00", "13.00"), (11.69, "11.69"), (9, "9"), ("0.10", "0.10")])
def test_prices_are_exact_whether_text_or_number(price: Any, amount: str) -> None:
    variant = read_variant_answer({"variant": {"id": 1, "price": price}, "product": {"id": 2, "currency": "EUR"}})
    assert variant.price == Money(Decimal(amount), "EUR")


@pytest.mark.parametrize("price", ["", "free", "NaN", "Infinity", [], {}, True])
def test_an_invalid_price_is_absent(price: Any) -> None:
    assert read_variant_answer({"variant": {"id": 1, "price": price}, "product": {"id": 2}}).price is None


def test_a_listing_gives_every_variant_its_product() -> None:
    listing = read_listing({"product": {"id": 71, "title": "Shirt"}, "variants": [{"id": 1}, {"id": 2}]})
    assert [(each.id, each.product.title) for each in listing.variants] == [(1, "Shirt"), (2, "Shirt")]


def test_only_requested_variants_of_a_listing_are_read() -> None:
    listing = read_listing({"product": {"id": 71}, "variants": [{"id": 1, "size": "M"}, {"id": 2}]})

    variant = listing.variant(1)
    assert variant is not None
    assert variant.size == "M"
    assert listing.variant(1) is variant
    assert listing.variant(3) is None
    assert list(listing.ids) == [1, 2]
    assert list(listing._read) == [1]


VARIANT = {"id": 1, "size": "M", "price": "9.00", "availability_status": [{"region": "US", "status": "in_stock"}]}


def test_a_listing_is_the_same_as_text_and_as_dicts() -> None:
    result = {"product": {"id": 71, "title": "Shirt"}, "variants": [VARIANT, VARIANT | {"id": "2"}]}
    decoded = decode_listing(orjson.dumps({"code": 200, "result": result, "extra": []}))

    assert decoded is not None
    assert decoded["code"] == 200
    assert read_listing(decoded["result"]).variants == read_listing(result).variants


@pytest.mark.parametrize(
    "result",
    [
        None,
        [],
        {"product": {"id": 71}},
        {"product": [], "variants": []},
        {"product": {"id": 71}, "variants": {"0": VARIANT, "2": VARIANT | {"id": 2}}},  # PHP's list with gaps
    ],
)
def test_a_listing_of_another_form_is_left_to_the_usual_reading(result: Any) -> None:
    assert decode_listing(orjson.dumps({"code": 200, "result": result})) is None
    assert decode_listing(b"<html>") is None


@pytest.mark.parametrize("variant", [{}, {"id": None}, {"id": "x"}, {"id": True}])
def test_a_variant_without_an_id_makes_its_listing_unreadable(variant: Any) -> None:
    decoded = decode_listing(orjson.dumps({"result": {"product": {"id": 71}, "variants": [variant]}}))
    assert decoded is not None
    with pytest.raises(ValueError, match="no id"):
        read_listing(decoded["result"])


def test_what_is_no_object_among_the_variants_is_passed_over() -> None:
    decoded = decode_listing(orjson.dumps({"result": {"product": {"id": 71}, "variants": [[], 1, None, VARIANT]}}))
    assert decoded is not None
    assert list(read_listing(decoded["result"]).ids) == [1]


def test_a_listing_without_prices_has_none_in_its_variants() -> None:
    files = [{"type": "back", "additional_price": "5.00"}]
    product = {"id": 71, "files": files}
    listing = read_listing({"product": product, "variants": [{"id": 1, "price": "9.00"}]}).without_prices()

    assert [variant.price for variant in listing.variants] == [None]
    assert [file.additional_price for file in listing.product.files] == [None]
    assert b"9.00" not in b"".join(map(bytes, listing.texts.values()))


def test_a_sync_variant_is_read_bare_and_wrapped() -> None:
    bare = {"id": 9, "variant_id": 4016, "retail_price": "29.99", "product": {"product_id": 71, "variant_id": 4016}}
    assert read_sync_variant(bare) == read_sync_variant({"sync_variant": bare, "sync_product": {"id": 3}})


def test_a_sync_variants_preview_is_that_of_its_preview_file() -> None:
    files = [{"type": "default", "preview_url": "art.png"}, {"type": "preview", "preview_url": "printed.png"}]
    assert read_sync_variant({"id": 9, "files": files}).preview_url == "printed.png"


def test_international_sizes_have_no_unit() -> None:
    guide = read_size_guide({"product_id": 71, "size_tables": [{"type": "international", "unit": "none"}]})
    assert guide.tables[0].unit is None


@pytest.mark.parametrize("read", [read_variant_answer, read_listing, read_sync_variant, read_size_guide])
def test_an_answer_without_an_id_is_broken(read: Any) -> None:
    with pytest.raises(ValueError, match="no "):
        read({"id": None})


@given(
    st.fixed_dictionaries(dict.fromkeys(VARIANT_KEYS, JSON)), st.fixed_dictionaries(dict.fromkeys(PRODUCT_KEYS, JSON))
)
def test_a_variant_with_any_other_fields_is_read(variant: dict[str, Any], product: dict[str, Any]) -> None:
    assert read_variant_answer({"variant": {**variant, "id": 1}, "product": {**product, "id": 2}}).id == 1


@given(st.fixed_dictionaries(dict.fromkeys(GUIDE_KEYS, JSON)))
def test_a_size_guide_with_any_other_fields_is_read(guide: dict[str, Any]) -> None:
    assert read_size_guide({**guide, "product_id": 71}).product_id == 71


@given(st.fixed_dictionaries(dict.fromkeys(SYNC_KEYS[:-1], JSON)))
def test_a_sync_variant_with_any_other_fields_is_read(variant: dict[str, Any]) -> None:
    assert read_sync_variant({**variant, "id": 9}).id == 9
