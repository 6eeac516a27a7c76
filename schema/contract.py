"""Storefront's contract as graphql-core's types, joined with the gateway's own types, which Strawberry builds.

A name that the contract has means the contract's type. Where the gateway's types and fields name one of Storefront's
types, they get the contract's.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_ast_schema,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
)

from clients.contracts import API_VERSION, STOREFRONT_SDL
from schema.gateway_field import gateway_mark

REFERENCE = f"https://shopify.dev/docs/api/storefront/{API_VERSION}"
PAGES: Mapping[type[GraphQLNamedType], str] = {
    GraphQLObjectType: "objects",
    GraphQLInterfaceType: "interfaces",
    GraphQLUnionType: "unions",
    GraphQLEnumType: "enums",
    GraphQLInputObjectType: "input-objects",
    GraphQLScalarType: "scalars",
}
Types = Mapping[str, GraphQLNamedType]


def contract() -> GraphQLSchema:
    """Storefront's contract. Descriptions are links to Shopify's reference, and the syntax tree is left out."""
    document = parse(STOREFRONT_SDL.read_text("utf-8"), no_location=True)
    schema = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    for named in named_types(schema).values():
        named.description = f"{REFERENCE}/{PAGES[type(named)]}/{named.name}"
        for each in (named, *_members(named)):
            each.ast_node = None
    for root, folder in ((schema.query_type, "queries"), (schema.mutation_type, "mutations")):
        assert root is not None
        for name, field in root.fields.items():
            field.description = f"{REFERENCE}/{folder}/{name}"
    return schema


def named_types(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    """The types of a schema that it defines itself, by name."""
    return {
        name: named
        for name, named in schema.type_map.items()
        if not is_introspection_type(named) and not is_specified_scalar_type(named)
    }


def join(official: Types, ours: Types) -> dict[str, GraphQLNamedType]:
    """All types: `official` with the gateway's fields, and the types that only `ours` has. Both are changed.

    A field of Storefront that `ours` declares too keeps Strawberry's way of reading it from Python objects.
    """
    for name, named in ours.items():
        for member in _members(named):
            member.type = _named_in(official, member.type)
        if name in official:
            _extend(official[name], named)
    return {**ours, **official}


def _extend(official: GraphQLNamedType, declared: GraphQLNamedType) -> None:
    official.extensions.update(declared.extensions)
    if not isinstance(official, (GraphQLObjectType, GraphQLInterfaceType)):
        return
    assert isinstance(declared, GraphQLObjectType)
    added = {name: field for name, field in declared.fields.items() if gateway_mark(field) is not None}
    for name in declared.fields.keys() - added.keys():
        official.fields[name].resolve = declared.fields[name].resolve
        official.fields[name].extensions.update(declared.fields[name].extensions)
    official.fields = {**added, **official.fields}


def _named_in(official: Types, of: Any) -> Any:
    """A type with the contract's in place of what it names, if the contract has that name."""
    if isinstance(of, (GraphQLList, GraphQLNonNull)):
        return type(of)(_named_in(official, of.of_type))
    return official.get(of.name, of)


def _members(named: GraphQLNamedType) -> Iterator[GraphQLField | GraphQLArgument | GraphQLInputField]:
    """The fields of a type, and their arguments."""
    if isinstance(named, (GraphQLObjectType, GraphQLInterfaceType)):
        for field in named.fields.values():
            yield field
            yield from field.args.values()
    elif isinstance(named, GraphQLInputObjectType):
        yield from named.fields.values()
