"""Products as the sandbox's Storefront answers for them: found, described, and chosen by options."""

from typing import Any

import pytest

from sandbox.store import Store
from tests.conftest import Ask, Run

LATTE, SHIRT = "gid://shopify/Product/8000000001", "your-design-shirt"


def test_a_product_is_found_by_id_and_by_handle(ask: Ask) -> None:
    found = ask(
        """query($id: ID!) {
          byId: product(id: $id) { handle } byHandle: product(handle: "latte") { id }
          old: productByHandle(handle: "latte") { id }
        }""",
        {"id": LATTE},
    )
    assert found == {"byId": {"handle": "latte"}, "byHandle": {"id": LATTE}, "old": {"id": LATTE}}


def test_an_unknown_product_is_null(ask: Ask) -> None:
    query = '{ a: product(handle: "tee") { id } b: product(id: "gid://shopify/Product/1") { id } }'
    assert ask(query) == {"a": None, "b": None}


def test_a_product_without_id_and_handle_is_refused(run: Run) -> None:
    result = run("{ product { id } }")
    assert result.errors
    assert result.errors[0].message == "Either id or handle must be provided"


@pytest.mark.parametrize("wrong", ["latte", "gid://shopify/Collection/8000000001", "gid://shopify/Product/latte"])
def test_an_id_of_something_else_is_refused(run: Run, wrong: str) -> None:
    result = run("query($id: ID!) { product(id: $id) { id } }", {"id": wrong})
    assert result.errors
    assert result.errors[0].message == f"Invalid global id '{wrong}'"


def test_prices_are_in_the_currency_of_the_country(ask: Ask) -> None:
    query = """query @inContext(country: %s) { product(handle: "latte") {
      priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } } } }"""
    ranges = {c: ask(query % c)["product"]["priceRange"] for c in ("US", "DE", "JP")}
    assert ranges == {
        "US": {
            "minVariantPrice": {"amount": "4.5", "currencyCode": "USD"},
            "maxVariantPrice": {"amount": "6.5", "currencyCode": "USD"},
        },
        "DE": {
            "minVariantPrice": {"amount": "4.14", "currencyCode": "EUR"},
            "maxVariantPrice": {"amount": "5.98", "currencyCode": "EUR"},
        },
        "JP": {
            "minVariantPrice": {"amount": "675.0", "currencyCode": "JPY"},
            "maxVariantPrice": {"amount": "975.0", "currencyCode": "JPY"},
        },
    }


def test_texts_are_in_the_language_asked_for(ask: Ask) -> None:
    query = """query @inContext(language: %s) { product(handle: "latte") { title description
      options { name values optionValues { name } }
      variants(first: 1) { nodes { title selectedOptions { name value } } } } }"""
    german, english = ask(query % "DE")["product"], ask(query % "EN")["product"]
    assert (english["title"], german["title"]) == ("Latte", "Milchkaffee")
    assert german["description"] == "Zwei Shots unter viel aufgeschäumter Milch."
    assert german["options"][0] == {
        "name": "Größe",
        "values": ["Klein", "Mittel", "Groß"],
        "optionValues": [{"name": "Klein"}, {"name": "Mittel"}, {"name": "Groß"}],
    }
    assert german["variants"]["nodes"][0] == {
        "title": "Klein / Vollmilch",
        "selectedOptions": [{"name": "Größe", "value": "Klein"}, {"name": "Milch", "value": "Vollmilch"}],
    }


@pytest.mark.parametrize(("country", "seen"), [("US", True), ("CA", True), ("ZZ", True), ("DE", False)])
def test_a_product_is_seen_only_where_it_is_sold(ask: Ask, country: str, seen: bool) -> None:
    found = ask(
        """query($c: CountryCode!) @inContext(country: $c) {
          product(handle: "cold-brew-growler") { id }
          products(first: 250) { nodes { handle } }
          search(query: "growler", first: 5) { totalCount }
          collection(handle: "drinkware") { products(first: 50) { nodes { handle } } }
        }""",
        {"c": country},
    )
    assert (found["product"] is not None) == seen
    assert ({"handle": "cold-brew-growler"} in found["products"]["nodes"]) == seen
    assert (found["search"]["totalCount"] == 1) == seen
    assert ({"handle": "cold-brew-growler"} in found["collection"]["products"]["nodes"]) == seen


def test_a_product_is_not_seen_before_it_is_published(ask: Ask, store: Store) -> None:
    latte = store.products[8000000001]
    latte.published_at = store.clock.now().replace(hour=13)
    query = '{ product(handle: "latte") { id } }'
    assert ask(query)["product"] is None
    store.clock.advance(3600)
    assert ask(query)["product"] == {"id": LATTE}


