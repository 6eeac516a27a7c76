"""The types that Strawberry builds, joined with Storefront's contract."""

import pytest
import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, validate_schema

from clients.contracts import storefront_schema
from schema.contract import contract, join, named_types
from schema.gateway_field import STRAWBERRY, gateway_mark
from schema.graph import gateways_part, public_graph, staff_graph
from schema.storefront import SCALARS

PART = named_types(gateways_part(staff=True))
DECLARED = sorted(PART.keys() & storefront_schema().type_map.keys())


@pytest.mark.parametrize("name", DECLARED)
def test_a_declared_storefront_type_fits_the_contract(name: str) -> None:
    official, declared = storefront_schema().type_map[name], PART[name]
    if isinstance(declared, GraphQLObjectType):
        assert isinstance(official, GraphQLObjectType)
        for field, definition in declared.fields.items():
            if gateway_mark(definition) is None:
                assert str(official.fields[field].type) == str(definition.type), field


def test_every_storefront_type_that_strawberry_knows_is_declared_in_one_module() -> None:
    types = staff_graph().executed.type_map
    strawberrys = {name for name in named_types(storefront_schema()) if STRAWBERRY in types[name].extensions}
    objects = {name for name in strawberrys if isinstance(types[name], GraphQLObjectType)}

    assert objects >= {"Cart", "MoneyV2", "Product", "QueryRoot"}
    assert {types[name].extensions[STRAWBERRY].origin.__module__ for name in objects} == {"schema.storefront"}
    assert strawberrys - objects <= {definition.name for definition in SCALARS.values()}


def test_the_gateways_types_name_the_contracts_types() -> None:
    types = public_graph().executed.type_map
    gateway, money = types["ShopOrder"], types["MoneyV2"]
    assert isinstance(gateway, GraphQLObjectType)

    assert gateway.fields["total"].type is money
    assert gateway.fields["total"].type is not PART["MoneyV2"]


@pytest.mark.parametrize("graph", [public_graph, staff_graph], ids=["public", "staff"])
def test_a_joined_schema_is_valid_but_for_what_shopify_deprecates(graph: type) -> None:
    checked = GraphQLSchema(**{**graph().executed.to_kwargs(), "assume_valid": False})

    (error,) = validate_schema(checked)
    assert "implementation field MediaPresentation.id must not be deprecated" in error.message


def test_gateway_fields_come_first_and_the_contracts_follow_in_its_order() -> None:
    product = public_graph().executed.type_map["Product"]
    official = storefront_schema().type_map["Product"]
    assert isinstance(product, GraphQLObjectType)
    assert isinstance(official, GraphQLObjectType)
    own = [name for name, field in product.fields.items() if gateway_mark(field) is not None]

    assert len(own) > 3
    assert list(product.fields) == [*own, *official.fields]


def test_a_gateway_type_cannot_extend_a_storefront_type_by_an_unmarked_field() -> None:
    @strawberry.type
    class Query:
        colour: str

    declared = strawberry.Schema(query=Query)._schema.type_map["Query"]

    with pytest.raises(KeyError, match="colour"):
        join({"Query": contract().type_map["QueryRoot"]}, {"Query": declared})


def test_the_contracts_syntax_tree_is_not_in_memory() -> None:
    types = public_graph().executed.type_map.values()

    assert [each.name for each in types if each.ast_node is not None] == []
