"""Operations with names that our schema lacks: what in them is the gateway's own, and what is left of them."""

from typing import Any

import pytest
from graphql import parse, print_ast, strip_ignored_characters

from schema.execution.unknown_names import changes_something, known_part, overlaid, own_fields
from schema.graph import staff_graph


@pytest.mark.parametrize(
    ("query", "reached", "blocked"),
    [
        ("{ shop { nothing } }", [], []),
        ("{ next { kind designs isFeatured } }", [], []),
        ("{ next { gateway { mode } } }", [], []),
        ("{ gateway { mode } next }", ["gateway"], []),
        ('{ product(handle: "a") { kind next } }', ["kind"], []),
        ("{ ...R } fragment R on QueryRoot { gateway { mode } }", ["gateway"], []),
        ("{ next { nodes { inventory { tracked } } } }", [], [("inventory", "next")]),
        ("{ next { inventory { unrelated } } }", [], []),
        ("{ next { ...P } } fragment P on Product { kind }", [], [("kind", "next")]),
        ("{ ...N } fragment N on Next { ...P } fragment P on Product { kind }", [], [("kind", "Next")]),
        ("{ ...A } fragment A on QueryRoot { ...A shop { next } }", [], []),
        ("{ __schema { nothing } }", ["__schema"], []),
        ("query ($_kynda_a: Int) { next(a: $_kynda_a) }", ["_kynda_"], []),
    ],
)
def test_gateway_fields_are_found_beside_unknown_names(
    query: str, reached: list[str], blocked: list[tuple[str, str]]
) -> None:
    found = own_fields(staff_graph().seen, parse(query))

    assert (found.reached, [(each.field, each.unknown) for each in found.blocked]) == (reached, blocked)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("{ gateway { mode } next { id } shop { name next } }", "{ gateway { mode } shop { name } }"),
        ("{ gateway { mode } shop { next } }", "{ gateway { mode } }"),
        ("query ($a: Next) { gateway { mode } next(a: $a) }", "{ gateway { mode } }"),
        ("{ gateway { mode } ...N } fragment N on Next { id }", "{ gateway { mode } }"),
        ("{ gateway { mode } ... on Next { id } }", "{ gateway { mode } }"),
        ("{ gateway { mode } ...S } fragment S on QueryRoot { next }", "{ gateway { mode } }"),
        ("query @next { gateway { mode @next } shop { name } }", "{ gateway { mode } shop { name } }"),
        (
            "{ gateway { mode } products(first: 1, next: 2) { nodes { id } } }",
            "{ gateway { mode } products(first: 1) { nodes { id } } }",
        ),
        (
            "{ gateway { mode } products(first: 1, sortKey: NEXT) { nodes { kind } } }",
            "{ gateway { mode } products(first: 1) { nodes { kind } } }",
        ),
        (
            "query ($a: Int) { collection { products(first: 1, filters: [{ next: $a }]) { nodes { kind } } } }",
            "{ collection { products(first: 1) { nodes { kind } } } }",
        ),
        (
            "{ collection { products(first: 1, filters: [{ available: true }]) { nodes { kind } } } }",
            "{ collection { products(first: 1, filters: [{ available: true }]) { nodes { kind } } } }",
        ),
        (
            "{ gateway { mode } sitemap(type: NEXT) { pagesCount { count } } }",
            "{ gateway { mode } sitemap(type: ARTICLE) { pagesCount { count } } }",
        ),
        (
            'mutation { cartLinesAdd(cartId: "1", lines: [{ merchandiseId: "2", next: 1 }]) { cart { id } } }',
            'mutation { cartLinesAdd(cartId: "1", lines: [{ merchandiseId: "2" }]) { cart { id } } }',
        ),
        (
            'mutation { cartLinesAdd(cartId: "1", lines: { merchandiseId: "2", next: 1 }) { cart { id } } }',
            'mutation { cartLinesAdd(cartId: "1", lines: { merchandiseId: "2" }) { cart { id } } }',
        ),
        (
            'query ($a: Int) { metaobject(handle: { type: "a", handle: "b", next: $a }) { id } gateway { mode } }',
            "{ metaobject { id } gateway { mode } }",
        ),
        ("query @inContext(country: NEXT) { gateway { mode } }", "query @inContext { gateway { mode } }"),
        ("{ gateway { mode nothing } }", "{ gateway { mode nothing } }"),
    ],
)
def test_only_names_that_the_schema_knows_remain(query: str, left: str) -> None:
    known = known_part(staff_graph().seen, parse(query))

    assert strip_ignored_characters(print_ast(known)) == strip_ignored_characters(left)


@pytest.mark.parametrize(
    ("answer", "worked_out", "together"),
    [
        ({"a": 1, "new": 2}, {"a": 1}, {"a": 1, "new": 2}),
        ({"a": {"new": 1, "_kynda_id": 2}}, {"a": {"own": 3}}, {"a": {"new": 1, "own": 3}}),
        ({"a": [{"new": 1}, None]}, {"a": [{"own": 2}, None]}, {"a": [{"new": 1, "own": 2}, None]}),
        ({"a": {"new": 1}}, {"a": None}, {"a": None}),
        ({"a": [{"new": 1}]}, {"a": []}, {"a": []}),
    ],
)
def test_resolved_values_overlay_storefronts_answer(answer: Any, worked_out: Any, together: Any) -> None:
    assert overlaid(answer, worked_out) == together


@pytest.mark.parametrize(
    ("query", "name", "changes"),
    [
        ("{ next }", None, False),
        ("mutation { next }", None, True),
        ("query A { next } mutation B { next }", "A", False),
        ("query A { next } mutation B { next }", "B", True),
        ("query A { next } mutation B { next }", None, True),
    ],
)
def test_an_operation_that_may_be_a_mutation_counts_as_one(query: str, name: str | None, changes: bool) -> None:
    assert changes_something(parse(query), name) is changes
