"""Filters of product lists, and the facets that offer them."""

import json
from typing import Any

import pytest

from sandbox.store import Store
from tests.conftest import Ask

FILTERED = """query($handle: String!, $filters: [ProductFilter!], $country: CountryCode) @inContext(country: $country) {
  collection(handle: $handle) { products(first: 250, filters: $filters) {
    nodes { handle } filters { id label type presentation
      values { id label count input swatch { color image { id } } image { alt } } } } } }"""


def filtered(ask: Ask, handle: str, *filters: dict[str, Any], country: str = "US") -> list[str]:
    found = ask(FILTERED, {"handle": handle, "filters": list(filters), "country": country})
    return [node["handle"] for node in found["collection"]["products"]["nodes"]]


def offered(ask: Ask, handle: str, *filters: dict[str, Any], country: str = "US") -> dict[str, dict[str, Any]]:
    found = ask(FILTERED, {"handle": handle, "filters": list(filters), "country": country})
    return {facet["id"]: facet for facet in found["collection"]["products"]["filters"]}


def metafield(key: str, value: str, namespace: str = "custom") -> dict[str, str]:
    return {"namespace": namespace, "key": key, "value": value}


ORIGIN = {"productMetafield": metafield("origin", "Ethiopia")}


@pytest.mark.parametrize(
    ("handle", "filters", "expected"),
    [
        ("coffee-beans", [{"available": False}], {"panama-geisha-reserve"}),
        ("drinkware", [{"price": {"min": 30}}], {"travel-tumbler", "espresso-cup-set", "cold-brew-growler"}),
        ("drinkware", [{"price": {"max": 14}}], {"camp-mug"}),
        ("drinkware", [{"price": {"min": 14, "max": 16.5}}], {"camp-mug", "your-design-mug"}),
        ("all-products", [{"productType": "gift card"}], {"kynda-gift-card"}),
        (
            "all-products",
            [{"productVendor": "Riverside Ceramics"}],
            {"ceramic-mug", "espresso-cup-set", "ceramic-dripper"},
        ),
        ("all-products", [{"tag": "handmade"}], {"ceramic-mug", "espresso-cup-set", "wool-beanie"}),
        ("apparel", [{"variantOption": {"name": "color", "value": "navy"}}], {"wool-beanie", "your-design-shirt"}),
        ("coffee-beans", [ORIGIN], {"ethiopia-yirgacheffe"}),
        ("coffee-beans", [{"productMetafield": metafield("tasting_notes", "plum")}], {"decaf-swiss-water"}),
        ("accessories", [{"variantMetafield": metafield("model_code", "KM-COPPER")}], {"home-espresso-machine"}),
        (
            "coffee-beans",
            [{"taxonomyMetafield": metafield("coffee-roast", "Dark", "shopify")}],
            {"sumatra-mandheling", "midnight-espresso"},
        ),
        ("apparel", [{"category": {"id": "gid://shopify/TaxonomyCategory/aa-2-17"}}], {"kynda-cap", "wool-beanie"}),
        (
            "apparel",
            [{"category": {"id": "aa-1"}}],
            {"barista-apron", "your-design-shirt", "your-design-hoodie"},
        ),
    ],
)  # fmt: skip
def test_a_filter_lets_through(ask: Ask, handle: str, filters: list[dict[str, Any]], expected: set[str]) -> None:
    assert set(filtered(ask, handle, *filters)) == expected


def test_filters_of_one_kind_widen_the_list(ask: Ask) -> None:
    both = filtered(ask, "coffee-beans", ORIGIN, {"productMetafield": metafield("origin", "Kenya")})
    assert set(both) == {"ethiopia-yirgacheffe", "kenya-nyeri"}


def test_filters_of_several_kinds_narrow_the_list(ask: Ask) -> None:
    assert filtered(
        ask, "all-products", {"tag": "sale"}, {"productVendor": "Northbeam Gear"}, {"price": {"max": 15}}
    ) == ["camp-mug"]


def test_two_wishes_in_one_filter_narrow_the_list(ask: Ask) -> None:
    assert filtered(ask, "all-products", {"tag": "sale", "price": {"max": 15}}) == ["camp-mug"]


