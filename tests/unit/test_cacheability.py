"""Which queries are cached, under which policy, and with which tags."""

from typing import Any

import orjson
import pytest
from graphql import GraphQLObjectType

from clients.cache.policies import Policies, Policy, strictest
from clients.cache.tags import ListKind
from clients.contracts import storefront_schema
from schema.execution.cacheability import LISTS, ROOT_POLICIES, STOCK_FIELDS, Cacheability, cacheability
from schema.graph import staff_graph

POLICIES = Policies()
NEVER_KEPT = {"cart", "customer"}
# Fields whose names speak of availability and that no sale changes.
NO_STOCK = {
    ("Country", "availableLanguages"),
    ("Localization", "availableCountries"),
    ("Localization", "availableLanguages"),
    ("StoreAvailability", "available"),  # only below ProductVariant.storeAvailability
    ("StoreAvailability", "quantityAvailable"),
}


def cacheability_of(query: str) -> Cacheability:
    found = cacheability(staff_graph().executed, query)
    assert found is not None
    return found


def policy_of(query: str, **variables: Any) -> Policy | None:
    return cacheability_of(query).policy(POLICIES, variables, orjson.dumps(variables))


def tags_of(query: str, data: str = "{}", **variables: Any) -> set[str]:
    return set(cacheability_of(query).tags_of(data.encode(), variables))


def test_every_root_field_has_a_policy_or_is_listed_as_never_cached() -> None:
    root = storefront_schema().query_type
    assert root is not None

    assert set(root.fields) == ROOT_POLICIES.keys() | NEVER_KEPT
    assert not ROOT_POLICIES.keys() & NEVER_KEPT


def test_every_field_that_speaks_of_stock_is_known_as_such() -> None:
    speaking = {
        (named.name, field)
        for named in storefront_schema().type_map.values()
        if isinstance(named, GraphQLObjectType) and not named.name.startswith("__")
        for field in named.fields
        if any(word in field.lower() for word in ("available", "availability", "inventory", "instock"))
    }

    assert speaking - STOCK_FIELDS == NO_STOCK


def test_every_stock_field_exists() -> None:
    types = storefront_schema().type_map
    for owner, field in STOCK_FIELDS:
        named = types[owner]
        assert isinstance(named, GraphQLObjectType)
        assert field in named.fields


def test_every_kind_of_list_that_storefront_has_is_tagged() -> None:
    assert set(LISTS.values()) == set(ListKind) - {ListKind.COUNTER, ListKind.DESIGNS, ListKind.PRINT_CATALOG}


@pytest.mark.parametrize(
    "query",
    [
        'mutation { cartCreate(input: { note: "x" }) { cart { id } } }',
        '{ cart(id: "x") { id } }',
        '{ shop { name } customer(customerAccessToken: "x") { id } }',
        '{ shop { name } ...Mine } fragment Mine on QueryRoot { ... { cart(id: "x") { id } } }',
        '{ shop { name } ... @include(if: false) { cart(id: "x") { id } } }',
        'query @inContext(buyer: { customerAccessToken: "x" }) { shop { name } }',
        "query ($b: BuyerInput) @inContext(country: US, buyer: $b) { shop { name } }",
        "query @inContext(visitorConsent: { analytics: true }) { shop { name } }",
        "{ __typename }",
    ],
)
def test_a_query_with_private_data_is_not_cacheable(query: str) -> None:
    assert cacheability(staff_graph().executed, query) is None


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": "gid://shopify/Cart/1?key=x"}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": "gid://shopify/Order/1?key=x"}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": "gid://shopify/Customer/1"}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": "gid://shopify/CartLine/1?cart=x"}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": "Z2lkOi8vc2hvcGlmeS9DYXJ0LzE="}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": "gid://shopify/Product/ü"}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": 7}),
        (
            "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            {"ids": ["gid://shopify/Product/1", "gid://shopify/Cart/1"]},
        ),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": "gid://shopify/Cart/1"}),
        ("query ($id: ID!) { nodes(ids: [$id]) { id } }", {"id": "gid://shopify/Cart/1"}),
        ('query ($id: ID! = "gid://shopify/Cart/1") { node(id: $id) { id } }', {}),
        ('query ($ids: [ID!]! = "gid://shopify/Cart/1") { nodes(ids: $ids) { id } }', {}),
        ('{ node(id: "gid://shopify/Cart/1") { id } }', {}),
        ('{ nodes(ids: "gid://shopify/Cart/1") { id } }', {}),
    ],
)
def test_a_buyers_objects_are_refused_by_their_ids(query: str, variables: dict[str, Any]) -> None:
    assert policy_of(query, **variables) is None