def test_a_description_is_cut_where_asked(ask: Ask) -> None:
    query = '{ product(handle: "latte") { whole: description cut: description(truncateAt: 12) descriptionHtml } }'
    assert ask(query)["product"] == {
        "whole": "Two shots under a deep layer of steamed milk.",
        "cut": "Two shots...",
        "descriptionHtml": "<p>Two shots under a deep layer of steamed milk.</p>",
    }


def test_former_prices_range_from_zero_where_there_are_none(ask: Ask) -> None:
    query = """{ a: product(handle: "latte") { ...P } b: product(handle: "camp-mug") { ...P } }
      fragment P on Product { compareAtPriceRange { minVariantPrice { amount } maxVariantPrice { amount } } }"""
    found = ask(query)
    assert found["a"]["compareAtPriceRange"]["maxVariantPrice"]["amount"] == "0.0"
    assert found["b"]["compareAtPriceRange"]["minVariantPrice"]["amount"] == "19.0"


def test_a_product_knows_its_collections_in_both_directions(ask: Ask) -> None:
    query = """{ product(handle: "latte") {
      a: collections(first: 5) { nodes { handle } totalCount }
      b: collections(first: 5, reverse: true) { nodes { handle } } } }"""
    found = ask(query)["product"]
    assert found["a"]["nodes"] == [{"handle": "frontpage"}, {"handle": "espresso-drinks"}]
    assert found["a"]["totalCount"] == "2"
    assert found["b"]["nodes"] == found["a"]["nodes"][::-1]


def test_a_category_names_all_above_it(ask: Ask) -> None:
    query = '{ product(handle: "camp-mug") { category { id name ancestors { name } } } }'
    assert ask(query)["product"]["category"] == {
        "id": "gid://shopify/TaxonomyCategory/hg-11-10-3-3",
        "name": "Mugs",
        "ancestors": [
            {"name": "Home & Garden"},
            {"name": "Kitchen & Dining"},
            {"name": "Tableware"},
            {"name": "Drinkware"},
        ],
    }


def test_options_are_as_many_as_asked_for(ask: Ask) -> None:
    query = '{ product(handle: "latte") { all: options { name } one: options(first: 1) { name } } }'
    assert ask(query)["product"] == {"all": [{"name": "Size"}, {"name": "Milk"}], "one": [{"name": "Size"}]}


def test_an_option_value_leads_to_a_variant_that_is_for_sale(ask: Ask, store: Store) -> None:
    mug = store.product_by_handle("camp-mug")
    assert mug is not None
    query = """{ product(handle: "camp-mug") { options { optionValues { name swatch { color image { id } }
      firstSelectableVariant { id } } } } }"""
    values = ask(query)["product"]["options"][0]["optionValues"]
    assert [value["name"] for value in values] == ["Black", "Oyster"]
    assert values[0]["swatch"] == {"color": "#1b1b1b", "image": None}
    assert values[1]["firstSelectableVariant"] == {"id": f"gid://shopify/ProductVariant/{mug.variants[1].id}"}


def test_a_swatch_can_be_a_picture(ask: Ask) -> None:
    query = """{ product(handle: "gooseneck-kettle") { options { optionValues { swatch { image { alt
      previewImage { width } } } } } } }"""
    values = ask(query)["product"]["options"][0]["optionValues"]
    assert values[1]["swatch"]["image"] == {"alt": "Copper", "previewImage": {"width": 64}}


@pytest.mark.parametrize(
    ("sort_key", "reverse", "expected"),
    [
        ("POSITION", False, ["Small / Whole", "Small / Skim"]),
        ("POSITION", True, ["Large / Almond", "Large / Oat"]),
        ("ID", True, ["Large / Almond", "Large / Oat"]),
        ("SKU", False, ["Large / Almond", "Large / Oat"]),
        ("TITLE", False, ["Large / Almond", "Large / Oat"]),
        ("TITLE", True, ["Small / Whole", "Small / Skim"]),
    ],
)
def test_variants_come_in_the_order_asked_for(ask: Ask, sort_key: str, reverse: bool, expected: list[str]) -> None:
    query = """query($k: ProductVariantSortKeys, $r: Boolean) { product(handle: "latte") {
      variantsCount { count precision }
      variants(first: 2, sortKey: $k, reverse: $r) { nodes { title } } } }"""
    found = ask(query, {"k": sort_key, "r": reverse})["product"]
    assert [node["title"] for node in found["variants"]["nodes"]] == expected
    assert found["variantsCount"] == {"count": 12, "precision": "EXACT"}


