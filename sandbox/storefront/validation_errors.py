"""Shopify's errors for operations that do not fit its schema: graphql-ruby's messages, locations and codes.

The forms are those of graphql-ruby's static validation. Which of them Shopify changes is not documented.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    Visitor,
    print_ast,
    visit,
)

Details = Mapping[str, Any]
Form = Callable[[re.Match[str], Node | None, "_Places"], tuple[str, Details]]


class InvalidDocument(GraphQLError):
    """An error in a document, which is then not executed."""


def as_shopify_says(document: DocumentNode, errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """Converts an error of graphql-core to Shopify's form."""
    places = _Places(document)
    return [_said(error, places) for error in errors]


def variable_as_shopify_says(error: GraphQLError) -> GraphQLError:
    """Converts graphql-core's error about the value of a variable to Shopify's form."""
    node = error.nodes[0] if error.nodes else None
    if error.path is not None or not isinstance(node, VariableDefinitionNode):
        return error
    message = f"Variable ${node.variable.name.value} of type {print_ast(node.type)} was provided invalid value"
    explanation = error.message.partition(": ")[2] or error.message
    extensions = {"code": "INVALID_VARIABLE", "problems": [{"path": [], "explanation": explanation}]}
    return InvalidDocument(message, error.nodes, extensions=extensions)


class _Places:
    """The location of each node of a document in graphql-ruby's terms; arguments map to their owners."""

    def __init__(self, document: DocumentNode) -> None:
        self.paths: dict[int, list[str]] = {}
        self.owners: dict[int, Node] = {}
        paths, owners = self.paths, self.owners

        class Walk(Visitor):
            def __init__(self) -> None:
                super().__init__()
                self.path: list[str] = []
                self.nodes: list[Node] = []

            def enter(self, node: Node, *_: Any) -> None:
                key = _key(node)
                if key is not None:
                    self.path.append(key)
                paths[id(node)] = list(self.path)
                if self.nodes:
                    owners[id(node)] = self.nodes[-1]
                self.nodes.append(node)

            def leave(self, node: Node, *_: Any) -> None:
                if _key(node) is not None:
                    self.path.pop()
                self.nodes.pop()

        visit(document, Walk())

    def owner(self, node: Node | None) -> Node | None:
        return None if node is None else self.owners.get(id(node))


def _key(node: Node) -> str | None:
    match node:
        case OperationDefinitionNode():
            kind = node.operation.value
            return kind if node.name is None else f"{kind} {node.name.value}"
        case FragmentDefinitionNode():
            return f"fragment {node.name.value}"
        case FieldNode():
            return (node.alias or node.name).value
        case InlineFragmentNode():
            return "..." if node.type_condition is None else f"... on {node.type_condition.name.value}"
        case FragmentSpreadNode():
            return f"... {node.name.value}"
        case ArgumentNode() | ObjectFieldNode():
            return node.name.value
    return None


def _said(error: GraphQLError, places: _Places) -> GraphQLError:
    node = error.nodes[0] if error.nodes else None
    for pattern, form in _FORMS:
        found = re.fullmatch(pattern, error.message, re.DOTALL)
        if found is not None:
            message, details = form(found, node, places)
            break
    else:
        message, details = error.message, {"code": "invalid"}
    path = [] if node is None else places.paths.get(id(node), [])
    return InvalidDocument(message, None if node is None else [node], path=path, extensions=dict(details))