def test_a_given_variable_overrides_its_default() -> None:
    query = 'query ($id: ID! = "gid://shopify/Cart/1") { node(id: $id) { id } }'

    assert policy_of(query, id="gid://shopify/Product/1") == POLICIES.catalog


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ products(first: 1) { nodes { id } } }", POLICIES.catalog),
        ('{ menu(handle: "x") { id } }', POLICIES.content),
        ('{ menu(handle: "x") { id } product(handle: "x") { id } }', strictest(POLICIES.catalog, POLICIES.content)),
        ('{ a: menu(handle: "x") { id } b: menu(handle: "y") { id } }', POLICIES.content),
    ],
)
def test_a_query_is_cached_as_long_as_its_strictest_part(query: str, expected: Policy) -> None:
    assert policy_of(query) == expected


@pytest.mark.parametrize(
    "query",
    [
        "{ products(first: 1) { nodes { availableForSale } } }",
        "{ products(first: 1) { nodes { ...F } } } fragment F on Product { variants(first: 1) { nodes { ...G } } } "
        "fragment G on ProductVariant { quantityAvailable }",
        '{ node(id: "gid://shopify/Product/1") { ... on Product { totalInventory } } }',
        '{ product(handle: "x") { options { optionValues { firstSelectableVariant { id } } } } }',
        '{ collection(handle: "x") { products(first: 1, filters: [{ available: true }]) { nodes { id } } } }',
        '{ search(query: "x", first: 1, unavailableProducts: HIDE) { totalCount } }',
        '{ products(first: 1, query: "available_for_sale:true") { nodes { id } } }',
        'query ($q: String = "inventory_total:>0") { products(first: 1, query: $q) { nodes { id } } }',
        '{ menu(handle: "x") { items { resource { ... on Product { availableForSale } } } } }',
    ],
)
def test_stock_anywhere_makes_it_stock(query: str) -> None:
    found = policy_of(query)

    assert found is not None
    assert "STOCK" in found.kinds
    assert found.fresh_s == POLICIES.stock.fresh_s


def test_a_search_for_stock_in_a_variable_makes_it_stock() -> None:
    query = "query ($q: String) { products(first: 1, query: $q) { nodes { id } } }"
    found = policy_of(query, q="available_for_sale:true")

    assert found is not None
    assert "STOCK" in found.kinds
    assert policy_of(query, q="tag:hot") == POLICIES.catalog


def test_languages_that_are_available_are_no_stock() -> None:
    assert policy_of("{ localization { availableCountries { isoCode } } }") == POLICIES.content


def test_an_answer_has_the_tags_of_its_ids_and_of_the_requested_ones() -> None:
    query = "query ($id: ID!, $handle: String!) { node(id: $id) { id } product(handle: $handle) { id } }"
    data = '{"node":null,"product":{"id":"gid://shopify/Product/2"}}'

    assert tags_of(query, data, id="gid://shopify/Product/1", handle="mug") == {
        "gid://shopify/Product/1",
        "gid://shopify/Product/2",
        "handle:Product/mug",
    }


@pytest.mark.parametrize(
    ("query", "tag"),
    [
        ('{ product(handle: "x") { title } }', "handle:Product/x"),
        ('{ productByHandle(handle: "x") { title } }', "handle:Product/x"),
        ('{ collection(handle: "x") { title } }', "handle:Collection/x"),
        ('{ page(handle: "x") { title } }', "handle:Page/x"),
        ('{ blog(handle: "x") { title } }', "handle:Blog/x"),
        ('{ menu(handle: "x") { title } }', "handle:Menu/x"),
        ('{ metaobject(handle: { type: "t", handle: "x" }) { type } }', "handle:Metaobject/t/x"),
        ('{ productRecommendations(productHandle: "x") { title } }', "handle:Product/x"),
        ('query ($h: String = "x") { product(handle: $h) { title } }', "handle:Product/x"),
        ('{ product(id: "gid://shopify/Product/3") { title } }', "gid://shopify/Product/3"),
        ('{ productRecommendations(productId: "gid://shopify/Product/3") { title } }', "gid://shopify/Product/3"),
    ],
)
def test_a_null_answer_has_the_tags_of_the_requested_ids(query: str, tag: str) -> None:
    assert tag in tags_of(query)


