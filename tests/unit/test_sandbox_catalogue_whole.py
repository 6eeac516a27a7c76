"""Every field of every product and collection is answered, and everything with an id is found by it."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLSchema, get_named_type, is_abstract_type, is_leaf_type

from sandbox.storefront.resolvers import storefront_schema
from tests.conftest import Ask, Run

ARGUMENTS = {
    "asJson": "(format: MODEL_VIEWER)",
    "metafield": '(namespace: "custom", key: "gallery")',
    "metafields": '(identifiers: [{namespace: "custom", key: "rating"}, {namespace: "custom", key: "grinder"}])',
    "ProductVariant.metafield": '(namespace: "custom", key: "model_code")',
    "Collection.metafield": '(namespace: "custom", key: "intro")',
    "SellingPlan.metafield": '(namespace: "custom", key: "weeks")',
    "variantBySelectedOptions": '(selectedOptions: [{name: "Size", value: "Small"}])',
}
# Products that between them have everything a product can have.
VARIED = 'title:(machine OR kit OR "house blend" OR filters OR socks OR "cup set" OR "camp mug" OR mocha)'
# What leads out of the catalogue is tested with its own subject.
ELSEWHERE = {"Article", "Blog", "Cart", "Company", "CompanyLocation", "Customer", "GenericFile", "Location", "Market"}
ELSEWHERE |= {"Metaobject", "Order", "Page", "Shop"}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return storefront_schema().schema


def everything_of(schema: GraphQLSchema, name: str, depth: int) -> str:
    """A selection of all fields of a type, objects down to `depth`."""
    kind = schema.type_map[name]
    if is_abstract_type(kind):
        members = [member.name for member in schema.get_possible_types(kind) if member.name not in ELSEWHERE]
        parts = [f"... on {member} {everything_of(schema, member, depth)}" for member in members]
        return f"{{ __typename {' '.join(parts)} }}"
    return f"{{ {' '.join(_fields(schema, kind, depth))} }}"


def _fields(schema: GraphQLSchema, kind: Any, depth: int) -> Iterator[str]:
    yield "__typename"
    for name, field in kind.fields.items():
        target = get_named_type(field.type)
        # Fields of one name have different types in members of a union: an alias keeps them apart.
        arguments = ARGUMENTS.get(f"{kind.name}.{name}") or ARGUMENTS.get(name)
        call = f"{kind.name}_{name}: {name}{arguments or ('(first: 3)' if 'first' in field.args else '')}"
        if is_leaf_type(target):
            yield call
        elif depth > 0 and target.name not in ELSEWHERE:
            is_wrapper = target.name.endswith(("Connection", "Edge"))
            yield f"{call} {everything_of(schema, target.name, depth if is_wrapper else depth - 1)}"


@pytest.mark.parametrize("root", ["products", "collections"])
@pytest.mark.parametrize("context", ["country: US", "country: JP, language: DE"])
def test_no_field_that_may_not_be_null_is(run: Run, schema: GraphQLSchema, root: str, context: str) -> None:
    connection = {"products": "ProductConnection", "collections": "CollectionConnection"}[root]
    selection = everything_of(schema, connection, 2)
    result = run(f"query @inContext({context}) {{ {root}(first: 250) {selection} }}")
    assert result.errors is None
    assert result.data is not None
    assert result.data[root][f"{connection}_nodes"]


FIELDS_NEVER_FILLED = {
    # A hash of the picture's pixels; the drawings have none until a browser paints them.
    "Image.thumbhash",
    # A plan of the shop's keeps its discount for as long as it runs.
    "SellingPlanPriceAdjustment.orderCount",
}


def test_every_field_is_filled_somewhere_but_for_those_with_a_reason(ask: Ask, schema: GraphQLSchema) -> None:
    filled: set[str] = set()
    empty: set[str] = set()
    found = ask(
        f"""query($those: String!) {{
          products(first: 250, query: $those) {everything_of(schema, "ProductConnection", 3)}
          collections(first: 250) {everything_of(schema, "CollectionConnection", 1)}
          product(handle: "kynda-house-blend") {{
            sellingPlanGroups(first: 1) {everything_of(schema, "SellingPlanGroupConnection", 4)} }} }}""",
        {"those": VARIED},
    )
    _sort_out(found, filled, empty)
    known = {name for name in filled | empty if name.split(".")[0] not in ELSEWHERE}
    never = {name for name in known if name not in filled}
    # Found in searches alone.
    never -= {"Product.trackingParameters", "Collection.trackingParameters"}
    assert never == FIELDS_NEVER_FILLED


def _sort_out(answer: Any, filled: set[str], empty: set[str]) -> None:
    if isinstance(answer, list):
        for each in answer:
            _sort_out(each, filled, empty)
    if isinstance(answer, dict):
        for key, value in answer.items():
            name = key.replace("_", ".", 1)
            (empty if value in (None, [], "") else filled).add(name)
            _sort_out(value, filled, empty)


def test_everything_with_an_id_is_found_by_it(ask: Ask, schema: GraphQLSchema) -> None:
    selection = everything_of(schema, "ProductConnection", 3)
    found = ask(f"query($those: String!) {{ products(first: 250, query: $those) {selection} }}", {"those": VARIED})
    kinds: dict[str, str] = {}
    _collect_ids(found, _kinds_of_nodes(schema), kinds)
    assert {"Product", "ProductVariant", "ProductOption", "ProductOptionValue", "Metafield", "TaxonomyCategory"} <= set(
        kinds.values()
    )
    ids = list(kinds)
    for start in range(0, len(ids), 250):
        part = ids[start : start + 250]
        nodes = ask("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", {"ids": part})["nodes"]
        assert nodes == [{"__typename": kinds[each], "id": each} for each in part]


def _collect_ids(answer: Any, nodes: set[str], kinds: dict[str, str]) -> None:
    if isinstance(answer, list):
        for each in answer:
            _collect_ids(each, nodes, kinds)
    if isinstance(answer, dict):
        kind = answer.get("__typename")
        if f"{kind}_id" in answer and kind in nodes:
            kinds[answer[f"{kind}_id"]] = kind
        for each in answer.values():
            _collect_ids(each, nodes, kinds)


def _kinds_of_nodes(schema: GraphQLSchema) -> set[str]:
    node = schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return {member.name for member in schema.get_possible_types(node)}
