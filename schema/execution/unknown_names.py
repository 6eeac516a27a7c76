"""Operations with names that our schema lacks: finds the gateway fields, and the document without unknown names.

Shopify's contract grows between releases of ours, so what we do not know may still be right.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    visit,
)

from schema.execution.known_arguments import known_arguments
from schema.execution.split import INTROSPECTION
from schema.gateway_field import RESERVED, gateway_mark

_TYPENAME = NameNode(value="__typename")


@dataclass(frozen=True, slots=True)
class Blocked:
    """A gateway field below a name that our schema lacks, so the type of its object is unknown."""

    field: str
    unknown: str

    @property
    def message(self) -> str:
        return (
            f"The gateway does not know {self.unknown!r}, so its own field {self.field!r} cannot be mixed with it: "
            "send them in two operations."
        )


@dataclass(slots=True)
class OwnFields:
    """The gateway fields of an operation: those on known types, and those below an unknown name."""

    reached: list[str] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.reached or self.blocked)


def own_fields(schema: GraphQLSchema, document: DocumentNode) -> OwnFields:
    """The gateway fields of a document, whether or not the rest is valid."""
    return _Search(schema, document).found


class _Search:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = _fragments(document)
        self._own_types = _own_types(schema)
        self._own_objects = _own_objects(schema)
        self._entered: set[tuple[str, str | None]] = set()
        self.found = OwnFields()
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                if any(each.variable.name.value.startswith(RESERVED) for each in definition.variable_definitions or ()):
                    self.found.reached.append(RESERVED)
                self._look(definition.selection_set, schema.get_root_type(definition.operation), None)

    def _look(self, selection_set: SelectionSetNode, parent: GraphQLNamedType | None, unknown: str | None) -> None:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                self._field(node, parent, unknown)
            elif isinstance(node, InlineFragmentNode):
                self._on(node.type_condition, node.selection_set, parent, unknown)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments.get(node.name.value)
                if fragment is not None and (node.name.value, unknown) not in self._entered:
                    self._entered.add((node.name.value, unknown))
                    self._on(fragment.type_condition, fragment.selection_set, parent, unknown)

    def _on(
        self,
        condition: NamedTypeNode | None,
        selection_set: SelectionSetNode,
        parent: GraphQLNamedType | None,
        unknown: str | None,
    ) -> None:
        if condition is None:
            self._look(selection_set, parent, unknown)
            return
        name = condition.name.value
        if name in self._own_types:
            self._note(name, unknown)
        of = self._schema.type_map.get(name)
        self._look(selection_set, of, unknown if of is not None else name)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, unknown: str | None) -> None:
        name = node.name.value
        if name in INTROSPECTION or (node.alias is not None and node.alias.value.startswith(RESERVED)):
            self._note(name, unknown)
            return
        definition = _definition(parent, name)
        is_own = (
            self._looks_own(node) if parent is None else gateway_mark(definition) is not None if definition else False
        )
        if is_own:
            self._note(name, unknown)
        if node.selection_set is not None:
            below = None if definition is None else get_named_type(definition.type)
            self._look(node.selection_set, below, name if definition is None and unknown is None else unknown)

    def _looks_own(self, node: FieldNode) -> bool:
        """Whether a field of an unknown object has the name of a gateway field, and selects what that field has."""
        fields = self._own_objects.get(node.name.value)
        if fields is None or node.selection_set is None:
            return False
        selected = [each.name.value for each in node.selection_set.selections if isinstance(each, FieldNode)]
        return bool(selected) and fields.issuperset(selected)

    def _note(self, name: str, unknown: str | None) -> None:
        if unknown is None:
            self.found.reached.append(name)
        else:
            self.found.blocked.append(Blocked(name, unknown))


@lru_cache(maxsize=8)
def _own_objects(schema: GraphQLSchema) -> Mapping[str, frozenset[str]]:
    """The gateway's object fields on Storefront's types -> the fields of their type."""
    roots = (schema.query_type, schema.mutation_type)
    return {
        name: frozenset({*below.fields, "__typename"})
        for owner in schema.type_map.values()
        if owner.extensions.get("storefront") and owner not in roots
        for name, definition in getattr(owner, "fields", {}).items()
        if gateway_mark(definition) is not None
        and isinstance(below := get_named_type(definition.type), (GraphQLObjectType, GraphQLInterfaceType))
    }


@lru_cache(maxsize=8)
def _own_types(schema: GraphQLSchema) -> frozenset[str]:
    """The object types that are the gateway's own."""
    return frozenset(
        name
        for name, named in schema.type_map.items()
        if isinstance(named, GraphQLObjectType) and not name.startswith("__") and not named.extensions.get("storefront")
    )