def chosen(ask: Ask, field: str, arguments: str) -> Any:
    return ask(f'{{ product(handle: "latte") {{ {field}({arguments}) {{ title }} }} }}')["product"][field]


LARGE_OAT = '{name: "Size", value: "Large"}, {name: "Milk", value: "Oat"}'


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (f"selectedOptions: [{LARGE_OAT}]", {"title": "Large / Oat"}),
        ('selectedOptions: [{name: "Size", value: "Large"}]', {"title": "Large / Whole"}),
        ('selectedOptions: [{name: "size", value: "large"}]', None),
        ('selectedOptions: [{name: "size", value: "large"}], caseInsensitiveMatch: true', {"title": "Large / Whole"}),
        (f'selectedOptions: [{LARGE_OAT}, {{name: "Cup", value: "Paper"}}]', None),
        (
            f'selectedOptions: [{LARGE_OAT}, {{name: "Cup", value: "Paper"}}], ignoreUnknownOptions: true',
            {"title": "Large / Oat"},
        ),
        ('selectedOptions: [{name: "Size", value: "Huge"}]', None),
        ("selectedOptions: []", None),
    ],
)
def test_a_variant_is_found_by_its_options(ask: Ask, arguments: str, expected: Any) -> None:
    assert chosen(ask, "variantBySelectedOptions", arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (f"selectedOptions: [{LARGE_OAT}]", "Large / Oat"),
        ("selectedOptions: []", "Small / Whole"),
        ('selectedOptions: [{name: "size", value: "large"}]', "Small / Whole"),
        ('selectedOptions: [{name: "Size", value: "large"}], caseInsensitiveMatch: true', "Large / Whole"),
        (f'selectedOptions: [{LARGE_OAT}, {{name: "Cup", value: "Paper"}}]', "Large / Oat"),
        (
            f'selectedOptions: [{LARGE_OAT}, {{name: "Cup", value: "Paper"}}], ignoreUnknownOptions: false',
            "Small / Whole",
        ),
    ],
)
def test_a_choice_that_fits_nothing_gives_the_first_variant(ask: Ask, arguments: str, expected: str) -> None:
    assert chosen(ask, "selectedOrFirstAvailableVariant", arguments) == {"title": expected}


def test_the_first_available_variant_is_one_that_is_for_sale(ask: Ask, store: Store) -> None:
    mug = store.product_by_handle("ceramic-mug")
    assert mug is not None
    for level in mug.variants[0].stock.values():
        level.available = 0
    query = '{ product(handle: "ceramic-mug") { selectedOrFirstAvailableVariant { title availableForSale } } }'
    assert ask(query)["product"]["selectedOrFirstAvailableVariant"] == {"title": "Slate", "availableForSale": True}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            f"selectedOptions: [{LARGE_OAT}]",
            ["Small / Oat", "Medium / Oat", "Large / Whole", "Large / Skim", "Large / Almond"],
        ),
        (
            "selectedOptions: []",
            ["Small / Skim", "Small / Oat", "Small / Almond", "Medium / Whole", "Large / Whole"],
        ),
        (
            'selectedOptions: [{name: "size", value: "LARGE"}], caseInsensitiveMatch: true',
            ["Small / Whole", "Medium / Whole", "Large / Skim", "Large / Oat", "Large / Almond"],
        ),
        (f'selectedOptions: [{LARGE_OAT}, {{name: "Cup", value: "Paper"}}], ignoreUnknownOptions: false', []),
    ],
)
def test_adjacent_variants_are_one_choice_away(ask: Ask, arguments: str, expected: list[str]) -> None:
    assert [variant["title"] for variant in chosen(ask, "adjacentVariants", arguments)] == expected


def test_options_can_be_chosen_in_the_language_shown(ask: Ask) -> None:
    query = """query @inContext(language: DE) { product(handle: "latte") {
      variantBySelectedOptions(selectedOptions: [{name: "Größe", value: "Groß"},
        {name: "Milch", value: "Hafer"}]) { title }
    } }"""
    assert ask(query)["product"]["variantBySelectedOptions"] == {"title": "Groß / Hafer"}


def test_sold_out_combinations_exist_but_are_not_available(ask: Ask) -> None:
    query = """{ product(handle: "panama-geisha-reserve") { availableForSale totalInventory
      encodedVariantExistence encodedVariantAvailability } }"""
    assert ask(query)["product"] == {
        "availableForSale": False,
        "totalInventory": 0,
        "encodedVariantExistence": "v1_0-1",
        "encodedVariantAvailability": "v1_",
    }