PRODUCT, VARIANT = "type:Product", "type:ProductVariant"
FOUND = '{ search(query: "x", first: 1) { nodes { %s } } }'


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ('{ product(handle: "x") { id title } }', set()),
        ('{ product(handle: "x") { mine: id title } }', set()),
        ('{ product(handle: "x") { title } }', {PRODUCT}),
        ('{ product(handle: "x") { id variants(first: 1) { nodes { title } } } }', {VARIANT}),
        ('{ product(handle: "x") { variants(first: 1) { edges { node { id } } } } }', {PRODUCT}),
        # In fragments, whichever way round.
        ('{ product(handle: "x") { ...F } } fragment F on Product { id }', set()),
        ('{ product(handle: "x") { ...F title } } fragment F on Product { ...G } fragment G on Node { id }', set()),
        ('{ product(handle: "x") { ... on Product { id } } }', set()),
        ('{ product(handle: "x") { ... { id } } }', set()),
        # Under a condition an id may be missing.
        ('{ product(handle: "x") { id @include(if: true) title } }', {PRODUCT}),
        ('{ product(handle: "x") { ... @skip(if: false) { id } title } }', {PRODUCT}),
        ('{ product(handle: "x") { ...F @include(if: true) } } fragment F on Product { id }', {PRODUCT}),
        # One of two places with an id does not speak for the other.
        ('{ a: product(handle: "x") { id } b: product(handle: "y") { title } }', {PRODUCT}),
        # Interfaces and unions.
        ('{ node(id: "gid://shopify/Product/1") { id ... on Product { title } } }', set()),
        (FOUND % "... on Product { id } ... on Page { id } ... on Article { id }", set()),
        (FOUND % "... on Product { title } ... on Page { id } ... on Article { id }", {PRODUCT}),
        (FOUND % "... on Node { id }", set()),
        (FOUND % '... on HasMetafields { metafield(key: "k") { value } } ... on Node { id }', set()),
    ],
)
def test_objects_without_their_id_make_an_answer_about_all_of_their_type(query: str, types: set[str]) -> None:
    assert {tag for tag in tags_of(query) if tag.startswith("type:")} == types


def test_an_interface_without_id_gets_the_tags_of_all_its_types() -> None:
    tags = tags_of('{ node(id: "gid://shopify/Product/1") { ... on Product { title } } }')

    assert {PRODUCT, VARIANT, "type:Collection"} <= tags


@pytest.mark.parametrize(
    ("query", "lists"),
    [
        ("{ products(first: 1) { nodes { id } } }", {"products"}),
        ('{ collection(handle: "x") { id products(first: 1) { nodes { id } } } }', {"products"}),
        ("{ collections(first: 1) { nodes { id products(first: 1) { nodes { id } } } } }", {"collections", "products"}),
        ('{ search(query: "x", first: 1) { totalCount } }', {"search"}),
        ('{ predictiveSearch(query: "x") { queries { text } } }', {"search"}),
        ('{ productRecommendations(productHandle: "x") { id } }', {"recommendations"}),
        ("{ productTags(first: 1) { nodes } productTypes(first: 1) { nodes } }", {"product_tags", "product_types"}),
        ('{ a: metaobjects(type: "t", first: 1) { nodes { id } } }', {"metaobjects"}),
        ("{ sitemap(type: PRODUCT) { pagesCount { count } } }", {"sitemap"}),
        ('{ product(handle: "x") { id } }', set()),
    ],
)
def test_lists_make_an_answer_about_that_kind_of_list(query: str, lists: set[str]) -> None:
    assert {tag for tag in tags_of(query) if tag.startswith("list:")} == {f"list:{each}" for each in lists}


def test_insignificant_characters_are_not_in_the_key() -> None:
    first = cacheability_of("query A {\n  shop { name } # what is it called\n}")
    second = cacheability_of("query A{shop{name}}")

    assert first.key == second.key != cacheability_of("query A { shop { id } }").key
