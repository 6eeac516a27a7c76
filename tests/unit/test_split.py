"""Which parts of an operation go to Storefront, and which stay in the gateway."""

import pytest
from graphql import OperationDefinitionNode, parse, print_ast

from resolvers.public_errors import RequestRefused
from schema.execution.split import Split, split
from schema.execution.syntax import without_defer
from schema.graph import staff_graph


def split_text(query: str) -> Split:
    document = without_defer(parse(query))
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return split(staff_graph().executed, document, operation)


def text_of(parts: Split) -> str:
    assert len(parts.requests) == 1
    return parts.requests[0].text


def same(text: str, expected: str) -> bool:
    return print_ast(parse(text)) == print_ast(parse(expected))


def test_an_operation_of_storefront_alone_needs_no_walk() -> None:
    parts = split_text("query Shop($first: Int!) { shop { name } products(first: $first) { nodes { id } } }")

    assert not parts.executes
    assert not parts.touched
    assert parts.requests[0].variables == {"first"}


def test_gateway_fields_are_replaced_by_the_fields_that_they_need() -> None:
    parts = split_text('{ product(handle: "mug") { title kind isFeatured } }')

    expected = '{ product(handle: "mug") { title _kynda_tags: tags _kynda_productType: productType } }'
    assert same(text_of(parts), expected)
    assert parts.executes


def test_a_field_that_two_gateway_fields_need_is_requested_once() -> None:
    parts = split_text('{ product(handle: "mug") { a: kind b: isFeatured c: isCustomizable } }')

    assert text_of(parts).count("_kynda_tags: tags") == 1


def test_required_fields_replace_the_gateway_field_also_inside_fragments() -> None:
    parts = split_text(
        """
        { product(handle: "mug") { ...Card variants(first: 1) { nodes { ...V } } } }
        fragment V on ProductVariant { ... on ProductVariant { v: inventory { tracked } } }
        fragment Card on Product { title kind }
        """
    )

    expected = """
        { product(handle: "mug") { ...Card variants(first: 1) { nodes { ...V } } } }
        fragment Card on Product { title _kynda_tags: tags _kynda_productType: productType }
        fragment V on ProductVariant { ... on ProductVariant { _kynda_id: id } }
    """
    assert same(text_of(parts), expected)


def test_typename_is_added_only_where_the_gateway_needs_it() -> None:
    touched = split_text('{ node(id: "1") { id ... on ProductVariant { printful { size } } } }')
    untouched = split_text('{ node(id: "1") { id ... on ProductVariant { sku } } }')

    expected = """{ node(id: "1") { id
        ... on ProductVariant { _kynda_sku: sku _kynda_product: product { id vendor } }
        _kynda_typename: __typename } }"""
    assert same(text_of(touched), expected)
    assert "_kynda" not in text_of(untouched)


def test_variables_that_only_gateway_fields_use_are_not_forwarded() -> None:
    parts = split_text(
        """query Page($handle: String!, $unit: SizeUnit, $stock: Boolean = true) {
          product(handle: $handle) {
            variants(first: 1) { nodes {
              inventory @include(if: $stock) { tracked }
              printful { product { sizeGuide(unit: $unit) { availableSizes } } }
            } }
          }
        }"""
    )

    assert parts.requests[0].variables == {"handle"}
    assert "$unit" not in text_of(parts)
    assert "$stock" not in text_of(parts)


def test_an_object_with_only_gateway_fields_still_has_a_selection() -> None:
    parts = split_text('{ product(handle: "mug") { variants(first: 1) { nodes { inventory { tracked } } } } }')

    expected = '{ product(handle: "mug") { variants(first: 1) { nodes { _kynda_id: id } } } }'
    assert same(text_of(parts), expected)


def test_a_rewritten_field_becomes_storefronts_under_the_callers_name() -> None:
    parts = split_text("query Home($n: Int) { best: featuredProducts(first: $n) { nodes { title } } }")

    assert not parts.executes
    assert parts.requests[0].variables == set()
    assert "best: products(" in text_of(parts)
    assert "query: $_kynda_best_query" in text_of(parts)
    assert "$_kynda_best_query: String" in text_of(parts)
    assert "$_kynda_best_sortKey: ProductSortKeys" in text_of(parts)


def test_two_uses_of_a_rewritten_field_have_variables_of_their_own() -> None:
    parts = split_text(
        "{ a: featuredProducts(first: 1) { nodes { id } } b: featuredProducts(first: 2) { nodes { id } } }"
    )

    assert [use.prefix for use in parts.requests[0].computed] == ["_kynda_a_", "_kynda_b_"]


@pytest.mark.parametrize("query", ["{ gateway { mode } }", "{ __schema { queryType { name } } }", "{ __typename }"])
def test_an_operation_without_storefront_fields_makes_no_request(query: str) -> None:
    parts = split_text(query)

    assert not parts.requests
    assert parts.executes


def test_fragments_that_hold_only_the_gateways_own_are_not_forwarded() -> None:
    parts = split_text("{ shop { name } ...Own } fragment Own on QueryRoot { gateway { mode } }")

    assert same(text_of(parts), "{ shop { name } }")


@pytest.mark.parametrize(
    "query",
    [
        '{ product(handle: "m") { variants(first: 1) { nodes { inventory { unitCost { amount } } } } } }',
        '{ product(handle: "m") { variants(first: 1) { nodes { printful { ...Cost } } } } } '
        "fragment Cost on PrintVariant { productionCost { amount } }",
        '{ product(handle: "m") { variants(first: 1) { nodes { inventory { levels { ... { onHand } } } } } } }',
    ],
)
def test_staff_fields_are_found_at_any_depth(query: str) -> None:
    assert split_text(query).staff


