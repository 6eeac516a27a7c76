"""Searching the shop: full results, predictions, and what their arguments change."""

import json
from typing import Any

import pytest

from tests.conftest import Ask, Run

SEARCH = """query($query: String!, $types: [SearchType!], $prefix: SearchPrefixQueryType, $filters: [ProductFilter!],
  $reverse: Boolean, $key: SearchSortKeys, $unavailable: SearchUnavailableProductsType, $first: Int = 250,
  $after: String, $last: Int, $before: String) {
  search(query: $query, types: $types, prefix: $prefix, productFilters: $filters, reverse: $reverse, sortKey: $key,
    unavailableProducts: $unavailable, first: $first, after: $after, last: $last, before: $before) {
    totalCount productFilters { id values { count input } } pageInfo { hasNextPage endCursor }
    nodes { __typename ... on Product { handle trackingParameters priceRange { minVariantPrice { amount } } }
      ... on Page { handle trackingParameters } ... on Article { handle trackingParameters } } } }"""


def searched(ask: Ask, query: str, **variables: Any) -> list[str]:
    found = ask(SEARCH, {"query": query, **variables})["search"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["handle"] for node in found["nodes"]]


def kinds(ask: Ask, query: str, **variables: Any) -> set[str]:
    nodes = ask(SEARCH, {"query": query, **variables})["search"]["nodes"]
    return {node["__typename"] for node in nodes}


def test_a_search_finds_products_pages_and_articles(ask: Ask) -> None:
    assert kinds(ask, "coffee") == {"Product", "Page", "Article"}


@pytest.mark.parametrize("kind", ["Product", "Page", "Article"])
def test_a_search_finds_the_types_asked_for(ask: Ask, kind: str) -> None:
    assert kinds(ask, "coffee", types=[kind.upper()]) == {kind}


def test_the_last_word_may_be_a_beginning_unless_that_is_unwanted(ask: Ask) -> None:
    assert "butter-croissant" in searched(ask, "butter crois")
    assert "butter-croissant" in searched(ask, "butter crois", prefix="LAST")
    assert searched(ask, "butter crois", prefix="NONE") == []
    assert searched(ask, "butt croissant", prefix="LAST") == []


def test_a_title_counts_for_more_than_a_description(ask: Ask) -> None:
    found = searched(ask, "espresso", types=["PRODUCT"])
    assert found.index("espresso") < found.index("macchiato")


def test_a_search_by_price_and_backwards(ask: Ask) -> None:
    nodes = ask(SEARCH, {"query": "coffee", "key": "PRICE", "types": ["PRODUCT"], "unavailable": "SHOW"})["search"][
        "nodes"
    ]
    prices = [float(node["priceRange"]["minVariantPrice"]["amount"]) for node in nodes]
    assert prices == sorted(prices)
    backwards = searched(ask, "coffee", key="PRICE", types=["PRODUCT"], unavailable="SHOW", reverse=True)
    assert backwards == [node["handle"] for node in nodes][::-1]


def test_sold_out_goods_come_last_or_in_place_or_not_at_all(ask: Ask) -> None:
    everything = {"key": "PRICE", "types": ["PRODUCT"], "reverse": True}
    assert searched(ask, "beans", **everything)[-1] == "panama-geisha-reserve"
    assert searched(ask, "beans", unavailable="LAST", **everything)[-1] == "panama-geisha-reserve"
    assert searched(ask, "beans", unavailable="SHOW", **everything)[0] == "panama-geisha-reserve"
    assert "panama-geisha-reserve" not in searched(ask, "beans", unavailable="HIDE", **everything)


def test_filters_narrow_the_products_of_a_search(ask: Ask) -> None:
    wish = {"productType": "Drinkware"}
    found = searched(ask, "mug", types=["PRODUCT"], filters=[wish])
    assert found
    assert set(found) == {"ceramic-mug", "camp-mug", "your-design-mug", "morning-ritual-mug"}


def test_counts_of_a_search_agree_with_its_filters(ask: Ask) -> None:
    facets = ask(SEARCH, {"query": "brew", "types": ["PRODUCT"]})["search"]["productFilters"]
    assert facets
    for facet in facets:
        for value in facet["values"]:
            wish = json.loads(value["input"])
            assert len(searched(ask, "brew", types=["PRODUCT"], filters=[wish])) == value["count"], value


def test_the_pages_of_a_search_together_contain_all_results(ask: Ask) -> None:
    whole = searched(ask, "coffee")
    ids: list[str] = []
    cursor = None
    while True:
        found = ask(SEARCH, {"query": "coffee", "first": 3, "after": cursor})["search"]
        assert found["totalCount"] == len(whole)
        ids += [node["handle"] for node in found["nodes"]]
        if not found["pageInfo"]["hasNextPage"]:
            break
        cursor = found["pageInfo"]["endCursor"]
    assert ids == whole


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tag:bundle", ["home-brewing-kit"]),
        ("CAMMUG-OYSTER", ["camp-mug"]),
        ('"cold brew" -nitro vendor:"Northbeam Gear"', ["cold-brew-maker", "cold-brew-growler"]),
        ("cafe au lait", ["cafe-au-lait"]),
        ("", []),
        ("xylophone", []),
    ],
)
def test_a_search_reads_the_search_syntax(ask: Ask, query: str, expected: list[str]) -> None:
    assert sorted(searched(ask, query, types=["PRODUCT"])) == sorted(expected)


