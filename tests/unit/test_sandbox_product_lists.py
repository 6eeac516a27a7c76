"""Lists of products and collections: orders, queries, and pages that together are the whole."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.store import Store
from tests.conftest import Ask, Run

PRODUCT_KEYS = [
    "BEST_SELLING",
    "CREATED_AT",
    "ID",
    "PRICE",
    "PRODUCT_TYPE",
    "RELEVANCE",
    "TITLE",
    "UPDATED_AT",
    "VENDOR",
]
COLLECTION_KEYS = ["BEST_SELLING", "COLLECTION_DEFAULT", "CREATED", "ID", "MANUAL", "PRICE", "RELEVANCE", "TITLE"]

PRODUCTS = """query($first: Int, $last: Int, $after: String, $before: String, $key: ProductSortKeys, $reverse: Boolean,
  $query: String) {
  products(first: $first, last: $last, after: $after, before: $before, sortKey: $key, reverse: $reverse,
    query: $query) {
    nodes { id handle title vendor productType createdAt updatedAt priceRange { minVariantPrice { amount } } }
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


def listed(ask: Ask, **variables: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = ask(PRODUCTS, {"first": 250, **variables})["products"]["nodes"]
    return nodes


@pytest.mark.parametrize(
    ("key", "read"),
    [
        ("CREATED_AT", lambda node: node["createdAt"]),
        ("ID", lambda node: int(node["id"].rsplit("/", 1)[1])),
        ("PRICE", lambda node: float(node["priceRange"]["minVariantPrice"]["amount"])),
        ("PRODUCT_TYPE", lambda node: node["productType"].lower()),
        ("TITLE", lambda node: node["title"].lower()),
        ("UPDATED_AT", lambda node: node["updatedAt"]),
        ("VENDOR", lambda node: node["vendor"].lower()),
    ],
)
def test_products_come_in_the_order_asked_for(ask: Ask, key: str, read: Any) -> None:
    values = [read(node) for node in listed(ask, key=key)]
    assert values == sorted(values)


def test_the_best_selling_come_first(ask: Ask, store: Store) -> None:
    handles = [node["handle"] for node in listed(ask, key="BEST_SELLING")]
    by_sales = sorted(store.products.values(), key=lambda product: (-product.sold, product.id))
    assert handles == [product.handle for product in by_sales]


def test_the_best_match_of_a_query_comes_first(ask: Ask) -> None:
    by_relevance = [node["handle"] for node in listed(ask, key="RELEVANCE", query="espresso")]
    by_id = [node["handle"] for node in listed(ask, key="ID", query="espresso")]
    assert by_relevance[0] == "espresso"
    assert sorted(by_relevance) == sorted(by_id)
    assert by_relevance != by_id


@pytest.mark.parametrize("key", PRODUCT_KEYS)
def test_every_order_can_be_reversed(ask: Ask, key: str) -> None:
    forwards = [node["id"] for node in listed(ask, key=key)]
    backwards = [node["id"] for node in listed(ask, key=key, reverse=True)]
    assert backwards == forwards[::-1]


def pages(
    run: Run, document: str, variables: dict[str, Any], path: tuple[str, ...], size: int, forwards: bool
) -> list[str]:
    """The ids of all pages, one behind the other in list order."""
    ids: list[str] = []
    cursor: str | None = None
    while True:
        step = {"first": size, "after": cursor} if forwards else {"last": size, "before": cursor}
        result = run(document, {**variables, **step})
        assert result.errors is None
        found: Any = result.data
        for key in path:
            found = found[key]
        here = [edge["node"]["id"] for edge in found["edges"]]
        assert here == [node["id"] for node in found["nodes"]]
        ids = [*ids, *here] if forwards else [*here, *ids]
        info = found["pageInfo"]
        assert info["hasPreviousPage" if forwards else "hasNextPage"] == (cursor is not None)
        if not info["hasNextPage" if forwards else "hasPreviousPage"]:
            return ids
        cursor = info["endCursor" if forwards else "startCursor"]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 70),
    key=st.sampled_from(PRODUCT_KEYS),
    reverse=st.booleans(),
    forwards=st.booleans(),
    query=st.sampled_from([None, "tag:menu-item", "coffee", "vendor:Printful_DS"]),
)
def test_the_pages_of_products_together_contain_the_whole_list(
    run: Run, size: int, key: str, reverse: bool, forwards: bool, query: str | None
) -> None:
    variables = {"key": key, "reverse": reverse, "query": query}
    whole = pages(run, PRODUCTS, variables, ("products",), 250, True)
    assert pages(run, PRODUCTS, variables, ("products",), size, forwards) == whole


COLLECTION = """query($first: Int, $last: Int, $after: String, $before: String, $key: ProductCollectionSortKeys,
  $reverse: Boolean, $handle: String!) {
  collection(handle: $handle) {
    products(first: $first, last: $last, after: $after, before: $before, sortKey: $key, reverse: $reverse) {
      nodes { id handle } edges { node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 40),
    key=st.sampled_from(COLLECTION_KEYS),
    reverse=st.booleans(),
    forwards=st.booleans(),
    handle=st.sampled_from(["all-products", "frontpage", "apparel", "seasonal"]),
)
def test_the_pages_of_a_collection_together_contain_the_whole_list(
    run: Run, size: int, key: str, reverse: bool, forwards: bool, handle: str
) -> None:
    variables = {"key": key, "reverse": reverse, "handle": handle}
    path = ("collection", "products")
    assert pages(run, COLLECTION, variables, path, size, forwards) == pages(run, COLLECTION, variables, path, 250, True)


def in_collection(ask: Ask, handle: str, key: str, reverse: bool = False) -> list[str]:
    found = ask(COLLECTION, {"first": 250, "handle": handle, "key": key, "reverse": reverse})
    return [node["handle"] for node in found["collection"]["products"]["nodes"]]


@pytest.mark.parametrize(
    ("handle", "key"),
    [("all-products", "BEST_SELLING"), ("accessories", "PRICE"), ("drinkware", "TITLE"), ("apparel", "CREATED"),
     ("frontpage", "MANUAL")],
)  # fmt: skip
def test_a_collection_has_an_order_of_its_own(ask: Ask, handle: str, key: str) -> None:
    own = in_collection(ask, handle, "COLLECTION_DEFAULT")
    assert own == in_collection(ask, handle, key)
    assert own != in_collection(ask, handle, "ID" if handle != "apparel" else "TITLE")
    assert own[::-1] == in_collection(ask, handle, "COLLECTION_DEFAULT", reverse=True)


def test_a_manual_collection_keeps_the_order_it_was_given(ask: Ask, store: Store) -> None:
    bakery = store.collection_by_handle("bakery")
    assert bakery is not None
    assert in_collection(ask, "bakery", "MANUAL") == [product.handle for product in bakery.products]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("title:croissant", {"butter-croissant", "almond-croissant"}),
        ("tag:featured-item AND product_type:Beverage", {"latte", "pour-over", "matcha-latte"}),
        ("vendor:'Riverside Ceramics'", {"ceramic-mug", "espresso-cup-set", "ceramic-dripper"}),
        ("product_type:\"Gift Card\" OR tag:bundle", {"kynda-gift-card", "home-brewing-kit"}),
        ("tag:brewing tag_not:sale variants.price:>=89", {"hand-grinder", "gooseneck-kettle", "home-espresso-machine"}),
        ("available_for_sale:false", {"panama-geisha-reserve"}),
        ("created_at:<2026-01-11", {"latte"}),
        ("created_at:>='2026-07-17T00:00:00Z'", {"home-brewing-kit", "home-espresso-machine"}),
        ("title:choc*", {"hot-chocolate", "chocolate-chip-cookie"}),
        ("croissant -almond", {"butter-croissant"}),
        ("PFUL-4012", {"your-design-shirt"}),
    ],
)  # fmt: skip
def test_a_query_finds_products(ask: Ask, query: str, expected: set[str]) -> None:
    assert {node["handle"] for node in listed(ask, query=query)} == expected


def test_updated_at_narrows_the_list(ask: Ask) -> None:
    everything = listed(ask)
    recent = listed(ask, query="updated_at:>2026-10-01")
    assert {node["id"] for node in recent} == {n["id"] for n in everything if n["updatedAt"] > "2026-10-01"}
    assert 0 < len(recent) < len(everything)


def test_a_query_on_an_unknown_field_is_passed_over(ask: Ask) -> None:
    assert len(listed(ask, query="flavour:sweet")) == len(listed(ask))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "you must provide one of first or last"),
        ("first: 251", "first cannot exceed 250"),
        ("first: -1", "first cannot be negative"),
        ('first: 1, after: "nowhere"', "Invalid cursor for current pagination sort: nowhere"),
    ],
)
def test_an_invalid_page_is_refused(run: Run, arguments: str, message: str) -> None:
    call = f"({arguments})" if arguments else ""
    result = run(f"{{ products{call} {{ nodes {{ id }} }} }}")
    assert result.errors
    assert result.errors[0].message == message


def collections(ask: Ask, arguments: str) -> list[str]:
    found = ask(f"{{ collections({arguments}) {{ totalCount nodes {{ handle }} }} }}")["collections"]
    return [node["handle"] for node in found["nodes"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("first: 2", ["frontpage", "all-products"]),
        ("first: 2, reverse: true", ["seasonal", "bakery"]),
        ("first: 2, sortKey: TITLE", ["accessories", "all-products"]),
        ("first: 1, sortKey: RELEVANCE", ["frontpage"]),
        ('first: 5, query: "title:coffee"', ["coffee-beans", "brewed-coffee"]),
        (
            'first: 5, query: "collection_type:smart"',
            ["all-products", "accessories", "drinkware", "apparel", "seasonal"],
        ),
        ('first: 5, query: "oven"', ["bakery"]),
        ("last: 1", ["seasonal"]),
    ],
)
def test_collections_are_listed(ask: Ask, arguments: str, expected: list[str]) -> None:
    assert collections(ask, arguments) == expected


def test_collections_by_their_last_change(ask: Ask) -> None:
    found = ask("{ collections(first: 50, sortKey: UPDATED_AT) { totalCount nodes { updatedAt } } }")["collections"]
    moments = [node["updatedAt"] for node in found["nodes"]]
    assert moments == sorted(moments)
    assert found["totalCount"] == str(len(moments))
    limit = moments[5]
    assert len(collections(ask, f"first: 50, query: \"updated_at:>'{limit}'\"")) == len(moments) - 6


def test_a_collection_is_found_by_id_and_by_handle(ask: Ask) -> None:
    found = ask(
        """{ a: collection(id: "gid://shopify/Collection/400000000003") { ...C }
          b: collection(handle: "coffee-beans") { ...C }
          c: collectionByHandle(handle: "coffee-beans") { ...C } d: collection(handle: "tea") { id } }
          fragment C on Collection { id handle title description(truncateAt: 14) descriptionHtml onlineStoreUrl
            image { altText width } seo { title description }
            metafield(namespace: "custom", key: "intro") { value } }"""
    )
    assert (
        found["a"]
        == found["b"]
        == found["c"]
        == {
            "id": "gid://shopify/Collection/400000000003",
            "handle": "coffee-beans",
            "title": "Coffee Beans",
            "description": "Roasted on...",
            "descriptionHtml": "<p>Roasted on Tuesdays, sent on Wednesdays.</p>",
            "onlineStoreUrl": "https://kynda-sandbox.myshopify.com/collections/coffee-beans",
            "image": {"altText": "Coffee Beans", "width": 1200},
            "seo": {"title": "Coffee Beans | Kynda Coffee", "description": "Roasted on Tuesdays, sent on Wednesdays."},
            "metafield": {"value": "Roasted on Tuesdays, sent on Wednesdays."},
        }
    )
    assert found["d"] is None


def test_a_collection_without_id_and_handle_is_refused(run: Run) -> None:
    assert run("{ collection { id } }").errors


def test_null_for_an_argument_with_a_default_means_the_default(ask: Ask) -> None:
    found = ask(
        """{ a: products(first: 3, sortKey: null, reverse: null, query: null) { nodes { id } }
          b: products(first: 3) { nodes { id } }
          c: collection(handle: "drinkware") {
            x: products(first: 3, sortKey: null, reverse: null, filters: null) { nodes { id } }
            y: products(first: 3) { nodes { id } } } }"""
    )
    assert found["a"] == found["b"]
    assert found["c"]["x"] == found["c"]["y"]
