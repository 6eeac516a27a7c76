"""The cost of an operation, computed before any request."""

from typing import Any

import pytest

from resolvers.public_errors import PublicError
from schema.execution.limits import DocumentLimits
from schema.execution.plan import Planner
from schema.graph import public_graph, staff_graph

NESTED = """query($products: Int!, $variants: Int = 5) { products(first: $products) { nodes {
  variants(first: $variants) { nodes { inventory { tracked } } } } } }"""


def cost(query: str, **variables: Any) -> int | None:
    """The cost of what the gateway adds; None when it adds nothing."""
    planner = Planner(public=public_graph(), staff=staff_graph, limits=DocumentLimits(), max_plan_bytes=0)
    priced = planner.plan(query, None).cost
    return None if priced is None else priced.of(variables)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('{ product(handle: "x") { isFeatured } }', 1),
        ("{ products(first: 10) { nodes { isFeatured title images(first: 250) { nodes { url } } } } }", 1 + 10),
        ("{ products(first: 10) { edges { node { isFeatured } } } }", 1 + 10 * (1 + 1)),
        ("{ products { nodes { isFeatured } } }", 1 + 20),
        ("{ products(last: 7) { nodes { isFeatured } } }", 1 + 7),
        ('{ nodes(ids: ["a", "b", "c"]) { ... on Product { isFeatured } } }', 3),
        ('{ product(handle: "x") { metafields(identifiers: [{key: "a"}, {key: "b"}]) { parentResource { ... on Product '
         "{ isFeatured } } } } }", 1 + 2 * (1 + 1)),
        ("{ a: products(first: 2) { nodes { ...F } } b: products(first: 3) { nodes { ...F } } } "
         "fragment F on Product { isFeatured }", 1 + 2 + 1 + 3),
        ("{ products(first: 10) { nodes { variants(first: 5) { nodes { inventory { tracked } } } } } }",
         1 + 10 * (1 + 1 + 5 * (1 + 1))),
    ],
)  # fmt: skip
def test_an_object_costs_one_and_a_list_its_size_times_its_contents(query: str, expected: int) -> None:
    assert cost(query) == expected


def test_page_sizes_in_variables_count() -> None:
    assert cost(NESTED, products=10, variants=5) == 1 + 10 * (1 + 1 + 5 * 2)
    assert cost(NESTED, products=250, variants=100) == 1 + 250 * (1 + 1 + 100 * 2)


def test_a_list_of_ids_in_a_variable_counts() -> None:
    assert cost("query($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { isFeatured } } }", ids=["a"] * 30) == 30


@pytest.mark.parametrize(
    "query",
    [
        "{ products(first: 250) { nodes { variants(first: 250) { nodes { title } } } } }",
        "{ cart(id: 1) { lines(first: 250) { nodes { id } } } }",
        "{ featuredProducts(first: 250) { nodes { title } } }",
    ],
)
def test_a_forwarded_part_costs_only_its_bytes(query: str) -> None:
    assert cost(query) is None


@pytest.mark.parametrize("argument", ["first", "last"])
def test_a_page_larger_than_any_may_be_is_refused_with_the_number(argument: str) -> None:
    with pytest.raises(PublicError, match=f"`{argument}` is 251; the most is 250"):
        cost(f"{{ products({argument}: 251) {{ nodes {{ isFeatured }} }} }}")


def test_a_negative_page_costs_nothing() -> None:
    assert cost("{ products(first: -5) { nodes { isFeatured } } }") == 1