def _undefined_field(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    field, owner = found[1], found[2]
    details = {"code": "undefinedField", "typeName": owner, "fieldName": field}
    return f"Field '{field}' doesn't exist on type '{owner}'", details


def _unknown_argument(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    argument, field = found[1], found[2]
    details = {"code": "argumentNotAccepted", "name": field, "typeName": "Field", "argumentName": argument}
    return f"Field '{field}' doesn't accept argument '{argument}'", details


def _unknown_directive_argument(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    argument, directive = found[1], found[2]
    details = {"code": "argumentNotAccepted", "name": directive, "typeName": "Directive", "argumentName": argument}
    return f"Directive '{directive}' doesn't accept argument '{argument}'", details


def _unknown_input_field(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    of, field = found[1], found[2]
    details = {"code": "argumentNotAccepted", "name": of, "typeName": "InputObject", "argumentName": field}
    return f"InputObject '{of}' doesn't accept argument '{field}'", details


def _conflict(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    details = {"code": "fieldConflict", "fieldName": found[1], "conflicts": f"{found[2]} or {found[3]}"}
    return f"Field '{found[1]}' has a field conflict: {found[2]} or {found[3]}?", details


def _mismatch(found: re.Match[str], node: Node | None, places: _Places) -> tuple[str, Details]:
    variable, given, expected = found[1], found[2], found[3]
    problem = "Nullability mismatch" if expected.startswith(given) else "Type mismatch"
    details = {"code": "variableMismatch", "variableName": variable, "typeName": given, "errorMessage": problem}
    return f"{problem} on variable ${variable} ({given} / {expected})", details


def _missing_argument(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    argument, field = found[2], found[1]
    details = {"code": "missingRequiredArguments", "className": "Field", "name": field, "arguments": argument}
    return f"Field '{field}' is missing required arguments: {argument}", details


def _unknown_type(found: re.Match[str], node: Node | None, places: _Places) -> tuple[str, Details]:
    owner = places.owner(node)
    if isinstance(owner, (FragmentDefinitionNode, InlineFragmentNode)):
        message = f"No such type {found[1]}, so it can't be a fragment condition"
        return message, {"code": "undefinedType", "typeName": found[1]}
    return f"{found[1]} isn't a defined input type", {"code": "undefinedType", "typeName": found[1]}


def _unknown_directive(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    return f"Directive @{found[1]} is not defined", {"code": "undefinedDirective", "directiveName": found[1]}


def _no_selections(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    field, of = found[1], found[2].strip("[]!")
    message = (
        f"Field must have selections (field '{field}' returns {of} but has no selections. "
        f"Did you mean '{field} {{ ... }}'?)"
    )
    return message, {"code": "selectionMismatch", "nodeName": f"field '{field}'", "typeName": of}


def _selections_on_leaf(found: re.Match[str], node: Node | None, places: _Places) -> tuple[str, Details]:
    field, of = found[1], found[2].strip("[]!")
    owner = places.owner(node)
    names = [
        each.name.value
        for each in (owner.selection_set.selections if isinstance(owner, FieldNode) and owner.selection_set else ())
        if isinstance(each, FieldNode)
    ]
    listed = ", ".join(f'"{name}"' for name in names)
    message = f"Selections can't be made on scalars (field '{field}' returns {of} but has selections [{listed}])"
    return message, {"code": "selectionMismatch", "nodeName": f"field '{field}'", "typeName": of}


def _undefined_variable(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    details = {"code": "variableNotDefined", "variableName": found[1]}
    return f"Variable ${found[1]} is used by {found[2] or 'anonymous query'} but not declared", details


def _unused_variable(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    details = {"code": "variableNotUsed", "variableName": found[1]}
    return f"Variable ${found[1]} is declared by {found[2] or 'anonymous query'} but not used", details


def _unknown_fragment(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    details = {"code": "useAndDefineFragment", "fragmentName": found[1]}
    return f"Fragment {found[1]} was used, but not defined", details


def _unused_fragment(found: re.Match[str], *_: Any) -> tuple[str, Details]:
    details = {"code": "useAndDefineFragment", "fragmentName": found[1]}
    return f"Fragment {found[1]} was defined, but not used", details


def _bad_value(found: re.Match[str], node: Node | None, places: _Places) -> tuple[str, Details]:
    argument = node
    while argument is not None and not isinstance(argument, (ArgumentNode, ObjectFieldNode)):
        argument = places.owner(argument)
    if not isinstance(argument, (ArgumentNode, ObjectFieldNode)):
        return found[0], {"code": "argumentLiteralsIncompatible"}
    owner = places.owner(argument)
    kind, name = ("Field", owner.name.value) if isinstance(owner, FieldNode) else ("InputObject", argument.name.value)
    message = f"Argument '{argument.name.value}' on {kind} '{name}' has an invalid value ({print_ast(argument.value)})."
    details = {"code": "argumentLiteralsIncompatible", "typeName": kind, "argumentName": argument.name.value}
    return message, details


_FORMS: Sequence[tuple[str, Form]] = (
    (r"Cannot query field '(\w+)' on type '(\w+)'\..*", _undefined_field),
    (r"Unknown argument '(\w+)' on field '\w+\.(\w+)'\..*", _unknown_argument),
    (r"Unknown argument '(\w+)' on directive '@(\w+)'\..*", _unknown_directive_argument),
    (r"Argument '(?:\w+\.)?(\w+)\((\w+):\)' of type '.*' is required.*", _missing_argument),
    (r"Unknown type '(\w+)'\..*", _unknown_type),
    (r"Unknown directive '@(\w+)'\..*", _unknown_directive),
    (r"Field '(\w+)' of type '(.*)' must have a selection of subfields\..*", _no_selections),
    (r"Field '(\w+)' must not have a selection since type '(.*)' has no subfields\..*", _selections_on_leaf),
    (r"Variable '\$(\w+)' is not defined(?: by operation '(\w+)')?\.", _undefined_variable),
    (r"Variable '\$(\w+)' is never used(?: in operation '(\w+)')?\.", _unused_variable),
    (r"Unknown fragment '(\w+)'\.", _unknown_fragment),
    (r"Fragment '(\w+)' is never used\.", _unused_fragment),
    (r"Expected value of type '(\w+)' not to include unknown field '(\w+)'.*", _unknown_input_field),
    (r"Fields '(\w+)' conflict because '(\w+)' and '(\w+)' are different fields\..*", _conflict),
    (r"Variable '\$(\w+)' of type '(.+)' used in position expecting type '(.+)'\.", _mismatch),
    (r"(?:Enum|Expected value|Value|Field|Int|Float|String|Boolean|ID|Exactly|OneOf|Within)\b.*", _bad_value),
)
