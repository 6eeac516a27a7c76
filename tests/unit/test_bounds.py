"""How much a document asks for."""

import pytest
from graphql import parse

from resolvers.public_errors import RequestRefused
from schema.execution.bounds import selections
from schema.execution.plan import Planner
from schema.graph import public_graph, staff_graph


def doubling(kind: str, depth: int, leaf: str, operation: str) -> str:
    """A document that spreads `...F0`, which spreads another twice, and so on, down to `leaf`."""
    doubled = "".join(f"fragment F{i} on {kind} {{ ...F{i + 1} ...F{i + 1} }} " for i in range(depth))
    return f"{operation} {doubled} fragment F{depth} on {kind} {{ {leaf} }}"


def test_a_fragment_counts_wherever_it_is_spread() -> None:
    document = parse("{ a: shop { ...F } b: shop { ... { ...F } } } fragment F on Shop { name id }")

    assert selections(document) == 2 + 3 + 4


def test_only_one_operation_of_a_document_runs_so_the_largest_counts() -> None:
    assert selections(parse("query A { shop { name } } query B { shop { name id } }")) == 3


def test_doubled_fragments_are_counted_without_being_walked_each_time() -> None:
    assert selections(parse(doubling("QueryRoot", 200, "shop { name }", "{ ...F0 }"))) > 2**200


def test_a_fragment_within_itself_and_one_that_is_missing_are_left_to_validation() -> None:
    assert selections(parse("{ ...F } fragment F on QueryRoot { shop { name } ...F ...Missing }")) == 5


@pytest.mark.parametrize(
    "query",
    [
        doubling("QueryRoot", 60, "shop { name }", "{ ...F0 }"),
        doubling("Mutation", 60, "cartCreate { cart { id } }", "mutation { ...F0 }"),
        doubling("Product", 60, "title kind", '{ product(handle: "mug") { ...F0 } }'),
        doubling("CafeMenu", 60, "__typename", "{ cafeMenu { ...F0 } }"),
    ],
    ids=["queries", "mutations", "products", "gateway objects"],
)
def test_a_document_that_stands_for_an_endless_one_is_refused_before_it_is_looked_at(query: str) -> None:
    planner = Planner(
        public=public_graph(), staff=staff_graph, max_tokens=5_000, max_selections=5_000, max_plan_bytes=0
    )

    with pytest.raises(RequestRefused, match="more than 5000 selections"):
        planner.plan(query, None)
