"""The fields that a selection set selects of an object, through fragments and conditions."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, OperationDefinitionNode, build_schema, parse

from schema.execution.selections import Selections, switch_names

SCHEMA = build_schema(
    """
    interface Node { id: ID }
    type Mug implements Node { id: ID name: String size: Size }
    type Size { name: String ml: Int }
    type Bag implements Node { id: ID }
    type Query { node: Node mug: Mug }
    """
)


def merged(query: str, of: str, switches: dict[str, bool] | None = None) -> dict[str, list[str]]:
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    named = SCHEMA.type_map[of]
    assert isinstance(named, GraphQLObjectType)
    found = Selections(SCHEMA, document).merged(named, [operation.selection_set], switches or {})
    return {key: [node.name.value for node in nodes] for key, nodes in found.items()}


def test_fields_are_merged_by_response_key_in_the_order_of_the_first() -> None:
    assert merged("{ name again: id name size { ml } ... { size { name } } }", "Mug") == {
        "name": ["name", "name"],
        "again": ["id"],
        "size": ["size", "size"],
    }


def test_fragments_apply_when_their_type_matches_the_object() -> None:
    query = "{ ... on Node { id } ... on Bag { other: id } ...Named } fragment Named on Mug { name }"

    assert list(merged(query, "Mug")) == ["id", "name"]
    assert list(merged(query, "Bag")) == ["id", "other"]


def test_a_fragment_that_is_spread_twice_counts_once() -> None:
    assert merged("{ ...Named ...Named } fragment Named on Mug { name }", "Mug") == {"name": ["name"]}


@pytest.mark.parametrize(
    ("condition", "switches", "selected"),
    [
        ("@include(if: $on)", {"on": True}, True),
        ("@include(if: $on)", {"on": False}, False),
        ("@skip(if: $on)", {"on": True}, False),
        ("@skip(if: true)", {}, False),
        ("@include(if: $on) @skip(if: $off)", {"on": True, "off": False}, True),
        ("@include(if: $on) @skip(if: $off)", {"on": True, "off": True}, False),
    ],
)
def test_conditions_on_fields_and_fragments_are_followed(
    condition: str, switches: dict[str, Any], selected: bool
) -> None:
    for query in (
        f"query ($on: Boolean!, $off: Boolean!) {{ name {condition} }}",
        f"query ($on: Boolean!, $off: Boolean!) {{ ... {condition} {{ name }} }}",
        f"query ($on: Boolean!, $off: Boolean!) {{ ...N {condition} }} fragment N on Mug {{ name }}",
    ):
        assert bool(merged(query, "Mug", switches)) is selected


def test_a_fragment_skipped_once_may_be_spread_elsewhere() -> None:
    query = "query ($on: Boolean!) { ...N @include(if: $on) ... { ...N } } fragment N on Mug { name }"

    assert list(merged(query, "Mug", {"on": False})) == ["name"]


def test_the_switches_of_a_document_are_the_variables_in_its_conditions() -> None:
    document = parse("query ($b: Boolean!, $a: Boolean!, $n: Int) { x @skip(if: $b) { y(n: $n) @include(if: $a) } z }")

    assert switch_names(document) == ("a", "b")
