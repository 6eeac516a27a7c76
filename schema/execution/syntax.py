"""Builds, changes and searches nodes of GraphQL syntax. No schema, no I/O."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    parse,
    visit,
)

from schema.gateway_field import RESERVED

TYPENAME = RESERVED + "typename"
"""The alias of `__typename` where the gateway needs the type of an object."""


def parsed(text: str, max_tokens: int | None = None) -> DocumentNode:
    """The syntax of a document. Raises GraphQLSyntaxError.

    Its tokens are not linked with each other, so that they are freed without a garbage collection.
    """
    document = parse(text, max_tokens=max_tokens)
    token = None if document.loc is None else document.loc.start_token
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following
    return document


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a document."""
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]


def named_type(name: str) -> NamedTypeNode:
    """A reference to a type."""
    return NamedTypeNode(name=NameNode(value=name))


def on_type(of: GraphQLNamedType, selections: Sequence[SelectionNode]) -> InlineFragmentNode:
    """An inline fragment on a type."""
    return InlineFragmentNode(
        type_condition=named_type(of.name),
        selection_set=SelectionSetNode(selections=tuple(selections)),
    )


def filled_template(template: SelectionSetNode, prefix: str, embedded: Sequence[SelectionNode]) -> SelectionSetNode:
    """A template's selections with its variables renamed and `...Embedded` replaced."""
    here = list(embedded) or [aliased(TYPENAME, "__typename")]

    class Fill(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> VariableNode:
            return VariableNode(name=NameNode(value=prefix + node.name.value))

        def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
            selections: list[SelectionNode] = []
            for each in node.selections:
                is_place = isinstance(each, FragmentSpreadNode) and each.name.value == "Embedded"
                selections += here if is_place else [each]
            return SelectionSetNode(selections=tuple(selections))

    filled: SelectionSetNode = visit(template, Fill())
    return filled


def is_typename(node: SelectionNode) -> bool:
    """Whether a selection is `__typename`, under any alias."""
    return isinstance(node, FieldNode) and node.name.value == "__typename"


def aliased(alias: str, name: str, selection_set: SelectionSetNode | None = None) -> FieldNode:
    """A field under an alias."""
    return FieldNode(alias=NameNode(value=alias), name=NameNode(value=name), selection_set=selection_set)


def with_selections(node: FieldNode, selections: Sequence[SelectionNode]) -> FieldNode:
    """A copy of the field with other selections."""
    return FieldNode(
        alias=node.alias,
        name=node.name,
        arguments=node.arguments,
        directives=node.directives,
        selection_set=SelectionSetNode(selections=tuple(selections)),
    )


def reached_fragments(
    selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> list[FragmentDefinitionNode]:
    """The fragments that a selection set spreads, directly or through others, each once."""
    reached: dict[str, FragmentDefinitionNode] = {}

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
            name = node.name.value
            if name not in reached:
                reached[name] = fragments[name]
                visit(fragments[name], self)

    visit(selection_set, Spreads())
    return list(reached.values())


def used_variables(nodes: Sequence[Any]) -> set[str]:
    """The names of the variables that the nodes use."""
    names: set[str] = set()

    class Uses(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            names.add(node.name.value)

    for node in nodes:
        visit(node, Uses())
    return names


def without_defer(document: DocumentNode) -> DocumentNode:
    """The document with every `@defer` left out; the same object when there is none."""

    class DropDefer(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
            return REMOVE if node.name.value == "defer" else None

    changed: DocumentNode = visit(document, DropDefer())
    return changed
