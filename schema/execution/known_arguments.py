"""Arguments of Storefront's in operations with unknown names: what of their values our schema knows.

Shopify gets the caller's own arguments. What is left here only has to fit the schema.
"""

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    ArgumentNode,
    EnumValueNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    Node,
    ObjectFieldNode,
    ObjectValueNode,
    ValueNode,
    is_required_argument,
)


def known_arguments(
    nodes: Iterable[ArgumentNode] | None, definitions: Mapping[str, GraphQLArgument]
) -> Iterator[ArgumentNode]:
    """The arguments without unknown names in them. A required one stays, with what is known of its value."""
    for node in nodes or ():
        argument = definitions.get(node.name.value)
        if argument is None:
            continue
        known = _known_value(node.value, argument.type)
        if known is node.value:
            yield node
        elif is_required_argument(argument):
            yield ArgumentNode(name=node.name, value=known, loc=node.loc)


def _known_value(value: ValueNode, of: GraphQLInputType) -> ValueNode:
    """A value without unknown input fields, and with a known value in place of an unknown one of an enum.

    A value of which everything is known is returned itself.
    """
    if isinstance(of, GraphQLNonNull):
        return _known_value(value, of.of_type)
    if isinstance(of, GraphQLList):
        return _known_list(value, of.of_type) if isinstance(value, ListValueNode) else _known_value(value, of.of_type)
    if isinstance(of, GraphQLEnumType) and isinstance(value, EnumValueNode) and value.value not in of.values:
        return EnumValueNode(value=next(iter(of.values)), loc=value.loc)
    if isinstance(of, GraphQLInputObjectType) and isinstance(value, ObjectValueNode):
        fields = tuple(
            _known_field(each, of.fields[each.name.value].type) for each in value.fields if each.name.value in of.fields
        )
        return value if _same(fields, value.fields) else ObjectValueNode(fields=fields, loc=value.loc)
    return value


def _known_list(value: ListValueNode, of: GraphQLInputType) -> ListValueNode:
    values = tuple(_known_value(each, of) for each in value.values)
    return value if _same(values, value.values) else ListValueNode(values=values, loc=value.loc)


def _known_field(node: ObjectFieldNode, of: GraphQLInputType) -> ObjectFieldNode:
    known = _known_value(node.value, of)
    return node if known is node.value else ObjectFieldNode(name=node.name, value=known, loc=node.loc)


def known_input(value: Any, of: GraphQLInputType) -> Any:
    """The same for the JSON value of a variable."""
    if isinstance(of, GraphQLNonNull):
        return known_input(value, of.of_type)
    if isinstance(of, GraphQLList):
        return (
            [known_input(each, of.of_type) for each in value]
            if isinstance(value, list)
            else known_input(value, of.of_type)
        )
    if isinstance(of, GraphQLEnumType) and isinstance(value, str) and value not in of.values:
        return next(iter(of.values))
    if isinstance(of, GraphQLInputObjectType) and isinstance(value, dict):
        return {name: known_input(each, of.fields[name].type) for name, each in value.items() if name in of.fields}
    return value


def _same(left: Sequence[Node], right: Sequence[Node]) -> bool:
    return len(left) == len(right) and all(map(operator.is_, left, right))
