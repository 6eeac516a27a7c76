"""The rules for products that Printful makes, one by one."""

from collections.abc import Mapping
from typing import Any

import pytest

from clients.admin.setup import ShopProduct, ShopVariant
from clients.global_ids import GlobalId
from clients.printful.models import read_sync_variant, read_variant_answer
from resolvers.catalog_rules import (
    RULES,
    CatalogRule,
    CheckedCatalogue,
    RuleViolation,
    Severity,
    catalog_issues,
)
from resolvers.print_on_demand import PrintOnDemand

CUSTOMIZABLE = ("customizable-printful",)


def variant(number: int = 1, *, sku: str | None = "PFUL-4012", product: int = 1, **given: Any) -> ShopVariant:
    """A variant that is set up well, but for what is given."""
    owner: dict[str, Any] = {"vendor": "Printful_DS", "tags": CUSTOMIZABLE, "status": "ACTIVE", "title": "Shirt"}
    owner |= {name: given.pop(name) for name in owner.keys() & given.keys()}
    item: dict[str, Any] = {"tracked": False, "requires_shipping": True, "title": "M"} | given
    shown = ShopProduct(id=GlobalId(f"gid://shopify/Product/{product}"), **owner)
    return ShopVariant(id=GlobalId(f"gid://shopify/ProductVariant/{number}"), sku=sku, product=shown, **item)


def print_on_demand(**given: Any) -> PrintOnDemand:
    return PrintOnDemand(read_variant_answer({"variant": {"id": 4012, **given}, "product": {"id": 71}}))


def issues(
    *variants: ShopVariant, prints: Mapping[str, PrintOnDemand | None] | None = None, designs: int = 5
) -> list[RuleViolation]:
    return catalog_issues(CheckedCatalogue(variants, prints or {}, designs))


def rules(*variants: ShopVariant, **given: Any) -> list[CatalogRule]:
    return [each.rule for each in issues(*variants, **given)]


def test_each_rule_has_a_check_of_its_name() -> None:
    assert [check.__name__ for check in RULES] == [rule.value for rule in CatalogRule]


def test_a_correct_product_has_no_problems() -> None:
    blank = variant()
    synced = variant(2, product=2, sku="PFUL-SYNC-4752058801", tags=())
    coffee = variant(3, product=3, sku="ETH-340", vendor="Kynda Roastery", tags=(), tracked=True)
    without_sku = variant(4, product=4, sku=None, vendor="Kynda Roastery", tags=())

    assert issues(blank, synced, coffee, without_sku, prints={blank.id: print_on_demand()}) == []


@pytest.mark.parametrize(
    "vendor", ["printful_ds", "Printful DS", "PrintfulDS", "Printful-DS", "Printful", "Printfull_DS"]
)
def test_a_misspelt_printful_vendor_is_a_problem(vendor: str) -> None:
    assert rules(variant(vendor=vendor)) == [CatalogRule.VENDOR_NEAR_MISS]


@pytest.mark.parametrize("vendor", ["Kynda Roastery", "Printify", "Northbeam Gear", "", " Printful_DS "])
def test_a_different_vendor_is_not_a_misspelling(vendor: str) -> None:
    assert CatalogRule.VENDOR_NEAR_MISS not in rules(variant(vendor=vendor, sku="X-1", tags=()))


@pytest.mark.parametrize("sku", [None, "", "4012", "PFUL-", "PFUL-x", "pful-4012", "PFUL-SYNC-", "PFUL-04"])
def test_printful_goods_with_an_invalid_sku_are_a_problem(sku: str | None) -> None:
    assert rules(variant(sku=sku)) == [CatalogRule.SKU_NOT_PRINTFULS]


def test_a_printful_sku_of_another_vendor_is_a_problem() -> None:
    assert rules(variant(vendor="Kynda Roastery", tags=())) == [CatalogRule.SKU_OF_ANOTHER_VENDOR]


def test_two_variants_with_one_sku_are_a_problem() -> None:
    found = issues(variant(1), variant(2, product=2), variant(3, product=3, sku="PFUL-4013"))

    assert [(each.rule, each.variant and each.variant.id[-1]) for each in found] == [
        (CatalogRule.SKU_DUPLICATE, "1"),
        (CatalogRule.SKU_DUPLICATE, "2"),
    ]


def test_two_variants_without_a_sku_are_no_duplicates() -> None:
    plain: dict[str, Any] = {"sku": None, "vendor": "Kynda Roastery", "tags": ()}

    assert issues(variant(1, **plain), variant(2, **plain)) == []


def test_a_design_picker_for_goods_that_are_not_printed_is_a_problem() -> None:
    assert rules(variant(vendor="Kynda Roastery", sku="CUP-1")) == [CatalogRule.CUSTOMIZABLE_OF_ANOTHER_VENDOR]


def test_a_design_picker_without_designs_is_reported_once_a_product() -> None:
    found = issues(variant(1), variant(2, sku="PFUL-4013"), designs=0)

    assert [(each.rule, each.variant) for each in found] == [(CatalogRule.DESIGNS_MISSING, None)]


def test_a_blank_without_a_print_is_a_problem() -> None:
    assert rules(variant(tags=("apparel",))) == [CatalogRule.ART_MISSING]


def test_a_template_that_ignores_the_buyers_design_is_a_problem() -> None:
    assert rules(variant(sku="PFUL-SYNC-4752058801")) == [CatalogRule.DESIGN_NOT_PRINTED]


def test_tracked_stock_of_printed_goods_is_a_problem() -> None:
    found = issues(variant(tracked=True))

    assert [(each.rule, each.severity) for each in found] == [(CatalogRule.STOCK_TRACKED, Severity.WARNING)]


def test_printed_goods_that_need_no_shipping_are_a_problem() -> None:
    assert rules(variant(requires_shipping=False)) == [CatalogRule.SHIPPING_OFF]


def test_a_variant_unknown_to_printful_is_a_problem() -> None:
    blank = variant()

    assert rules(blank, prints={blank.id: None}) == [CatalogRule.PRINT_VARIANT_UNKNOWN]


def test_a_sku_that_printful_did_not_answer_for_is_not_called_unknown() -> None:
    assert issues(variant(), prints={}) == []


def test_a_template_without_a_product_is_a_problem() -> None:
    synced = variant(sku="PFUL-SYNC-9", tags=())
    unlinked = PrintOnDemand(None, read_sync_variant({"id": 9, "synced": False}))

    assert rules(synced, prints={synced.id: unlinked}) == [CatalogRule.PRINT_VARIANT_UNLINKED]


def test_a_discontinued_variant_is_a_problem() -> None:
    blank = variant()
    gone = print_on_demand(availability_status=[{"region": "US", "status": "discontinued"}])

    assert rules(blank, prints={blank.id: gone}) == [CatalogRule.PRINT_VARIANT_DISCONTINUED]


def test_archived_products_are_not_checked_and_drafts_are() -> None:
    assert rules(variant(1, sku=None, status="ARCHIVED"), variant(2, sku=None, status="DRAFT")) == [
        CatalogRule.SKU_NOT_PRINTFULS
    ]


def test_issues_stand_in_the_order_of_products_and_variants_and_each_has_a_place_of_its_own() -> None:
    found = issues(
        variant(30, product=2, sku=None, tracked=True),
        variant(4, product=2, vendor="Printful_DS", sku="x", requires_shipping=False),
        variant(5, product=1, vendor="printful ds"),
        designs=0,
    )

    places = [each.place for each in found]
    assert places == sorted(places)
    assert len(set(places)) == len(places)
    assert [place[0] for place in places] == [1, 1, 2, 2, 2, 2, 2]