def test_a_search_finds_titles_in_the_language_asked_for(ask: Ask) -> None:
    query = """query @inContext(language: DE) {
      search(query: "Milchkaffee", first: 3) { nodes { ... on Product { handle } } } }"""
    assert ask(query)["search"]["nodes"] == [{"handle": "latte"}]


def test_results_are_tracked_and_the_same_products_elsewhere_are_not(ask: Ask) -> None:
    found = ask(
        """{ search(query: "latte", first: 2) { nodes { ... on Product { trackingParameters } } }
          product(handle: "latte") { trackingParameters } }"""
    )
    first, second = (node["trackingParameters"] for node in found["search"]["nodes"])
    assert first.startswith("_pos=1&_sid=")
    assert first.endswith("&_ss=r")
    assert second == first.replace("_pos=1", "_pos=2")
    assert found["product"]["trackingParameters"] is None


PREDICT = """query($query: String!, $limit: Int, $scope: PredictiveSearchLimitScope, $types: [PredictiveSearchType!],
  $fields: [SearchableField!], $unavailable: SearchUnavailableProductsType) {
  predictiveSearch(query: $query, limit: $limit, limitScope: $scope, types: $types, searchableFields: $fields,
    unavailableProducts: $unavailable) {
    products { handle trackingParameters } collections { handle trackingParameters } pages { handle }
    articles { handle } queries { text styledText trackingParameters } } }"""


def predicted(ask: Ask, query: str, **variables: Any) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = ask(PREDICT, {"query": query, **variables})["predictiveSearch"]
    return found


def test_a_prediction_is_of_every_kind(ask: Ask) -> None:
    assert all(predicted(ask, "co", limit=10).values())


@pytest.mark.parametrize("kind", ["products", "collections", "pages", "articles", "queries"])
def test_a_prediction_is_of_the_kinds_asked_for(ask: Ask, kind: str) -> None:
    kind_name = {"queries": "QUERY"}.get(kind, kind[:-1].upper())
    found = predicted(ask, "co", types=[kind_name])
    assert [name for name, each in found.items() if each] == [kind]


def test_a_limit_is_for_all_kinds_together_or_for_each(ask: Ask) -> None:
    together = predicted(ask, "co", limit=3)
    assert sum(len(each) for each in together.values()) == 3
    assert predicted(ask, "co", limit=3, scope="ALL") == together
    each = predicted(ask, "co", limit=2, scope="EACH")
    assert len(each["products"]) == len(each["queries"]) == 2


def test_a_prediction_has_ten_results_at_most(ask: Ask, run: Run) -> None:
    assert len(predicted(ask, "e", scope="EACH", fields=["BODY", "TITLE"])["products"]) <= 10
    assert run(PREDICT, {"query": "e", "limit": 11}).errors
    assert run(PREDICT, {"query": "e", "limit": 0}).errors


@pytest.mark.parametrize(
    ("field", "query", "handle"),
    [
        ("TITLE", "camp", "camp-mug"),
        ("PRODUCT_TYPE", "gift", "kynda-gift-card"),
        ("TAG", "bundle", "home-brewing-kit"),
        ("VENDOR", "riverside", "ceramic-mug"),
        ("VARIANTS_TITLE", "terracotta", "ceramic-mug"),
        ("VARIANTS_SKU", "CAMMUG", "camp-mug"),
        ("VARIANTS_BARCODE", "2040000002206", "camp-mug"),
        ("BODY", "bergamot", "earl-grey"),
    ],
)
def test_a_prediction_looks_into_the_fields_asked_for(ask: Ask, field: str, query: str, handle: str) -> None:
    def handles(fields: list[str]) -> list[str]:
        found = predicted(ask, query, fields=fields, types=["PRODUCT"])
        return [product["handle"] for product in found["products"]]

    assert handle in handles([field])
    assert handle not in handles(["AUTHOR"])


def test_an_article_is_found_by_its_author(ask: Ask) -> None:
    name = ask("{ articles(first: 1) { nodes { handle authorV2 { lastName } } } }")["articles"]["nodes"][0]
    found = predicted(ask, name["authorV2"]["lastName"], fields=["AUTHOR"], types=["ARTICLE"])
    assert name["handle"] in [article["handle"] for article in found["articles"]]
    assert not predicted(ask, name["authorV2"]["lastName"], fields=["TITLE"], types=["ARTICLE"])["articles"]


def test_predictions_treat_what_is_sold_out_as_asked(ask: Ask) -> None:
    def handles(unavailable: str | None) -> list[str]:
        found = predicted(
            ask, "coffee beans", types=["PRODUCT"], unavailable=unavailable, fields=["PRODUCT_TYPE", "TAG"]
        )
        return [product["handle"] for product in found["products"]]

    assert handles(None)[-1] == handles("LAST")[-1] == "panama-geisha-reserve"
    assert "panama-geisha-reserve" in handles("SHOW")[:-1]
    assert "panama-geisha-reserve" not in handles("HIDE")


def test_suggestions_mark_what_was_typed(ask: Ask) -> None:
    found = predicted(ask, "Lat", types=["QUERY"])["queries"]
    assert found[0]["text"] == "latte"
    assert found[0]["styledText"] == "<mark>lat</mark><span>te</span>"
    assert found[0]["trackingParameters"].endswith("&_ss=p")


def test_predictions_are_tracked(ask: Ask) -> None:
    found = predicted(ask, "coffee")
    assert "_pos=1&" in found["products"][0]["trackingParameters"]
    assert found["collections"][0]["trackingParameters"].endswith("&_ss=p")


def test_nothing_typed_predicts_nothing(ask: Ask) -> None:
    assert not any(predicted(ask, " ").values())