def known_part(schema: GraphQLSchema, document: DocumentNode) -> DocumentNode:
    """The document without the fields, arguments, type conditions and directives that the schema lacks."""
    return _tidied(_Cut(schema, document).document())


class _Cut:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._document = document
        self._fragments = _fragments(document)
        self._known_fragments: dict[str, tuple[SelectionNode, ...]] = {}
        self._directives = {each.name: each for each in schema.directives}

    def document(self) -> DocumentNode:
        return DocumentNode(definitions=tuple(self._definitions()))

    def _definitions(self) -> Iterator[Any]:
        for node in self._document.definitions:
            if isinstance(node, OperationDefinitionNode):
                selections = self._selections(node.selection_set, self._schema.get_root_type(node.operation))
                yield OperationDefinitionNode(
                    operation=node.operation,
                    name=node.name,
                    variable_definitions=node.variable_definitions,
                    directives=self._known_directives(node.directives),
                    selection_set=SelectionSetNode(selections=selections or (FieldNode(name=_TYPENAME),)),
                    loc=node.loc,
                )
            elif isinstance(node, FragmentDefinitionNode) and (selections := self._of_fragment(node.name.value)):
                yield FragmentDefinitionNode(
                    name=node.name,
                    type_condition=node.type_condition,
                    directives=self._known_directives(node.directives),
                    selection_set=SelectionSetNode(selections=selections),
                    loc=node.loc,
                )

    def _selections(
        self, selection_set: SelectionSetNode, parent: GraphQLNamedType | None
    ) -> tuple[SelectionNode, ...]:
        """The known part of a selection set; empty where the schema knows none of it."""
        return tuple(known for node in selection_set.selections for known in self._known(node, parent))

    def _of_fragment(self, name: str) -> tuple[SelectionNode, ...]:
        if name not in self._known_fragments:
            self._known_fragments[name] = ()  # ends the recursion of a fragment that spreads itself
            fragment = self._fragments[name]
            of = self._schema.type_map.get(fragment.type_condition.name.value)
            if of is not None:
                self._known_fragments[name] = self._selections(fragment.selection_set, of)
        return self._known_fragments[name]

    def _known(self, node: SelectionNode, parent: GraphQLNamedType | None) -> Iterator[SelectionNode]:
        if isinstance(node, FieldNode):
            definition = _definition(parent, node.name.value)
            if node.name.value.startswith("__"):
                yield node
            elif definition is not None:
                yield from self._field(node, definition, parent)
            elif not _is_storefront_type(parent):  # of the gateway's own types we know every field
                yield node
        elif isinstance(node, InlineFragmentNode):
            condition = None if node.type_condition is None else node.type_condition.name.value
            of = parent if condition is None else self._schema.type_map.get(condition)
            if of is not None and (selections := self._selections(node.selection_set, of)):
                yield InlineFragmentNode(
                    type_condition=node.type_condition,
                    directives=self._known_directives(node.directives),
                    selection_set=SelectionSetNode(selections=selections),
                    loc=node.loc,
                )
        elif isinstance(node, FragmentSpreadNode) and (
            node.name.value not in self._fragments or self._of_fragment(node.name.value)
        ):
            yield FragmentSpreadNode(name=node.name, directives=self._known_directives(node.directives), loc=node.loc)

    def _field(self, node: FieldNode, definition: GraphQLField, parent: GraphQLNamedType | None) -> Iterator[FieldNode]:
        arguments: Iterable[ArgumentNode] = node.arguments or ()
        if gateway_mark(definition) is None and _is_storefront_type(parent):
            arguments = known_arguments(arguments, definition.args)
        below = None
        if node.selection_set is not None:
            selections = self._selections(node.selection_set, get_named_type(definition.type))
            if not selections:
                return
            below = SelectionSetNode(selections=selections)
        yield FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=tuple(arguments),
            directives=self._known_directives(node.directives),
            selection_set=below,
            loc=node.loc,
        )

    def _known_directives(self, directives: Iterable[DirectiveNode] | None) -> tuple[DirectiveNode, ...]:
        return tuple(
            DirectiveNode(
                name=each.name,
                arguments=tuple(known_arguments(each.arguments, self._directives[each.name.value].args)),
                loc=each.loc,
            )
            for each in directives or ()
            if each.name.value in self._directives
        )