def test_media_come_by_place_and_by_number(ask: Ask) -> None:
    query = """query($k: ProductMediaSortKeys, $r: Boolean) { product(handle: "home-espresso-machine") {
      media(first: 10, sortKey: $k, reverse: $r) { nodes { id mediaContentType } } } }"""

    def kinds(key: str, reverse: bool = False) -> list[str]:
        nodes = ask(query, {"k": key, "r": reverse})["product"]["media"]["nodes"]
        return [node["mediaContentType"] for node in nodes]

    by_place = ["IMAGE", "MODEL_3D", "VIDEO", "EXTERNAL_VIDEO", "IMAGE", "IMAGE", "IMAGE", "IMAGE"]
    assert kinds("POSITION") == by_place
    assert kinds("POSITION", reverse=True) == by_place[::-1]
    assert kinds("ID") == ["IMAGE"] * 5 + ["VIDEO", "EXTERNAL_VIDEO", "MODEL_3D"]


def test_images_come_by_place_and_by_number(ask: Ask, store: Store) -> None:
    machine = store.product_by_handle("home-espresso-machine")
    assert machine is not None
    machine.pictures.reverse()
    query = """query($k: ProductImageSortKeys, $r: Boolean) { product(handle: "home-espresso-machine") {
      featuredImage { altText } images(first: 10, sortKey: $k, reverse: $r) { nodes { altText } } } }"""

    def first(key: str, reverse: bool = False) -> str:
        alt: str = ask(query, {"k": key, "r": reverse})["product"]["images"]["nodes"][0]["altText"]
        return alt

    assert first("POSITION") == ask(query)["product"]["featuredImage"]["altText"] == "Home Espresso Machine in copper"
    assert first("POSITION", reverse=True) == first("ID") == first("CREATED_AT") == "Home Espresso Machine"


def test_tags_and_types_are_listed_once_each_in_order(ask: Ask) -> None:
    found = ask(
        """{ productTypes(first: 20) { nodes edges { cursor node } }
          productTags(first: 2) { nodes pageInfo { hasNextPage } } }"""
    )
    assert found["productTypes"]["nodes"] == [
        "Accessories", "Apparel", "Beverage", "Coffee Beans", "Drinkware", "Food", "Gift Card",
    ]  # fmt: skip
    assert found["productTags"] == {"nodes": ["accessories", "apparel"], "pageInfo": {"hasNextPage": True}}


def test_subscriptions_are_grouped(ask: Ask) -> None:
    query = """{ product(handle: "colombia-huila") { requiresSellingPlan sellingPlanGroups(first: 2) { nodes {
      name appName options { name values } sellingPlans(first: 5) { nodes { name } }
      backwards: sellingPlans(first: 1, reverse: true) { nodes { name } } } } }
      club: product(handle: "roasters-choice-club") { requiresSellingPlan } }"""
    found = ask(query)
    assert found["product"]["sellingPlanGroups"]["nodes"] == [
        {
            "name": "Subscribe and save",
            "appName": "Kynda Subscriptions",
            "options": [{"name": "Deliver every", "values": ["Week", "2 weeks", "Month"]}],
            "sellingPlans": {
                "nodes": [
                    {"name": "Every week, 15% off"},
                    {"name": "Every 2 weeks, 10% off"},
                    {"name": "Every month, 5% off"},
                ]
            },
            "backwards": {"nodes": [{"name": "Every month, 5% off"}]},
        }
    ]
    assert (found["product"]["requiresSellingPlan"], found["club"]["requiresSellingPlan"]) == (False, True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            'productHandle: "kynda-house-blend", intent: COMPLEMENTARY',
            ["ceramic-dripper", "paper-filters"],
        ),
        (
            'productHandle: "kynda-house-blend", intent: RELATED',
            ["midnight-espresso", "colombia-huila", "ethiopia-yirgacheffe"],
        ),
        (f'productId: "{LATTE}"', ["cappuccino", "flat-white", "cortado"]),
        (f'productId: "{LATTE}", intent: COMPLEMENTARY', ["butter-croissant"]),
        ('productHandle: "camp-mug", intent: COMPLEMENTARY', []),
    ],
)
def test_recommendations_are_related_or_complementary_products(ask: Ask, arguments: str, expected: list[str]) -> None:
    found = ask(f"{{ productRecommendations({arguments}) {{ handle trackingParameters }} }}")["productRecommendations"]
    assert [each["handle"] for each in found][:3] == expected
    assert len(found) <= 10
    assert all("_ss=e" in each["trackingParameters"] for each in found)


def test_recommendations_of_an_unknown_product_are_null(ask: Ask) -> None:
    assert ask('{ productRecommendations(productHandle: "tee") { id } }') == {"productRecommendations": None}


def test_recommendations_of_no_product_are_refused(run: Run) -> None:
    assert run("{ productRecommendations { id } }").errors
