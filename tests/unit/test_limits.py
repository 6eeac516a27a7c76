"""Limits of a document, and refusals before it takes long."""

import pytest
from graphql import parse, validate

from resolvers.public_errors import RequestRefused
from schema.execution.limits import DocumentLimits, check_document, measure, most_repeated
from schema.execution.plan import Planner
from schema.graph import public_graph, staff_graph


def doubling(kind: str, depth: int, leaf: str, operation: str) -> str:
    """A document that spreads `...F0`, which spreads another twice, and so on, down to `leaf`."""
    doubled = "".join(f"fragment F{i} on {kind} {{ ...F{i + 1} ...F{i + 1} }} " for i in range(depth))
    return f"{operation} {doubled} fragment F{depth} on {kind} {{ {leaf} }}"


def test_a_fragment_counts_at_every_spread() -> None:
    document = parse("{ a: shop { ...F } b: shop { ... { ...F } } } fragment F on Shop { name id }")

    assert measure(document).selections == 2 + 3 + 4


def test_only_the_largest_operation_of_a_document_counts() -> None:
    assert measure(parse("query A { shop { name } } query B { shop { name id } }")).selections == 3


def test_doubled_fragments_are_counted_without_being_walked_each_time() -> None:
    assert measure(parse(doubling("QueryRoot", 200, "shop { name }", "{ ...F0 }"))).selections > 2**200


def test_cyclic_and_missing_fragments_are_left_to_validation() -> None:
    assert measure(parse("{ ...F } fragment F on QueryRoot { shop { name } ...F ...Missing }")).selections == 5


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
def test_an_exponential_document_is_refused_before_it_is_expanded(query: str) -> None:
    planner = Planner(public=public_graph(), staff=staff_graph, limits=DocumentLimits(), max_plan_bytes=0)

    with pytest.raises(RequestRefused, match="must not have more than 5000"):
        planner.plan(query, None)


FLOODS = {
    "selections": "{ shop { ...A } } "
    + "".join(
        f"fragment {a} on Shop {{ ...{b} ...{b} }} " for a, b in zip("ABCDEFGHIJKLMNO", "BCDEFGHIJKLMNOP", strict=True)
    )
    + "fragment P on Shop { name }",
    "depth": '{ product(handle: "x") '
    + "{ collections(first: 1) { nodes { products(first: 1) { nodes " * 8
    + "{ id }"
    + "} } } }" * 8
    + "}",
    "aliases": "{ " + " ".join(f"a{i}: shop {{ name }}" for i in range(501)) + " }",
    "root_fields": "{ " + " ".join(f"a{i}: __typename" for i in range(501)) + " }",
    "repeated_fields": "{ shop { " + "name " * 41 + "} }",
    "directives": "{ shop { name " + "@skip(if: false) " * 501 + "} }",
    "operations": " ".join(f"query Q{i} {{ shop {{ name }} }}" for i in range(51)),
    "fragments": "{ shop { name } } " + " ".join(f"fragment F{i} on Shop {{ name }}" for i in range(251)),
    "spreads": "{ shop { " + "...F " * 1_001 + "} } fragment F on Shop { name }",
    "variables": "query(" + " ".join(f"$v{i}: Int" for i in range(251)) + ") { shop { name } }",
}


@pytest.mark.parametrize("what", FLOODS)
def test_a_flood_is_refused_at_once_with_the_limit_and_the_number(what: str) -> None:
    allowed = dict.fromkeys(FLOODS, 10**9) | {what: getattr(DocumentLimits(), what)}
    document = parse(FLOODS[what])

    with pytest.raises(RequestRefused) as refusal:
        check_document(document, DocumentLimits(**allowed))

    assert refusal.value.errors[0].code == "MAX_COMPLEXITY_EXCEEDED"
    assert f"more than {allowed[what]}" in refusal.value.errors[0].message


@pytest.mark.parametrize("what", FLOODS)
def test_a_value_at_the_limit_is_allowed(what: str) -> None:
    check_document(parse(FLOODS[what]), DocumentLimits(**dict.fromkeys(FLOODS, 10**9)))


def test_one_place_is_counted_through_fragments_and_aliases() -> None:
    document = parse("{ shop { a: name ...F } shop { ... { a: name } } } fragment F on Shop { a: name }")

    assert most_repeated(document) == 3


def test_fragments_in_a_circle_are_measured() -> None:
    document = parse("{ shop { ...A } } fragment A on Shop { name ...B } fragment B on Shop { id ...A }")

    assert measure(document).spreads == 3
    assert most_repeated(document) == 1


def _overlapping(depth: int, width: int) -> str:
    if not depth:
        return "{ id }"
    return (
        "{"
        + f"collections(first: 1) {{ nodes {{ products(first: 1) {{ nodes {_overlapping(depth - 1, width)} }} }} }}"
        * width
        + "}"
    )


@pytest.mark.parametrize(("depth", "width"), [(1, 40), (2, 6), (3, 3), (5, 2)])
def test_the_validation_of_an_allowed_document_ends(depth: int, width: int) -> None:
    inner = _overlapping(depth, width)
    copies = max(1, 4_000 // parse(f"{{ product {inner} }}").token_count)
    document = parse("{ " + " ".join(f'p{i}: product(handle: "x") {inner}' for i in range(copies)) + " }")
    check_document(document, DocumentLimits())

    assert validate(public_graph().seen, document, max_errors=3) is not None
