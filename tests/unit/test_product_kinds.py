"""The shop's conventions for tags and product types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.product_kinds import ProductKind, is_customizable, is_featured, kind_of


@pytest.mark.parametrize(
    ("tags", "product_type", "kind"),
    [
        (["menu-item"], "", ProductKind.MENU_ITEM),
        (["Menu-Item"], "Coffee Beans", ProductKind.MENU_ITEM),
        ([], "Beverage", ProductKind.MENU_ITEM),
        ([], "FOOD", ProductKind.MENU_ITEM),
        ([], "Coffee Beans", ProductKind.COFFEE),
        ([], "coffee-beans", ProductKind.COFFEE),
        (["Coffee Beans"], "Subscription", ProductKind.COFFEE),
        (["coffee"], "Drinkware", ProductKind.MERCHANDISE),
        (["featured-item"], "Apparel", ProductKind.MERCHANDISE),
        ([], "", ProductKind.MERCHANDISE),
        ([], None, ProductKind.MERCHANDISE),
    ],
)
def test_the_kind_follows_from_tags_and_type(tags: list[str], product_type: str | None, kind: ProductKind) -> None:
    assert kind_of(tags, product_type) is kind


@given(st.lists(st.text()), st.text())
def test_every_product_has_a_kind(tags: list[str], product_type: str) -> None:
    assert kind_of(tags, product_type) in ProductKind


@given(st.lists(st.text()))
def test_the_menu_tag_outweighs_all_others(tags: list[str]) -> None:
    assert kind_of([*tags, "menu-item"], "Coffee Beans") is ProductKind.MENU_ITEM


@pytest.mark.parametrize("tag", ["featured-item", "Featured-Item", " FEATURED-ITEM "])
def test_the_home_page_tag_ignores_case(tag: str) -> None:
    assert is_featured(["apparel", tag])
    assert not is_customizable(["apparel", tag])


@pytest.mark.parametrize("tag", ["customizable-printful", "Customizable-Printful"])
def test_the_design_choice_tag_ignores_case(tag: str) -> None:
    assert is_customizable([tag])
    assert not is_featured([tag])


def test_a_tag_that_only_contains_the_word_does_not_count() -> None:
    assert not is_featured(["not-featured-item", "featured"])
    assert not is_customizable(["customizable"])