def test_public_fields_do_not_count_as_staff_fields() -> None:
    assert not split_text('{ product(handle: "m") { variants(first: 1) { nodes { inventory { tracked } } } } }').staff


def test_reserved_aliases_are_refused() -> None:
    with pytest.raises(RequestRefused, match="reserved"):
        split_text("{ _kynda_shop: shop { name } }")


def test_variables_that_the_gateway_names_are_reserved() -> None:
    with pytest.raises(RequestRefused, match="reserved"):
        split_text("query ($_kynda_a_query: String) { a: products(first: 1, query: $_kynda_a_query) { __typename } }")


def test_only_defer_is_dropped() -> None:
    document = parse(
        "{ shop { ... @defer(if: true) { name } ...S @defer @include(if: true) } } fragment S on Shop { id }"
    )

    expected = "{ shop { ... { name } ...S @include(if: true) } } fragment S on Shop { id }"
    assert print_ast(without_defer(document)) == print_ast(parse(expected))
    untouched = parse("{ shop { name } }")
    assert without_defer(untouched) is untouched


VISIT = 'cartVisitUpdate(cartId: "c", visit: {table: "5"}) { cart { id } }'
NOTE = 'cartNoteUpdate(cartId: "c", note: "n") { cart { id } }'


def test_a_dependent_mutation_alone_is_sent_like_any_other() -> None:
    parts = split_text(f"mutation {{ {VISIT} ...Again }} fragment Again on Mutation {{ {VISIT} }}")

    assert text_of(parts).count("cartVisitUpdate: cartAttributesUpdate(") == 2
    assert not parts.serial


def test_a_dependent_mutation_waits_for_those_before_it() -> None:
    parts = split_text(f"mutation {{ a: {NOTE} b: {VISIT} c: {NOTE} d: {VISIT} ... on Mutation {{ b: {VISIT} }} }}")

    assert [request.keys for request in parts.requests] == [{"a"}, {"b", "c"}, {"d"}]
    assert [[each.prefix for each in request.computed] for request in parts.requests] == [
        [],
        ["_kynda_b_"],
        ["_kynda_d_"],
    ]
    assert parts.serial


def test_each_request_of_a_mutation_has_only_its_own_computed_arguments() -> None:
    parts = split_text(
        """mutation {
          a: cartAddDesignedLine(cartId: "1", merchandiseId: "2", designId: "3") { cart { id } }
          cachePurge(kinds: [ALL]) { purged }
          a_b: cartAddDesignedLine(cartId: "1", merchandiseId: "2", designId: "4") { cart { id } }
        }"""
    )

    assert parts.serial
    assert [[use.prefix for use in request.computed] for request in parts.requests] == [["_kynda_a_"], ["_kynda_a_b_"]]


@pytest.mark.parametrize("alias", ["a: ", "a{}: "], ids=["one response key", "many"])
@pytest.mark.parametrize("field", ["cafeMenu { __typename }", "featuredProducts(first: 1) { __typename }"])
def test_computed_fields_are_counted(field: str, alias: str) -> None:
    def times(number: int) -> str:
        return "{ " + " ".join(alias.format(i) + field for i in range(number)) + " }"

    assert split_text(times(50)).requests
    with pytest.raises(RequestRefused, match="more than 50"):
        split_text(times(51))


def test_objects_by_id_are_read_in_one_separate_request() -> None:
    parts = split_text(
        """query Look($id: ID!, $size: Int) @inContext(country: CA) {
          shopOrderById(id: $id) { lines { ...Part again: variant { sku } } }
        }
        fragment Part on ShopOrderLine {
          title variant { title image { url(transform: { maxWidth: $size }) } kept: sku }
        }
        """
    )

    assert parts.requests == ()
    assert parts.lookup is not None
    assert parts.lookup.variables == {"size"}
    assert {place: use.type_name for place, use in parts.lookup.uses.items()} == {
        ("shopOrderById", "lines", "variant"): "ProductVariant",
        ("shopOrderById", "lines", "again"): "ProductVariant",
    }
    expected = """query Look($size: Int, $_kynda_0: [ID!]!, $_kynda_1: [ID!]!) @inContext(country: CA) {
      _kynda_0: nodes(ids: $_kynda_0) { _kynda_typename: __typename ... on ProductVariant {
        title image { url(transform: { maxWidth: $size }) } kept: sku } }
      _kynda_1: nodes(ids: $_kynda_1) { _kynda_typename: __typename ... on ProductVariant { sku } }
    }"""
    assert same(parts.lookup.text, expected)


def test_fields_at_one_place_are_one_object_with_all_needs() -> None:
    parts = split_text(
        "mutation { forwardOrder(id: 1) { lines { variant { printful { size } } } lines { variant { title } } } }"
    )

    expected = """query ($_kynda_0: [ID!]!) { _kynda_0: nodes(ids: $_kynda_0) { _kynda_typename: __typename
      ... on ProductVariant { _kynda_sku: sku _kynda_product: product { id vendor } title } } }"""
    assert parts.lookup is not None
    assert same(parts.lookup.text, expected)


def test_objects_by_id_are_counted() -> None:
    aliases = " ".join(f"v{number}: variant {{ title }}" for number in range(51))
    with pytest.raises(RequestRefused, match="send several"):
        split_text(f"{{ shopOrderById(id: 1) {{ lines {{ {aliases} }} }} }}")


def test_staff_fields_of_an_object_by_id_are_found() -> None:
    guests = 'shopOrder(name: "1", email: "a@example.com")'

    assert split_text(f"{{ {guests} {{ lines {{ variant {{ margin {{ percent }} }} }} }} }}").staff
    assert not split_text(f"{{ {guests} {{ lines {{ variant {{ title }} }} }} }}").staff