def _tidied(document: DocumentNode) -> DocumentNode:
    """The document without unused fragments and variables."""
    reached = _reached(document)

    class Tidy(Visitor):
        def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Any:
            return None if node.name.value in reached else REMOVE

    tidied: DocumentNode = visit(document, Tidy())
    fragments = _fragments(tidied)

    class Unused(Visitor):
        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> OperationDefinitionNode:
            # All fragments' variables count: a document has few operations.
            used = _variables([node.selection_set, *(node.directives or ()), *fragments.values()])
            return OperationDefinitionNode(
                operation=node.operation,
                name=node.name,
                variable_definitions=tuple(
                    each for each in node.variable_definitions or () if each.variable.name.value in used
                ),
                directives=node.directives,
                selection_set=node.selection_set,
                loc=node.loc,
            )

    cut: DocumentNode = visit(tidied, Unused())
    return cut


def _reached(document: DocumentNode) -> set[str]:
    fragments = _fragments(document)
    reached: set[str] = set()

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
            name = node.name.value
            if name not in reached:
                reached.add(name)
                if name in fragments:
                    visit(fragments[name], self)

    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            visit(node, Spreads())
    return reached


def own_variables(schema: GraphQLSchema, document: DocumentNode) -> set[str]:
    """The variables that the gateway's own fields use, or fields below them."""
    info = TypeInfo(schema)
    own: list[Node] = []

    class Own(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> Any:
            definition, parent = info.get_field_def(), info.get_parent_type()
            if (definition is not None and gateway_mark(definition) is not None) or not _is_storefront_type(parent):
                own.append(node)
                return False
            return None

    visit(document, TypeInfoVisitor(info, Own()))
    return _variables(own)


def _variables(nodes: Iterable[Node]) -> set[str]:
    names: set[str] = set()

    class Uses(Visitor):
        def enter_variable(self, node: Any, *_: Any) -> None:
            names.add(node.name.value)

        def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
            return False

    for node in nodes:
        visit(node, Uses())
    return names


def overlaid(answer: Any, worked_out: Any) -> Any:
    """Storefront's `answer` merged with the gateway's values, without the gateway's aliases."""
    if isinstance(answer, dict) and isinstance(worked_out, dict):
        visible = {key: value for key, value in answer.items() if not key.startswith(RESERVED)}
        merged = {
            key: overlaid(value, worked_out[key]) if key in worked_out else value for key, value in visible.items()
        }
        return merged | {
            key: value for key, value in worked_out.items() if key not in merged and not key.startswith(RESERVED)
        }
    if isinstance(answer, list) and isinstance(worked_out, list) and len(answer) == len(worked_out):
        return [overlaid(*pair) for pair in zip(answer, worked_out, strict=True)]
    return worked_out


def changes_something(document: DocumentNode, operation_name: str | None) -> bool:
    """Whether an operation may be a mutation; with several operations and no name, whether any is one."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    named = [node for node in operations if node.name is not None and node.name.value == operation_name]
    return any(node.operation is not OperationType.QUERY for node in named or operations)


def _definition(parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    if isinstance(parent, (GraphQLObjectType, GraphQLInterfaceType)):
        found: GraphQLField | None = parent.fields.get(name)
        return found
    return None


def _is_storefront_type(named: GraphQLNamedType | None) -> bool:
    return named is not None and named.extensions.get("storefront") is True


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