def test_wishes_about_variants_must_come_true_in_one_variant(ask: Ask) -> None:
    small = {"variantOption": {"name": "size", "value": "12 oz"}}
    assert "travel-tumbler" in filtered(ask, "drinkware", small)
    assert "travel-tumbler" in filtered(ask, "drinkware", {"price": {"min": 30}})
    assert "travel-tumbler" not in filtered(ask, "drinkware", small, {"price": {"min": 30}})


def test_prices_are_filtered_in_the_currency_seen(ask: Ask) -> None:
    wish = {"price": {"min": 2000, "max": 2150}}
    assert filtered(ask, "drinkware", wish) == []
    assert filtered(ask, "drinkware", wish, country="JP") == ["camp-mug"]


def test_options_are_filtered_in_the_language_seen(ask: Ask) -> None:
    query = """query @inContext(language: DE) { collection(handle: "apparel") {
      products(first: 9, filters: [{variantOption: {name: "Farbe", value: "Marineblau"}}]) { nodes { handle } } } }"""
    nodes = ask(query)["collection"]["products"]["nodes"]
    assert {node["handle"] for node in nodes} == {"wool-beanie", "your-design-shirt"}


@pytest.mark.parametrize("handle", ["coffee-beans", "apparel", "frontpage"])
@pytest.mark.parametrize(
    "active", [[], [{"available": True}], [{"price": {"max": 30}}, {"productVendor": "Printful_DS"}]]
)
def test_a_count_is_what_choosing_the_value_leaves(ask: Ask, handle: str, active: list[dict[str, Any]]) -> None:
    for facet in offered(ask, handle, *active).values():
        for value in facet["values"]:
            chosen = json.loads(value["input"])
            others = [each for each in active if _kind(each) != _kind(chosen)]
            assert len(filtered(ask, handle, *others, chosen)) == value["count"], value["id"]


def _kind(wish: dict[str, Any]) -> str:
    return next(iter(wish))


def test_facets_stay_when_a_filter_leaves_nothing(ask: Ask) -> None:
    facets = offered(ask, "coffee-beans", {"productVendor": "Nobody"})
    assert {value["count"] for value in facets["filter.p.m.custom.origin"]["values"]} == {0}
    assert [value["count"] for value in facets["filter.p.vendor"]["values"]] == [10]


def test_facets_are_described(ask: Ask, store: Store) -> None:
    facets = offered(ask, "apparel")
    assert (facets["filter.v.availability"]["type"], facets["filter.v.price"]["type"]) == ("LIST", "PRICE_RANGE")
    assert facets["filter.v.price"]["values"][0]["input"] == '{"price":{"min":12.0,"max":58.0}}'
    colour = facets["filter.v.option.color"]
    assert (colour["label"], colour["presentation"]) == ("Color", "SWATCH")
    copper = next(value for value in colour["values"] if value["label"] == "Copper")
    assert copper["id"] == "filter.v.option.color.copper"
    assert copper["input"] == '{"variantOption":{"name":"color","value":"Copper"}}'
    assert copper["swatch"]["color"] == "#b26b3c"
    assert copper["swatch"]["image"]["id"].startswith("gid://shopify/MediaImage/")
    assert facets["filter.p.product_type"]["presentation"] == "IMAGE"
    assert facets["filter.p.product_type"]["values"][0]["image"] == {"alt": "Kynda Cap"}


def test_yes_and_no_are_a_boolean_facet(ask: Ask) -> None:
    assert offered(ask, "frontpage")["filter.p.m.custom.vegan"]["type"] == "BOOLEAN"


def test_facets_speak_the_language_asked_for(ask: Ask) -> None:
    query = """query @inContext(language: DE) { collection(handle: "apparel") { products(first: 1) { filters { label
      values { label } } } } }"""
    facets = ask(query)["collection"]["products"]["filters"]
    assert facets[0] == {"label": "Verfügbarkeit", "values": [{"label": "Auf Lager"}, {"label": "Nicht auf Lager"}]}


def test_an_empty_collection_offers_no_facets(ask: Ask) -> None:
    assert offered(ask, "seasonal") == {}
